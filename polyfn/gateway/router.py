"""Which function answers a path: by its name, or by the routes it was given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from polyfn.discover.precedence import places
from polyfn.discover.routes import normal
from polyfn.errors import InvalidFunction, MalformedRequest, MethodNotAllowed, UnknownFunction

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from polyfn.discover.precedence import Place
    from polyfn.model import Function
    from polyfn.ports import Fleet

PREFIX: Final = "/.netlify/functions/"
LISTINGS: Final = (PREFIX, PREFIX[:-1])
"""The paths that list the functions, and are nobody's."""
BUILDERS: Final = "/.netlify/builders/"
"""Where on-demand builders answer, beside the place where every function does."""
# Paths that were asked for last, and what was found: clients ask again and again for the same.
_MOST_KEPT: Final = 256
# Comparing longer names costs time, and tells nobody anything.
_LONGEST_NAME: Final = 100


@dataclass(frozen=True, slots=True)
class Match:
    """The function that answers, and where in its URL space the request is.

    Attributes:
        route: The pattern of its that matched; ``None`` at its default endpoint.
        resource: What API Gateway would call the place: the route, or the endpoint.
        parameters: The route's, or what follows the endpoint as ``proxy``; percent-encoded.
    """

    function: Function
    route: str | None
    resource: str
    parameters: Mapping[str, str] = field(default_factory=dict)


class Router:
    """Finds functions in a fleet; what it compiles follows the fleet's changes by itself."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._endpoints: dict[str, Match] = {}
        self._known: tuple[Function, ...] = ()
        self._places: tuple[Place, ...] = ()
        self._routed: dict[str, tuple[Match, ...]] = {}

    def names(self) -> list[str]:
        """What can be called, sorted."""
        return [function.name for function in self._fleet.functions() if function.valid]

    def match(self, method: str, path: str) -> Match:
        """Find who answers.

        Args:
            path: Percent-encoded, as it was sent; its encoding has been checked.

        Raises:
            UnknownFunction: Nobody.
            InvalidFunction: One that cannot be served.
            MethodNotAllowed: One that does not answer this method.
            MalformedRequest: The name in the path is no text.
        """
        known = self._endpoints.get(path)
        if known is not None and self._fleet.find(known.function.name) is known.function:
            _check_method(method, path, known.function)
            return known
        for prefix in (PREFIX, BUILDERS):
            if path.startswith(prefix):
                return self._by_name(method, path, prefix)
        return self._by_route(method, path)

    def _by_name(self, method: str, path: str, prefix: str) -> Match:
        name, slash, rest = path[len(prefix) :].partition("/")
        function = self._fleet.find(_decoded(name) if "%" in name else name)
        if function is None:
            raise self._unknown(_decoded(name))
        if not function.valid:
            raise _cannot_be_served(function)
        if function.config.routes:
            raise _lives_elsewhere(function)
        _check_method(method, path, function)
        place = prefix + function.name
        if slash:
            return Match(function, None, f"{place}/{{proxy+}}", {"proxy": rest})
        match = Match(function, None, place)
        if path == function.url_path:
            self._endpoints[path] = match
        return match

    def _by_route(self, method: str, path: str) -> Match:
        allowed: list[str] = []
        broken: Function | None = None
        for match in self._matches(path):
            function = match.function
            if not function.valid:
                broken = broken or function
            elif not function.config.methods or method in function.config.methods:
                return match
            else:
                allowed.extend(function.config.methods)
        if allowed:
            raise _not_allowed(method, path, tuple(dict.fromkeys(allowed)))
        if broken is not None:
            raise _cannot_be_served(broken)
        raise self._unanswered(path)

    def _matches(self, path: str) -> tuple[Match, ...]:
        """All that have the path among their routes, the one that answers first in front."""
        places = self._all_places()
        known = self._routed.get(path)
        if known is None:
            known = tuple(_found(places, path))
            if len(self._routed) >= _MOST_KEPT:
                self._routed.clear()
            self._routed[path] = known
        return known

    def _all_places(self) -> tuple[Place, ...]:
        functions = tuple(self._fleet.functions())
        if functions != self._known:
            self._known = functions
            self._places = places(functions)
            self._routed.clear()
        return self._places

    def _unanswered(self, path: str) -> UnknownFunction:
        routes = [place.route.pattern for place in self._all_places() if place.function.valid]
        near = nearest(path, routes)
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        return UnknownFunction(
            f"No function answers {path[:_LONGEST_NAME]}.{hint} Functions answer below {PREFIX}, "
            "and at the paths in their `config`."
        )

    def _unknown(self, name: str) -> UnknownFunction:
        if not name:
            return UnknownFunction(f"No function is named in the URL: write {PREFIX}NAME.")
        near = nearest(name, self.names())
        hint = f"Did you mean {' or '.join(map(repr, near))}?" if near else _listing(self.names())
        return UnknownFunction(f"There is no function {name[:_LONGEST_NAME]!r}. {hint}")


def nearest(name: str, known: list[str]) -> list[str]:
    """At most three known names that look like this one, the likeliest first."""
    if len(name) > _LONGEST_NAME:
        return []
    from difflib import get_close_matches  # noqa: PLC0415 - only a mistake needs it

    by_lower = {each.lower(): each for each in known}
    return [by_lower[each] for each in get_close_matches(name.lower(), by_lower)]


def _listing(names: list[str]) -> str:
    if not names:
        return "No function was found: is the functions directory the right one?"
    return f"{len(names)} are served; GET {PREFIX} lists them."


def _found(places: Iterable[Place], path: str) -> Iterator[Match]:
    sought = normal(path)
    lower = sought.lower()
    for place in places:
        parameters = place.match(sought, lower)
        if parameters is not None:
            pattern = place.route.pattern
            yield Match(place.function, pattern, pattern, parameters)


def _decoded(name: str) -> str:
    try:
        return unquote(name, errors="strict")
    except UnicodeDecodeError:
        raise MalformedRequest("The function's name in the URL is no UTF-8.") from None


def _cannot_be_served(function: Function) -> InvalidFunction:
    return InvalidFunction(f"Function {function.name!r} cannot be served: {function.problem}")


def _lives_elsewhere(function: Function) -> UnknownFunction:
    return UnknownFunction(
        f"Function {function.name!r} has paths of its own and answers only there: "
        f"{', '.join(function.config.routes)}."
    )


def _check_method(method: str, path: str, function: Function) -> None:
    methods = function.config.methods
    if methods and method not in methods:
        raise _not_allowed(method, path, methods)


def _not_allowed(method: str, path: str, allow: tuple[str, ...]) -> MethodNotAllowed:
    return MethodNotAllowed(
        f"{path[:_LONGEST_NAME]} does not answer {method}, only {', '.join(allow)}.", allow=allow
    )
