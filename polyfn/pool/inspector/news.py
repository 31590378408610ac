"""What debugging tells whoever watches: one class for each thing that happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from polyfn.errors import PolyfnError


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A debugger may attach to a function.

    Attributes:
        url: Where, for its whole life.
        instead_of: The ports before it that were to be had first, and are taken.
    """

    function: str
    url: str
    instead_of: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A debugger may attach to a process of a function.

    Attributes:
        command: What does so.
    """

    function: str
    pid: int
    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoPort:
    """No debugger can attach to a function, because no port is free."""

    function: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A function waits for a debugger before its code runs."""

    function: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A debugger has come: the function's time limits are off."""

    function: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Detached:
    """The last debugger has left, or was left by a process that ended."""

    function: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreachable:
    """A debugger has come, and the function does not start."""

    function: str
    error: PolyfnError


News: TypeAlias = Open | Process | NoPort | Waiting | Attached | Detached | Unreachable
Listener: TypeAlias = Callable[[News], None]
