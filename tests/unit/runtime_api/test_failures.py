"""What programs say of their errors."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from polyfn.runtime_api.failures import failure, reported, trailed

_LIBRARY = "github.com/aws/aws-lambda-go@v1.55.1/lambda/"


def _told(body: object, **headers: str) -> dict[str, Any]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    told: dict[str, Any] = json.loads(reported(raw, named).json)
    return told


def test_failure_of_our_own() -> None:
    assert json.loads(failure("T", "m")) == {"errorType": "T", "errorMessage": "m", "trace": []}


def test_type_is_the_bodys_then_the_headers_then_error() -> None:
    header = {"lambda_runtime_function_error_type": "H"}
    assert _told({"errorType": "B"}, **header)["errorType"] == "B"
    assert _told({}, **header)["errorType"] == "H"
    assert _told({})["errorType"] == "Error"


@pytest.mark.parametrize("body", [b"just words", b'"just words"', b"\xff"])
def test_body_that_is_no_object_is_the_message(body: bytes) -> None:
    assert _told(body)["errorMessage"] == body.decode("utf-8", "replace")


def test_values_of_other_types_are_shown_as_json() -> None:
    told = _told({"errorType": 7, "errorMessage": {"a": [1]}, "stackTrace": [["f", 1]]})
    assert told == {"errorType": "7", "errorMessage": '{"a":[1]}', "trace": ['["f",1]']}


@pytest.mark.parametrize(
    ("fields", "trace"),
    [
        (
            {"stackTrace": ['  File "x.py", line 1\n    raise\n']},
            ['  File "x.py", line 1', "    raise"],
        ),
        ({"trace": ["Error: x", "    at y"]}, ["Error: x", "    at y"]),
        ({"stackTrace": "one\ntwo"}, ["one", "two"]),
        ({"stackTrace": None}, []),
        ({}, []),
    ],
)
def test_trace_is_a_list_of_lines(fields: dict[str, Any], trace: list[str]) -> None:
    assert _told(fields)["trace"] == trace
    assert not reported(json.dumps(fields).encode(), {}).is_panic


def _frame(path: str, line: int = 1, label: str = "f") -> dict[str, Any]:
    return {"path": path, "line": line, "label": label}


def test_stack_of_a_go_panic_is_the_authors_part_of_it() -> None:
    stack = [
        _frame(f"{_LIBRARY}errors.go", label="lambdaPanicResponse"),
        _frame("runtime/panic.go", label="gopanic"),
        _frame("runtime/panic.go", label="panicmem"),
        _frame("x/main.go", 7, "h"),
        _frame("reflect/value.go", label="Value.call"),
        _frame("reflect/value.go", label="Value.Call"),
        _frame(f"{_LIBRARY}handler.go", label="reflectHandler.func2"),
        _frame("x/main.go", 14, "main"),
    ]
    found = reported(json.dumps({"errorMessage": "m", "stackTrace": stack}).encode(), {})
    assert found.is_panic
    assert json.loads(found.json)["trace"] == ["x/main.go:7 h"]


def test_stack_of_go_without_a_panic_in_it_is_shown_whole() -> None:
    stack = [_frame("x/a.go", 2), {"path": "x/b.go"}]
    assert _told({"stackTrace": stack})["trace"] == ["x/a.go:2 f", "x/b.go:0"]


def test_trailers_tell_that_a_response_failed() -> None:
    body = base64.b64encode(b'{"errorMessage": "late", "errorType": "E"}').decode()
    both = {
        "lambda-runtime-function-error-type": "T",
        "lambda-runtime-function-error-body": body,
    }
    assert trailed({}) is None
    assert json.loads(trailed(both) or b"")["errorType"] == "E"
    alone = trailed({"lambda-runtime-function-error-type": "T"})
    assert json.loads(alone or b"") == {"errorType": "T", "errorMessage": "", "trace": []}
    plain = trailed({"lambda-runtime-function-error-body": "no base64!"})
    assert json.loads(plain or b"")["errorMessage"] == "no base64!"
