r"""The pathname of a URLPattern → its parts.

::

    pathname = (text | matcher | group)*
    matcher  = ["/"] (":" name ["(" regex ")"] | "(" regex ")" | "*") [modifier]
    group    = "{" text [matcher without slash and modifier] text "}" [modifier]
    modifier = "?" | "+" | "*"

A slash before a matcher belongs to it: ``/a/:b?`` matches ``/a``. ``\`` takes the next character as
it is. The grammar is that of the URL Pattern Standard (urlpattern.spec.whatwg.org, *Parsing pattern
strings*), with pathnames' options.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_MODIFIERS: Final = "?+*"
_JOINERS: Final = "\u200c\u200d"


class InvalidRouteError(ValueError):
    """The pattern is no URLPattern path, or uses a part of it that polyfn does not know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A piece of a pattern.

    Attributes:
        name: Of the parameter; ``None``: it is text alone, in ``prefix``.
        regex: What the parameter matches, in JavaScript; ``None``: a segment; ``*``: anything.
        modifier: One of ``?+*``, or empty.
    """

    prefix: str
    name: str | None = None
    regex: str | None = None
    suffix: str = ""
    modifier: str = ""


def parse(pattern: str) -> list[Part]:
    """Read a pattern.

    Raises:
        InvalidRouteError: With the reason.
    """
    return _Parser(pattern).parts()


class _Parser:
    """A reader over one pattern."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0
        self._parts: list[Part] = []
        self._text = ""
        self._unnamed = 0

    def parts(self) -> list[Part]:
        while char := self._peek():
            if char == "/" and self._pattern[self._at + 1 : self._at + 2] in (":", "(", "*"):
                self._at += 1
                self._parameter("/")
            elif char in ":(*":
                self._parameter("")
            elif char == "{":
                self._group()
            else:
                self._text += self._character()
        self._end_text()
        return self._parts

    def _end_text(self) -> None:
        if self._text:
            self._parts.append(Part(prefix=self._text))
        self._text = ""

    def _add(self, part: Part) -> None:
        self._end_text()
        if part.name is not None and any(part.name == each.name for each in self._parts):
            raise InvalidRouteError("a parameter's name is used twice")
        self._parts.append(part)

    def _parameter(self, prefix: str) -> None:
        name, regex = self._matcher()
        self._add(Part(prefix=prefix, name=name, regex=regex, modifier=self._modifier()))

    def _group(self) -> None:
        self._at += 1
        before = self._plain()
        char = self._peek()
        name, regex = self._matcher() if char and char in ":(*" else (None, None)
        after = self._plain()
        char = self._peek()
        if char == "{":
            raise InvalidRouteError("groups do not nest")
        if char and char in ":(*":
            raise InvalidRouteError("a group in braces holds one parameter at most")
        if not char:
            raise InvalidRouteError("a '{' is never closed")
        self._at += 1
        modifier = self._modifier()
        if name is None and not modifier:
            self._text += before
        elif name is not None or before:
            part = Part(prefix=before, name=name, regex=regex, suffix=after, modifier=modifier)
            self._add(part)

    def _plain(self) -> str:
        """Text inside a group."""
        text = ""
        while (char := self._peek()) and char not in "{}:(*":
            text += self._character()
        return text

    def _matcher(self) -> tuple[str, str | None]:
        """The name and the regular expression of a parameter."""
        if self._peek() == ":":
            name = self._name()
            return name, self._regex() if self._peek() == "(" else None
        name = str(self._unnamed)
        self._unnamed += 1
        if self._peek() == "(":
            return name, self._regex()
        self._at += 1
        return name, "*"

    def _name(self) -> str:
        self._at += 1
        start = self._at
        while (char := self._peek()) and _is_of_name(char, first=self._at == start):
            self._at += 1
        if self._at == start:
            raise InvalidRouteError("a ':' needs a name after it")
        return self._pattern[start : self._at]

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
                    return self._checked(self._pattern[start : self._at - 1])
        raise InvalidRouteError("a '(' is never closed")

    def _checked(self, regex: str) -> str:
        if not regex:
            raise InvalidRouteError("a regular expression in a path must not be empty")
        if regex.startswith("?") or not regex.isascii():
            raise InvalidRouteError(
                "a regular expression in a path must be ASCII, and not begin with '?'"
            )
        return regex

    def _character(self) -> str:
        char = self._peek()
        if char in _MODIFIERS or char == "}":
            raise InvalidRouteError(f"{char!r} stands where it has no meaning: write \\{char}")
        self._at += 1
        if char == "\\":
            char = self._peek()
            self._at += 1
            if not char:
                raise InvalidRouteError("a '\\' needs a character after it")
        return char

    def _modifier(self) -> str:
        char = self._peek()
        if char and char in _MODIFIERS:
            self._at += 1
            return char
        return ""

    def _peek(self) -> str:
        return self._pattern[self._at : self._at + 1]


def _is_of_name(char: str, *, first: bool) -> bool:
    """What an identifier of JavaScript consists of."""
    if char == "$" or (not first and char in _JOINERS):
        return True
    return (char if first else f"a{char}").isidentifier()
