"""Go: what the author reads when a program ends by a panic."""

from __future__ import annotations

from pathlib import Path

from polyfn.model import LastWords
from polyfn.runtimes.go.panics import PanicReader

MUST_START = (
    "Its func main must call lambda.Start(handler), which does not return, and nothing may end the "
    "process before that."
)
READ = PanicReader(project_root=Path("/site"))

GOROUTINE = """\
a print before
panic: on purpose

goroutine 34 [running]:
main.(*Shop).sell(0xc000012, {0x1, 0x2})
\t/site/functions/hello/shop.go:14 +0x2c
example.com/site/lib.Call(...)
\t/site/lib/call.go:3
golang.org/x/sync/errgroup.(*Group).Go.func1()
\t/root/go/pkg/mod/golang.org/x/sync@v0.7.0/errgroup/errgroup.go:78 +0x56
net/http.HandlerFunc.ServeHTTP(0xc0)
\t/usr/local/go/src/net/http/server.go:2220 +0x29
created by main.handler in goroutine 20
\t/site/functions/hello/main.go:13 +0x5c
exit status 2"""


def test_panic_in_a_goroutine_has_the_authors_frames_and_an_advice() -> None:
    words = READ(tuple(GOROUTINE.split("\n")))
    assert (words.how, words.why) == ("panicked", "on purpose")
    assert "recover" in words.advice
    assert words.trace == (
        "functions/hello/shop.go:14 (*Shop).sell",
        "lib/call.go:3 Call",
        "/root/go/pkg/mod/golang.org/x/sync@v0.7.0/errgroup/errgroup.go:78 (*Group).Go.func1",
        "functions/hello/main.go:13 created by handler",
    )


def test_places_in_a_printed_stack_are_paths_of_the_project() -> None:
    shown = [READ.shown_line(line) for line in GOROUTINE.split("\n")]
    assert shown == GOROUTINE.replace("\t/site/", "\t").split("\n")
    for other in ("/site/lib/a.go:3", "\t/site/data.txt", "\t/sites/a.go:3", "\t/site/", ""):
        assert READ.shown_line(other) == other


def test_nil_pointer_is_told_without_the_addresses() -> None:
    lines = (
        "panic: runtime error: invalid memory address or nil pointer dereference",
        "[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x6b8f5e]",
        "",
        "goroutine 1 [running]:",
        "main.init.0()",
        "\t/site/functions/hello/main.go:9 +0x1e",
    )
    words = READ(lines)
    assert words.why == "runtime error: invalid memory address or nil pointer dereference"
    assert words.advice == ""
    assert words.trace == ("functions/hello/main.go:9 init.0",)


def test_fatal_error_shows_the_first_goroutine_alone() -> None:
    lines = (
        "fatal error: concurrent map writes",
        "",
        "goroutine 8 [running]:",
        "internal/runtime/maps.fatal({0x7, 0x15})",
        "\t/usr/local/go/src/runtime/panic.go:1058 +0x18",
        "main.count(...)",
        "\t/site/functions/hello/main.go:20",
        "",
        "goroutine 1 [chan receive]:",
        "example.com/site/internal/polyfnbridge.(*session).next(0xc0)",
        "\t/site/internal/polyfnbridge/session.go:70 +0x1",
        "main.main()",
        "\t/site/functions/hello/main.go:30 +0x1",
    )
    words = READ(lines)
    assert (words.how, words.why) == ("was stopped by the Go runtime", "concurrent map writes")
    assert words.trace == ("functions/hello/main.go:20 count",)


def test_runner_and_library_are_no_frames_of_the_author() -> None:
    lines = (
        "panic: x",
        "goroutine 1 [running]:",
        "example.com/site/internal/polyfnbridge.start({0x1, 0x2})",
        "\t/site/internal/polyfnbridge/bridge.go:60 +0x1",
        "github.com/aws/aws-lambda-go/lambda.Start(...)",
        "\t/root/go/pkg/mod/github.com/aws/aws-lambda-go@v1.49.0/lambda/entry.go:42",
        "main.main()",
        "\t/site/functions/hello/main.go:30 +0x1",
    )
    assert READ(lines).trace == ("functions/hello/main.go:30 main",)


def test_panic_in_a_panic_is_told_whole() -> None:
    lines = (
        "panic: first",
        "\tpanic: second",
        "",
        "goroutine 1 [running]:",
        "main.main()",
        "\t/site/a.go:1",
    )
    assert READ(lines).why == "first\n\tpanic: second"


def test_lines_without_a_panic_stay() -> None:
    for lines in ((), ("2026/01/02 03:04:05 no settings",), ("panic: is what I print", "done")):
        assert READ(lines) == LastWords(lines, advice=MUST_START)


OVERFLOW = """\
fatal error: stack overflow

runtime stack:
runtime.throw({0x7b164a?, 0x200000008?})
\t/usr/local/go/src/runtime/panic.go:1229 +0x48 fp=0xb508d21fe98 sp=0xb508d21fe68 pc=0x484168

goroutine 1 gp=0xb508d1001e0 m=0 mp=0xaa1f40 [running]:
main.deeper(0x1d8b)
\t/site/functions/hello/main.go:150 +0x9b fp=0xb508d460480 sp=0xb508d460478 pc=0x6ab41b
main.deeper(0x1d8a)
\t/site/functions/hello/main.go:150 +0x47 fp=0xb508d460708 sp=0xb508d460480 pc=0x6ab3c7
...3 frames elided...
main.deeper(0x1)
\t/site/functions/hello/main.go:150 +0x47 fp=0xb508d460710 sp=0xb508d460708 pc=0x6ab3c7
main.handler(...)
\t/site/functions/hello/main.go:35

goroutine 5 gp=0xb508d1005a0 m=nil [IO wait]:
example.com/site/internal/polyfnbridge.(*session).listen(0x0)
\t/site/internal/polyfnbridge/bridge.go:98 +0x45"""


def test_stack_that_overflows_is_told_once_a_function() -> None:
    words = READ(tuple(OVERFLOW.split("\n")))
    assert (words.how, words.why) == ("was stopped by the Go runtime", "stack overflow")
    assert "itself without end" in words.advice
    assert words.trace == (
        "functions/hello/main.go:150 deeper (and 2 more of it)",
        "functions/hello/main.go:35 handler",
    )


def test_address_that_is_none_names_the_signal() -> None:
    lines = (
        "fatal error: fault",
        "[signal SIGSEGV: segmentation violation code=0x1 addr=0xdead000 pc=0x6aaa65]",
        "",
        "goroutine 1 gp=0x3bb86ad101e0 m=0 mp=0xaa1f40 [running]:",
        "main.handler()",
        "\t/site/a.go:50 +0x5 fp=0x3bb86adcf2b8 sp=0x3bb86adcf2b0 pc=0x6aaa65",
    )
    words = READ(lines)
    assert words.why == "fault\nSIGSEGV: segmentation violation"
    assert words.trace == ("a.go:50 handler",)


def test_signal_that_ends_a_program_is_named() -> None:
    lines = (
        "SIGABRT: abort",
        "PC=0x40a8ee m=0 sigcode=0",
        "signal arrived during cgo execution",
        "",
        "goroutine 1 gp=0x3103a940e1e0 m=0 mp=0xaa1f40 [running]:",
        "main.main()",
        "\t/site/a.go:1 +0x5 fp=0x3 sp=0x3 pc=0x6",
        "",
        "rax    0x0",
    )
    words = READ(lines)
    assert (words.how, words.why) == ("was stopped by SIGABRT", "abort")
    assert words.trace == ("a.go:1 main",)
