from __future__ import annotations

import asyncio
import os
import socket
from typing import TYPE_CHECKING

import pytest

from polyfn.errors import AddressInUse, UsageError
from polyfn.gateway import listen
from polyfn.gateway.address import url_of
from polyfn.gateway.server import serve
from polyfn.settings import Limits

if TYPE_CHECKING:
    from polyfn.gateway.exchange import Receive, Scope, Send


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


@pytest.mark.parametrize(
    ("host", "port", "url"),
    [
        ("127.0.0.1", 9999, "http://127.0.0.1:9999"),
        ("localhost", 80, "http://localhost:80"),
        ("::1", 9999, "http://[::1]:9999"),
    ],
)
def test_url_of_an_address_can_be_opened(host: str, port: int, url: str) -> None:
    assert url_of(host, port) == url


async def test_connection_waits_until_it_is_served() -> None:
    async with listen.listening("127.0.0.1", 0) as listener:
        reader, writer = await asyncio.open_connection(listener.host, listener.port)
        writer.write(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        async with serve(_no_content, listener, limits=Limits()):
            assert (await reader.readline()).startswith(b"HTTP/1.1 204")
        writer.close()


async def _no_content(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})
