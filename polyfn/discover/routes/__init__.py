r"""Which paths a route in a ``config`` matches, as Netlify reads it.

A route whose segments all lack ``*``, ``(``, ``[``, ``{`` and a ``:`` at their beginning is taken
as it stands; every other one is a URLPattern pathname (zip-it-and-ship-it, `utils/routes.ts`). Case
does not matter, and neither does a slash at the end of the request's path (netlify/cli,
`src/lib/functions/netlify-function.ts`, ``matchURLPath``). So ``/files/v1:all`` has no parameter.

`docs/howto/routes.md` says where this differs from Netlify, and why.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from polyfn.discover.routes import regexes
from polyfn.discover.routes.paths import normal
from polyfn.discover.routes.patterns import InvalidRouteError, parse

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["InvalidRouteError", "Route", "compile_route", "normal"]

_SPECIAL: Final = frozenset("*{[(")


@dataclass(frozen=True, slots=True)
class Route:
    """A compiled route.

    Attributes:
        names: Of its parameters, in order; those without a name are ``0``, ``1`` …
        is_literal: It has no parameters, wildcards or groups.
        prefix: Text in lower case that every path begins with that it matches.
    """

    pattern: str
    regex: re.Pattern[str]
    names: tuple[str, ...]
    is_literal: bool
    prefix: str

    @property
    def shape(self) -> str:
        """Two routes of one shape match the same paths, whatever their parameters are called."""
        return self.regex.pattern.removesuffix("/") or "/"

    def match(self, path: str) -> Mapping[str, str] | None:
        """Match a path in its normal form (`normal`).

        Returns:
            Parameters as the path has them, percent-encoded; those that an optional part left out
            are missing. ``None`` when the path does not match.
        """
        shorter = path.removesuffix("/") or path
        found = (
            self.regex.fullmatch(shorter)
            or self.regex.fullmatch(path)
            or (None if self.is_literal else self.regex.fullmatch(shorter.removesuffix("/")))
        )
        if found is None:
            return None
        pairs = zip(self.names, found.groups(), strict=True)
        return {name: value for name, value in pairs if value is not None}


@lru_cache(maxsize=4096)
def compile_route(pattern: str) -> Route:
    """Compile a route.

    Raises:
        InvalidRouteError: With the reason.
    """
    is_literal = _is_literal(pattern)
    parts = [] if is_literal else parse(pattern)
    source, names = regexes.of(parts) if parts else (regexes.literal(pattern), ())
    try:
        regex = re.compile(source, re.ASCII | re.IGNORECASE)
    except re.error as error:
        raise InvalidRouteError(f"{error}") from error
    prefix = regexes.prefix(parts) if parts else regexes.text(pattern)
    return Route(pattern, regex, names, is_literal, prefix)


def _is_literal(pattern: str) -> bool:
    """What Netlify takes as it stands, unless it could never match so: with a backslash.

    Raises:
        InvalidRouteError: It has a question mark, which no path has.
    """
    named = any(segment.startswith(":") for segment in pattern.split("/"))
    if named or "\\" in pattern or _SPECIAL & {*pattern}:
        return False
    if "?" in pattern:
        raise InvalidRouteError(
            "a '?' makes the parameter or the group before it optional, and a path has no query"
        )
    return True
