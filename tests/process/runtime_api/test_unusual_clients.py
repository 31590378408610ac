"""What few clients do, and all of it is HTTP or the end of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from polyfn.wire import messages as m
from tests.process.runtime_api.conftest import NEXT, RUNTIME, eventually_told
from tests.waiting import eventually

if TYPE_CHECKING:
    from tests.process.runtime_api.conftest import Lab

_TYPE = "application/vnd.awslambda.http-integration-response"
_HEAD = b'{"statusCode":201,"headers":{"a":"b"}}'


async def test_offer_of_http_2_as_of_javas_client_is_passed_over(lab: Lab) -> None:
    lab.invoke(request_id="one")
    program = await lab.program()
    offer = {"connection": "Upgrade, HTTP2-Settings", "upgrade": "h2c", "http2_settings": "AAM"}
    assert (await program.ask("GET", NEXT, **offer)).status == 200
    path = f"{RUNTIME}/invocation/one/response"
    assert (await program.ask("POST", path, b"1", **offer)).status == 202
    assert lab.told[-1] == m.Value(1, b"1")
    program.write_head("GET", NEXT, **offer)
    lab.invoke(request_id="two")
    assert (await program.answer()).headers["lambda-runtime-aws-request-id"] == "two"
    path = f"{RUNTIME}/invocation/two/response"
    program.write_head("POST", path, transfer_encoding="chunked", **offer)
    program.chunk(b"[1,")
    program.chunk(b"2]")
    program.last_chunk()
    assert (await program.answer()).status == 202
    assert lab.told[-1] == m.Value(2, b"[1,2]")


async def test_http_1_0_is_answered_and_closed(lab: Lab) -> None:
    lab.invoke()
    program = await lab.program()
    program.writer.write(f"GET {NEXT} HTTP/1.0\r\n\r\n".encode())
    assert (await program.answer()).status == 200
    assert await program.is_closed()


async def test_request_may_come_byte_by_byte(lab: Lab) -> None:
    program, path = await lab.running()
    whole = f"POST {path}/response HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\n123"
    for each in whole.encode():
        program.writer.write(bytes([each]))
        await program.writer.drain()
    assert (await program.answer()).status == 202
    assert lab.told[-1] == m.Value(1, b"123")


async def test_next_may_stand_right_behind_a_response(lab: Lab) -> None:
    program, path = await lab.running()
    program.write_head("POST", f"{path}/response", b"1")
    program.write_head("GET", NEXT)
    assert (await program.answer()).status == 202
    lab.invoke(request_id="second")
    assert (await program.answer()).headers["lambda-runtime-aws-request-id"] == "second"


async def test_half_closed_connection_is_answered(lab: Lab) -> None:
    program, path = await lab.running()
    program.write_head("POST", f"{path}/response", b"1", connection="close")
    program.writer.write_eof()
    assert (await program.answer()).status == 202
    assert await program.is_closed()


@pytest.mark.parametrize(
    "malformed",
    [
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: many\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
        b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nh\xc3\xa9: x\r\n\r\n",
        b"CONNECT other:80 HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /" + b"x" * 3 * 1024 * 1024 + b" HTTP/1.1\r\n\r\n",
    ],
    ids=lambda each: repr(each[:40]),
)
async def test_malformed_request_is_refused_and_the_program_served_on(
    lab: Lab, malformed: bytes
) -> None:
    lab.invoke()
    program = await lab.program()
    program.writer.write(malformed)
    got = await program.answer()
    assert (got.status, got.error) == (400, "InvalidRequest")
    assert await program.is_closed()
    assert (await (await lab.program()).ask("GET", NEXT)).status == 200


async def test_of_several_that_wait_one_gets_the_event(lab: Lab) -> None:
    programs = [await lab.program() for _ in range(3)]
    for each in programs:
        each.write_head("GET", NEXT)
    await eventually(lambda: len(lab.host.waiting) == 3)
    lab.invoke()
    assert len(lab.host.waiting) == 2
    lab.host.waiting[0].close()
    await eventually(lambda: len(lab.host.waiting) == 1)


@pytest.mark.parametrize(("end", "name"), [("response", "Response"), ("error", "ErrorResponse")])
async def test_refusal_of_a_second_answer_has_lambdas_words(lab: Lab, end: str, name: str) -> None:
    program, path = await lab.running()
    await program.ask("POST", f"{path}/response", b"1")
    got = await program.ask("POST", f"{path}/{end}", b"1")
    assert json.loads(got.body)["errorMessage"] == (
        f"State transition from RuntimeResponseSent to Invocation{name} failed for runtime. "
        "Error: State transition is not allowed"
    )


@pytest.mark.parametrize("at", [1, 20, len(_HEAD), len(_HEAD) + 3, len(_HEAD) + 8])
async def test_head_of_a_stream_may_be_cut_anywhere(lab: Lab, at: int) -> None:
    whole = _HEAD + bytes(8) + b"one"
    program, path = await lab.running()
    streamed = {"transfer_encoding": "chunked", "content_type": _TYPE}
    program.write_head("POST", f"{path}/response", None, **streamed)
    program.chunk(whole[:at])
    program.chunk(whole[at:])
    program.last_chunk()
    assert (await program.answer()).status == 202
    assert lab.told[-3:] == [m.Head(1, 201, ["a", "b"]), m.Chunk(1, b"one"), m.End(1)]


async def test_what_a_program_that_has_exited_had_sent_is_still_read(lab: Lab) -> None:
    program, path = await lab.running()
    program.write_head("POST", f"{path}/response", b"1", connection="close")
    program.writer.write_eof()
    lab.host.exited()
    await eventually(lambda: lab.ends == [None])
    assert lab.told[-1] == m.Value(1, b"1")


async def test_nobody_is_let_in_when_the_program_has_exited(lab: Lab) -> None:
    await lab.open()
    lab.host.exited()
    assert lab.ends == [None]
    with pytest.raises(OSError):  # noqa: PT011  # refused, or reset by the closing listener
        await lab.program()


async def test_stranger_that_is_refused_is_a_line_in_the_log(lab: Lab) -> None:
    lab.host.belongs_to(1 << 22, lambda: None)  # more than any process's id
    stranger = await lab.program()
    assert (await stranger.answer()).status == 403
    told = await eventually_told(lab, m.Log)
    assert (told.id, told.level) == (0, "warn")
    assert "Runtime API" in told.text
