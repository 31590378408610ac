"""What the supervisor says, in order; and whether it has called the running stream off."""

from __future__ import annotations

import os

from polyfn_runner import messages, process

TYPE_CHECKING = False
if TYPE_CHECKING:
    from polyfn_runner.frames import FrameReader, Message


class Inbox:
    """Messages as they come; what comes too early waits.

    The end of the pipe ends the process, and so does a message that is none: the supervisor is
    gone in the first case, and not to be understood in the second.
    """

    def __init__(self, reader: FrameReader) -> None:
        self.fd = reader.fd
        self._reader = reader
        self._early: list[Message] = []

    def next(self) -> Message:
        """Wait for the next message."""
        if self._early:
            return self._early.pop(0)
        try:
            message = self._reader.next()
        except messages.Violation as violation:
            process.give_up(str(violation))
        if message is None:
            os._exit(0)
        return message

    def cancelled(self, number: int) -> bool:
        """Whether CANCEL has come for an invocation; without waiting."""
        try:
            while True:
                message = self._reader.pop()
                if message is None:
                    if not self._reader.waiting():
                        return False
                    if not self._reader.pump():
                        os._exit(0)
                elif message[0] != messages.CANCEL:
                    self._early.append(message)
                elif message[1] == number:
                    return True
        except messages.Violation as violation:
            process.give_up(str(violation))
