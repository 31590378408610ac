"""How polyfn speaks with one child, whichever way the child speaks: the messages are the same.

Most children have frame pipes (`polyfn.pool.channel.Channel`); programs without a runner of ours
ask over HTTP (`polyfn.runtime_api.Host`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from polyfn.errors import ProtocolViolation
    from polyfn.wire.connection import FromRunner


class Conversation(Protocol):
    """Messages in by callback, messages out by methods; runners/PROTOCOL.md has their meaning."""

    def listen(
        self,
        on_message: Callable[[FromRunner], None],
        on_end: Callable[[ProtocolViolation | None], None],
    ) -> None:
        """Say who is told from now on: at the beginning, and when the child has a new owner.

        Args:
            on_message: Gets each legal message, in order.
            on_end: Called once, when no message can follow: with the violation that is why, or
                ``None`` at its end of file.
        """
        ...

    async def open(self) -> None:
        """Begin to speak; HELLO may come before this returns."""
        ...

    def load(self, spec: Mapping[str, Any]) -> None:
        """LOAD."""
        ...

    def invoke(
        self,
        *,
        request_id: str,
        remaining_ms: int,
        want: int,
        event: bytes,
        body_kind: int,
        body: bytes | None,
        extras: bytes | None,
    ) -> int:
        """INVOKE; returns its number in messages.

        Raises:
            ProtocolViolation: It does not fit into a frame.
        """
        ...

    def cancel(self, number: int) -> None:
        """CANCEL; nothing when that invocation has ended."""
        ...

    def drain(self) -> None:
        """DRAIN."""
        ...

    def close_input(self) -> None:
        """Say that nothing follows: it must exit."""
        ...

    def exited(self) -> None:
        """The child has exited."""
        ...

    def close(self) -> None:
        """Let go of everything."""
        ...

    def pause(self) -> None:
        """Stop reading: the child's writes will block."""
        ...

    def resume(self) -> None:
        """Go on reading."""
        ...

    def widen(self) -> None:
        """Give room to a stream that flows."""
        ...

    def narrow(self) -> None:
        """Take it back."""
        ...

    def has_unread(self) -> bool:
        """Whether the child has not read all that was sent; of one that has died: never will."""
        ...

    def has_lost(self) -> bool:
        """Whether something was sent when the child could not get it any more."""
        ...
