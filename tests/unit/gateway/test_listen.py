from __future__ import annotations

import os
import socket

import pytest

from polyfn.errors import AddressInUse, UsageError
from polyfn.gateway import listen


async def test_port_0_picks_one_and_every_address_of_the_host_gets_the_same() -> None:
    sockets = await listen.bind("localhost", 0)
    try:
        ports = {each.getsockname()[1] for each in sockets}
        assert len(ports) == 1
        assert ports != {0}
    finally:
        listen.close(sockets)


async def test_taken_port_is_an_error_that_names_address_and_process() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(AddressInUse) as caught:
            await listen.bind("127.0.0.1", port)
    assert f"127.0.0.1:{port}" in caught.value.message
    assert f"(pid {os.getpid()})" in caught.value.message
    assert "--port 0" in caught.value.message


async def test_port_is_free_again_after_closing() -> None:
    sockets = await listen.bind("127.0.0.1", 0)
    port = sockets[0].getsockname()[1]
    listen.close(sockets)
    again = await listen.bind("127.0.0.1", port)
    listen.close(again)


async def test_unknown_host_is_named() -> None:
    with pytest.raises(UsageError, match=r"no-such-host\.invalid"):
        await listen.bind("no-such-host.invalid", 0)


async def test_address_of_another_machine_is_refused() -> None:
    with pytest.raises(UsageError, match=r"'192\.0\.2\.1' is no address of this machine"):
        await listen.bind("192.0.2.1", 0)


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has no IPv6")
async def test_ipv6_address_can_be_listened_on() -> None:
    sockets = await listen.bind("::1", 0)
    assert sockets[0].family is socket.AF_INET6
    listen.close(sockets)


def test_owner_of_a_port_that_nobody_listens_on_is_nobody() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        assert listen.owner_of(bound.getsockname()[1]) is None
