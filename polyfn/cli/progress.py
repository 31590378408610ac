"""What is being built now: moving on a terminal, lines elsewhere."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Self

from polyfn.build.progress import (
    BuildFetching,
    BuildFinished,
    BuildStarted,
    BuildStopped,
    ToolDiffers,
    ToolInstalling,
)
from polyfn.cli import screen

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

    from polyfn.build.progress import Event


class Progress:
    """Shows what the build room tells, on standard error; a context manager."""

    def __init__(self) -> None:
        self._paint = screen.stderr_paint()
        self._live: RichProgress | None = None
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self._live is not None:
            self._live.stop()

    def on_event(self, event: Event) -> None:
        """Show one event."""
        if not sys.stderr.isatty():
            text = screen.build_line(event, self._paint)
            if text is not None:
                screen.say(text)
            return
        match event:
            case BuildStarted(function=name, title=title):
                self._begin(name, title)
            case BuildFetching(function=name, title=title, what=what):
                self._end(name)
                self._begin(name, f"{title}: fetching {what} …")
            case ToolInstalling(name=name, version=version):
                self._begin(name, f"fetching {name} {version}, once for this machine")
            case BuildFinished(function=name, warnings=warnings):
                self._end(name)
                if warnings:
                    screen.say(screen.warning_lines(warnings, self._paint))
            case BuildStopped(function=name):
                self._end(name)
            case ToolDiffers(name=name):
                self._end(name)
                screen.say(screen.build_line(event, self._paint) or "")
            case _:
                self._end(event.name)

    def _begin(self, name: str, title: str) -> None:
        if self._live is None:
            self._live = _live()
            self._live.start()
        self._tasks[name] = self._live.add_task(title)

    def _end(self, name: str) -> None:
        task = self._tasks.pop(name, None)
        if self._live is None or task is None:
            return
        self._live.remove_task(task)
        if not self._tasks:  # what is printed next begins on a clean line
            self._live.stop()
            self._live = None


def _live() -> RichProgress:
    from rich.console import Console
    from rich.progress import Progress as RichProgress
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    return RichProgress(*columns, console=Console(stderr=True), transient=True)
