"""Finds functions that would answer on the same route; pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from polyfn.discover.routes import compile_route

if TYPE_CHECKING:
    from collections.abc import Iterable

    from polyfn.model import Function


def without_clashes(functions: Iterable[Function]) -> list[Function]:
    """Give a problem to each function one of whose routes another one before it has already.

    Two may share a route when no method is common to both. Routes whose parameters have other
    names, or that are written in another case, are the same one.

    Args:
        functions: The one that should win first.

    Returns:
        The same functions in the same order.
    """
    taken: dict[str, list[tuple[str, Function]]] = {}
    judged = []
    for function in functions:
        clash = next(
            (
                _words(function, route, other, its_route)
                for route in function.config.routes
                for its_route, other in taken.get(compile_route(route).shape, ())
                if function.valid and _share_a_method(function, other)
            ),
            None,
        )
        judged.append(replace(function, problem=clash) if clash else function)
        for route in function.config.routes if judged[-1].valid else ():
            taken.setdefault(compile_route(route).shape, []).append((route, function))
    return judged


def _share_a_method(one: Function, other: Function) -> bool:
    mine, theirs = set(one.config.methods), set(other.config.methods)
    return not mine or not theirs or not mine.isdisjoint(theirs)


def _words(function: Function, route: str, other: Function, its_route: str) -> str:
    same = "" if route == its_route else f" (as {its_route})"
    return (
        f"`path` {route} is taken by {_file(other)}{same} already: "
        f"give {_file(function)} another path, or other methods"
    )


def _file(function: Function) -> str:
    if function.main_file.is_relative_to(function.project_root):
        return function.main_file.relative_to(function.project_root).as_posix()
    return str(function.main_file)
