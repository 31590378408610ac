"""Generators: streamed when the caller can stream, joined when not, ended when it leaves."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from conftest import Start
from polyfn.wire import messages as m
from runner_process import RunnerProcess, failure, value

KINDS = ["", "async "]


def streamed(runner: RunnerProcess, event: Any = None) -> tuple[Any, bytes, Any]:
    """The head, the joined chunks and the ending of one call."""
    since = len(runner.messages)
    number = runner.begin(event)
    ending = runner.expect(m.End, m.Error)
    mine = [each for each in runner.messages[since:] if each.id == number]
    heads = [each for each in mine if isinstance(each, m.Head)]
    assert len(heads) <= 1
    body = b"".join(each.data for each in mine if isinstance(each, m.Chunk))
    return heads[0] if heads else None, body, ending


@pytest.mark.parametrize("kind", KINDS)
def test_generator_streams_behind_the_head_it_yields(serve: Start, kind: str) -> None:
    runner = serve(
        f"""
        {kind}def handler(event, context):
            yield {{"statusCode": 201, "headers": {{"x": 1}}, "cookies": ["a=1"]}}
            yield "grü"
            yield b""
            yield bytearray(b"\\xff")
            yield memoryview(b"m")
        """
    )
    head, body, ending = streamed(runner)
    assert head[1:] == (201, ["x", "1", "set-cookie", "a=1"])
    assert body == "grü".encode() + b"\xffm"
    assert isinstance(ending, m.End)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("first", "content_type"),
    [("'x'", "text/plain; charset=utf-8"), ("b'x'", "application/octet-stream")],
)
def test_generator_without_a_head_gets_one(
    serve: Start, kind: str, first: str, content_type: str
) -> None:
    runner = serve(f"{kind}def handler(e, c):\n    yield {first}\n    yield 'y'")
    head, body, _ = streamed(runner)
    assert head[1:] == (200, ["content-type", content_type])
    assert body == b"xy"


@pytest.mark.parametrize("kind", KINDS)
def test_generator_that_yields_nothing_is_an_empty_response(serve: Start, kind: str) -> None:
    head, body, ending = streamed(serve(f"{kind}def handler(e, c):\n    if e == 9: yield 1"))
    assert (head.status, body) == (200, b"")
    assert isinstance(ending, m.End)


def test_head_may_bring_a_body_of_its_own(serve: Start) -> None:
    runner = serve(
        """
        def handler(event, context):
            yield {"headers": {}, "body": "AP8=" if event else "text", "isBase64Encoded": event}
            yield "more"
        """
    )
    assert streamed(runner, event=True)[1] == b"\x00\xffmore"
    assert streamed(runner, event=False)[1] == b"textmore"


def test_handler_may_return_a_generator_or_any_iterator(serve: Start) -> None:
    runner = serve(
        """
        async def many():
            yield "a"
            yield "b"
        async def handler(event, context):
            return many() if event == 1 else map(str, range(3))
        """
    )
    assert streamed(runner, 1)[1] == b"ab"
    assert streamed(runner, 2)[1] == b"012"


def test_chunk_arrives_before_the_next_one_is_made(serve: Start, tmp_path: Any) -> None:
    gate = tmp_path / "gate"
    runner = serve(
        f"""
        import os, time
        def handler(event, context):
            yield "first"
            while not os.path.exists({str(gate)!r}): time.sleep(0.001)
            yield "second"
        """
    )
    runner.begin()
    assert runner.expect(m.Chunk).data == b"first"
    gate.touch()
    assert runner.expect(m.Chunk).data == b"second"
    runner.expect(m.End)


@pytest.mark.parametrize("kind", KINDS)
def test_error_after_the_first_chunk_cuts_the_stream(serve: Start, kind: str) -> None:
    runner = serve(f"{kind}def handler(e, c):\n    yield 'x'\n    raise ValueError('cut')")
    head, body, ending = streamed(runner)
    assert (head.status, body) == (200, b"x")
    assert failure(ending)["errorType"] == "ValueError"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("wrong", ["5", "{'a': 1}", "{'statusCode': 'x'}", "None"])
def test_wrong_first_yield_fails_without_a_head(serve: Start, kind: str, wrong: str) -> None:
    runner = serve(f"{kind}def handler(e, c):\n    yield {wrong}")
    _, body, ending = streamed(runner)
    assert body == b""
    assert failure(ending)["errorType"] == "Function.InvalidResponse"


def test_dict_in_the_middle_of_a_stream_cuts_it(serve: Start) -> None:
    runner = serve("def handler(e, c):\n    yield 'x'\n    yield {'statusCode': 200}")
    _, body, ending = streamed(runner)
    assert body == b"x"
    assert "it yielded a dict" in failure(ending)["errorMessage"]


@pytest.mark.parametrize("kind", KINDS)
def test_caller_of_the_value_gets_the_joined_text(serve: Start, kind: str) -> None:
    runner = serve(f"{kind}def handler(e, c):\n    yield 'grü'\n    yield b'x'")
    assert value(runner.call(want=0)) == "grüx"


def test_caller_of_the_value_gets_the_head_with_the_joined_body(serve: Start) -> None:
    runner = serve(
        """
        def handler(event, context):
            yield {"headers": {"a": "b"}, "body": "0"}
            yield bytes(event)
        """
    )
    told = {"statusCode": 200, "headers": {"a": "b"}}
    assert value(runner.call([49, 50], want=0)) == {**told, "body": "012", "isBase64Encoded": False}
    binary = base64.b64encode(b"0\xff").decode()
    assert value(runner.call([255], want=0)) == {**told, "body": binary, "isBase64Encoded": True}


def test_joined_bytes_that_are_no_text_are_a_marshal_error(serve: Start) -> None:
    told = failure(serve("def handler(e, c): yield b'\\xff'").call(want=0))
    assert told["errorType"] == "Runtime.MarshalError"


@pytest.mark.parametrize("kind", KINDS)
def test_cancel_closes_the_generator_and_the_instance_is_good_for_more(
    serve: Start, kind: str
) -> None:
    runner = serve(
        f"""
        import asyncio, time
        {kind}def handler(event, context):
            if event == 2:
                yield "fine"
                return
            try:
                while True:
                    yield "x" * 1000
                    {"await asyncio.sleep(0.001)" if kind else "time.sleep(0.001)"}
            finally:
                print("closed")
        """
    )
    number = runner.begin(1)
    runner.expect(m.Chunk)
    runner.send(runner.connection.cancel(number))
    assert isinstance(runner.expect(m.End, m.Error), m.End)
    assert (number, "", "closed") in runner.logs()
    assert streamed(runner, 2)[1] == b"fine"


def test_cancel_reaches_an_async_generator_that_waits(serve: Start) -> None:
    runner = serve(
        """
        import asyncio
        async def handler(event, context):
            yield "one"
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                print("cancelled")
                raise
            yield "never"
        """
    )
    number = runner.begin()
    runner.expect(m.Chunk)
    runner.send(runner.connection.cancel(number))
    assert isinstance(runner.expect(m.End, m.Error), m.End)
    assert (number, "", "cancelled") in runner.logs()


def test_async_generator_that_goes_on_after_a_cancel_is_closed(serve: Start) -> None:
    runner = serve(
        """
        import asyncio
        async def handler(event, context):
            yield "one"
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                pass
            yield "two"
            print("not closed")
        """
    )
    number = runner.begin()
    runner.expect(m.Chunk)
    runner.send(runner.connection.cancel(number))
    runner.expect(m.End)
    chunks = [each.data for each in runner.messages if isinstance(each, m.Chunk)]
    assert chunks == [b"one"]
    assert runner.logs() == []


def test_failure_of_a_generators_cleanup_is_the_ending(serve: Start) -> None:
    runner = serve(
        """
        import time
        def handler(event, context):
            try:
                while True:
                    yield "x"
                    time.sleep(0.001)
            finally:
                raise LookupError("in cleanup")
        """
    )
    number = runner.begin()
    runner.expect(m.Chunk)
    runner.send(runner.connection.cancel(number))
    assert failure(runner.expect(m.End, m.Error))["errorType"] == "LookupError"


def test_cancel_of_what_has_ended_or_does_not_stream_is_ignored(serve: Start) -> None:
    runner = serve("import time\ndef handler(e, c):\n    time.sleep(0.05)\n    return 1")
    number = runner.begin()
    cancel = runner.connection.cancel(number)
    runner.send(cancel)
    assert value(runner.expect(m.Value)) == 1
    runner.send(cancel)
    assert value(runner.call()) == 1


def test_what_comes_while_a_stream_runs_is_kept_for_later(serve: Start) -> None:
    runner = serve(
        """
        import time
        def handler(event, context):
            if event == 2: return "second"
            return first()
        def first():
            for _ in range(20):
                time.sleep(0.002)
                yield "x"
        """
    )
    runner.begin(1)
    runner.begin(2)
    runner.send(runner.connection.drain())
    runner.expect(m.End)
    assert value(runner.expect(m.Value)) == "second"
    runner.read_to_end()
    assert runner.exit_status() == 0


def test_slow_reader_slows_the_generator(serve: Start, tmp_path: Any) -> None:
    made = tmp_path / "made"
    runner = serve(
        f"""
        def handler(event, context):
            with open({str(made)!r}, "w", buffering=1) as file:
                for at in range(200):
                    file.write(f"{{at}}\\n")
                    yield b"x" * 65536
        """
    )
    number = runner.begin()
    runner.expect(m.Head)
    runner.send(runner.connection.cancel(number))
    runner.expect(m.End)
    assert len(made.read_text().splitlines()) < 200


def test_long_chunk_is_cut_and_comes_whole(serve: Start) -> None:
    runner = serve("def handler(e, c): yield b'0123456789' * 500_000")
    _, body, _ = streamed(runner)
    assert body == b"0123456789" * 500_000
    assert max(len(each.data) for each in runner.messages if isinstance(each, m.Chunk)) <= 1 << 20
