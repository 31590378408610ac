"""How things look on a terminal: the table of functions, lines of requests and logs, progress."""

from __future__ import annotations

import os
import re
import sys
import zlib
from typing import TYPE_CHECKING, Any, Final

import click

from polyfn.build.progress import (
    BuildFetching,
    BuildFinished,
    BuildStarted,
    BuildStopped,
    ToolDiffers,
    ToolInstalling,
)
from polyfn.model import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import TextIO

    from polyfn.build.progress import Event
    from polyfn.cli.table import Cell
    from polyfn.gateway.exchange import RequestRecord
    from polyfn.model import Function, LogLine

_COLOURS: Final = ("cyan", "magenta", "blue", "green", "yellow", "bright_cyan", "bright_magenta")
_LEVELS: Final = {"error": "red", "fatal": "red", "warn": "yellow", "debug": "bright_black"}
_CONTROL: Final = re.compile(r"\x1b(?!\[[0-9;]*m)|[\x00-\x08\x0a-\x1a\x1c-\x1f\x7f-\x9f]")
_CONTROL_OR_COLOUR: Final = re.compile(rf"\x1b\[[0-9;]*m|{_CONTROL.pattern}")
_CANNOT_SERVE: Final = "cannot be served"


class Paint:
    """Colours for one stream: on a terminal, unless ``NO_COLOR`` is set."""

    def __init__(self, out: TextIO) -> None:
        self._on = out.isatty() and not os.environ.get("NO_COLOR")

    def others(self, text: str) -> str:
        """Text that somebody else wrote, without what could move the cursor or rename the window.

        Its colours stay where there are colours.
        """
        return (_CONTROL if self._on else _CONTROL_OR_COLOUR).sub("", text)

    def __call__(self, text: str, **style: Any) -> str:
        """The text in that style, or as it is."""
        return click.style(text, **style) if self._on else text


def request_line(record: RequestRecord, paint: Paint) -> str:
    """One request: method, function or path, status, time, and whether it started an instance."""
    _, method, path, function, status, duration_s, cold, error = record
    colour = "green" if status < 400 else "yellow" if status < 500 else "red"
    line = (
        f"{method:<6} {function or path:<24} {paint(str(status), fg=colour)} "
        f"{duration_s * 1000:>9.1f} ms  {'-' if cold is None else 'cold' if cold else 'warm'}"
    )
    if error is not None:
        first = paint.others(error.message.partition("\n")[0])
        line += f"  {paint(error.error_type, fg=colour)}: {first}"
    return line


def log_line(line: LogLine, paint: Paint) -> str:
    """One line a function wrote, behind its name."""
    colour = _COLOURS[zlib.crc32(line.function.encode()) % len(_COLOURS)]
    text = paint.others(line.text)
    if line.level in _LEVELS:
        text = paint(text, fg=_LEVELS[line.level])
    return f"{paint(f'{line.function:<14} |', fg=colour)} {text}"


def build_line(event: Event, paint: Paint) -> str | None:
    """One line for what the build room tells; nothing for what came from the cache."""
    match event:
        case BuildStarted(title=title):
            return f"{paint('building', fg='blue')}  {title}"
        case BuildFetching(title=title, what=what):
            return f"{paint('fetching', fg='blue')}  {paint.others(what)} …, for {title}"
        case BuildFinished(cached=True):
            return None
        case BuildFinished(title=title, seconds=seconds, warnings=warnings):
            built = f"{paint('built', fg='green')}     {title} in {seconds:.2f} s"
            return f"{built}\n{warning_lines(warnings, paint)}" if warnings else built
        case BuildStopped(title=title, reason=reason):
            what = paint("failed", fg="red") if reason else "cancelled"
            return f"{what}    {title}"
        case ToolInstalling(name=name, version=version):
            return f"{paint('fetching', fg='blue')}  {name} {version}, once for this machine"
        case ToolDiffers(message=message):
            return f"{paint('warning', fg='yellow')}   {paint.others(message)}"
        case _:
            return f"{paint('fetched', fg='green')}   {event.name} in {event.seconds:.1f} s"


def warning_lines(warnings: str, paint: Paint) -> str:
    """What a compiler warned of, as it said it."""
    return "\n".join(paint(paint.others(line), fg="yellow") for line in warnings.splitlines())


def show_functions(functions: Sequence[Function], root: Path, url: str | None) -> None:
    """Print name, runtime, kind, where to call it, and the file.

    Args:
        url: The server's address; ``None`` shows paths alone.
    """
    from polyfn.cli import table

    heading = ("function", "runtime", "kind", "url", "file")
    rows = [_row(function, root, url or "") for function in functions]
    table.show(heading, rows, out=sys.stdout, paint=stdout_paint())


def show_debuggers(debuggers: Mapping[str, str]) -> None:
    """Print where debuggers may attach, if anywhere.

    Args:
        debuggers: Name → WebSocket URL, or ``pid:`` and a process.
    """
    from polyfn.cli import table

    if not debuggers:
        return
    rows = [(table.Cell(name), table.Cell(url)) for name, url in sorted(debuggers.items())]
    click.echo("")
    table.show(("debugger of", "where"), rows, out=sys.stdout, paint=stdout_paint())


def _row(function: Function, root: Path, url: str) -> list[Cell]:
    from polyfn.cli.table import Cell

    if function.problem is not None:
        kind, where = Cell(_CANNOT_SERVE, "red"), ""
    else:
        plain = function.kind is Kind.SYNC
        kind = Cell(function.kind.value, None if plain else "cyan")
        where = "\n".join(f"{url}{path}" for path in _paths(function))
    file = Cell(_relative(function.main_file, root))
    return [Cell(function.name), Cell(function.runtime), kind, Cell(where), file]


def notes(functions: Sequence[Function], root: Path) -> list[str]:
    """What is wrong with functions, and what lost against them, a line each."""
    lines = [
        f"{function.name}: {_CANNOT_SERVE}: {function.problem}"
        for function in functions
        if function.problem is not None
    ]
    lines += [
        f"{function.name}: it is not there yet: its build makes it, {function.config.build}"
        for function in functions
        if function.config.build and not function.main_file.exists()
    ]
    for function in functions:
        for path in function.shadowed:
            winner = _relative(function.main_file, root)
            lines.append(f"{function.name}: {winner} is served, {_relative(path, root)} is not")
    return lines


def none_in(functions_dir: Path) -> str:
    """What to say of a project without functions: where they were looked for."""
    return (
        f"No functions in {functions_dir}. Put one there, or name another directory with "
        "--functions."
    )


def say(text: str) -> None:
    """One line for the person at the terminal."""
    click.echo(text, err=True)


def stdout_paint() -> Paint:
    """Colours for standard output."""
    return Paint(sys.stdout)


def stderr_paint() -> Paint:
    """Colours for standard error."""
    return Paint(sys.stderr)


def _paths(function: Function) -> tuple[str, ...]:
    return function.config.routes or (function.url_path,)


def _relative(path: Path, root: Path) -> str:
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
