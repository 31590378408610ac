"""What this room tells while it works, for whoever shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildStarted:
    """The commands of a function's plan are about to run."""

    function: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildFetching:
    """A build has begun to fetch what it needs; told once a build, with the first of it."""

    function: str
    title: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildFinished:
    """A function's artifact is there; ``cached`` when nothing had to run.

    Attributes:
        warnings: What the compiler warned of; lines, mostly none.
    """

    function: str
    title: str
    cached: bool
    seconds: float
    warnings: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildStopped:
    """A build that had started gave nothing.

    Attributes:
        reason: The error's message; empty when the build was cancelled.
    """

    function: str
    title: str
    reason: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolInstalling:
    """A program is being downloaded; it may take a while."""

    name: str
    version: str
    directory: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolInstalled:
    """The download is over, and the program works."""

    name: str
    version: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolDiffers:
    """Another version of a program is used than the project asks for."""

    name: str
    message: str


Event: TypeAlias = (
    BuildStarted
    | BuildFetching
    | BuildFinished
    | BuildStopped
    | ToolInstalling
    | ToolInstalled
    | ToolDiffers
)
Listener: TypeAlias = Callable[[Event], None]
"""Called on the event loop; it must return at once and must not raise."""


def ignore(event: Event) -> None:
    """Listen to nothing."""
