"""Which functions debuggers may attach to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from polyfn.app.listing import unknown
from polyfn.errors import InvalidFunction, UsageError
from polyfn.pool.inspector.inspectors import Inspectors
from polyfn.runtimes import RUNTIMES

if TYPE_CHECKING:
    from polyfn.discover import Manifest
    from polyfn.model import Function
    from polyfn.pool.inspector.news import Listener
    from polyfn.pool.inspector.wish import Inspect
    from polyfn.settings import Settings


def inspectors_for(inspect: Inspect, tell: Listener) -> Inspectors:
    """What listens for debuggers; to be used in ``async with``."""
    return Inspectors(inspect, can=_can_be_inspected, command_for=_debugger_of, tell=tell)


def check(inspect: Inspect, manifest: Manifest, settings: Settings) -> None:
    """See that the functions that are named can be debugged.

    Raises:
        UnknownFunction: There is none of that name; the message has those nearest to it.
        InvalidFunction: It cannot be served.
        UsageError: There is no debugger for its language.
    """
    for name in inspect.named:
        function = manifest.find(name)
        if function is None:
            raise unknown(name, manifest, settings)
        if function.problem is not None:
            raise InvalidFunction(f"Function {name!r} cannot be debugged: {function.problem}")
        if name in inspect.programs:
            _check_program(function)
        elif not _can_be_inspected(function):
            raise UsageError(
                f"Function {name!r} is not JavaScript or TypeScript (its runtime is "
                f"{function.runtime}), and --inspect is for those alone."
            )


def _check_program(function: Function) -> None:
    if not _can_be_inspected(function) and not _debugger_of(function):
        raise UsageError(
            f"Function {function.name!r} cannot be debugged: polyfn knows no debugger for "
            f"{function.runtime}. See docs/howto/debugging.md."
        )


def _debugger_of(function: Function) -> str:
    return RUNTIMES[function.runtime].debugger if function.valid else ""


def _can_be_inspected(function: Function) -> bool:
    return function.valid and RUNTIMES[function.runtime].inspectable
