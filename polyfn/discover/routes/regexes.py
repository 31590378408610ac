"""The parts of a pattern → one regular expression (URL Pattern Standard, *Converting part lists*).

Fixed text is in lower case, so that the expressions of two routes are equal when they match the
same paths.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from polyfn.discover.routes import javascript
from polyfn.discover.routes.paths import encoded, normal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from polyfn.discover.routes.patterns import Part

_SEGMENT: Final = "[^/]+?"
_ANYTHING: Final = ".*"
_SAME: Final = {None: _SEGMENT, r"[^\/]+?": _SEGMENT, "*": _ANYTHING, ".*": _ANYTHING}


def literal(path: str) -> str:
    """A path that is taken as it stands, but for a slash at its end."""
    return re.escape(text(path))


def text(path: str) -> str:
    """The same as text."""
    return normal(path, encoding="utf-8").lower().removesuffix("/") or "/"


def of(parts: Iterable[Part]) -> tuple[str, tuple[str, ...]]:
    """The expression, with one group for each parameter, and the parameters' names."""
    known = list(parts)
    return "".join(map(_source, known)), tuple(part.name for part in known if part.name is not None)


def prefix(parts: Iterable[Part]) -> str:
    """The text in front of the first parameter or group."""
    first = next(iter(parts))
    return encoded(first.prefix).lower() if first.name is None and not first.modifier else ""


def _source(part: Part) -> str:
    prefix, suffix, modifier = _fixed(part.prefix), _fixed(part.suffix), part.modifier
    if part.name is None:
        return f"(?:{prefix}){modifier}" if modifier else prefix
    inner = _SAME.get(part.regex) or javascript.translated(part.regex or "")
    repeats = modifier in ("+", "*")
    if not prefix and not suffix:
        return f"((?:{inner}){modifier})" if repeats else f"({inner}){modifier}"
    if repeats:
        inner = f"(?:{inner})(?:{suffix}{prefix}(?:{inner}))*"
        modifier = "?" if modifier == "*" else ""
    return f"(?:{prefix}({inner}){suffix}){modifier}"


def _fixed(text: str) -> str:
    return re.escape(encoded(text).lower())
