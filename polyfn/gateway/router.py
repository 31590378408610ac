"""Which function answers a path: by its name, or by the routes it was given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from polyfn.discover.routes import compile_route
from polyfn.errors import InvalidFunction, MalformedRequest, MethodNotAllowed, UnknownFunction

if TYPE_CHECKING:
    from collections.abc import Mapping

    from polyfn.discover.routes import Route
    from polyfn.model import Function
    from polyfn.ports import Fleet

PREFIX: Final = "/.netlify/functions/"
LISTINGS: Final = (PREFIX, PREFIX[:-1])
"""The paths that list the functions, and are nobody's."""
# Comparing longer names costs time, and tells nobody anything.
_LONGEST_NAME: Final = 100


@dataclass(frozen=True, slots=True)
class Match:
    """The function that answers, and where in its URL space the request is.

    Attributes:
        route: The pattern of its that matched; ``None`` at its default endpoint.
        resource: What API Gateway would call the place: the route, or the endpoint.
        parameters: The route's parameters, decoded; ``proxy`` is what follows the endpoint.
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
        self._table: tuple[tuple[Function, tuple[Route, ...], tuple[Route, ...]], ...] = ()

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
        if path.startswith(PREFIX):
            return self._by_name(method, path)
        return self._by_route(method, path)

    def _by_name(self, method: str, path: str) -> Match:
        name, slash, rest = path[len(PREFIX) :].partition("/")
        function = self._fleet.find(_decoded(name) if "%" in name else name)
        if function is None:
            raise self._unknown(_decoded(name))
        if function.problem is not None:
            raise InvalidFunction(
                f"Function {function.name!r} cannot be served: {function.problem}"
            )
        if function.config.routes:
            raise _lives_elsewhere(function)
        _check_method(method, path, function)
        if slash:
            proxy = {"proxy": unquote(rest)}
            return Match(function, None, f"{function.url_path}/{{proxy+}}", proxy)
        match = Match(function, None, function.url_path)
        if path == function.url_path:
            self._endpoints[path] = match
        return match

    def _by_route(self, method: str, path: str) -> Match:
        allowed: list[str] = []
        for function, routes, excluded in self._routes():
            found = _first(routes, path)
            if found is None or _first(excluded, path) is not None:
                continue
            route, parameters = found
            if not function.config.methods or method in function.config.methods:
                return Match(function, route.pattern, route.pattern, parameters)
            allowed.extend(function.config.methods)
        if allowed:
            raise _not_allowed(method, path, tuple(dict.fromkeys(allowed)))
        raise UnknownFunction(
            f"No function answers {path[:_LONGEST_NAME]}. Functions answer below {PREFIX}, "
            "and at the paths in their `config`."
        )

    def _routes(self) -> tuple[tuple[Function, tuple[Route, ...], tuple[Route, ...]], ...]:
        functions = tuple(self._fleet.functions())
        if functions != self._known:
            self._known = functions
            self._table = tuple(
                (each, _compiled(each.config.routes), _compiled(each.config.excluded_routes))
                for each in functions
                if each.valid and each.config.routes
            )
        return self._table

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


def _decoded(name: str) -> str:
    try:
        return unquote(name, errors="strict")
    except UnicodeDecodeError:
        raise MalformedRequest("The function's name in the URL is no UTF-8.") from None


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


def _compiled(patterns: tuple[str, ...]) -> tuple[Route, ...]:
    return tuple(compile_route(pattern) for pattern in patterns)


def _first(routes: tuple[Route, ...], path: str) -> tuple[Route, Mapping[str, str]] | None:
    for route in routes:
        parameters = route.match(path)
        if parameters is not None:
            return route, parameters
    return None
