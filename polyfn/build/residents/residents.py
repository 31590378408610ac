"""The programs that stay, one of each: there soon after the first use, gone when long unused."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from polyfn.build.disk import Disk
    from polyfn.build.process import Guard
    from polyfn.build.residents.packets import Value
    from polyfn.build.residents.service import Service
    from polyfn.model import BuildPlan, Command

# A start has better things to do: all functions are built then, or found in the cache.
_PAUSE_S: Final = 1.0
_IDLE_S: Final = 600.0
# Whatever takes longer is left to a process of its own, which can be stopped.
_LIMIT_S: Final = 30.0


class Residents:
    """Runs commands without a process for each.

    Args:
        disk: Writes.
        guard: Is told of their process groups.
        stay: Whether any program stays: who builds only once has no use for it.
        pause_s: How long after its first use a program is started.
        idle_s: How long one stays that nobody asks.
    """

    def __init__(
        self,
        disk: Disk,
        guard: Guard,
        *,
        stay: bool,
        pause_s: float = _PAUSE_S,
        idle_s: float = _IDLE_S,
    ) -> None:
        self._disk = disk
        self._guard = guard
        self._stay = stay
        self._pause_s = pause_s
        self._idle_s = idle_s
        self._stays: dict[str, _Stay] = {}

    async def close(self) -> None:
        """End all."""
        self._stay = False
        await asyncio.gather(*(each.end() for each in self._stays.values()))

    def want(self, plan: BuildPlan) -> None:
        """Have those of a plan's programs that can stay, soon: it may be built again."""
        for command in plan.commands:
            if self._stay and command.resident:
                self._want(command)

    async def run(self, command: Command, argv: Sequence[str]) -> bool:
        """Run a command.

        Args:
            argv: The command's, with the build's directory in place.

        Returns:
            Whether it is done; if not, it has to be run by a process, which may fail in words.
        """
        stay = self._stays.get(argv[0])
        if stay is None or stay.arguments != command.resident:
            return False
        from polyfn.build.residents import requests  # noqa: PLC0415 - few starts have use for it

        answer = await stay.ask(requests.build_of(command, argv))
        if not requests.succeeded(answer):
            return False
        if (path := requests.metafile_of(argv)) is not None:
            await self._disk.do(path.write_bytes, requests.metafile_in(answer))
        return True

    def _want(self, command: Command) -> None:
        program = command.argv[0]
        stay = self._stays.get(program)
        if stay is not None and stay.arguments != command.resident:
            stay.leave()  # it was replaced by another version
            stay = None
        if stay is None or stay.is_over:
            self._stays[program] = _Stay(
                command, self._guard, pause_s=self._pause_s, idle_s=self._idle_s
            )


class _Stay:
    """One program, from the pause before its start to its end."""

    def __init__(self, command: Command, guard: Guard, *, pause_s: float, idle_s: float) -> None:
        self.arguments = command.resident
        self._service: Service | None = None
        self._used = 0.0
        self._idle_s = idle_s
        self._task = asyncio.create_task(self._live(command, guard, pause_s))

    @property
    def is_over(self) -> bool:
        return self._task.done()

    def leave(self) -> None:
        self._task.cancel()

    async def end(self) -> None:
        self.leave()
        await asyncio.gather(self._task, return_exceptions=True)

    async def ask(self, request: Mapping[str, Value]) -> Value:
        """What it answers; ``None`` when it is not there, or nothing comes of it."""
        if self._service is None:
            return None
        self._used = asyncio.get_running_loop().time()
        answer = await self._service.ask(request, _LIMIT_S)
        if answer is None:
            self.leave()
        return answer

    async def _live(self, command: Command, guard: Guard, pause_s: float) -> None:
        await asyncio.sleep(pause_s)
        from polyfn.build.residents.service import running  # noqa: PLC0415 - as above

        argv = (command.argv[0], *command.resident)
        # What cannot be started is not there: the command says so itself.
        with suppress(OSError):
            async with running(argv, cwd=command.cwd, env=command.env, guard=guard) as service:
                self._service = service
                try:
                    await self._until_unused(service)
                finally:
                    self._service = None

    async def _until_unused(self, service: Service) -> None:
        """Return when it is gone, or nobody has asked it for long."""
        loop = asyncio.get_running_loop()
        self._used = loop.time()
        while not service.gone.is_set() and (left := self._used + self._idle_s - loop.time()) > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await service.gone.wait()
