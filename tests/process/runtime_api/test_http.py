"""The HTTP below the Runtime API: what programs and strangers may send."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from polyfn.wire import messages as m
from tests.process.runtime_api.conftest import NEXT, RUNTIME
from tests.waiting import eventually

if TYPE_CHECKING:
    from tests.process.runtime_api.conftest import Lab

_SLEEP = "import os, time; os.setpgid(0, 0); time.sleep(60)"
_PROBE = (
    "import os, socket, sys\n"
    "if sys.argv[2]: os.setpgid(0, int(sys.argv[2]))\n"
    "host, port = sys.argv[1].split(':')\n"
    "s = socket.create_connection((host, int(port)))\n"
    "s.sendall(b'GET /nothing HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n')\n"
    "print(s.recv(100).split()[1].decode())\n"
)


@pytest.mark.parametrize(
    "garbage",
    [b"\x16\x03\x01\x02\x00", b"GET\r\n\r\n", b"GET / HTTP/1.1\r\nno colon\r\n\r\n"],
)
async def test_what_is_no_http_is_refused_and_others_are_served(lab: Lab, garbage: bytes) -> None:
    program = await lab.program()
    program.writer.write(garbage)
    assert (await program.answer()).status == 400
    assert await program.is_closed()
    assert (await (await lab.program()).ask("GET", "/nothing")).status == 404


async def test_broken_chunk_leaves_the_invocation_open(lab: Lab) -> None:
    program, path = await lab.running()
    program.write_head("POST", f"{path}/response", transfer_encoding="chunked")
    program.writer.write(b"no size\r\n")
    assert (await program.answer()).status == 400
    other = await lab.program()
    assert (await other.ask("POST", f"{path}/response", b"1")).status == 202


async def test_head_without_an_end_is_refused(lab: Lab) -> None:
    program = await lab.program()
    program.writer.write(b"GET / HTTP/1.1\r\n")
    for _ in range(50):
        program.writer.write(b"x: " + b"y" * 65_536 + b"\r\n")
    assert (await program.answer()).status == 400


async def test_long_header_of_an_xray_cause_is_taken(lab: Lab) -> None:
    program, path = await lab.running()
    cause = "x" * 1_048_576
    headers = {"Lambda_Runtime_Function_XRay_Error_Cause": cause}
    assert (await program.ask("POST", f"{path}/error", b"{}", **headers)).status == 202


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [("GET", "/", 404), ("POST", NEXT, 405), ("GET", f"{RUNTIME}/invocation/1/response", 405)],
)
async def test_paths_and_methods_that_are_not_served_are_refused(
    lab: Lab, method: str, target: str, status: int
) -> None:
    got = await (await lab.program()).ask(method, target, b"")
    assert (got.status, got.error) == (status, "InvalidPath")


@pytest.mark.parametrize(
    ("target", "error"),
    [
        ("/2020-08-15/logs", "Logs.NotSupported"),
        ("/2022-07-01/telemetry", "Telemetry.NotSupported"),
    ],
)
async def test_subscriptions_are_accepted_and_said_to_bring_nothing(
    lab: Lab, target: str, error: str
) -> None:
    got = await (await lab.program()).ask("PUT", target, b"{}")
    assert (got.status, got.error) == (202, error)


async def test_program_may_ask_for_a_go_ahead_first(lab: Lab) -> None:
    program, path = await lab.running()
    program.write_head("POST", f"{path}/response", content_length="1", expect="100-continue")
    assert (await program.answer()).status == 100
    program.writer.write(b"7")
    assert (await program.answer()).status == 202
    assert lab.told[-1] == m.Value(1, b"7")


async def test_connection_is_closed_when_the_program_asks_for_it(lab: Lab) -> None:
    program, path = await lab.running()
    got = await program.ask("POST", f"{path}/response", b"7", connection="close")
    assert (got.status, got.headers["connection"]) == (202, "close")
    assert await program.is_closed()


async def _status_seen_by(lab: Lab, *prefix: str, group: int | None) -> str:
    """What a process gets that joins a group, or makes its own (0), or stays in ours."""
    joined = "" if group is None else str(group)
    process = await asyncio.create_subprocess_exec(
        *(*prefix, sys.executable, "-c", _PROBE, lab.host.address, joined), stdout=subprocess.PIPE
    )
    async with asyncio.timeout(20):
        return (await process.communicate())[0].decode().strip()


async def test_process_of_another_group_is_not_answered(lab: Lab) -> None:
    sleeper = await asyncio.create_subprocess_exec(sys.executable, "-c", _SLEEP)
    try:
        await eventually(lambda: os.getpgid(sleeper.pid) == sleeper.pid)
        lab.host.belongs_to(sleeper.pid, lambda: None)
        await lab.open()
        assert await _status_seen_by(lab, group=None) == "403"
        assert await _status_seen_by(lab, group=sleeper.pid) == "404"
    finally:
        sleeper.kill()
        await sleeper.wait()


async def test_descendant_in_a_group_of_its_own_is_answered(lab: Lab) -> None:
    await lab.open()
    assert await _status_seen_by(lab, "sh", "-c", '"$@"; exit', "sh", group=0) == "404"


async def test_end_is_told_once_when_the_program_and_its_connections_are_gone(lab: Lab) -> None:
    program = await lab.program()
    await program.ask("GET", "/")
    lab.host.exited()
    assert lab.ends == []
    program.writer.close()
    await eventually(lambda: lab.ends == [None])
    lab.host.exited()
    assert lab.ends == [None]
