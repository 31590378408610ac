"""Building functions without calling them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from polyfn.app.project import open_workshop
from polyfn.discover import scan
from polyfn.errors import PolyfnError, UnknownFunction
from polyfn.pool.spawner import Spawner

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from polyfn.build.progress import Listener
    from polyfn.build.workshop import Workshop
    from polyfn.model import JSON, Artifact, Function
    from polyfn.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What came of one function: an artifact, or the error that stands in its place."""

    function: Function
    artifact: Artifact | None = None
    error: PolyfnError | None = None


async def build_functions(
    settings: Settings, names: Sequence[str], listener: Listener
) -> list[Built]:
    """Build the functions of those names, all when there are none, trying every one.

    Raises:
        UnknownFunction: There is no function of one of the names.
    """
    chosen = _chosen(scan(settings).functions, names)
    with Spawner() as spawner:
        async with (
            open_workshop(settings, spawner, listener) as workshop,
            asyncio.TaskGroup() as group,
        ):
            tasks = [group.create_task(_build(workshop, function)) for function in chosen]
    return [task.result() for task in tasks]


async def _build(workshop: Workshop, function: Function) -> Built:
    try:
        prepared = await workshop.prepare(function)
    except PolyfnError as error:
        return Built(function=function, error=error)
    return Built(function=function, artifact=prepared.artifact)


def as_json(built: Sequence[Built], root: Path) -> bytes:
    """``{"functions": […]}``, each ``{name, ok, error, warnings, artifact, cached, seconds}``."""
    return orjson.dumps(
        {"functions": [_row(each, root) for each in built]}, option=orjson.OPT_INDENT_2
    )


def _row(built: Built, root: Path) -> dict[str, JSON]:
    artifact = built.artifact
    path = artifact.path if artifact is not None else None
    relative = path.relative_to(root) if path and path.is_relative_to(root) else path
    return {
        "name": built.function.name,
        "ok": built.error is None,
        "error": built.error.message if built.error is not None else None,
        "warnings": artifact.warnings if artifact is not None else "",
        "artifact": str(relative) if relative is not None else None,
        "cached": artifact.cached if artifact is not None else None,
        "seconds": round(artifact.duration_s, 3) if artifact is not None else None,
    }


def _chosen(functions: Sequence[Function], names: Sequence[str]) -> list[Function]:
    by_name = {function.name: function for function in functions}
    unknown = [name for name in names if name not in by_name]
    if unknown:
        raise UnknownFunction(
            f"There is no function {unknown[0]!r}; `polyfn list` shows what there is."
        )
    return [by_name[name] for name in names] if names else list(functions)
