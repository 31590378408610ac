"""Invocations over the Runtime API: next, response, error, and what is legal when."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from polyfn.wire import messages as m
from tests.process.runtime_api.conftest import NEXT, RUNTIME, eventually_told
from tests.waiting import eventually

if TYPE_CHECKING:
    from tests.process.runtime_api.conftest import Lab


async def test_program_that_asks_is_ready_and_gets_its_event_when_there_is_one(lab: Lab) -> None:
    program = await lab.program()
    program.write_head("GET", NEXT)
    await eventually_told(lab, m.Ready)
    extras = b'{"trace_id":"Root=1-2-3","client_context":{"custom":{}}}'
    lab.invoke(b'{"a":1}', request_id="abc", body_kind=1, body=b"text", extras=extras)
    got = await program.answer()
    assert got.status == 200
    assert json.loads(got.body) == {"a": 1, "body": "text", "isBase64Encoded": False}
    assert got.headers["content-type"] == "application/json"
    assert got.headers["lambda-runtime-aws-request-id"] == "abc"
    assert got.headers["lambda-runtime-invoked-function-arn"] == "arn:f"
    assert got.headers["lambda-runtime-trace-id"] == "Root=1-2-3"
    assert json.loads(got.headers["lambda-runtime-client-context"]) == {"custom": {}}
    left_ms = int(got.headers["lambda-runtime-deadline-ms"]) - time.time() * 1000
    assert 0 < left_ms <= 5000


async def test_event_that_comes_before_the_program_asks_waits_for_it(lab: Lab) -> None:
    lab.invoke()
    assert lab.host.has_unread()
    program = await lab.program()
    assert (await program.ask("GET", NEXT)).status == 200
    assert not lab.host.has_unread()


async def test_answers_are_values_and_the_connection_stays(lab: Lab) -> None:
    program, path = await lab.running()
    got = await program.ask("POST", f"{path}/response", b'{"statusCode":200}')
    assert (got.status, json.loads(got.body)) == (202, {"status": "OK"})
    assert lab.told[-1] == m.Value(1, b'{"statusCode":200}')
    program.write_head("GET", NEXT)
    lab.invoke(request_id="second")
    assert (await program.answer()).headers["lambda-runtime-aws-request-id"] == "second"
    assert (await program.ask("POST", f"{RUNTIME}/invocation/second/response")).status == 202
    assert lab.told[-1] == m.Value(2, b"null")


async def test_error_that_is_posted_ends_the_invocation(lab: Lab) -> None:
    program, path = await lab.running()
    body = b'{"errorType":"T","errorMessage":"m","stackTrace":["a"]}'
    assert (await program.ask("POST", f"{path}/error", body)).status == 202
    told = lab.told[-1]
    assert isinstance(told, m.Error)
    assert json.loads(told.error) == {"errorType": "T", "errorMessage": "m", "trace": ["a"]}
    assert not told.fatal


async def test_chunked_answer_with_an_error_in_its_trailers_has_failed(lab: Lab) -> None:
    program, path = await lab.running()
    program.write_head("POST", f"{path}/response", transfer_encoding="chunked")
    program.chunk(b'{"half":')
    program.last_chunk(Lambda_Runtime_Function_Error_Type="Late")
    assert (await program.answer()).status == 202
    told = lab.told[-1]
    assert isinstance(told, m.Error)
    assert json.loads(told.error)["errorType"] == "Late"


async def test_program_that_asks_twice_gets_the_same_event_again(lab: Lab) -> None:
    program, path = await lab.running()
    again = await program.ask("GET", NEXT)
    assert again.headers["lambda-runtime-aws-request-id"] in path
    assert (await program.ask("POST", f"{path}/response", b"1")).status == 202


async def test_event_goes_to_the_connection_that_asked_last_and_is_still_there(lab: Lab) -> None:
    first, second = await lab.program(), await lab.program()
    first.write_head("GET", NEXT)
    await eventually_told(lab, m.Ready)
    first.writer.close()
    second.write_head("GET", NEXT)
    await eventually(lambda: len(lab.host.waiting) == 1)
    lab.invoke()
    assert (await second.answer()).status == 200


@pytest.mark.parametrize("end", ["response", "error"])
async def test_only_the_invocation_that_runs_is_answered_and_only_once(lab: Lab, end: str) -> None:
    program = await lab.program()
    early = await program.ask("POST", f"{RUNTIME}/invocation/x/{end}", b"1")
    assert (early.status, early.error) == (400, "InvalidRequestID")
    program, path = await lab.running()
    wrong = await program.ask("POST", f"{RUNTIME}/invocation/x/{end}", b"1")
    assert (wrong.status, wrong.error) == (400, "InvalidRequestID")
    assert (await program.ask("POST", f"{path}/response", b"1")).status == 202
    twice = await program.ask("POST", f"{path}/{end}", b"1")
    assert (twice.status, twice.error) == (403, "InvalidStateTransition")
    assert len([each for each in lab.told if isinstance(each, m.Value)]) == 1


async def test_answer_that_breaks_off_may_be_sent_again(lab: Lab) -> None:
    program, path = await lab.running()
    program.write_head("POST", f"{path}/response", content_length="100")
    program.writer.write(b"half")
    program.writer.close()
    other = await lab.program()
    await eventually(lambda: lab.host.connections == 1)
    assert (await other.ask("POST", f"{path}/response", b"2")).status == 202
    assert lab.told[-1] == m.Value(1, b"2")


async def test_load_that_fails_is_told_before_the_first_next_only(lab: Lab) -> None:
    program = await lab.program()
    body = b'{"errorType":"Runtime.ImportModuleError","errorMessage":"no"}'
    assert (await program.ask("POST", f"{RUNTIME}/init/error", body)).status == 202
    told = lab.told[-1]
    assert isinstance(told, m.Error)
    assert (told.id, told.fatal) == (0, True)
    again = await program.ask("GET", NEXT)
    assert (again.status, again.error) == (403, "InvalidStateTransition")


async def test_load_does_not_fail_after_it_was_ready(lab: Lab) -> None:
    program, _ = await lab.running()
    late = await program.ask("POST", f"{RUNTIME}/init/error", b"{}")
    assert (late.status, late.error) == (403, "InvalidStateTransition")


async def test_answer_that_is_too_long_is_refused_and_told(lab: Lab) -> None:
    program, path = await lab.running()
    program.write_head("POST", f"{path}/response", transfer_encoding="chunked")
    for _ in range(65):
        program.chunk(bytes(1024 * 1024))
        await program.writer.drain()
    program.last_chunk()
    got = await program.answer()
    assert (got.status, got.error) == (413, "RequestEntityTooLarge")
    told = lab.told[-1]
    assert isinstance(told, m.Error)
    assert json.loads(told.error)["errorType"] == "Function.ResponseSizeTooLarge"
