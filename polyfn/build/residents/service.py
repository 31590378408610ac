"""One program that stays: its process, and the requests that it is at work on."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from itertools import count
from typing import TYPE_CHECKING, Final

from polyfn.build import process
from polyfn.build.residents.packets import Packet, Splitter, Value, decode, encode

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator, Mapping, Sequence
    from pathlib import Path

    from polyfn.build.process import Guard

_READ_BYTES: Final = 256 * 1024
_END_GRACE_S: Final = 1.0


@asynccontextmanager
async def running(
    argv: Sequence[str], *, cwd: Path, env: Mapping[str, str], guard: Guard
) -> AsyncIterator[Service]:
    """Start a program, and end it with its process group.

    It exits at the end of its standard input, so also when polyfn is killed; the guard is for one
    that does not.

    Raises:
        OSError: It cannot be started.
    """
    child = await asyncio.create_subprocess_exec(
        *argv,
        cwd=cwd,
        env=dict(env),  # uvloop takes nothing else
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        with guard(child.pid):
            service = Service(child)
            listening = asyncio.create_task(service.listen())
            try:
                yield service
            finally:
                service.close()
                await asyncio.wait({listening}, timeout=_END_GRACE_S)
                listening.cancel()
                await asyncio.gather(listening, return_exceptions=True)
    finally:
        await process.end(child)


class Service:
    """What a program that runs is asked, and what it answers.

    Attributes:
        gone: Set when it answers no more.
    """

    def __init__(self, child: Process) -> None:
        if child.stdin is None or child.stdout is None:
            raise AssertionError("it was started without pipes")
        self._to, self._from = child.stdin, child.stdout
        self._numbers = count()
        self._waiting: dict[int, asyncio.Future[Value]] = {}
        self._greeted = False
        self.gone = asyncio.Event()

    async def ask(self, request: Mapping[str, Value], limit_s: float) -> Value:
        """Send a request, and wait for its answer.

        Args:
            request: Its fields but for ``key``, which is the request's own number.

        Returns:
            The answer; ``None`` when it takes too long, ended, or spoke nonsense.
        """
        if self.gone.is_set():
            return None
        number = next(self._numbers)
        answer: asyncio.Future[Value] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        packet = Packet(number, is_response=False, value={**request, "key": number})
        try:
            self._to.write(encode(packet))
            async with asyncio.timeout(limit_s):
                return await answer
        except TimeoutError:
            return None
        finally:
            del self._waiting[number]

    async def listen(self) -> None:
        """Take what it says, to its end."""
        splitter = Splitter()
        try:
            while data := await self._from.read(_READ_BYTES):
                for body in splitter.feed(data):
                    self._take(body)
        except (OSError, ValueError):
            pass  # whoever waits is told, and `running` ends it
        finally:
            self.gone.set()
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_result(None)

    def close(self) -> None:
        """Have it end."""
        with suppress(OSError):
            self._to.close()

    def _take(self, body: bytes) -> None:
        if not self._greeted:  # by its version, which it was given: another one ends at once
            self._greeted = True
            return
        packet = decode(body)
        answer = self._waiting.get(packet.id)
        if packet.is_response and answer is not None and not answer.done():
            answer.set_result(packet.value)
