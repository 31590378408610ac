"""Rows about programs that fail: by errors, by panics, by their end, and from the start."""

from __future__ import annotations

from typing import Final

from polyfn.errors import LoadFailed

from .feature import Check, Feature, assert_frames, dies, fails, row
from .library import Running

_DEEPER: Final = "failing.go deeper"
_CLOSED: Final = ("Shop.Closed", "come tomorrow")
_ANSWERS: Final = "(messages.InvokeResponse_Error); ok"


def _error(do: str, kind: str, message: str, *frames: str) -> Check:
    return fails({"do": do, "body": "short"}, kind, message, *frames)


def _panic(do: str, kind: str, message: str, *frames: str) -> Check:
    return _error(do, kind, message, *frames, "failing.go init.func", "handle.go handle")


async def _panic_with_nil(running: Running) -> None:
    error = await running.error({"do": "panic with nil"})
    assert error.error_type == "PanicNilError"
    assert "panic called with nil argument" in error.message  # and more, by Go's version
    assert_frames(error, (_DEEPER, "failing.go init.func", "handle.go handle"))
    await running.logs(f"PanicNilError: {error.message}")


ERRORS: Final = (
    row("`errors.New`", _error("error", "errorString", "it went wrong")),
    row("`fmt.Errorf`", _error("formatted error", "errorString", "no tea")),
    row("`fmt.Errorf` with `%w`", _error("wrapped error", "wrapError", "on Monday: no tea")),
    row("an own type, by pointer", _error("error of a pointer", "outOfStock", "no tea")),
    row("an own type, by value", _error("error of a value", "code", "code 7")),
    row(
        "`messages.InvokeResponse_Error`: its own type, message and stack",
        _error("InvokeResponse_Error", *_CLOSED),
        _error(
            "InvokeResponse_Error with a stack", "Shop.Closed", "come tomorrow", "shop/door.go open"
        ),
        _error("panic with InvokeResponse_Error", *_CLOSED),
        needs=_ANSWERS,
    ),
)

PANICS: Final = (
    row("`panic` with a string", _panic("panic", "string", "it went wrong", _DEEPER)),
    row("`panic` with an error", _panic("panic with error", "outOfStock", "no tea", _DEEPER)),
    row("`panic` with a struct", _panic("panic with value", "item", "{tea 1}", _DEEPER)),
    row("`panic(nil)`", _panic_with_nil),
    row(
        "a runtime error",
        _panic("runtime error", "plainError", "assignment to entry in nil map"),
        _panic("out of range", "boundsError", "runtime error: slice bounds out of range [9:5]"),
    ),
    row("`log.Panic`", _panic("log.Panic", "string", "it cannot go on", "log/log.go Panic")),
    row(
        "a panic in a goroutine",
        dies(
            {"do": "goroutine panic"},
            "panicked before it answered: it went wrong",
            "panic: it went wrong",
        ),
    ),
    row(
        "a panic with an error in a goroutine",
        dies({"do": "goroutine error"}, "panicked", "no tea"),
    ),
    row(
        "what nothing recovers from (`fatal error`)",
        dies(
            {"do": "fatal error"},
            "was stopped by the Go runtime before it answered: sync: unlock of unlocked mutex",
            "fatal error: sync: unlock of unlocked mutex",
        ),
    ),
    row("`os.Exit(3)`", dies({"do": "exit"}, "exited with status 3", "")),
    row("`os.Exit(0)`", dies({"do": "exit with 0"}, "exited with status 0", "")),
    row(
        "`log.Fatal`",
        dies({"do": "log.Fatal"}, "exited with status 1", "log: it cannot go on"),
    ),
)


def _refused(name: str, start: str, message: str) -> Feature:
    return row(name, fails({}, "errorString", message, then=None), start=start)


async def _no_start(running: Running) -> None:
    error = await running.error({})
    assert isinstance(error, LoadFailed)
    assert "lambda.Start" in error.message


REFUSED: Final = (
    _refused("`Start(nil)`", "nil", "handler is nil"),
    _refused("`Start` of no function", "text", "handler kind string is not func"),
    _refused(
        "three arguments",
        "three arguments",
        "handlers may not take more than two arguments, but handler takes 3",
    ),
    _refused(
        "two arguments, the first no `Context`",
        "two arguments without a Context",
        "handler takes two arguments, but the first is not Context. got struct",
    ),
    _refused("three results", "three results", "handler may not return more than two values"),
    _refused(
        "two results, the second no error",
        "two results without an error",
        "handler returns two values, but the second does not implement error",
    ),
    _refused(
        "one result that is no error",
        "a result that is no error",
        "handler returns a single value, but it does not implement error",
    ),
    row("`main` that returns without `Start`", _no_start, start="no start"),
)
