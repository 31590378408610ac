"""Readers of single values: each takes what a file holds and gives what polyfn keeps.

A reader raises `NotAllowed` with the words for what is allowed, such as ``must be true or false``.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyfn.model import JSON

    Reader: TypeAlias = Callable[[JSON], JSON]


class NotAllowed(ValueError):
    """A value is none of the allowed ones; the message says which those are."""


MAX_SECONDS = 366 * 24 * 3600
MAX_BYTES = 1 << 50
_SECONDS_IN = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400}
_BYTES_IN = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
_DURATION = re.compile(r"(\d{1,12}(?:\.\d{1,9})?)\s*(ms|s|m|h|d)?", re.IGNORECASE)
_SIZE = re.compile(r"(\d{1,15}(?:\.\d{1,9})?)\s*(?:([kmg]?)i?b)?", re.IGNORECASE)


def text(value: JSON) -> str:
    """A text that an operating system takes: without NUL."""
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise NotAllowed("must be a text that is not empty")
    return value


def boolean(value: JSON) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise NotAllowed("must be true or false")
    return value


def switch(value: JSON) -> bool:
    """True or false; text, as the environment has it, too: ``1`` and ``0`` as well."""
    words = {"true": True, "1": True, "false": False, "0": False}
    return words[value] if isinstance(value, str) and value in words else boolean(value)


def texts(value: JSON) -> tuple[str, ...]:
    """A list of texts."""
    if not isinstance(value, (list, tuple)):
        raise NotAllowed("must be a list of texts")
    try:
        return tuple(text(each) for each in value)
    except NotAllowed:
        raise NotAllowed("must be a list of texts") from None


def one_of(*allowed: str) -> Reader:
    """One of a few words."""

    def read(value: JSON) -> str:
        if value not in allowed or not isinstance(value, str):
            raise NotAllowed(f"must be {_either(allowed)}")
        return value

    return read


def count(least: int, most: int) -> Reader:
    """A whole number between two, both included; text, as the environment has it, too."""

    def read(value: JSON) -> int:
        whole = _whole(value)
        if whole is None or not least <= whole <= most:
            raise NotAllowed(f"must be a whole number from {least} to {most}")
        return whole

    return read


def seconds(value: JSON) -> float:
    """A time above 0: a number of seconds, or text such as ``90s``, ``15m``, ``500ms``."""
    read = _amount(value, _DURATION, lambda unit: _SECONDS_IN[unit or "s"])
    if read is None or not 0 < read <= MAX_SECONDS:
        raise NotAllowed('must be a number of seconds above 0, or text such as "90s" or "15m"')
    return read


def seconds_or_none(value: JSON) -> float:
    """The same, or 0, which stands for no limit."""
    return 0.0 if _is_zero(value) else seconds(value)


def size(value: JSON) -> int:
    """A number of bytes above 0, or text such as ``6MB``; KB, MB and GB are powers of 1,024."""
    read = _amount(value, _SIZE, lambda unit: _BYTES_IN[unit])
    if read is None or not 1 <= read <= MAX_BYTES:
        raise NotAllowed('must be a number of bytes above 0, or text such as "256KB" or "6MB"')
    return int(read)


def size_or_none(value: JSON) -> int:
    """The same, or 0, which stands for no limit."""
    return 0 if _is_zero(value) else size(value)


def megabytes(value: JSON) -> int:
    """Memory: a whole number of MB above 0, or text with a unit such as ``512MB`` or ``2gb``.

    A bare number, and a bare number in a text, are MB (zip-it-and-ship-it, `parse_memory.ts`).
    """
    bare = _whole(value)
    read = bare if bare is not None else _megabytes_of(value)
    if read is None or not 0 < read <= MAX_BYTES >> 20 or read != int(read):
        raise NotAllowed('must be a whole number of MB above 0, or text such as "512MB" or "2GB"')
    return int(read)


def megabytes_or_none(value: JSON) -> int:
    """The same, or 0, which leaves it to polyfn."""
    return 0 if _is_zero(value) else megabytes(value)


def _megabytes_of(value: JSON) -> float | None:
    read = _amount(value, _SIZE, lambda unit: _BYTES_IN[unit])
    return read if read is None or isinstance(value, float) else read / (1 << 20)


def _amount(value: JSON, pattern: re.Pattern[str], factor: Callable[[str], float]) -> float | None:
    """A finite number, or one in a text with its unit; ``None`` when it is neither."""
    if isinstance(value, str):
        match = pattern.fullmatch(value.strip())
        return None if match is None else float(match[1]) * factor((match[2] or "").lower())
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if isinstance(value, int) and abs(value) > MAX_BYTES:
        return None
    return float(value) if math.isfinite(value) else None


def _whole(value: JSON) -> int | None:
    if isinstance(value, str) and re.fullmatch(r"\s*\d{1,15}\s*", value, re.ASCII):
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _is_zero(value: JSON) -> bool:
    return not isinstance(value, bool) and value in (0, "0")


def _either(words: tuple[str, ...]) -> str:
    quoted = [f'"{word}"' for word in words]
    return " or ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)
