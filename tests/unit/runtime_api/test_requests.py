"""What a request to the Runtime API asks for."""

from __future__ import annotations

import pytest

from polyfn.runtime_api.requests import Ask, Asked, asked

_RUNTIME = "/2018-06-01/runtime"
_EXTENSION = "/2020-01-01/extension"


@pytest.mark.parametrize(
    ("method", "target", "expected"),
    [
        ("GET", f"{_RUNTIME}/invocation/next", Asked(Ask.NEXT)),
        ("GET", f"{_RUNTIME}/invocation/next?x=1", Asked(Ask.NEXT)),
        ("POST", f"{_RUNTIME}/invocation/01AB-c/response", Asked(Ask.RESPONSE, "01AB-c")),
        ("POST", f"{_RUNTIME}/invocation/01AB-c/error", Asked(Ask.ERROR, "01AB-c")),
        ("POST", f"{_RUNTIME}/init/error", Asked(Ask.INIT_ERROR)),
        ("POST", f"{_EXTENSION}/register", Asked(Ask.REGISTER)),
        ("GET", f"{_EXTENSION}/event/next", Asked(Ask.EVENT_NEXT)),
        ("POST", f"{_EXTENSION}/init/error", Asked(Ask.EXTENSION_ERROR)),
        ("POST", f"{_EXTENSION}/exit/error", Asked(Ask.EXTENSION_ERROR)),
        ("PUT", "/2020-08-15/logs", Asked(Ask.LOGS)),
        ("PUT", "/2022-07-01/telemetry", Asked(Ask.TELEMETRY)),
    ],
)
def test_request_is_known_by_method_and_path(method: str, target: str, expected: Asked) -> None:
    assert asked(method, target) == expected


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [
        ("POST", f"{_RUNTIME}/invocation/next", 405),
        ("GET", f"{_RUNTIME}/invocation/1/response", 405),
        ("GET", "/", 404),
        ("GET", f"{_RUNTIME}/invocation/next/", 404),
        ("POST", f"{_RUNTIME}/invocation//response", 404),
        ("POST", f"{_RUNTIME}/invocation/1/2/response", 404),
        ("POST", f"{_RUNTIME}/invocation/1/answer", 404),
        ("GET", "/2019-01-01/runtime/invocation/next", 404),
    ],
)
def test_what_is_not_served_is_told_by_a_status(method: str, target: str, status: int) -> None:
    assert asked(method, target) == status
