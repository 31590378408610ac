"""Rows about what a program is told of a call, by its context and its environment."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any, Final

from polyfn.errors import HandlerFailed

from .feature import Check, row
from .library import Running

_ARN: Final = "arn:aws:lambda:us-east-1:123456789012:function:hello"
_CLIENT: Final = {
    "client": {"installation_id": "i-1", "app_title": "Shop"},
    "env": {"make": "Acme"},
    "custom": {"netlify": "grüße"},
}
_LIMIT_S: Final = 1.0


def _told(is_so: Callable[[dict[str, Any], Running], bool]) -> Check:
    async def check(running: Running) -> None:
        about = await running.value(
            {"do": "context"},
            client_context=json.dumps(_CLIENT).encode(),
            trace_id="Root=1-5759e988-bd862e3fe1be46a994272793",
        )
        assert isinstance(about, dict)
        assert is_so(about, running), about

    return check


async def _cancelled(running: Running) -> None:
    began = time.monotonic()
    error = await running.error({"do": "wait"}, _LIMIT_S)
    assert isinstance(error, HandlerFailed), error
    assert (error.error_type, error.message) == (
        "deadlineExceededError",
        "context deadline exceeded",
    )
    assert time.monotonic() - began > _LIMIT_S / 2
    assert await running.value({}) == [200, ""]


def _client(about: dict[str, Any], _: Running) -> bool:
    client = about["client"]
    return bool(
        client["custom"] == _CLIENT["custom"]
        and client["env"] == _CLIENT["env"]
        and client["Client"]["app_title"] == "Shop"
    )


CONTEXT: Final = (
    row("request id", _told(lambda about, of: about["request_id"] == of.request_id)),
    row("function ARN", _told(lambda about, _: about["arn"] == _ARN)),
    row("client context", _told(_client)),
    row("trace id", _told(lambda about, _: about["trace_id"].startswith("Root=1-5759e988"))),
    row(
        "`ctx.Deadline`",
        _told(lambda about, _: about["has_deadline"] and 15_000 < about["remaining_ms"] <= 20_000),
    ),
    row("`ctx.Done` at the deadline, before the process is stopped", _cancelled),
    row("`lambdacontext.FunctionName`", _told(lambda about, _: about["function_name"] == "hello")),
    row("`FunctionVersion`", _told(lambda about, _: about["version"] == "$LATEST")),
    row("`MemoryLimitInMB`", _told(lambda about, _: about["memory_mb"] == 1024)),
    row(
        "`LogGroupName`, `LogStreamName`",
        _told(
            lambda about, _: (
                (about["log_group"], about["log_stream"]) == ("/aws/lambda/hello", "[$LATEST]hello")
            )
        ),
    ),
)
