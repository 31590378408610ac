"""Faults of handlers: what they throw, before they answer and after."""

from __future__ import annotations

from tests.acceptance.faults.rows import GO, PYTHON, Fault, answered, failed, node

_LATE = "failed after it had answered"

THROWN = (
    Fault(
        name="throw",
        what="throws an error",
        outcomes={
            **node(failed("TypeError", "on purpose", log="TypeError: on purpose")),
            PYTHON: failed("ValueError", "on purpose", log="ValueError: on purpose"),
        },
    ),
    Fault(
        name="error",
        what="returns an error",
        outcomes={GO: failed("errorString", "on purpose", log="errorString: on purpose")},
    ),
    Fault(
        name="panic",
        what="panics with a text",
        outcomes={GO: failed("string", "on purpose", log="string: on purpose")},
    ),
    Fault(
        name="panic-error",
        what="panics with an error",
        outcomes={GO: failed("errorString", "on purpose", log="errorString: on purpose")},
    ),
    Fault(
        name="nil-map",
        what="writes to a nil map",
        outcomes={GO: failed("plainError", "assignment to entry in nil map")},
    ),
    Fault(
        name="throw-string",
        what="throws a text",
        outcomes={
            **node(failed("string", "on purpose", log="string: on purpose")),
            PYTHON: failed("TypeError", "exceptions must derive from BaseException"),
        },
    ),
    Fault(
        name="throw-undefined",
        what="throws `undefined`",
        outcomes=node(failed("undefined", "undefined")),
    ),
    Fault(
        name="throw-object",
        what="throws an object that is no error",
        outcomes=node(failed("object", "{ code: 7 }")),
    ),
    Fault(
        name="throw-base",
        what="raises a `BaseException` that is no `Exception`",
        outcomes={PYTHON: failed("Stop", "on purpose", log="Stop: on purpose")},
    ),
    Fault(
        name="timer-throw",
        what="throws in a timer while the call waits",
        outcomes=node(failed("TypeError", "on purpose", log="TypeError: on purpose")),
    ),
    Fault(
        name="rejection",
        what="leaves a rejected promise to itself while the call waits",
        outcomes=node(failed("Runtime.UnhandledPromiseRejection", "TypeError: on purpose")),
    ),
    Fault(
        name="goroutine-panic",
        what="panics in a goroutine while the call waits",
        outcomes={
            GO: failed(
                "Runtime.ExitError",
                "panicked before it answered",
                "on purpose",
                "recover from it in that goroutine",
                log="panic: on purpose",
            )
        },
    ),
    Fault(
        name="never-settles",
        what="awaits what can never happen",
        outcomes=node(failed("Runtime.NodeJsExit", "returned a promise that can never settle")),
    ),
    Fault(
        name="late-throw",
        what="throws after it has answered, in a timer or a thread",
        outcomes={
            **node(answered(log=_LATE)),
            PYTHON: answered(log="ValueError: late, on purpose"),
        },
    ),
    Fault(
        name="late-rejection",
        what="leaves a promise that is rejected after it has answered",
        outcomes=node(answered(log=_LATE)),
    ),
    Fault(
        name="late-panic",
        what="panics in a goroutine after it has answered",
        outcomes={GO: answered(log="exited with status 2 while it was not called")},
    ),
)
