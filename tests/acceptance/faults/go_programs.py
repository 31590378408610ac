"""Faults that Go programs alone have: all of them are one program's, which is asked for each."""

from __future__ import annotations

from tests.acceptance.faults.rows import GO, Fault, Outcome, answered, failed, unloadable

_EXIT = "Runtime.ExitError"
_INVALID = "Function.InvalidResponse"
_STOPPED = "was stopped by the Go runtime before it answered"
_TIMED_OUT = failed("Sandbox.Timedout", "was stopped after 1.", "its time limit", status=504)
_MUST_START = "must call lambda.Start(handler)"


def _harm(name: str, what: str, outcome: Outcome) -> Fault:
    return Fault(name=name, what=what, outcomes={GO: outcome}, program="harm")


def _start(name: str, what: str, outcome: Outcome) -> Fault:
    return Fault(name=name, what=what, outcomes={GO: outcome}, program="harm", at_start=True)


ENDED_BY_GO = (
    _harm(
        "stack-overflow",
        "calls itself without end",
        failed(_EXIT, _STOPPED, "stack overflow", "itself without end", log="stack overflow"),
    ),
    _harm(
        "map-race",
        "writes to a map in several goroutines",
        failed(_EXIT, _STOPPED, "concurrent map writes", "sync.Mutex"),
    ),
    _harm(
        "bad-address",
        "writes to an address that is none",
        failed(_EXIT, _STOPPED, "fault", "SIGSEGV"),
    ),
    _harm("unlock", "unlocks what is not locked", failed(_EXIT, _STOPPED, "unlock of unlocked")),
    _harm("out-of-memory", "takes more memory than it may", failed(_EXIT, _STOPPED, "memory")),
    _harm("threads", "starts more threads than it may", failed(_EXIT, _STOPPED, "thread exhaust")),
    _harm(
        "abort", "sends itself SIGABRT", failed(_EXIT, "was stopped by SIGABRT before it answered")
    ),
    _harm("nil-pointer", "follows a nil pointer", failed("errorString", "nil pointer dereference")),
    _harm(
        "panic-nil", "panics with nil", failed("PanicNilError", "panic called with nil argument")
    ),
    _harm("deadlock", "waits for a lock that it holds; its time limit is 1 s", _TIMED_OUT),
    _harm("goexit", "ends its goroutine by `runtime.Goexit`; its time limit is 1 s", _TIMED_OUT),
    _harm("syscall", "sleeps in a system call; its time limit is 1 s", _TIMED_OUT),
    _harm("stopped", "stops itself by SIGSTOP; its time limit is 1 s", _TIMED_OUT),
    _harm(
        "exec-other",
        "becomes another program by `syscall.Exec`",
        failed(_EXIT, "lived on before it answered", "was closed", "start that as a child"),
    ),
    _harm(
        "exec-self",
        "starts itself anew by `syscall.Exec`",
        failed(_EXIT, "exited with status 1 before it answered"),
    ),
    _harm(
        "many-children",
        "starts 30 processes and exits",
        failed(_EXIT, "exited with status 4 before it answered"),
    ),
)
DISTURBED = (
    _harm("close-frames", "closes descriptors 0 to 4", answered()),
    _harm("close-std", "closes `os.Stdin`, `os.Stdout` and `os.Stderr`", answered()),
    _harm("directory", "changes its directory", answered()),
    _harm("transport", "puts a transport of its own into `http.DefaultTransport`", answered()),
    _harm("client", "puts a client of its own into `http.DefaultClient`", answered()),
    _harm("thread", "keeps its thread by `runtime.LockOSThread`", answered()),
    _harm("no-line-feed", "prints without a line feed", answered(log="no line feed")),
    _harm("stdin", "reads standard input", answered(body="0 bytes, <nil>")),
    _harm("second-start", "calls `lambda.Start` in the handler", answered()),
    _harm("children", "starts processes that ignore SIGTERM and outlive the call", answered()),
    _harm("own-server", "runs a web server and calls it", answered(body="from its own server")),
)
ODD_ANSWERS = (
    _harm("channel", "returns a channel", failed("UnsupportedTypeError", "chan int")),
    _harm("function", "returns a function", failed("UnsupportedTypeError", "func(")),
    _harm("not-a-number", "returns NaN", failed("UnsupportedValueError", "NaN")),
    _harm(
        "unexported",
        "returns a struct whose fields are not exported",
        failed(_INVALID, "an object without `statusCode`: {}"),
    ),
    _harm("status-negative", "returns the status -1", failed(_INVALID, "status -1", "200 to 599")),
    _harm("status-fraction", "returns the status 200.5", failed(_INVALID, "that is 200.5")),
    _harm("header-name", "returns a header named `a name`", failed(_INVALID, "named 'a name'")),
    _harm("no-base64", "sets `isBase64Encoded` for what is none", failed(_INVALID, "no base64")),
    _harm("not-utf8", "returns text that is not UTF-8", answered(body="a\ufffdb")),
)
STARTED = (
    _start("init-print", "prints in `init`, without a line feed", answered(log="printed in init")),
    _start("init-directory", "changes its directory in `init`", answered()),
    _start("init-thread", "locks its thread in `init`", answered()),
    _start("init-transport", "replaces `http.DefaultTransport` in `init`", answered()),
    _start("main-transport", "replaces `http.DefaultTransport` in `main`", answered()),
    _start("init-client", "replaces `http.DefaultClient` in `init`", answered()),
    _start("main-godebug", "sets `GODEBUG`", answered()),
    _start("init-close-std", "closes descriptors 0 to 2 in `init`", answered()),
    _start(
        "init-close-all",
        "closes all descriptors in `init`",
        unloadable(_EXIT, "while it was loading"),  # of the runner's, or of Go's own poller's
    ),
    _start(
        "init-overflow",
        "calls itself without end in `init`",
        unloadable(_EXIT, "the Go runtime while it was loading", "stack overflow"),
    ),
    _start(
        "init-fatal",
        "ends by `log.Fatal` in `init`",
        unloadable(_EXIT, "exited with status 1 while it was loading", _MUST_START, "last lines"),
    ),
    _start(
        "init-exec",
        "starts itself anew in `init`",
        unloadable(_EXIT, "exited with status 1 while it was loading"),
    ),
    _start("main-in-a-goroutine", "calls `lambda.Start` in a goroutine", answered()),
    _start("main-twice", "calls `lambda.Start` twice", answered()),
    _start(
        "main-returns",
        "returns from `main` without `lambda.Start`",
        unloadable(_EXIT, "exited with status 0 while it was loading", _MUST_START),
    ),
    _start(
        "main-exit",
        "calls `os.Exit(0)` before `lambda.Start`",
        unloadable(_EXIT, "exited with status 0 while it was loading", _MUST_START),
    ),
    _start(
        "main-too-many-arguments",
        "gives `lambda.Start` a handler with three arguments",
        unloadable("errorString", "handlers may not take more than two arguments"),
    ),
    _start(
        "main-no-function",
        "gives `lambda.Start` what is no function",
        unloadable("errorString", "handler kind string is not func"),
    ),
)
