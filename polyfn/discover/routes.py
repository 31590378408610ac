r"""One route pattern → a regular expression; the part of URLPattern that paths are written in.

::

    pattern  = (literal | matcher | group)*
    matcher  = (":" name ["(" regex ")"] | "(" regex ")" | "*") [modifier]
    group    = "{" pattern without groups "}" [modifier]
    modifier = "?" | "+" | "*"

A slash before a matcher that has a modifier belongs to it: ``/a/:b?`` matches ``/a``. ``\`` takes
the next character as it is. Case does not matter and neither does a slash at the end, as in the
Netlify CLI (src/lib/functions/netlify-function.ts, ``matchURLPath``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from collections.abc import Mapping

_MODIFIERS: Final = "?+*"
_SEGMENT: Final = "[^/]+?"
_NAME: Final = re.compile(r"[A-Za-z_$][\w$]*")
_PRINTABLE: Final = "".join(map(chr, range(0x21, 0x7F)))


class InvalidRouteError(ValueError):
    """The pattern is no URLPattern path, or uses a part of it that polyfn does not know."""


@dataclass(frozen=True, slots=True)
class Route:
    """A compiled pattern; the names of its parameters in order."""

    pattern: str
    regex: re.Pattern[str]
    names: tuple[str, ...]

    def match(self, path: str) -> Mapping[str, str] | None:
        """Match a percent-encoded path.

        Returns:
            Parameters, decoded; those that an optional part left out are missing. ``None`` when
            the path does not match.
        """
        found = self.regex.fullmatch(path) or self.regex.fullmatch(path.removesuffix("/"))
        if found is None:
            return None
        pairs = zip(self.names, found.groups(), strict=True)
        return {name: unquote(value) for name, value in pairs if value is not None}


@lru_cache(maxsize=4096)
def compile_route(pattern: str) -> Route:
    """Compile a route.

    Raises:
        InvalidRouteError: With the reason.
    """
    compiler = _Compiler(pattern)
    source = compiler.sequence(end="")
    try:
        regex = re.compile(source, re.ASCII | re.IGNORECASE)
    except re.error as error:
        raise InvalidRouteError(f"{error}") from error
    if len(set(compiler.names)) < len(compiler.names):
        raise InvalidRouteError("a parameter's name is used twice")
    return Route(pattern, regex, tuple(compiler.names))


class _Compiler:
    """A recursive-descent reader over one pattern."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0
        self._unnamed = 0
        self.names: list[str] = []

    def sequence(self, end: str) -> str:
        """Read up to ``end`` (the pattern's own end when it is empty)."""
        out: list[str] = []
        while (char := self._peek()) != end:
            if not char:
                raise InvalidRouteError("a '{' is never closed")
            if char == "{":
                out.append(self._group(nested=bool(end)))
            elif char in ":(*":
                out.append(self._matcher(out))
            else:
                out.append(self._literal())
        return "".join(out)

    def _group(self, *, nested: bool) -> str:
        if nested:
            raise InvalidRouteError("groups do not nest")
        self._at += 1
        inner = self.sequence(end="}")
        self._at += 1
        modifier = self._modifier()
        return f"(?:{inner}){modifier}"

    def _matcher(self, before: list[str]) -> str:
        inner = self._named() if self._peek() == ":" else self._anonymous()
        modifier = self._modifier()
        if not modifier:
            return f"({inner})"
        slash = before.pop() if before and before[-1] == "/" else ""
        if modifier == "?":
            return f"(?:{slash}({inner}))?"
        repeated = f"(?:{inner})(?:{slash}(?:{inner}))*"
        return f"(?:{slash}({repeated}))" + ("?" if modifier == "*" else "")

    def _named(self) -> str:
        found = _NAME.match(self._pattern, self._at + 1)
        if found is None:
            raise InvalidRouteError("a ':' needs a name after it")
        self.names.append(found.group())
        self._at = found.end()
        return self._regex() if self._peek() == "(" else _SEGMENT

    def _anonymous(self) -> str:
        self.names.append(str(self._unnamed))
        self._unnamed += 1
        if self._peek() == "(":
            return self._regex()
        self._at += 1
        return ".*"

    def _regex(self) -> str:
        """A regular expression in parentheses, which may hold others, but none that capture."""
        start = self._at + 1
        depth = 0
        while char := self._peek():
            self._at += 2 if char == "\\" else 1
            if char == "(":
                depth += 1
                if depth > 1 and self._peek() != "?":
                    raise InvalidRouteError("a regular expression in a path must not capture")
            elif char == ")":
                depth -= 1
                if not depth:
                    return self._pattern[start : self._at - 1]
        raise InvalidRouteError("a '(' is never closed")

    def _literal(self) -> str:
        char = self._peek()
        if char in _MODIFIERS + ")}":
            raise InvalidRouteError(f"{char!r} stands where it has no meaning: write \\{char}")
        self._at += 1
        if char == "\\":
            char = self._peek()
            self._at += 1
        return re.escape(quote(char, safe=_PRINTABLE))

    def _modifier(self) -> str:
        char = self._peek()
        if char and char in _MODIFIERS:
            self._at += 1
            return char
        return ""

    def _peek(self) -> str:
        return self._pattern[self._at : self._at + 1]
