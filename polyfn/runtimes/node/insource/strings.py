"""The text of JavaScript string literals, their escapes undone."""

from __future__ import annotations

import re

_ESCAPE = re.compile(
    r"\\(?:u\{([0-9a-fA-F]{1,8})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|.))", re.DOTALL
)
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
_NOTHING = {"\n", "\r", "\r\n", "\u2028", "\u2029"}


def unescape(raw: str) -> str:
    """Undo the escapes in a piece of a literal; halves of surrogate pairs may be left."""
    return _ESCAPE.sub(_character, raw) if "\\" in raw else raw


def paired(text: str) -> str:
    """Make halves of surrogate pairs whole, or U+FFFD where one half is missing."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _character(escape: re.Match[str]) -> str:
    code = escape[1] or escape[2] or escape[3]
    if code:
        number = int(code, 16)
        return chr(number) if number <= 0x10FFFF else "\N{REPLACEMENT CHARACTER}"
    return "" if escape[4] in _NOTHING else _SIMPLE.get(escape[4], escape[4])
