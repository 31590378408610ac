"""``--inspect`` and its like: what they mean, and how news of debuggers looks on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar, assert_never

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from polyfn.cli.screen import Paint
    from polyfn.pool.inspector.news import News
    from polyfn.pool.inspector.wish import Inspect

    Command = TypeVar("Command", bound=Callable[..., Any])

_EVERY: Final = "*"


_OF_FUNCTIONS: Final[dict[str, Any]] = {
    "is_flag": False,
    "flag_value": _EVERY,
    "multiple": True,
    "metavar": "[NAME]",
}

inspect_port_option = click.option(
    "--inspect-port",
    type=click.IntRange(0, 65535),
    default=9229,
    metavar="N",
    help="The first debugger's port; the next functions have the next. [default: 9229]",
)


def inspect_options(command: Command) -> Command:
    """``--debug``, ``--inspect``, ``--inspect-brk`` and ``--inspect-port``."""
    for option in (
        inspect_port_option,
        click.option(
            "--inspect-brk",
            **_OF_FUNCTIONS,
            help="The same, and wait for the debugger before the function's code runs.",
        ),
        click.option(
            "--inspect",
            **_OF_FUNCTIONS,
            help="Let debuggers attach to NAME, or to all JavaScript and TypeScript functions.",
        ),
        click.option(
            "--debug",
            **_OF_FUNCTIONS,
            help="Let debuggers attach to NAME, or to all: Go is built for them, JavaScript and "
            "TypeScript as by --inspect.",
        ),
    ):
        command = option(command)
    return command


def inspect_of(
    names: tuple[str, ...], breaks: tuple[str, ...], port: int, programs: tuple[str, ...] = ()
) -> Inspect | None:
    """What those options say; ``None``: nothing."""
    if not names and not breaks and not programs:
        return None
    from polyfn.pool.inspector.wish import Inspect

    return Inspect(names=names, breaks=breaks, programs=programs, port=port)


def news_lines(news: News, paint: Paint) -> Iterator[str]:
    """What there is to tell about debuggers."""
    from polyfn.pool.inspector.news import (
        Attached,
        Detached,
        NoPort,
        Open,
        Process,
        Unreachable,
        Waiting,
    )

    name = paint(news.function, bold=True)
    lead = paint("debugger", fg="magenta")
    match news:
        case Open(url=url, instead_of=taken):
            others = ", ".join(map(str, taken))
            why = f"  (port {others} is taken)" if taken else ""
            yield f"{lead}  {name} at {url}{why}"
        case Process(pid=pid, command=command):
            yield f"{lead}  {name} is process {pid}: {command}"
        case NoPort():
            yield f"{lead}  {name}: no port is free; choose others with --inspect-port"
        case Waiting(url=url):
            yield f"{lead}  {name} waits for a debugger at {url}"
        case Attached():
            yield f"{lead}  {name}: attached; its time limits are off"
        case Detached():
            yield f"{lead}  {name}: detached; its time limits count again"
        case Unreachable(error=error):
            yield f"{lead}  {name} cannot be debugged: {paint.others(error.message)}"
        case _:
            assert_never(news)
