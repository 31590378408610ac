r"""A regular expression as JavaScript writes it (with its ``u`` flag) → as Python does.

Both agree on most; this refuses what JavaScript refuses, and rewrites what they write differently.
Refused though JavaScript knows it: groups that capture, ``\1``, ``\k<…>`` and ``\p{…}``.
"""

from __future__ import annotations

import re
from typing import Final

from polyfn.discover.routes.patterns import InvalidRouteError

_TOKEN: Final = re.compile(
    r"""
    (?P<escape> \\ (?: x[0-9a-fA-F]{2} | u[0-9a-fA-F]{4} | u\{[0-9a-fA-F]{1,6}\} | c[a-zA-Z]
                     | 0(?![0-9]) | [^0-9xuc] ) )
    | (?P<open> \( \? (?: : | = | ! | <= | <! ) )
    | (?P<close> \) )
    | (?P<set> \[ \^? )
    | (?P<quantifier> (?: [*+?] | \{ [0-9]{1,6} (?: , [0-9]{0,6} )? \} ) \?? )
    | (?P<anchor> [|^$] )
    | (?P<plain> [^\\()\[\]{}*+?|^$] )
    """,
    re.VERBOSE | re.DOTALL,
)
_CLASSES: Final = "dDwWsS"
_SAME: Final = frozenset("fnrtv")
_SYNTAX: Final = frozenset("^$\\.*+?()[]{}|/")
_MAX_CODE: Final = 0x10FFFF


def translated(source: str) -> str:
    """Translate an expression.

    Raises:
        InvalidRouteError: JavaScript would refuse it, or Python cannot express it.
    """
    return _Translation(source).whole()


class _Translation:
    """A reader over one expression."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._at = 0
        self._opened: list[str] = []

    def whole(self) -> str:
        out = ""
        repeatable = False
        while self._at < len(self._source):
            found = _TOKEN.match(self._source, self._at)
            if found is None or (found["quantifier"] and not repeatable):
                raise self._error()
            self._at = found.end()
            piece, repeatable = self._token(found)
            out += piece
        return out

    def _token(self, found: re.Match[str]) -> tuple[str, bool]:
        """One token, and whether it may be repeated."""
        text = found.group()
        match found.lastgroup:
            case "escape":
                if text[1] in "bB":
                    return text, False
                return self._escape(text), True
            case "open":
                self._opened.append(text)
                return text, False
            case "close":
                return text, bool(self._opened) and self._opened.pop() == "(?:"
            case "set":
                return self._set(negated=text.endswith("^")), True
            case "plain" if text != ".":
                return re.escape(text), True
            case _:
                return text, text == "."

    def _escape(self, text: str) -> str:
        char = text[1]
        if len(text) == 2 and (char in _CLASSES or char in _SAME):
            return text
        if len(text) == 2 and char in _SYNTAX:
            return re.escape(char)
        return re.escape(chr(self._code(text)))

    def _code(self, text: str) -> int:
        """The character that an escape of a code stands for."""
        match text[1]:
            case "x" | "u":
                code = int(text[2:].strip("{}"), 16)
            case "c":
                code = ord(text[2]) % 32
            case "0":
                code = 0
            case _:
                raise self._error()
        if code > _MAX_CODE:
            raise self._error()
        return code

    def _set(self, *, negated: bool) -> str:
        r"""What stands in brackets: ``[a-z\d-]``; none at all is legal."""
        out = ""
        while (atom := self._atom()) is not None:
            if self._source[self._at : self._at + 1] == "-" and self._source[
                self._at + 1 : self._at + 2
            ] not in ("]", ""):
                self._at += 1
                last = self._atom()
                if last is None or (
                    {atom[-1], last[-1]} & {*_CLASSES} and self._is_class(atom, last)
                ):
                    raise self._error()
                atom += f"-{last}"
            out += atom
        if not out:
            return r"[\s\S]" if negated else "(?!)"
        return f"[{'^' if negated else ''}{out}]"

    def _is_class(self, *atoms: str) -> bool:
        return any(len(atom) == 2 and atom[0] == "\\" and atom[1] in _CLASSES for atom in atoms)

    def _atom(self) -> str | None:
        """One member of a set; ``None`` at its end."""
        char = self._source[self._at : self._at + 1]
        if not char:
            raise self._error()
        if char == "]":
            self._at += 1
            return None
        if char != "\\":
            self._at += 1
            return re.escape(char)
        found = _TOKEN.match(self._source, self._at)
        if found is None or found.group() == r"\B":
            raise self._error()
        self._at = found.end()
        text = found.group()
        if text in (r"\b", r"\-"):
            return r"\x08" if text == r"\b" else text
        return self._escape(text)

    def _error(self) -> InvalidRouteError:
        rest = self._source[self._at : self._at + 8]
        return InvalidRouteError(
            f"its regular expression ({self._source}) cannot be read at {rest!r}"
        )
