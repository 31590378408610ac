"""Programs that debuggers attach to by their process: `dlv attach`, `gdb -p`.

There is nothing to connect, so nothing is known of such a debugger but that the system says so
(``TracerPid`` in ``/proc/PID/status``, proc(5)). A function that was built for one has no time
limits at all: who looks for the process, and sets a breakpoint before the call, has time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from polyfn.pool.inspector.inspection import Inspection
from polyfn.pool.inspector.news import Process
from polyfn.pool.inspector.target import Target, Uninspected, is_traced

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from polyfn.model import JSON
    from polyfn.pool.inspector.news import Listener


class NativeInspection(Inspection):
    """What lasts of a function's debugging while its processes come and go.

    Args:
        command: What attaches to a process, with ``{pid}`` in it.
    """

    eager = True

    def __init__(
        self,
        function: str,
        command: str,
        *,
        wake: Callable[[str], Awaitable[None]],
        tell: Listener,
    ) -> None:
        super().__init__(function, "", breaks=False, wake=wake, tell=tell)
        self._command = command
        self._listener = tell
        self._pid = 0

    @property
    def attached(self) -> bool:
        """Whether one may be attached: it counts as if one were."""
        return True

    def state(self) -> JSON:
        """What there is to know of it: ``{"url", "attached", "breaks", "pid"}``."""
        url = f"pid:{self._pid}" if self._pid else None
        attached = is_traced(self._pid)
        return {"url": url, "attached": attached, "breaks": False, "pid": self._pid or None}

    def target(self) -> Target:
        """For a new instance."""
        return _NativeTarget(self._on_ready, self._on_gone)

    def let_go(self) -> None:
        """Nothing can be hung up on."""

    def _on_ready(self, pid: int) -> None:
        self._pid = pid
        command = self._command.format(pid=pid)
        self._listener(Process(function=self.function, pid=pid, command=command))

    def _on_gone(self, pid: int) -> None:
        if pid == self._pid:
            self._pid = 0


class _NativeTarget(Uninspected):
    """One process, which has any time it wants."""

    def __init__(self, on_ready: Callable[[int], None], on_gone: Callable[[int], None]) -> None:
        super().__init__()
        self._on_ready = on_ready
        self._on_gone = on_gone

    @property
    def attached(self) -> bool:
        """No call runs out of time."""
        return True

    def ready(self) -> None:
        """It can be called: it is worth attaching to."""
        super().ready()
        self._on_ready(self.pid)

    def gone(self) -> None:
        """The process has ended."""
        super().gone()
        self._on_gone(self.pid)
