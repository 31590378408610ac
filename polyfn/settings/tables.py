"""Reads one table of a settings file against its known keys, and words what is wrong with it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from polyfn.errors import SettingsError
from polyfn.settings.checks import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from polyfn.model import JSON
    from polyfn.settings.checks import Reader


@dataclass(frozen=True, slots=True)
class Table:
    """A table and where it stands.

    Attributes:
        origin: The file, in words, such as ``polyfn.toml``.
        name: The table's own name, such as ``[serve]``; empty for the whole file.
    """

    origin: str
    name: str
    values: Mapping[str, JSON]

    def table(self, key: str, *, within: str = "") -> Table:
        """Open the table under a key; empty when it is not there.

        Args:
            key: The key in this table.
            within: How the table is written in the file, when not ``[key]``.

        Raises:
            SettingsError: Something else stands there.
        """
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self.refuse(key, value, "must be a table")
        return Table(self.origin, within or f"[{key}]", value)

    def read(self, key: str, reader: Reader) -> JSON:
        """Read the value under a key; ``None`` when it is not there.

        Raises:
            SettingsError: The value is not allowed.
        """
        if key not in self.values:
            return None
        try:
            return reader(self.values[key])
        except NotAllowed as error:
            raise self.refuse(key, self.values[key], str(error)) from None

    def read_all(self, readers: Mapping[str, Reader]) -> dict[str, JSON]:
        """Read every value of a table; only the given keys may occur.

        Raises:
            SettingsError: A key is unknown, or its value is not allowed.
        """
        self.expect(readers)
        return {key: self.read(key, readers[key]) for key in self.values}

    def expect(self, known: Iterable[str]) -> None:
        """Make sure that only known keys occur.

        Raises:
            SettingsError: One is unknown; the message suggests the nearest.
        """
        allowed = tuple(known)
        for key in self.values:
            if key not in allowed:
                raise SettingsError(f"{self.place} has no key {shown(key)}: {advice(key, allowed)}")

    def refuse(self, key: str, value: JSON, allowed: str) -> SettingsError:
        """Word a value that is not allowed."""
        return SettingsError(f"{self.place} {key} {allowed}, not {shown(value)}")

    @property
    def place(self) -> str:
        """The file and the table, as a message begins."""
        return f"{self.origin}: {self.name}" if self.name else f"{self.origin}:"


def advice(word: str, known: Iterable[str]) -> str:
    """Suggest the known word nearest to an unknown one, or list them all."""
    near = nearest(word, known)
    return f"did you mean {near}?" if near else f"it takes {', '.join(known)}"


def nearest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """Find the known word that looks most like another, if one does."""
    from difflib import get_close_matches  # noqa: PLC0415 - only a mistake needs it

    found = get_close_matches(word.lower().replace("-", "_"), list(known), n=1, cutoff=cutoff)
    return found[0] if found else None


def shown(value: JSON) -> str:
    """Write a value into a message: as JSON, and short."""
    try:
        written = json.dumps(value, ensure_ascii=False, default=str)
    except (ValueError, RecursionError):  # an integer or a nesting too long to write
        written = "…"
    return written if len(written) <= 60 else written[:59] + "…"
