"""Serving a project until somebody says stop."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from typing import TYPE_CHECKING, Any, Protocol

from polyfn.app.project import open_project
from polyfn.errors import PolyfnError, ToolchainMissing
from polyfn.gateway import presence
from polyfn.gateway.listen import listening
from polyfn.reload import Reloader

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    from polyfn.app.project import Project
    from polyfn.build.progress import Event
    from polyfn.discover import Manifest
    from polyfn.gateway.exchange import RequestRecord
    from polyfn.gateway.listen import Listener
    from polyfn.model import Function, LogLine
    from polyfn.pool.inspector.news import News as DebuggerNews
    from polyfn.pool.inspector.wish import Inspect
    from polyfn.reload.news import News
    from polyfn.settings import Settings

_MOMENT_S = 0.03
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Screen(Protocol):
    """Is told what happens while a project is served; nothing in it may block or raise."""

    def write(self, line: LogLine) -> None:
        """A function wrote a line."""
        ...

    def on_build(self, event: Event) -> None:
        """Something is built or installed."""
        ...

    def on_ready(self, url: str, manifest: Manifest) -> None:
        """Connections are taken at ``url``, and soon answered."""
        ...

    def on_request(self, record: RequestRecord) -> None:
        """A request was answered."""
        ...

    def on_missing(self, line: str) -> None:
        """Something that functions need is not on this machine."""
        ...

    def on_problem(self, function: Function, error: PolyfnError) -> None:
        """A function could not be prepared."""
        ...

    def on_bug(self, request_id: str, bug: Exception) -> None:
        """Polyfn itself failed."""
        ...

    def on_reload(self, news: News) -> None:
        """Something was saved, and this came of it."""
        ...

    def on_debugger(self, news: DebuggerNews) -> None:
        """Something about debuggers."""
        ...

    def on_stopping(self) -> None:
        """The end begins: what runs may finish."""
        ...


async def serve(
    settings: Settings,
    screen: Screen,
    read_settings: Callable[[], Settings],
    inspect: Inspect | None = None,
) -> None:
    """Serve a project until SIGINT or SIGTERM; a second one ends it at once.

    Args:
        read_settings: Reads the settings again, when one of their files has changed.
        inspect: The functions that debuggers may attach to, if any.

    Raises:
        AddressInUse: The port is taken.
        UsageError: A function cannot be inspected.
        UnknownFunction: There is none of a name that is to be inspected.
    """
    stop = _stop_signal()
    token = presence.new_token()
    async with (
        listening(settings.serve.host, settings.serve.port) as listener,
        open_project(
            settings,
            sink=screen,
            listener=screen.on_build,
            read_settings=read_settings,
            spares=settings.serve.spares,
            stay=settings.serve.watch,
            inspect=inspect,
            on_debugger=screen.on_debugger,
        ) as project,
    ):
        project.url = listener.url
        announced = presence.announced(
            settings.state_dir, host=listener.host, port=listener.port, token=token
        )
        async with AsyncExitStack() as until_stop:
            until_stop.enter_context(announced)
            screen.on_ready(listener.url, project.manifest)
            project.open_inspectors()
            await until_stop.enter_async_context(_reloading(project, screen))
            answering = asyncio.Event()
            async with asyncio.TaskGroup() as group:
                preparing = _prepare_all(project, screen, group, answering)
                # Until a runner is started, but no build is waited for.
                await asyncio.wait(
                    preparing, timeout=_MOMENT_S, return_when=asyncio.FIRST_COMPLETED
                )
                async with _answering(project, listener, token, screen):
                    answering.set()
                    await stop.wait()
                    screen.on_stopping()
                    if project.inspectors is not None:
                        project.inspectors.let_go()
                    for task in preparing:
                        task.cancel()
                    await until_stop.aclose()


@asynccontextmanager
async def _answering(
    project: Project, listener: Listener, token: str, screen: Screen
) -> AsyncIterator[None]:
    """Answer requests; those that have come already wait in the system's queue.

    The HTTP server is imported only now: that takes a quarter of a start, and meanwhile a runner
    boots. In a thread it would fight with the loop for the interpreter, and take longer.
    """
    from polyfn.app.front import front_of  # noqa: PLC0415 - see above
    from polyfn.gateway import server  # noqa: PLC0415

    app = front_of(project, token=token, on_request=screen.on_request, on_bug=screen.on_bug)
    async with server.serve(app, listener, limits=project.settings.limits, direct=app):
        yield


def _reloading(project: Project, screen: Screen) -> AbstractAsyncContextManager[object]:
    watch = project.settings.serve.watch
    return Reloader(project, screen.on_reload) if watch else nullcontext()


def _prepare_all(
    project: Project, screen: Screen, group: asyncio.TaskGroup, answering: asyncio.Event
) -> list[asyncio.Task[Any]]:
    """Begin to prepare all functions; one of each runtime at once, so that its runner can boot.

    The others begin when requests are answered: with 51 functions that is 40 ms earlier so. Who is
    called before is prepared by the call.
    """
    check = group.create_task(_check(project, screen, answering))
    functions = [each for each in project.fleet.functions() if each.valid]
    first = {each.runtime: each for each in reversed(functions)}.values()
    return [check] + [
        group.create_task(
            _prepare(project, each, screen, check, after=None if each in first else answering)
        )
        for each in functions
    ]


async def _check(project: Project, screen: Screen, answering: asyncio.Event) -> frozenset[str]:
    """Say in one line what is missing; returns the functions that go without it."""
    await answering.wait()
    from polyfn.app import doctor  # noqa: PLC0415 - the first request does not wait for it

    missing = await doctor.missing(project.fleet.functions(), project.toolchains)
    if missing:
        screen.on_missing(doctor.in_one_line(missing))
    return frozenset(name for each in missing for name in each.functions)


async def _prepare(
    project: Project,
    function: Function,
    screen: Screen,
    check: asyncio.Task[frozenset[str]],
    *,
    after: asyncio.Event | None,
) -> None:
    if after is not None:
        await after.wait()
    try:
        await project.fleet.prepare(function.name)
        await project.wake_for_debugger(function.name)
    except ToolchainMissing as error:
        if function.name not in await check:  # what could be fetched has not come
            screen.on_problem(function, error)
    except PolyfnError as error:
        screen.on_problem(function, error)


def _stop_signal() -> asyncio.Event:
    """An event that the first signal to stop sets; the second one ends the process.

    The guard (`polyfn.pool.guard`) then ends whatever still runs.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def on_signal(number: signal.Signals) -> None:
        if stop.is_set():
            os._exit(128 + number)
        stop.set()

    for number in _STOP_SIGNALS:
        try:
            loop.add_signal_handler(number, on_signal, number)
        except NotImplementedError:  # Windows: Ctrl-C cancels the main task instead
            break
    return stop
