"""INVOKE: what events and contexts reach a handler, and how it fails."""

from __future__ import annotations

import base64
import json

import pytest

from conftest import Start, Write
from polyfn.wire import messages as m
from runner_process import failure, value

ECHO = "def handler(event, context): return event\n"


def test_raw_event_is_handed_over_untouched(serve: Start) -> None:
    runner = serve(ECHO)
    event = (
        b' {"n": 12345678901234567890, "f": 1.5, "t": "gr\xc3\xbc\\u00df", "x": [null, true]} \n'
    )
    assert value(runner.call(event, want=0)) == json.loads(event)
    assert value(runner.call(b"[1]", want=0)) == [1]


def test_text_body_becomes_a_string(serve: Start) -> None:
    told = value(serve(ECHO).call({"path": "/"}, text="grüße ✓"))
    assert told == {"path": "/", "body": "grüße ✓", "isBase64Encoded": False}


@pytest.mark.parametrize("size", [0, 1, 300, 100_000])
def test_binary_body_becomes_base64(serve: Start, size: int) -> None:
    body = bytes(range(256)) * (size // 256) + bytes(range(size % 256))
    told = value(serve(ECHO).call({"path": "/"}, binary=body))
    assert told == {
        "path": "/",
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }


def test_six_megabytes_go_in_and_come_back(serve: Start) -> None:
    runner = serve("def handler(e, c): return {'statusCode': 200, 'body': e['body']}")
    text = "0123456789abcdef" * (6 * 65536)
    result = runner.call({"path": "/"}, text=text)
    assert result.body == text.encode()


def test_event_that_is_no_json_fails_the_invocation(serve: Start) -> None:
    runner = serve(ECHO)
    for event in (b"", b"{", b"{} x", b"nope"):
        assert failure(runner.call(event))["errorType"] == "Runtime.UnmarshalError"
    assert value(runner.call(b"1", want=0)) == 1


def test_context_has_every_attribute_that_aws_gives(serve: Start) -> None:
    runner = serve(
        """
        def handler(event, context):
            client, identity = context.client_context, context.identity
            return {
                "vars": {k: v for k, v in vars(context).items() if v is None or type(v) is str},
                "left": context.get_remaining_time_in_millis(),
                "client": client and [client.custom, client.env, client.client.app_title,
                                      client.client.installation_id, client.identity, client.user],
                "identity": [identity.cognito_identity_id, identity.cognito_identity_pool_id],
                "repr": repr(context),
            }
        """
    )
    told = value(runner.call(request_id="r-9", remaining_ms=4000))
    facts = {
        "aws_request_id": "r-9",
        "log_group_name": "/aws/lambda/hello",
        "log_stream_name": "local",
        "function_name": "hello",
        "memory_limit_in_mb": "1024",
        "function_version": "$LATEST",
        "invoked_function_arn": "arn:aws:lambda:us-east-1:123456789012:function:hello",
        "tenant_id": None,
    }
    assert told["vars"] == {**facts, "client_context": None}
    assert 0 < told["left"] <= 4000
    assert told["client"] is None
    assert told["identity"] == [None, None]
    assert told["repr"].startswith("LambdaContext([aws_request_id=r-9,log_group_name=/aws/lambda")
    assert told["repr"].endswith(
        "client_context=None,identity=CognitoIdentity([cognito_identity_id=None,"
        "cognito_identity_pool_id=None]),tenant_id=None])"
    )
    client = {
        "custom": {"a": 1},
        "env": {"b": "2"},
        "client": {"app_title": "app"},
        "user": {"sub": "u"},
        "unknown": 1,
    }
    identity = {"cognitoIdentityId": "id", "cognitoIdentityPoolId": "pool"}
    told = value(runner.call(extras={"client_context": client, "identity": identity}))
    assert told["client"] == [{"a": 1}, {"b": "2"}, "app", None, None, {"sub": "u"}]
    assert told["identity"] == ["id", "pool"]


def test_time_that_is_left_never_goes_below_zero(serve: Start) -> None:
    runner = serve("def handler(e, c): return c.get_remaining_time_in_millis()")
    assert value(runner.call(remaining_ms=0)) == 0


def test_trace_id_is_in_the_environment_of_its_invocation_only(serve: Start) -> None:
    runner = serve("import os\ndef handler(e, c): return os.environ.get('_X_AMZN_TRACE_ID')")
    assert value(runner.call()) is None
    assert value(runner.call(extras={"trace_id": "Root=1"})) == "Root=1"
    assert value(runner.call()) is None


def test_exception_is_reported_with_the_authors_frames_only(serve: Start, write: Write) -> None:
    write("def work():\n    raise KeyError('grü')", "part.py")
    runner = serve(
        """
        import part
        class Wrong(Exception): pass
        def handler(event, context):
            try:
                part.work()
            except KeyError as error:
                raise Wrong("it is " + str(error)) from error
        """
    )
    error = runner.call()
    told = failure(error)
    assert (told["errorType"], told["errorMessage"]) == ("Wrong", "it is 'grü'")
    assert not error.fatal
    text = "\n".join(told["trace"])
    assert text.index("in work") < text.index("direct cause") < text.rindex("in handler")
    assert "polyfn_runner" not in text
    assert text.endswith(".Wrong: it is 'grü'")
    assert failure(runner.call())["errorType"] == "Wrong"


def test_wrong_signature_has_no_frames_of_the_author(serve: Start) -> None:
    told = failure(serve("def handler(): pass").call())
    assert told["errorType"] == "TypeError"
    assert "takes 0 positional arguments but 2 were given" in told["errorMessage"]
    assert told["trace"] == []


def test_exception_that_misbehaves_is_reported_all_the_same(serve: Start) -> None:
    runner = serve(
        """
        class Bad(BaseException):
            def __str__(self): raise RuntimeError("no")
        def handler(event, context):
            if event == 1: raise Bad
            if event == 2: raise ValueError("\\ud800" + "x" * 10_000_000)
            if event == 3: handler(3, context)
            raise GeneratorExit
        """
    )
    assert failure(runner.call(1))["errorType"] == "Bad"
    assert len(failure(runner.call(2))["errorMessage"]) == 65_536
    told = failure(runner.call(3))
    assert told["errorType"] == "RecursionError"
    assert len(told["trace"]) < 500
    assert failure(runner.call(4))["errorType"] == "GeneratorExit"


@pytest.mark.parametrize(("code", "status"), [("3", 3), ("", 0), ("'bye'", 1), ("256 + 7", 7)])
def test_sys_exit_in_a_handler_is_a_fatal_exit_error(serve: Start, code: str, status: int) -> None:
    runner = serve(
        f"""
        import atexit, sys
        atexit.register(print, "at exit")
        def handler(event, context):
            print("unfinished", end="")
            sys.exit({code})
        """
    )
    error = runner.call()
    assert failure(error)["errorType"] == "Runtime.ExitError"
    assert error.fatal
    runner.read_to_end()
    assert runner.exit_status() == status
    lines = [line for _, _, line in runner.logs()]
    assert "unfinished" in lines
    assert lines[-1] == "at exit"
    assert ("bye" in lines) == (code == "'bye'")


def test_async_handler_runs_on_one_loop_that_keeps_its_tasks(serve: Start) -> None:
    runner = serve(
        """
        import asyncio
        SEEN = []
        async def later():
            await asyncio.sleep(0)
            SEEN.append("task")
        async def handler(event, context):
            loop = asyncio.get_running_loop()
            SEEN.append(id(loop))
            asyncio.create_task(later())
            await asyncio.sleep(0)
            return SEEN
        """
    )
    first = value(runner.call())
    second = value(runner.call())
    assert second[0] == first[0]
    assert second.count(first[0]) == 2
    assert "task" in second


def test_async_handler_uses_what_its_module_has_bound_to_a_loop(serve: Start) -> None:
    runner = serve(
        """
        import asyncio
        LOOP = asyncio.new_event_loop()
        asyncio.set_event_loop(LOOP)
        async def handler(event, context):
            return asyncio.get_running_loop() is LOOP
        """
    )
    assert value(runner.call()) is True


def test_handler_without_asyncio_of_its_own_may_be_async(serve: Start) -> None:
    runner = serve("async def handler(e, c): return {'statusCode': 201}")
    assert runner.call().status == 201


def test_sync_handler_may_run_a_loop_of_its_own_or_return_an_awaitable(serve: Start) -> None:
    runner = serve(
        """
        import asyncio
        class Soon:
            def __await__(self):
                yield from asyncio.sleep(0).__await__()
                return "soon"
        async def inner(): return "inner"
        def handler(event, context):
            return asyncio.run(inner()) if event == 1 else Soon()
        """
    )
    assert value(runner.call(2)) == "soon"
    assert value(runner.call(1)) == "inner"
    assert value(runner.call(2)) == "soon"


def test_async_failure_has_the_authors_frames_only(serve: Start) -> None:
    runner = serve(
        """
        import asyncio
        async def work():
            await asyncio.sleep(0)
            raise LookupError("gone")
        async def handler(event, context):
            if event == 1: raise asyncio.CancelledError
            await work()
        """
    )
    told = failure(runner.call())
    assert told["errorType"] == "LookupError"
    frames = [line.rpartition("in ")[2] for line in told["trace"] if line.startswith("  File")]
    assert frames == ["handler", "work"]
    assert failure(runner.call(1))["errorType"] == "CancelledError"


def test_two_handlers_in_a_row_share_their_module(serve: Start) -> None:
    runner = serve("N = [0]\ndef handler(e, c):\n    N[0] += 1\n    return N[0]")
    assert [value(runner.call()) for _ in range(3)] == [1, 2, 3]


def test_many_invocations_may_wait_in_the_pipe(serve: Start) -> None:
    runner = serve(ECHO)
    count = 200
    sent = [runner.begin(at, want=0) for at in range(count)]
    got: dict[int, int] = {}
    while len(got) < count:
        ending = runner.expect(m.Value, m.Error)
        got.update({each.id: value(each) for each in runner.messages if isinstance(each, m.Value)})
        assert isinstance(ending, m.Value)
    assert [got[number] for number in sent] == list(range(count))
