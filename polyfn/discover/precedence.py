"""Which function answers first where the routes of several match one path; pure.

Netlify says nothing of it, and its CLI goes by the order in which it came upon the files. Here an
author's functions come before generated ones, a path without parameters before one with them, and
then the names decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from polyfn.discover.routes import InvalidRouteError, compile_route

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from polyfn.discover.routes import Route
    from polyfn.model import Function

_GENERATED: Final = ".netlify"


@dataclass(frozen=True, slots=True)
class Place:
    """One route of one function."""

    function: Function
    route: Route
    excluded: tuple[Route, ...]

    def match(self, path: str, lower: str) -> Mapping[str, str] | None:
        """Find the parameters of a path.

        Args:
            path: In its normal form.
            lower: The same in lower case.

        Returns:
            ``None`` when it is not answered here.
        """
        if not lower.startswith(self.route.prefix):
            return None
        found = self.route.match(path)
        if found is None or any(each.match(path) is not None for each in self.excluded):
            return None
        return found


def places(functions: Iterable[Function]) -> tuple[Place, ...]:
    """All routes of all functions, the one that answers first in front."""
    found = [place for function in functions for place in _of(function)]
    found.sort(
        key=lambda place: (
            is_generated(place.function),
            not place.route.is_literal,
            place.function.name,
        )
    )
    return tuple(found)


def is_generated(function: Function) -> bool:
    """Whether a build wrote it, not an author."""
    root, file = function.project_root, function.main_file
    return file.is_relative_to(root) and file.relative_to(root).parts[0] == _GENERATED


def _of(function: Function) -> Iterator[Place]:
    try:
        routes = [compile_route(pattern) for pattern in function.config.routes]
        excluded = tuple(compile_route(pattern) for pattern in function.config.excluded_routes)
    except InvalidRouteError:  # discovery made it a problem of the function's
        return
    yield from (Place(function, route, excluded) for route in routes)
