"""What reloading tells whoever watches: one class for each thing that happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from polyfn.errors import PolyfnError
    from polyfn.model import Function


@dataclass(frozen=True, slots=True, kw_only=True)
class Reloaded:
    """A new version of a function answers.

    Attributes:
        seconds: From the change to this moment.
        causes: The files of its that changed, absolute, sorted; none when its settings did.
    """

    function: str
    seconds: float
    causes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """What was saved last cannot be started.

    Attributes:
        kept: Whether the version before it goes on answering.
    """

    function: str
    error: PolyfnError
    kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeared:
    """A function is served that was not there before."""

    function: Function


@dataclass(frozen=True, slots=True, kw_only=True)
class Vanished:
    """A function is not there any more."""

    function: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsRead:
    """Settings files were read again, and mean something else now.

    Attributes:
        files: Those that changed, absolute.
        restart: What of it takes effect at the next start only, such as ``port``.
    """

    files: tuple[str, ...]
    restart: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsRefused:
    """Settings files are wrong: what they said before goes on."""

    error: PolyfnError


@dataclass(frozen=True, slots=True, kw_only=True)
class NotWatching:
    """Some changes will not be seen."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReloadFailed:
    """Polyfn itself failed: what was saved just now may not be served."""

    bug: Exception


News: TypeAlias = (
    Reloaded
    | Broken
    | Appeared
    | Vanished
    | SettingsRead
    | SettingsRefused
    | NotWatching
    | ReloadFailed
)
Listener: TypeAlias = Callable[[News], None]
