"""A project that is open: its functions, what runs them, and what takes background calls."""

from __future__ import annotations

import os
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from polyfn.build.progress import ignore
from polyfn.build.workshop import Workshop
from polyfn.discover import scan
from polyfn.jobs.transient import TransientJobs
from polyfn.pool.deployment import Deployment
from polyfn.pool.fleet import LiveFleet
from polyfn.pool.spawner import Spawner
from polyfn.runtimes import RUNTIMES
from polyfn.settings import function_environment

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from polyfn.build.progress import Listener
    from polyfn.build.toolchains import Toolchains
    from polyfn.discover import Manifest
    from polyfn.model import JSON, Function
    from polyfn.pool.inspector.inspectors import Inspectors
    from polyfn.pool.inspector.news import Listener as DebuggerListener
    from polyfn.pool.inspector.news import News as DebuggerNews
    from polyfn.pool.inspector.wish import Inspect
    from polyfn.ports import LogSink
    from polyfn.settings import Settings


def _nobody_asks(settings: Settings) -> None:
    """Settings change, and nothing is served."""


def _nobody_debugs(news: DebuggerNews) -> None:
    """Nobody is told of debuggers."""


class Project:
    """One project, open.

    Attributes:
        read_settings: Reads them as they are on disk now; see `polyfn.settings.load`.
        manifest: What was found.
        fleet: Its functions, and what calls them.
        jobs: Takes calls that nobody waits for.
        on_settings: Told of settings that hold from now on.
        inspectors: The functions that debuggers may attach to, if there are such.
        url: Where it is served; set once that is known, and told to functions as ``URL``.
    """

    def __init__(
        self,
        settings: Settings,
        workshop: Workshop,
        spawner: Spawner,
        sink: LogSink,
        read_settings: Callable[[], Settings],
        spares: int,
        inspectors: Inspectors | None = None,
    ) -> None:
        self.settings = settings
        self.inspectors = inspectors
        self.read_settings = read_settings
        self.on_settings: Callable[[Settings], None] = _nobody_asks
        self.url: str | None = None
        self._workshop = workshop
        self.manifest = self.scan()
        self.fleet = LiveFleet(
            self.manifest.functions,
            prepare=self._prepare,
            limits=settings.limits,
            sink=sink,
            spawner=spawner,
            spares=spares,
            inspectors=inspectors,
        )
        self.jobs = TransientJobs(self.fleet, sink, drain_s=settings.limits.drain_s)

    def scan(self) -> Manifest:
        """Look for the functions, by the settings as they are."""
        return scan(self.settings)

    def apply(self, settings: Settings) -> None:
        """Go by these settings from now on; what runs is not changed by it."""
        self.settings = settings
        self.fleet.configure(settings.limits)
        self.fleet.spares.each = settings.serve.spares
        self._workshop.configure(settings)
        self.on_settings(settings)

    @property
    def toolchains(self) -> Toolchains:
        """Where the programs of its functions are found."""
        return self._workshop.toolchains

    def open_inspectors(self) -> None:
        """Listen for debuggers, if there may be any."""
        if self.inspectors is not None:
            self.inspectors.open(self.fleet.functions())

    async def wake_for_debugger(self, name: str) -> None:
        """Start a function that is to be debugged by its process, so that there is one.

        Raises:
            PolyfnError: It does not start.
        """
        inspection = self.inspectors.find(name) if self.inspectors else None
        if inspection is not None and inspection.eager:
            await self.fleet.wake(name)

    def state(self) -> JSON:
        """What runs: ``{"functions": [{"name", "instances", "debugger"}, …]}``.

        ``debugger`` is null where none may attach, else ``{"url", "attached", "breaks"}``,
        with ``"pid"`` for a program.
        """
        return {"functions": [self._state_of(each) for each in self.fleet.functions()]}

    def _state_of(self, function: Function) -> JSON:
        name = function.name
        inspection = self.inspectors.find(name) if self.inspectors else None
        return {
            "name": name,
            "instances": self.fleet.instances(name),
            "debugger": inspection and inspection.state(),
        }

    async def _prepare(self, function: Function) -> Deployment:
        prepared = await self._workshop.prepare(function)
        return Deployment(
            function=prepared.function,
            artifact=prepared.artifact,
            launch=prepared.launch,
            environment=function_environment(self.settings, function, url=self.url),
            memory_mb=function.config.memory_mb or self.settings.limits.memory_mb,
        )


def open_workshop(
    settings: Settings, spawner: Spawner, listener: Listener, *, stay: bool = False
) -> Workshop:
    """What builds the functions of a project; to be used in ``async with``.

    Args:
        stay: Whether compilers that can stay between builds.
    """
    return Workshop(
        settings,
        environ=os.environ,
        runtimes=RUNTIMES,
        listener=listener,
        guard=spawner.guarding,
        stay=stay,
    )


@asynccontextmanager
async def open_project(
    settings: Settings,
    *,
    sink: LogSink,
    listener: Listener = ignore,
    read_settings: Callable[[], Settings] | None = None,
    spares: int = 0,
    stay: bool = False,
    inspect: Inspect | None = None,
    on_debugger: DebuggerListener = _nobody_debugs,
) -> AsyncIterator[Project]:
    """Find the functions, and get ready to build and to call them.

    Args:
        sink: Takes what functions write.
        listener: Is told what is built and installed.
        read_settings: Reads the settings again, where they may change while it is open.
        spares: How many runners of each kind to keep booted for the next start.
        stay: Whether compilers that can stay between builds.
        inspect: The functions that debuggers may attach to, if any.
        on_debugger: Is told of debuggers.

    Raises:
        UnknownFunction: There is none of a name that is to be inspected.
        UsageError: A function that is to be inspected cannot be.
    """
    async with AsyncExitStack() as stack:
        spawner = stack.enter_context(Spawner())
        opened = open_workshop(settings, spawner, listener, stay=stay)
        workshop = await stack.enter_async_context(opened)
        again = read_settings or (lambda: settings)
        inspectors = None
        if inspect is not None:
            from polyfn.app.inspecting import inspectors_for  # noqa: PLC0415 - few starts need it

            inspectors = inspectors_for(inspect, on_debugger)
            await stack.enter_async_context(inspectors)
        project = Project(settings, workshop, spawner, sink, again, spares, inspectors)
        if inspect is not None:
            from polyfn.app.inspecting import check  # noqa: PLC0415 - as above

            check(inspect, project.manifest, settings)
        await stack.enter_async_context(project.fleet)
        await stack.enter_async_context(project.jobs)
        yield project
