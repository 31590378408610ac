"""Watches a project, and brings what is saved into service.

In this order, for each batch of changes: settings are read again if it is one of their files;
directories that have appeared are watched; functions are looked for again if something changed
in their directory; and a new version is made of each function that a changed file belongs to,
or that is broken and may be mended by it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from typing import TYPE_CHECKING, Final, Protocol, Self

from polyfn.errors import InvalidFunction, SettingsError, UsageError
from polyfn.reload.changes import Batch
from polyfn.reload.files import Files
from polyfn.reload.news import (
    Appeared,
    Broken,
    NotWatching,
    ReloadFailed,
    SettingsRead,
    SettingsRefused,
    Vanished,
)
from polyfn.reload.renewals import Renewals
from polyfn.reload.settling import Settling

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from polyfn.discover import Manifest
    from polyfn.model import Function
    from polyfn.pool.fleet import LiveFleet
    from polyfn.reload.news import Listener
    from polyfn.settings import Settings

# How long a call whose function does not start waits for news of a file that is being saved.
_SECOND_THOUGHT_S: Final = 0.03
# A function that seems to be gone may be half saved.
_QUIET_S: Final = 0.05
_MAIN_FILE_DEPTH: Final = 2


class Reloadable(Protocol):
    """What is kept up to date: a project that is open."""

    settings: Settings
    manifest: Manifest
    fleet: LiveFleet

    def read_settings(self) -> Settings:
        """Read the settings as they are on disk now.

        Raises:
            SettingsError: A file is wrong.
            UsageError: A directory or file that the command line names is gone.
        """
        ...

    def apply(self, settings: Settings) -> None:
        """Go by these settings from now on."""
        ...

    def scan(self) -> Manifest:
        """Look for the functions; called in a thread."""
        ...


class Reloader:
    """Keeps a project up to date; an async context manager.

    Args:
        tell: Is told what happens; must not raise.
    """

    def __init__(self, project: Reloadable, tell: Listener) -> None:
        self._project = project
        self._tell = tell
        self._settling = Settling(project.settings.root)
        self._files = Files(project, self._settling.put)
        self._renewals = Renewals(
            project.fleet, self._settling, tell, keep_good=project.settings.serve.keep_good
        )
        self._refused: str | None = None
        self._taking = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._project.fleet.on_start_failure = self._second_thought
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self._renewals.close()
        await self._files.close()

    async def _run(self) -> None:
        await self._surely(self._catch_up())
        async for batch in self._settling.batches():
            if batch.paths or batch.lost:
                await self._surely(self._take(batch))

    async def _surely(self, work: Coroutine[None, None, None]) -> None:
        """Whatever goes wrong with one batch, the next one is taken."""
        try:
            async with self._taking:
                await work
        except Exception as bug:  # noqa: BLE001 - the room's edge: it is told as a bug
            self._tell(ReloadFailed(bug=bug))

    async def _catch_up(self) -> None:
        """Begin to watch, and see what was saved before."""
        await self._files.open()
        self._tell_refusal()
        self._read_settings(Batch(paths={str(path) for path in self._project.settings.files}))
        await self._find_functions()

    async def _take(self, batch: Batch) -> None:
        resettled = self._read_settings(batch)
        if batch.directories or resettled:
            await self._files.look_around()
            self._tell_refusal()
        if resettled or batch.lost or self._may_mean_functions(batch):
            await self._find_functions()
        for function in self._project.fleet.functions():
            if function.valid:
                self._renew(function, batch, resettled=resettled)

    def _renew(self, function: Function, batch: Batch, *, resettled: bool) -> None:
        name, fleet = function.name, self._project.fleet
        inputs = batch.touches(self._files.inputs(function))
        loaded = batch.touches(self._files.loaded(name))
        # Nobody knows what a command of the author's reads.
        mends = batch.mends or resettled or bool(function.config.build)
        mended = fleet.broken(name) is not None and mends
        if inputs or loaded or mended or batch.lost or resettled:
            # That the inputs of a build changed shows in what is built of them.
            forced = bool(loaded) or mended or batch.lost
            causes = filter(os.path.isfile, {*inputs, *loaded})
            self._renewals.request(name, forced=forced, causes=causes)

    # Settings

    def _read_settings(self, batch: Batch) -> bool:
        """Read settings again if one of their files changed; whether they mean something else."""
        old = self._project.settings
        files = batch.touches(str(path) for path in old.files)
        if not files and not batch.lost:
            return False
        try:
            new = self._project.read_settings()
        except (SettingsError, UsageError) as error:
            self._tell(SettingsRefused(error=error))
            return False
        if new == old:
            return False
        self._project.apply(new)
        self._renewals.keep_good = new.serve.keep_good
        restart = tuple(
            key
            for key in ("host", "port", "watch")
            if getattr(new.serve, key) != getattr(old.serve, key)
        )
        self._tell(SettingsRead(files=tuple(files), restart=restart))
        return True

    # Functions

    def _may_mean_functions(self, batch: Batch) -> bool:
        settings = self._project.settings
        return any(
            batch.near(str(each), _MAIN_FILE_DEPTH)
            for each in (settings.functions_dir, settings.internal_dir)
        )

    async def _find_functions(self) -> None:
        found = await asyncio.to_thread(self._project.scan)
        if self._lost_by(found):
            await self._settling.quiet(_QUIET_S)
            found = await asyncio.to_thread(self._project.scan)
        before, self._project.manifest = self._project.manifest, found
        self._project.fleet.update(self._kept(each) for each in found.functions)
        self._compare(before, found)

    def _kept(self, function: Function) -> Function:
        """The function, or the last valid one of that name if that is to go on."""
        served = self._project.fleet.find(function.name)
        return served if served and not function.valid and self._keeps(served) else function

    def _lost_by(self, found: Manifest) -> bool:
        """Whether a function that was served would not be any more."""
        valid = {each.name for each in found.functions if each.valid}
        return any(
            each.valid and each.name not in valid for each in self._project.fleet.functions()
        )

    def _keeps(self, function: Function | None) -> bool:
        return self._renewals.keep_good and function is not None and function.valid

    def _compare(self, before: Manifest, now: Manifest) -> None:
        """Make new versions of what is another function now, and tell what came and went."""
        old = {each.name: each for each in before.functions}
        for name in sorted(old.keys() - {each.name for each in now.functions}):
            self._files.forget(name)
            self._tell(Vanished(function=name))
        for function in now.functions:
            was = old.get(function.name)
            if was == function:
                continue
            if function.problem is not None:
                self._refuse(was, function, function.problem)
            elif was is None or not was.valid:
                self._tell(Appeared(function=function))
                self._renewals.request(function.name, forced=False, is_first=True)
            else:
                self._renewals.request(
                    function.name, forced=False, causes=(str(function.main_file),)
                )

    def _refuse(self, old: Function | None, function: Function, problem: str) -> None:
        error = InvalidFunction(f"Function {function.name!r} cannot be served: {problem}")
        kept = self._keeps(old)
        if old is None or old.problem != problem:
            self._tell(Broken(function=function.name, error=error, kept=kept))
        self._project.fleet.fail(function.name, error, keep=kept)

    def _tell_refusal(self) -> None:
        refused = self._files.refused
        if refused is not None and refused != self._refused:
            self._tell(NotWatching(reason=refused))
        self._refused = refused

    async def _second_thought(self, name: str) -> bool:
        """Whether a function that did not start may start now: it was being saved."""
        await asyncio.sleep(_SECOND_THOUGHT_S)
        await self._settling.taken()
        async with self._taking:
            pass  # the batch that is being taken may ask for a new version of it
        return await self._renewals.settled(name)
