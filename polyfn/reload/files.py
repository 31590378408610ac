"""Which files belong to which function, and that all of them are watched."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from typing import TYPE_CHECKING, Protocol

from polyfn.reload import tree
from polyfn.reload.changes import Change
from polyfn.reload.watching import watcher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from polyfn.model import Function
    from polyfn.pool.deployment import Deployment
    from polyfn.pool.fleet import LiveFleet
    from polyfn.reload.watching import Watcher
    from polyfn.settings import Settings


class Watched(Protocol):
    """Whose files are watched."""

    settings: Settings
    fleet: LiveFleet


class Files:
    """The files of all functions of a project.

    Args:
        put: Gets each change, from any thread.
    """

    def __init__(self, project: Watched, put: Callable[[Change], None]) -> None:
        self._project = project
        self._put = put
        self._watcher: Watcher | None = None
        self._began = time.time()
        self._loaded: dict[str, set[str]] = {}
        self._directories: set[str] = set()
        project.fleet.on_deployed = self._on_deployed
        project.fleet.on_loaded = self._on_loaded

    async def open(self) -> None:
        """Begin to watch; what was saved before that counts as well."""
        # In a thread: to import watchdog takes a tenth of a start.
        self._watcher = await asyncio.to_thread(watcher, self._put)
        self._watcher.__enter__()
        await self.look_around()
        for files in self._loaded.values():
            self._put_saved_since(self._began, files)

    async def close(self) -> None:
        """Watch no more."""
        if self._watcher is not None:
            await asyncio.to_thread(self._watcher.__exit__)

    @property
    def refused(self) -> str | None:
        """Why not everything is watched, or ``None``."""
        return self._watcher.refused if self._watcher else None

    def inputs(self, function: Function) -> set[str]:
        """What a function was built from; its main file at least."""
        deployment = self._project.fleet.deployment(function.name)
        depends_on = deployment.depends_on if deployment else ()
        return {str(path) for path in (function.main_file, *depends_on)}

    def loaded(self, name: str) -> set[str]:
        """What instances of a function have said they loaded."""
        return self._loaded.get(name, set())

    def forget(self, name: str) -> None:
        """There is no such function any more."""
        self._loaded.pop(name, None)

    async def look_around(self) -> None:
        """Watch the directories that are there now."""
        found = await asyncio.to_thread(tree.of_project, self._project.settings)
        for function in self._project.fleet.functions():
            found |= tree.of_files(self.inputs(function))
            found |= tree.of_files(self.loaded(function.name))
        if self._watcher is not None:
            self._directories = found
            await asyncio.to_thread(self._watcher.watch, found)

    def _on_deployed(self, deployment: Deployment) -> None:
        self._add(map(str, deployment.depends_on))

    def _on_loaded(self, deployment: Deployment, files: Iterable[str], since: float) -> None:
        """Watch what an instance has loaded; what was saved since may not be what it loaded."""
        known = self._loaded.setdefault(deployment.function.name, set())
        built = f"{self._project.settings.state_dir}{os.sep}"
        new = {each for each in files if not each.startswith(built)} - known
        known |= new
        self._add(new)
        self._put_saved_since(since, new)

    def _put_saved_since(self, since: float, files: Iterable[str]) -> None:
        for each in files:
            with contextlib.suppress(OSError):
                if os.stat(each).st_mtime > since:  # noqa: PTH116 - thousands of texts
                    self._put(Change(each, names=False))

    def _add(self, files: Iterable[str]) -> None:
        if self._watcher is not None:
            directories = tree.of_files(files) - self._directories
            self._directories |= directories
            self._watcher.add(directories)
