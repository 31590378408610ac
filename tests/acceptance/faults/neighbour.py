"""A function that nobody harms, called without a pause while others fail: is it still quick?

No test may hang on how quick the machine is today. Where a call took longer than the 100 ms that
are promised, as many calls are made at once with nothing else going on: the slowest of those, times
a factor, is what the machine allows at that moment. And a fault is tried again, a few times, before
slow answers are held against it: one clean try shows that it does its neighbours no harm, while a
fault that does harm them does so each time.
"""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil

from tests.acceptance.serving import Served

PROMISED_S = 0.1
_TIMES_UNDISTURBED = 3
_PAUSE_S = 0.005
_TARGET = "/.netlify/functions/hello"


@dataclass(slots=True)
class Watch:
    """What was seen while something else went on.

    Attributes:
        seconds: What each call of the neighbour took.
        problems: Its answers that were not 200.
        growth_bytes: What the supervisor's memory grew by, at most.
    """

    seconds: list[float] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    growth_bytes: int = 0

    @property
    def slowest(self) -> float:
        return max(self.seconds, default=0.0)


class Neighbour:
    """Calls ``hello`` over one connection that is kept."""

    def __init__(self, server: Served) -> None:
        self._server = server
        assert server.get("hello").body == b"hello"

    def allowed_s(self, calls: int) -> float:
        """What the slowest of so many calls may take now."""
        return max(PROMISED_S, _TIMES_UNDISTURBED * self.calls(calls).slowest)

    def calls(self, count: int) -> Watch:
        """Call it so many times, now."""
        watch = Watch()
        connection = self._connect()
        for _ in range(count):
            self._call(connection, watch)
            time.sleep(_PAUSE_S)
        connection.close()
        return watch

    @contextmanager
    def watched(self) -> Iterator[Watch]:
        """Call it from a thread of its own until the context is left, and at least once."""
        watch, stop, begun = Watch(), threading.Event(), threading.Event()
        thread = threading.Thread(target=self._until, args=(stop, begun, watch))
        thread.start()
        assert begun.wait(30)
        try:
            yield watch
        finally:
            stop.set()
            thread.join(30)

    def _until(self, stop: threading.Event, begun: threading.Event, watch: Watch) -> None:
        supervisor = psutil.Process(self._server.process.pid)
        resident = supervisor.memory_info().rss
        connection = self._connect()
        while not stop.is_set():
            self._call(connection, watch)
            grown = supervisor.memory_info().rss - resident
            watch.growth_bytes = max(watch.growth_bytes, grown)
            begun.set()
            stop.wait(_PAUSE_S)
        connection.close()

    def _connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self._server.host, self._server.port, timeout=20)

    def _call(self, connection: http.client.HTTPConnection, watch: Watch) -> None:
        began = time.perf_counter()
        try:
            connection.request("GET", _TARGET)
            response = connection.getresponse()
            body = response.read()
            if (response.status, body) != (200, b"hello"):
                watch.problems.append(f"{response.status} {body[:200]!r}")
        except OSError as error:
            watch.problems.append(repr(error))
            connection.close()
        watch.seconds.append(time.perf_counter() - began)
