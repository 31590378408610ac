"""The rows that ``polyfn list --json`` prints: a stable shape."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from polyfn.settings.variables import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from polyfn.model import JSON, Function


def listing(
    functions: Iterable[Function],
    root: Path,
    *,
    site: str = "",
    debuggers: Mapping[str, str] | None = None,
) -> dict[str, JSON]:
    """Write functions as JSON.

    Args:
        functions: Sorted by name, as a manifest holds them.
        root: The project's directory, which paths are relative to.
        site: What URLs begin with, such as ``http://localhost:9999``; empty for paths.
        debuggers: Name → the WebSocket URL where debuggers may attach.

    Returns:
        ``{"functions": [row, …]}``; every row has every field.
    """
    places = debuggers or {}
    return {"functions": [_row(each, root, site, places.get(each.name)) for each in functions]}


def _row(function: Function, root: Path, site: str, debugger: str | None) -> dict[str, JSON]:
    """One function; ``url`` is its first route, if it has any: it answers only on those then."""
    routes = list(function.config.routes)
    return {
        "name": function.name,
        "runtime": function.runtime,
        "main_file": _relative(function.main_file, root),
        "kind": function.kind.value,
        "api": function.api.value,
        "url": site + (routes[0] if routes else function.url_path),
        "routes": routes,
        "schedule": function.config.schedule,
        "valid": function.valid,
        "problem": function.problem,
        "shadowed": [_relative(each, root) for each in function.shadowed],
        "debugger": debugger,
        "excluded_routes": list(function.config.excluded_routes),
        "methods": list(function.config.methods),
        "prefer_static": function.config.prefer_static,
        "rate_limit": function.config.rate_limit,
        "display_name": function.config.display_name,
        "generator": function.config.generator,
    }


def _relative(path: Path, root: Path) -> str:
    return printable(Path(os.path.relpath(path, root)).as_posix())
