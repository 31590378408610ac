"""What a request asks for, by its method and path."""

from __future__ import annotations

import re
from enum import Enum
from typing import Final, NamedTuple


class Ask(Enum):
    """The requests of the Runtime API, of the Extensions API, and of the two that send logs."""

    NEXT = "invocation/next"
    RESPONSE = "invocation/ID/response"
    ERROR = "invocation/ID/error"
    INIT_ERROR = "init/error"
    REGISTER = "extension/register"
    EVENT_NEXT = "extension/event/next"
    EXTENSION_ERROR = "extension/init/error"
    LOGS = "logs"
    TELEMETRY = "telemetry"


class Asked(NamedTuple):
    """A request that polyfn serves.

    Attributes:
        request_id: Of the invocation that it is about; empty where it is about none.
    """

    ask: Ask
    request_id: str = ""


_RUNTIME: Final = "/2018-06-01/runtime/"
_EXTENSION: Final = "/2020-01-01/extension/"
_PLAIN: Final = {
    f"{_RUNTIME}invocation/next": ("GET", Ask.NEXT),
    f"{_RUNTIME}init/error": ("POST", Ask.INIT_ERROR),
    f"{_EXTENSION}register": ("POST", Ask.REGISTER),
    f"{_EXTENSION}event/next": ("GET", Ask.EVENT_NEXT),
    f"{_EXTENSION}init/error": ("POST", Ask.EXTENSION_ERROR),
    f"{_EXTENSION}exit/error": ("POST", Ask.EXTENSION_ERROR),
    "/2020-08-15/logs": ("PUT", Ask.LOGS),
    "/2022-07-01/telemetry": ("PUT", Ask.TELEMETRY),
}
_ANSWER: Final = re.compile(rf"{_RUNTIME}invocation/([^/]+)/(response|error)")
_ANSWERS: Final = {"response": Ask.RESPONSE, "error": Ask.ERROR}


def asked(method: str, target: str) -> Asked | int:
    """Say what is asked for, or with which status to refuse it: 404 or 405.

    Args:
        target: The request's path, as it came; a query is ignored.
    """
    path = target.partition("?")[0]
    if found := _ANSWER.fullmatch(path):
        wanted, result = "POST", Asked(_ANSWERS[found[2]], found[1])
    elif path in _PLAIN:
        wanted, ask = _PLAIN[path]
        result = Asked(ask)
    else:
        return 404
    return result if method == wanted else 405
