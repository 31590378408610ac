"""Cutting a byte stream into text lines, with bounded memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_LINE_BYTES = 256 * 1024
_CUT = " … [line cut: over 256 KiB]"


class LineCutter:
    """Takes bytes as they come; yields lines without their end, cut at `MAX_LINE_BYTES`."""

    __slots__ = ("_rest", "_skipping")

    def __init__(self) -> None:
        self._rest = b""
        self._skipping = False

    @property
    def holds_text(self) -> bool:
        """Whether there is a line without its end."""
        return bool(self._rest)

    def feed(self, data: bytes) -> Iterator[str]:
        """Yield each line that is now whole."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            if self._skipping:  # the tail of a line whose head was given out already
                self._skipping = False
            else:
                yield _text(line)
        if self._skipping:
            self._rest = b""
        elif len(self._rest) > MAX_LINE_BYTES:
            yield _text(self._rest)
            self._rest, self._skipping = b"", True

    def flush(self) -> Iterator[str]:
        """Yield what is left: a last line that never ended."""
        rest, self._rest, self._skipping = self._rest, b"", False
        if rest:
            yield _text(rest)


def _text(line: bytes) -> str:
    text = line[:MAX_LINE_BYTES].decode("utf-8", "replace").rstrip("\r")
    return text + _CUT if len(line) > MAX_LINE_BYTES else text
