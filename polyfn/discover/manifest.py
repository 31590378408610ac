"""What a scan found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from polyfn.model import Function


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """All functions of a project.

    Attributes:
        functions: The invalid ones included, sorted by name; no name occurs twice.
        remarks: What could not be looked at, in words for a person.
    """

    functions: tuple[Function, ...] = ()
    remarks: tuple[str, ...] = ()

    def find(self, name: str) -> Function | None:
        """The function of exactly that name, or ``None``."""
        return next((each for each in self.functions if each.name == name), None)

    @property
    def routes(self) -> tuple[tuple[str, Function], ...]:
        """Each pattern that a valid function answers on, and the function, in the order to try."""
        return tuple(
            (route, each) for each in self.functions if each.valid for route in each.config.routes
        )
