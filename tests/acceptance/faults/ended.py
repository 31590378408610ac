"""Faults of processes: those that end, that will not end, that print, and that touch the pipes."""

from __future__ import annotations

from tests.acceptance.faults.rows import (
    GO,
    PYTHON,
    Fault,
    answered,
    everywhere,
    failed,
    node,
)

_EXIT = "Runtime.ExitError"
_TIMED_OUT = failed(
    "Sandbox.Timedout", "was stopped after 1.", "its time limit", "Set `timeout`", status=504
)
_CLOSED = failed(_EXIT, "before it answered", "closed the descriptor")

ENDED = (
    Fault(
        name="exit",
        what="ends its process: `process.exit(3)`, `sys.exit(3)`, `os.Exit(3)`",
        outcomes={
            **node(failed(_EXIT, "exited with status 3 before it answered", "return a response")),
            PYTHON: failed(_EXIT, "ended its process by sys.exit(3)", "return a response"),
            GO: failed(_EXIT, "exited with status 3 before it answered", "return a response"),
        },
    ),
    Fault(
        name="hard-exit",
        what="ends its process by `os._exit(3)`",
        outcomes={
            PYTHON: failed(_EXIT, "exited with status 3 before it answered", "return a response")
        },
    ),
    Fault(
        name="log-fatal",
        what="ends its process by `log.Fatal`",
        outcomes={
            GO: failed(
                _EXIT, "exited with status 1 before it answered", "last lines", log="on purpose"
            )
        },
    ),
    Fault(
        name="abort",
        what="aborts: `process.abort()`, `os.abort()`",
        outcomes={
            **node(failed(_EXIT, "was killed by SIGABRT before it answered")),
            PYTHON: failed(_EXIT, "was killed by SIGABRT before it answered"),
        },
    ),
    Fault(
        name="kill",
        what="kills itself by SIGKILL",
        outcomes=everywhere(
            failed(_EXIT, "was killed by SIGKILL before it answered", "memory runs out")
        ),
    ),
    Fault(
        name="busy",
        what="loops without end; its time limit is 1 s",
        outcomes=everywhere(_TIMED_OUT),
    ),
    Fault(
        name="sleep",
        what="sleeps for 60 s; its time limit is 1 s",
        outcomes=everywhere(_TIMED_OUT),
    ),
    Fault(
        name="stubborn",
        what="ignores SIGTERM and sleeps; its time limit is 1 s",
        outcomes=everywhere(_TIMED_OUT),
    ),
    Fault(
        name="prints",
        what="prints 100 MB",
        outcomes=everywhere(answered(log="x" * 999)),
    ),
    Fault(
        name="stdout-garbage",
        what="writes bytes that are no text to standard output",
        outcomes=everywhere(answered(log="\ufffd")),
    ),
    Fault(
        name="frame-garbage",
        what="writes into the pipe by which its runner answers",
        outcomes=everywhere(
            failed("Runner.ProtocolViolation", "broke the runner protocol", "does not own")
        ),
    ),
    Fault(
        name="frame-close",
        what="closes the pipe by which its runner answers",
        outcomes=everywhere(_CLOSED),
    ),
)
