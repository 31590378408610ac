"""Reads ``[functions]`` and its ``[functions."GLOB"]`` tables, which both TOML files have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from polyfn.settings.globs import weight
from polyfn.settings.tables import Table
from polyfn.settings.values import FunctionRule

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from polyfn.model import JSON
    from polyfn.settings.function_keys import Key

EVERY = "*"
DIRECTORY = "directory"


def function_tables(functions: Table) -> list[tuple[str, Table]]:
    """Cut ``[functions]`` into patterns and what is said of the functions that match.

    A key of ``[functions]`` itself is about all functions, unless its value is a table: then it is
    a pattern (netlify/build, `functions_config.js`).

    Raises:
        SettingsError: A ``directory`` stands in the table of a pattern.
    """
    own = {key: each for key, each in functions.values.items() if not isinstance(each, dict)}
    patterns = [key for key in functions.values if key not in own]
    tables = [(EVERY, Table(functions.origin, functions.name, own))]
    tables += [(each, functions.table(each, within=f'[functions."{each}"]')) for each in patterns]
    for pattern, table in tables:
        if pattern != EVERY and DIRECTORY in table.values:
            raise table.refuse(DIRECTORY, table.values[DIRECTORY], "belongs in [functions]")
    return tables


def directory_table(functions: Table) -> Table:
    """The table that may hold ``directory``: ``[functions]``, or ``[functions."*"]``."""
    stands = [table for _, table in function_tables(functions) if DIRECTORY in table.values]
    return stands[0] if stands else functions


def read_rules(
    tables: Iterable[tuple[str, Table]], keys: Mapping[str, Key]
) -> tuple[FunctionRule, ...]:
    """Read what a file says of its functions.

    Returns:
        One rule a table that says something, least to most specific.

    Raises:
        SettingsError: A value is not allowed.
    """
    rules = [_rule(pattern, table, keys) for pattern, table in tables]
    return tuple(
        sorted((rule for rule in rules if rule.values), key=lambda rule: weight(rule.pattern))
    )


def _rule(pattern: str, table: Table, keys: Mapping[str, Key]) -> FunctionRule:
    read: dict[str, JSON] = {
        key.field: table.read(name, key.read) for name, key in keys.items() if name in table.values
    }
    read.pop("", None)
    return FunctionRule(pattern=pattern, origin=table.origin, values=read)
