"""How a reload looks on a terminal: one line for each thing that happened."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from polyfn.reload.news import (
    Appeared,
    Broken,
    NotWatching,
    Reloaded,
    ReloadFailed,
    SettingsRead,
    SettingsRefused,
    Vanished,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from polyfn.cli.screen import Paint
    from polyfn.model import Function
    from polyfn.reload.news import News

_SHOWN = 3


def news_line(news: News, root: Path, paint: Paint) -> str:
    """What reloading has to tell.

    Args:
        root: The project's directory: files in it are shown relative to it.
    """
    match news:
        case Reloaded(function=name, seconds=seconds, causes=causes):
            why = f"  {_files(causes, root)}" if causes else ""
            return f"{paint('reloaded', fg='green')}  {name} in {seconds * 1000:.0f} ms{why}"
        case Broken(function=name, error=error, kept=kept):
            still = paint("; the last good version goes on answering", fg="yellow") if kept else ""
            return f"{paint('broken', fg='red')}    {name}: {_text(error.message, paint)}{still}"
        case Appeared(function=function):
            return f"{paint('added', fg='green')}     {function.name}  {_paths(function)}"
        case Vanished(function=name):
            return f"{paint('removed', fg='yellow')}   {name}"
        case SettingsRead(files=files, restart=restart):
            later = f"; restart polyfn for {', '.join(restart)}" if restart else ""
            return f"{paint('reloaded', fg='green')}  settings  {_files(files, root)}{later}"
        case SettingsRefused(error=error):
            return f"{paint('broken', fg='red')}    settings: {_text(error.message, paint)}"
        case NotWatching(reason=reason):
            return paint(f"Not every change will be seen: {reason}.", fg="yellow")
        case ReloadFailed(bug=bug):
            lines = "".join(traceback.format_exception(bug)).rstrip()
            return f"polyfn failed at reloading; save again, and please report this:\n{lines}"
        case _:
            assert_never(news)


def _text(message: str, paint: Paint) -> str:
    return "\n".join(map(paint.others, message.splitlines()))


def _paths(function: Function) -> str:
    return ", ".join(function.config.routes or (function.url_path,))


def _files(paths: Sequence[str], root: Path) -> str:
    shown = [_relative(Path(path), root) for path in paths[:_SHOWN]]
    more = len(paths) - len(shown)
    return f"({', '.join(shown)}{f' and {more} more' if more else ''})"


def _relative(path: Path, root: Path) -> str:
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
