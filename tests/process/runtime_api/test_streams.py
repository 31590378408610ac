"""Streamed responses over the Runtime API."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import TYPE_CHECKING

import pytest

from polyfn.wire import messages as m
from tests.process.runtime_api.conftest import NEXT, eventually_told
from tests.waiting import eventually

if TYPE_CHECKING:
    from tests.process.runtime_api.conftest import Lab, Program

_TYPE = "application/vnd.awslambda.http-integration-response"
_HEAD = b'{"statusCode":201,"headers":{"a":"b"}}'


def _begin(program: Program, path: str, **headers: str) -> None:
    program.write_head("POST", f"{path}/response", None, transfer_encoding="chunked", **headers)


async def test_pieces_are_handed_on_as_they_come(lab: Lab) -> None:
    program, path = await lab.running()
    _begin(program, path, content_type=_TYPE)
    program.chunk(_HEAD)
    program.chunk(bytes(8) + b"one")
    assert await eventually_told(lab, m.Chunk) == m.Chunk(1, b"one")
    assert m.Head(1, 201, ["a", "b"]) in lab.told
    program.chunk(b"two")
    program.last_chunk()
    assert (await program.answer()).status == 202
    assert lab.told[-2:] == [m.Chunk(1, b"two"), m.End(1)]


async def test_mode_alone_makes_a_stream_with_the_content_type_that_came(lab: Lab) -> None:
    program, path = await lab.running()
    mode = {"Lambda_Runtime_Function_Response_Mode": "streaming"}
    _begin(program, path, content_type="text/event-stream", **mode)
    program.chunk(b"data")
    program.last_chunk()
    await program.answer()
    head = m.Head(1, 200, ["content-type", "text/event-stream"])
    assert lab.told[-3:] == [head, m.Chunk(1, b"data"), m.End(1)]


async def test_mode_that_is_none_is_refused(lab: Lab) -> None:
    program, path = await lab.running()
    mode = {"Lambda_Runtime_Function_Response_Mode": "sideways"}
    got = await program.ask("POST", f"{path}/response", b"1", **mode)
    assert (got.status, got.error) == (400, "InvalidFunctionResponseMode")
    assert (await program.ask("POST", f"{path}/response", b"1")).status == 202


async def test_error_in_the_trailers_cuts_the_stream(lab: Lab) -> None:
    program, path = await lab.running()
    _begin(program, path, content_type=_TYPE)
    program.chunk(_HEAD + bytes(8) + b"one")
    body = base64.b64encode(b'{"errorType":"E","errorMessage":"m"}').decode()
    program.last_chunk(Lambda_Runtime_Function_Error_Body=body)
    await program.answer()
    told = lab.told[-1]
    assert isinstance(told, m.Error)
    assert json.loads(told.error)["errorMessage"] == "m"


@pytest.mark.parametrize("head", [b"no json" + bytes(8), b"never ends"])
async def test_head_that_is_wrong_fails_the_invocation(lab: Lab, head: bytes) -> None:
    program, path = await lab.running()
    _begin(program, path, content_type=_TYPE)
    program.chunk(head)
    program.last_chunk()
    told = await eventually_told(lab, m.Error)
    assert json.loads(told.error)["errorType"] == "Function.InvalidResponse"
    assert (await program.answer()).status == 202


async def test_connection_that_breaks_cuts_the_stream(lab: Lab) -> None:
    program, path = await lab.running()
    _begin(program, path, content_type=_TYPE)
    program.chunk(_HEAD + bytes(8) + b"one")
    await eventually_told(lab, m.Chunk)
    program.writer.transport.abort()
    told = await eventually_told(lab, m.Error)
    assert json.loads(told.error)["errorType"] == "Function.StreamError"


async def test_program_waits_while_nobody_reads(lab: Lab) -> None:
    program, path = await lab.running()
    _begin(program, path, content_type=_TYPE)
    program.chunk(_HEAD + bytes(8) + b"one")
    await eventually_told(lab, m.Chunk)
    lab.host.pause()
    program.writer.transport.set_write_buffer_limits(0)
    for _ in range(64):
        program.chunk(bytes(1024 * 1024))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(program.writer.drain(), 0.5)
    taken = len(lab.told)
    lab.host.resume()
    await asyncio.wait_for(program.writer.drain(), 20)
    program.last_chunk()
    assert (await program.answer()).status == 202
    assert len(lab.told) > taken


async def test_stream_that_nobody_reads_any_more_is_answered_early_and_ends_with_next(
    lab: Lab,
) -> None:
    program, path = await lab.running()
    _begin(program, path, content_type=_TYPE)
    program.chunk(_HEAD + bytes(8) + b"one")
    await eventually_told(lab, m.Chunk)
    lab.host.cancel(1)
    early = await program.answer()
    assert (early.status, early.headers["connection"]) == (202, "close")
    program.chunk(b"dropped")
    assert not [each for each in lab.told if isinstance(each, m.End)]
    other = await lab.program()
    other.write_head("GET", NEXT)
    await eventually_told(lab, m.End)
    assert m.Chunk(1, b"dropped") not in lab.told
    lab.invoke(request_id="second")
    assert (await other.answer()).headers["lambda-runtime-aws-request-id"] == "second"


async def test_cancelled_stream_ends_when_its_writer_closes(lab: Lab) -> None:
    program, path = await lab.running()
    _begin(program, path, content_type=_TYPE)
    program.chunk(_HEAD + bytes(8) + b"one")
    await eventually_told(lab, m.Chunk)
    lab.host.cancel(1)
    program.writer.close()
    await eventually(lambda: lab.told[-1] == m.End(1))
