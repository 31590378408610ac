"""A row of the table: what a program does, and how it shows that it was done."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from polyfn.errors import FunctionError, HandlerFailed, InstanceDied
from polyfn.model import JSON

from .library import Running

# A function without a name, as the compiler has numbered it.
_UNNAMED: Final = re.compile(r"func\d+")
_HANDLED: Final[JSON] = [200, ""]

Check: TypeAlias = Callable[[Running], Awaitable[None]]


@dataclass(frozen=True)
class Feature:
    """One feature.

    Attributes:
        name: As the page has it.
        checks: Each fails where the feature does not work.
        start: By which name the program starts (`FEATURE`).
        needs: What the library's source has where the version has the feature.
    """

    name: str
    checks: tuple[Check, ...]
    start: str
    needs: str


def row(name: str, *checks: Check, start: str = "Start", needs: str = "") -> Feature:
    """A feature, most of which need no special start."""
    return Feature(name, checks, start, needs)


def gives(event: JSON, expected: JSON, *, logs: str = "") -> Check:
    """A call returns a value, and may have logged."""

    async def check(running: Running) -> None:
        assert await running.value(event) == expected
        if logs:
            await running.logs(logs.replace("{request_id}", running.request_id))

    return check


def fails(event: JSON, kind: str, message: str, *frames: str, then: JSON = _HANDLED) -> Check:
    """A call fails; the answer and the log have type, message and the author's frames.

    Args:
        frames: Each ``file.go label``.
        then: What the next call gives, whether by the same process or another; ``None``: it is
            not made.
    """

    async def check(running: Running) -> None:
        error = await running.error(event)
        wanted = message.replace("{request_id}", running.request_id)
        assert isinstance(error, HandlerFailed)
        assert (error.error_type, error.message) == (kind, wanted)
        assert_frames(error, frames)
        for words in (f"{kind}: {wanted}", *error.trace):
            await running.logs(words)
        if then is not None:
            assert await running.value({}) == then

    return check


def dies(event: JSON, told: str, logged: str, *frames: str) -> Check:
    """The process ends in a call; the answer and the log say how.

    Args:
        frames: As in `fails`; without any the trace is the last lines.
    """

    async def check(running: Running) -> None:
        error = await running.error(event)
        assert isinstance(error, InstanceDied)
        assert error.status == 502
        assert told in error.message
        if frames:
            assert_frames(error, frames)
        await running.logs(logged)
        for frame in frames:
            await running.logs(f"\tnetlify/functions/hello/{frame.partition(' ')[0]}:")
        assert await running.value({}) == _HANDLED

    return check


def assert_frames(error: FunctionError, frames: tuple[str, ...]) -> None:
    """The trace has these frames, each ``file.go label``, and no others."""
    places = (line.partition(" ") for line in error.trace)
    found = [f"{re.sub(r':[0-9]+$', '', at)} {_UNNAMED.sub('func', to)}" for at, _, to in places]
    here = "netlify/functions/hello/"
    assert found == [each if "/" in each.split()[0] else f"{here}{each}" for each in frames]
