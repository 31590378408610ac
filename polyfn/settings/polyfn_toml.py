"""What polyfn.toml, or ``[tool.polyfn]`` in pyproject.toml, says; an unknown key is an error.

::

    [serve]                     # host, port, compat = "netlify-dev"
    [limits]                    # a key for each field of `Limits`, without the unit at its end:
    timeout = 30                #   times are seconds, or text such as "90s" or "15m"
    max_request = "6MB"         #   sizes are bytes, or text such as "256KB"
    memory = "1GB"              #   memory is MB, or text such as "512MB"
    [functions]                 # directory, and what is true of all functions
    [functions."api-*"]         # and of those that match: timeout, memory, concurrency,
    environment = { A = "b" }   #   event_format, environment, build, watch, schedule,
                                #   background,
                                #   included_files, external_node_modules, node_bundler
    [background]                # retry_after = ["1m", "2m"]: how long before each retry
    [environment.API_KEY]       # scopes = ["builds", "functions", "runtime", "post-processing"]
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

from polyfn.settings import checks, variables
from polyfn.settings.checks import NotAllowed
from polyfn.settings.function_keys import POLYFN
from polyfn.settings.rules import DIRECTORY, directory_table, function_tables, read_rules
from polyfn.settings.tables import Table
from polyfn.settings.values import Limits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from polyfn.model import JSON
    from polyfn.settings.checks import Reader
    from polyfn.settings.values import FunctionRule

ORIGIN: Final = "polyfn.toml"
SCOPES: Final = ("builds", "functions", "runtime", "post-processing")
_TABLES: Final = ("serve", "limits", "functions", "background", "environment")
_NONE_AT_0: Final = frozenset({"stream_timeout_s", "stream_max_bytes", "total_memory_mb"})

SERVE: Final[Mapping[str, Reader]] = {
    "host": checks.text,
    "port": checks.count(0, 65_535),
    "compat": checks.one_of("netlify-dev"),
    "watch": checks.switch,
    "keep_good": checks.switch,
    "spares": checks.count(0, 100),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PolyfnToml:
    """A polyfn.toml, read.

    Attributes:
        functions: The functions directory, relative to the file.
        serve: Fields of `Serve` → values.
        limits: Fields of `Limits` → values.
        retry_after_s: The wait before each retry of a background function; ``None``: unsaid.
        rules: Least to most specific.
        scopes: Variable → the scopes it is seen in.
    """

    functions: str | None
    serve: Mapping[str, JSON]
    limits: Mapping[str, JSON]
    retry_after_s: tuple[float, ...] | None
    rules: tuple[FunctionRule, ...]
    scopes: Mapping[str, frozenset[str]]


def parse(document: Mapping[str, JSON], origin: str = ORIGIN) -> PolyfnToml:
    """Read a polyfn.toml.

    Args:
        document: The file, or the ``tool.polyfn`` table of one, decoded.
        origin: What to call it in messages.

    Raises:
        SettingsError: A table or key is unknown, or a value not allowed.
    """
    file = Table(origin, "", document)
    file.expect(_TABLES)
    functions, scopes = file.table("functions"), file.table("environment")
    tables = function_tables(functions)
    for _, table in tables:
        table.expect((*POLYFN, DIRECTORY))
    return PolyfnToml(
        functions=directory_table(functions).read(DIRECTORY, checks.text),
        serve=file.table("serve").read_all(SERVE),
        limits=read_limits(file.table("limits")),
        retry_after_s=file.table("background").read_all({"retry_after": _waits}).get("retry_after"),
        rules=read_rules(tables, POLYFN),
        scopes={name: _scopes(scopes, name) for name in scopes.values},
    )


def read_limits(table: Table) -> dict[str, JSON]:
    """Read limits: fields of `Limits` → values, in the unit that each field's name ends in."""
    read = table.read_all({key: reader for key, (_, reader) in LIMITS.items()})
    return {LIMITS[key][0]: value for key, value in read.items()}


def _limit(field: str) -> tuple[str, tuple[str, Reader]]:
    or_none = field in _NONE_AT_0
    by_unit: dict[str, Reader] = {
        "_s": checks.seconds_or_none if or_none else checks.seconds,
        "_bytes": checks.size_or_none if or_none else checks.size,
        "_mb": checks.megabytes_or_none if or_none else checks.megabytes,
    }
    for unit, reader in by_unit.items():
        if field.endswith(unit):
            return field.removesuffix(unit), (field, reader)
    return field, (field, checks.count(0 if field == "queue" else 1, 1_000_000))


LIMITS: Final[Mapping[str, tuple[str, Reader]]] = dict(_limit(each.name) for each in fields(Limits))
"""A key of ``[limits]`` → the field of `Limits` it sets, and its reader."""


def _waits(value: JSON) -> tuple[float, ...]:
    if not isinstance(value, list):
        raise NotAllowed('must be a list of times, such as ["1m", "2m"]')
    return tuple(checks.seconds(each) for each in value)


def _scopes(environment: Table, name: str) -> frozenset[str]:
    table = environment.table(name, within=f"[environment.{name}]")
    if not variables.is_name(name):
        raise environment.refuse(variables.printable(name), table.values, "is no variable's name")
    scopes: frozenset[str] = table.read_all({"scopes": _scope_names}).get(
        "scopes", frozenset(SCOPES)
    )
    return scopes


def _scope_names(value: JSON) -> frozenset[str]:
    read = {each.lower().replace("_", "-") for each in checks.texts(value)}
    if not read <= set(SCOPES):
        raise NotAllowed(f"must be a list of scopes, of {', '.join(SCOPES)}")
    return frozenset(read)
