"""The callbacks of a parser that reads one body, after another one has read the head."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from polyfn.gateway.server.connection import Connection


class BodyOnly:
    """The callbacks of a parser that reads one body, and nothing after it."""

    def __init__(self, connection: Connection) -> None:
        self._connection: Connection | None = connection

    def on_body(self, body: bytes) -> None:
        """Hand on a piece."""
        if self._connection is not None:
            self._connection.on_body(body)

    def on_message_complete(self) -> None:
        """Hand on the end; what follows is nobody's."""
        if self._connection is not None:
            self._connection.on_message_complete()
            self._connection = None
