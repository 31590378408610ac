"""Internal extensions: parts of a program that ask for the life cycle's events (2020-01-01).

aws-lambda-go registers one for ``lambda.WithEnableSIGTERM``: Lambda sends SIGTERM only to programs
that have one. What may be registered for and how a wrong request is refused is as of AWS's runtime
interface emulator (rapi/handler/agentregister.go).
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Final

import orjson

from polyfn.runtime_api.replies import ACCEPTED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from polyfn.runtime_api.connection import Connection

ID_HEADER: Final = "Lambda-Extension-Identifier"
_NAME_HEADER: Final = "lambda-extension-name"
_INVOKE: Final = "INVOKE"
_MAX: Final = 10


class Extensions:
    """Those of one program.

    Args:
        about: What a registration is answered with: name, version and handler of the function.
    """

    def __init__(self, about: Mapping[str, str]) -> None:
        self._about = about
        self._events: dict[str, set[str]] = {}  # by identifier
        self._names: set[str] = set()
        self._waiting: dict[str, Connection] = {}

    def __len__(self) -> int:
        return len(self._events)

    def register(self, connection: Connection, headers: Mapping[str, str], body: bytes) -> None:
        """Take a new one, or refuse it."""
        name = headers.get(_NAME_HEADER, "")
        if not name:
            _forbid(connection, "Extension.InvalidExtensionName", "Empty extension name")
            return
        try:
            events = _events(body)
        except ValueError as error:
            _forbid(connection, "InvalidRequestFormat", str(error))
            return
        if wrong := events - {_INVOKE}:
            told = f"{min(wrong)}: an internal extension may register for {_INVOKE} only"
            _forbid(connection, "Extension.InvalidEventType", told)
        elif name in self._names:
            told = "Extension with this name already registered"
            _forbid(connection, "Extension.InvalidExtensionState", told)
        elif len(self._events) >= _MAX:
            _forbid(connection, "Extension.TooManyExtensions", f"Extension limit ({_MAX}) reached")
        else:
            identifier = str(uuid.uuid4())
            self._names.add(name)
            self._events[identifier] = events
            connection.reply(200, orjson.dumps(dict(self._about)), {ID_HEADER: identifier})

    def wait(self, connection: Connection, headers: Mapping[str, str]) -> None:
        """Keep a request for the next event."""
        if (identifier := self._known(connection, headers)) is not None:
            self._waiting[identifier] = connection

    def report(self, connection: Connection, headers: Mapping[str, str]) -> None:
        """Accept an error of one."""
        if self._known(connection, headers) is not None:
            connection.reply(202, ACCEPTED)

    def invoked(self, event: Mapping[str, object]) -> None:
        """Tell those that wait for it that an invocation begins."""
        text = orjson.dumps({"eventType": _INVOKE, **event})
        for identifier, events in self._events.items():
            if _INVOKE in events and (waiting := self._waiting.pop(identifier, None)):
                waiting.reply(200, text, {ID_HEADER: identifier})

    def gone(self, connection: Connection) -> None:
        """It is closed: nobody waits there any more."""
        self._waiting = {k: each for k, each in self._waiting.items() if each is not connection}

    def _known(self, connection: Connection, headers: Mapping[str, str]) -> str | None:
        identifier = headers.get(ID_HEADER.lower(), "")
        if not identifier:
            told = f"Missing {ID_HEADER} header"
            _forbid(connection, "Extension.MissingExtensionIdentifier", told)
        elif identifier not in self._events:
            told = f"Unknown extension {identifier}"
            _forbid(connection, "Extension.UnknownExtensionIdentifier", told)
        else:
            return identifier
        return None


def _events(body: bytes) -> set[str]:
    told = orjson.loads(body)  # its error is a ValueError
    events = told.get("events") if isinstance(told, dict) else None
    if events is None and isinstance(told, dict):
        return set()
    if not isinstance(events, list) or not all(isinstance(each, str) for each in events):
        raise ValueError("events must be a list of strings")
    return set(events)


def _forbid(connection: Connection, kind: str, message: str) -> None:
    connection.refuse(403, kind, message)
