"""What a handler returns, as it goes out."""

from __future__ import annotations

import base64
import json

import pytest

from conftest import Start
from polyfn.wire import messages as m
from runner_process import failure, value


@pytest.mark.parametrize(
    ("returned", "status", "headers", "body", "is_base64"),
    [
        ("{'statusCode': 200, 'body': 'grü'}", 200, [], "grü".encode(), False),
        ("{'statusCode': 204}", 204, [], None, False),
        ("{'statusCode': 0, 'body': None, 'headers': None}", 0, [], None, False),
        ("{'statusCode': 200, 'body': '', 'isBase64Encoded': None}", 200, [], b"", False),
        ("{'statusCode': 200, 'body': 'AAE=', 'isBase64Encoded': True}", 200, [], b"AAE=", True),
        ("{'statusCode': 200, 'body': b'gr\\xc3\\xbc'}", 200, [], "grü".encode(), False),
        (
            "{'statusCode': 200, 'headers': {'A': 'x', 'b': 1, 'c': 1.5, 'd': True, 'e': 10**20}}",
            200,
            ["A", "x", "b", "1", "c", "1.5", "d", "true", "e", "1" + "0" * 20],
            None,
            False,
        ),
        (
            """{'statusCode': 200, 'headers': {'Set-Cookie': 'x', 'k': 'v'}, 'cookies': ['a=1'],
            'multiValueHeaders': {'set-cookie': ['y', 'z'], 'n': [1, False]}}""",
            200,
            [
                "k",
                "v",
                "set-cookie",
                "y",
                "set-cookie",
                "z",
                "n",
                "1",
                "n",
                "false",
                "set-cookie",
                "a=1",
            ],
            None,
            False,
        ),
    ],
)
def test_response_is_sent_structured(
    serve: Start, returned: str, status: int, headers: list[str], body: bytes, is_base64: bool
) -> None:
    result = serve(f"def handler(e, c): return {returned}").call()
    assert result[1:] == (status, headers, body, is_base64)
    assert isinstance(result, m.Result)


def test_status_of_an_enum_and_text_of_a_subclass_are_taken_as_what_they_are(serve: Start) -> None:
    runner = serve(
        """
        from enum import Enum
        from http import HTTPStatus
        class Name(str, Enum):
            KIND = "content-type"
            VALUE = "text/plain"
        def handler(event, context):
            return {"statusCode": HTTPStatus.CREATED, "headers": {Name.KIND: Name.VALUE}}
        """
    )
    assert runner.call()[1:] == (201, ["content-type", "text/plain"], None, False)


@pytest.mark.parametrize(
    "returned",
    [
        "{'statusCode': '200'}",
        "{'statusCode': 200.0}",
        "{'statusCode': True}",
        "{'statusCode': -1}",
        "{'statusCode': 2**32}",
        "{}",
        "{'statusCode': 200, 'body': {'a': 1}}",
        "{'statusCode': 200, 'body': 5}",
        "{'statusCode': 200, 'isBase64Encoded': 'yes'}",
        "{'statusCode': 200, 'headers': ['a']}",
        "{'statusCode': 200, 'headers': {'a': None}}",
        "{'statusCode': 200, 'headers': {'a': ['b']}}",
        "{'statusCode': 200, 'multiValueHeaders': {'a': 'b'}}",
        "{'statusCode': 200, 'multiValueHeaders': []}",
        "{'statusCode': 200, 'multiValueHeaders': {'a': [None]}}",
        "{'statusCode': 200, 'cookies': 'a=1'}",
        "{'statusCode': 200, 'cookies': [1]}",
        "[1, 'grü', None, 1.5]",
        "'text'",
        "None",
    ],
)
def test_anything_else_is_sent_whole_as_a_value(serve: Start, returned: str) -> None:
    runner = serve(f"def handler(e, c): return {returned}")
    expected = json.loads(json.dumps(eval(returned)))  # noqa: S307 - a literal of this file
    assert value(runner.call()) == expected


def test_response_is_a_value_when_the_caller_wants_the_value(serve: Start) -> None:
    runner = serve("def handler(e, c): return {'statusCode': 200, 'body': 'x'}")
    assert value(runner.call(want=0)) == {"statusCode": 200, "body": "x"}


def test_values_become_json_as_awss_runtime_writes_it(serve: Start) -> None:
    runner = serve(
        """
        from decimal import Decimal
        def handler(event, context):
            return {"d": [Decimal("1.10"), Decimal("-2E+3")], "b": b"gr\\xc3\\xbc", "t": "ü",
                    1: (2,), "nested": {"d": Decimal(7)}}
        """
    )
    ending = runner.call(want=0)
    assert ending.value.decode() == (
        '{"d": [1.10, -2E+3], "b": "grü", "t": "ü", "1": [2], "nested": {"d": 7}}'
    )


def test_bytes_are_json_text_or_become_a_string(serve: Start) -> None:
    runner = serve("import base64\ndef handler(e, c): return base64.b64decode(e)")
    for sent, told in ((b'{"a":  1}', '{"a":  1}'), (b"plain", '"plain"')):
        event = json.dumps(base64.b64encode(sent).decode()).encode()
        assert runner.call(event).value.decode() == told


@pytest.mark.parametrize(
    "returned",
    [
        "object()",
        "{1, 2}",
        "float('nan')",
        "{'statusCode': 200, 'headers': {'x': float('inf')}}",
        "{'statusCode': 200, 'body': b'\\xff'}",
        "{'statusCode': 200, 'body': '\\ud800'}",
        "{'statusCode': 200, 'headers': {'x': '\\ud800'}}",
        "'\\ud800'",
        "__import__('decimal').Decimal('NaN')",
        "(lambda a: a.append(a) or a)([])",
        "b'\\xff'",
        "{(1, 2): 3}",
    ],
)
def test_what_json_cannot_hold_is_a_marshal_error(serve: Start, returned: str) -> None:
    runner = serve(f"def handler(e, c): return {returned} if e == 1 else 'fine'")
    told = failure(runner.call(1))
    assert told["errorType"] == "Runtime.MarshalError"
    assert told["errorMessage"].startswith("Unable to marshal response: ")
    assert value(runner.call(2)) == "fine"


def test_response_too_long_for_a_frame_is_said_to_be(serve: Start) -> None:
    runner = serve(
        "def handler(e, c): return {'statusCode': 200, 'body': 'x' * e}",
    )
    told = failure(runner.call(65 * 1024 * 1024))
    assert told["errorType"] == "Function.ResponseSizeTooLarge"
    assert runner.call(1).body == b"x"
