"""Building functions without calling them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from polyfn.app.project import open_workshop
from polyfn.discover import scan
from polyfn.errors import PolyfnError, UnknownFunction
from polyfn.pool.spawner import Spawner

if TYPE_CHECKING:
    from collections.abc import Sequence

    from polyfn.app.site import SiteBuilt
    from polyfn.app.types import Types
    from polyfn.build.progress import Listener
    from polyfn.build.workshop import Workshop
    from polyfn.model import Artifact, Function
    from polyfn.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What came of one function: an artifact, or the error that stands in its place."""

    function: Function
    artifact: Artifact | None = None
    error: PolyfnError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildReport:
    """What came of all functions.

    Attributes:
        types: What came of checking their types; ``None`` when nobody asked for it.
        site: What came of the site's own build; ``None`` when nobody asked for it.
    """

    functions: tuple[Built, ...]
    types: Types | None = None
    site: SiteBuilt | None = None

    @property
    def ok(self) -> bool:
        """Whether everything is built, and all types are right."""
        return (
            all(each.error is None for each in self.functions)
            and (self.types is None or self.types.ok)
            and (self.site is None or self.site.ok)
        )


async def build_functions(
    settings: Settings,
    names: Sequence[str],
    listener: Listener,
    *,
    check: bool = False,
    with_site: bool = False,
) -> BuildReport:
    """Build the functions of those names, all when there are none, trying every one.

    Args:
        check: Whether to check types as well.
        with_site: Whether to build the site first, which may make functions.

    Raises:
        UnknownFunction: There is no function of one of the names.
        ToolchainMissing: Types are to be checked, and there is no Node.
        UsageError: The site is to be built, and nothing says how.
    """
    with Spawner() as spawner:
        site = None
        if with_site:
            from polyfn.app.site import build_site  # noqa: PLC0415 - few ask for it

            site = await build_site(settings, spawner.guarding, listener)
        chosen = _chosen(scan(settings).functions, names)
        async with open_workshop(settings, spawner, listener) as workshop:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(_build(workshop, function)) for function in chosen]
            types = None
            if check:
                from polyfn.app.types import check_types  # noqa: PLC0415 - few ask for it

                types = await check_types(chosen, workshop.toolchains, spawner.guarding, listener)
    return BuildReport(functions=tuple(task.result() for task in tasks), types=types, site=site)


async def _build(workshop: Workshop, function: Function) -> Built:
    try:
        prepared = await workshop.prepare(function)
    except PolyfnError as error:
        return Built(function=function, error=error)
    return Built(function=function, artifact=prepared.artifact)


def _chosen(functions: Sequence[Function], names: Sequence[str]) -> list[Function]:
    by_name = {function.name: function for function in functions}
    unknown = [name for name in names if name not in by_name]
    if unknown:
        raise UnknownFunction(
            f"There is no function {unknown[0]!r}; `polyfn list` shows what there is."
        )
    return [by_name[name] for name in names] if names else list(functions)
