"""Which functions are to be inspected, as the command line says it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

EVERY: Final = "*"
"""Stands for all functions; none can be called so."""
FIRST_PORT: Final = 9229
"""Node's own, which debuggers look at first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspect:
    """What ``--debug``, ``--inspect``, ``--inspect-brk`` and ``--inspect-port`` say.

    Attributes:
        names: Functions that debuggers may attach to, or `EVERY`.
        breaks: Functions that moreover wait for one before their code runs, or `EVERY`.
        programs: Functions whose processes debuggers may attach to, or `EVERY`; of the other
            languages these are as in ``names``.
        port: The first function's; those that follow have the next ones. 0: the system picks.
    """

    names: tuple[str, ...] = ()
    breaks: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    port: int = FIRST_PORT

    def wants(self, function: str) -> bool:
        """Whether debuggers may attach to it."""
        return self.wants_program(function) or (
            _among(function, self.names) or self.breaks_in(function)
        )

    def wants_program(self, function: str) -> bool:
        """Whether debuggers may attach to its process."""
        return _among(function, self.programs)

    def breaks_in(self, function: str) -> bool:
        """Whether it waits for a debugger before its code runs."""
        return _among(function, self.breaks)

    @property
    def named(self) -> tuple[str, ...]:
        """The functions that are named one by one."""
        return tuple(name for name in (*self.names, *self.breaks, *self.programs) if name != EVERY)


def _among(function: str, names: tuple[str, ...]) -> bool:
    return EVERY in names or function in names
