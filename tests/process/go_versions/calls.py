"""Rows about programs that work: how they start, what they take and return, what they are told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pytest

from polyfn.errors import BadResponse
from polyfn.gateway.judge import judge
from polyfn.model import JSON, Streamed, Value

from .feature import Check, fails, gives, row
from .library import Running

_ITEM: Final[JSON] = {"name": "tea", "size": 2}
_TWICE: Final[JSON] = {"name": "teatea", "size": 4}


async def _sigterm(running: Running) -> None:
    assert await running.value({}) == [200, ""]
    await running.stop()
    await running.logs("log: goodbye")


async def _number(running: Running) -> None:
    number: JSON = {"n": 12345678901234567890}
    assert await running.call(number) == Value(b'{"n":12345678901234567890}')


async def _indented(running: Running) -> None:
    result = await running.call({"a": {"name": "x"}})
    assert isinstance(result, Value)
    assert b'\n>  "a": {\n' in result.json


async def _escaped(running: Running) -> None:
    assert await running.call("<b>") == Value(b'"\\u003cB\\u003e"')


def _invoked(name: str, **more: JSON) -> JSON:
    return {"by": name, "got": {"a": 1}, **more}


STARTS: Final = (
    row("`Start`", gives({"body": "x"}, [200, "x"])),
    row(
        "`StartWithContext`",
        gives({}, [200, "base"]),
        start="StartWithContext",
        needs="func StartWithContext(",
    ),
    row("`StartHandler`", gives({"a": 1}, _invoked("StartHandler")), start="StartHandler"),
    row(
        "`StartHandlerWithContext`",
        gives({"a": 1}, _invoked("StartHandlerWithContext", value="base")),
        start="StartHandlerWithContext",
        needs="func StartHandlerWithContext(",
    ),
    row(
        "`StartHandlerFunc`",
        gives({"body": "x"}, [200, "x"]),
        start="StartHandlerFunc",
        needs="func StartHandlerFunc[",
    ),
    row(
        "`StartWithOptions`, `WithContext`",
        gives({}, [200, "base"]),
        start="WithContext",
        needs="func WithContext(",
    ),
    row(
        "`WithContextValue`",
        gives({}, [200, "a value"]),
        start="WithContextValue",
        needs="func WithContextValue(",
    ),
    row(
        "`WithEnableSIGTERM`",
        _sigterm,
        start="WithEnableSIGTERM",
        needs="func WithEnableSIGTERM(",
    ),
    row("`WithUseNumber`", _number, start="WithUseNumber", needs="func WithUseNumber("),
    row(
        "`WithDisallowUnknownFields`",
        fails({"new": 1}, "errorString", 'json: unknown field "new"'),
        start="WithDisallowUnknownFields",
        needs="func WithDisallowUnknownFields(",
    ),
    row(
        "`WithSetEscapeHTML`",
        _escaped,
        start="WithSetEscapeHTML",
        needs="func WithSetEscapeHTML(",
    ),
    row("`WithSetIndent`", _indented, start="WithSetIndent", needs="func WithSetIndent("),
)


async def _no_json(running: Running) -> None:
    result = await running.call("x")
    if isinstance(result, Streamed):
        assert b"".join([each async for each in result.chunks]) == b'{"by":""","got":"x"}'
        return
    assert isinstance(result, Value)
    with pytest.raises(BadResponse, match="something that is no JSON"):
        judge(result.json, "hello")


async def _own_id(running: Running) -> None:
    assert await running.value({}) == running.request_id


_nameless = fails({}, "errorString", "it has no name", then=None)

_CHECKS: Final[Mapping[str, list[Check]]] = {
    "func()": [gives({}, None, logs="log: called")],
    "func(TIn)": [gives(_ITEM, None, logs="log: called with tea")],
    "func() error": [_nameless],
    "func(TIn) error": [gives(_ITEM, None), _nameless],
    "func() (TOut, error)": [gives({}, {"name": "out", "size": 1})],
    "func(TIn) (TOut, error)": [gives(_ITEM, _TWICE), _nameless],
    "func(Context)": [gives({}, None, logs="log: called by {request_id}")],
    "func(Context) error": [fails({}, "errorString", "{request_id}", then=None)],
    "func(Context) (TOut, error)": [_own_id],
    "func(Context, TIn)": [gives(_ITEM, None, logs="log: tea by {request_id}")],
    "func(Context, TIn) error": [gives(_ITEM, None), _nameless],
    "func(Context, TIn) (TOut, error)": [gives(_ITEM, _TWICE), _nameless],
}

SIGNATURES: Final = tuple(row(f"`{name}`", *checks, start=name) for name, checks in _CHECKS.items())

TYPES: Final = (
    row("pointers to structs", gives(_ITEM, {"name": "tea!", "size": 2}), start="pointers"),
    row("a nil pointer as the result", gives(_ITEM, None), start="nil pointer"),
    row("maps", gives({"a": _ITEM}, {"a": _ITEM}), start="maps"),
    row("slices", gives(["a", "b"], ["b"]), start="slices"),
    row("strings", gives("tea", "TEA"), start="strings"),
    row("numbers", gives(41, 42), start="numbers"),
    row("`[]byte` (base64 in JSON)", gives("YWJj", "YWI="), start="[]byte"),
    row("`json.RawMessage`", _number, start="json.RawMessage"),
    row("`interface{}`", gives({"a": [1]}, {"a": [1]}), start="interface{}"),
    row(
        "an event of another type",
        fails(
            {"size": "large"},
            "UnmarshalTypeError",
            "json: cannot unmarshal string into Go struct field item.size of type int",
            then=None,
        ),
        start="func(TIn) error",
    ),
    row(
        "a result that JSON cannot hold",
        fails({}, "UnsupportedTypeError", "json: unsupported type: chan int", then=None),
        start="what JSON cannot hold",
    ),
    row(
        "bytes of a `Handler` that are no JSON: passed on, or 502 where the library says they are",
        _no_json,
        start="a Handler's bytes that are no JSON",
    ),
    row(
        "`io.Reader` as the result",
        gives({}, [201, "read"]),
        start="io.Reader",
        needs="(io.Reader, error)",
    ),
    row(
        "`io.ReadCloser`, closed afterwards",
        gives({}, [201, "read"], logs="log: closed"),
        start="io.ReadCloser",
        needs="(io.Reader, error)",
    ),
    row(
        "`LambdaFunctionURLStreamingResponse`",
        gives({}, [201, "streamed"]),
        start="LambdaFunctionURLStreamingResponse",
        needs="type LambdaFunctionURLStreamingResponse struct",
    ),
)
