"""What netlify.toml says of functions; everything else in it is Netlify's business.

Imitated from netlify/build, `packages/config/src`: contexts are merged into the file before it is
read (`context.ts`), ``[build]`` and its keys may be capitalised (`case.ts`), a leading slash of a
path means the base directory (`files.ts`), and some variables are Netlify's own (`env/main.ts`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from polyfn.settings import checks, variables
from polyfn.settings.checks import NotAllowed
from polyfn.settings.environment import Source
from polyfn.settings.function_keys import NETLIFY, POLYFN
from polyfn.settings.rules import DIRECTORY, directory_table, function_tables, read_rules
from polyfn.settings.tables import Table, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from polyfn.model import JSON
    from polyfn.settings.values import FunctionRule

ORIGIN: Final = "netlify.toml"
_BUILD_KEYS: Final = (
    "base", "command", "edge_functions", "environment", "functions", "ignore", "processing",
    "publish",
)  # fmt: skip
_NETLIFY_SETS: Final = (
    "BRANCH", "CACHED_COMMIT_REF", "COMMIT_REF", "CONTEXT", "HEAD", "REPOSITORY_URL", "URL",
    "NETLIFY", "NETLIFY_LOCAL",
)  # fmt: skip
_KEYS: Final = frozenset({DIRECTORY, *NETLIFY})


@dataclass(frozen=True, slots=True, kw_only=True)
class NetlifyToml:
    """The parts of netlify.toml that polyfn follows.

    Attributes:
        base: ``[build] base``, relative to the file.
        functions: The functions directory, relative to the base.
        command: ``[build] command``: builds the site.
        port: ``[dev] functionsPort``.
        env_files: ``[dev] envFiles``, the first wins; ``None``: the usual ones.
        rules: Least to most specific.
        environment: The tables of variables, the one that wins first.
    """

    base: str | None
    functions: str | None
    command: str | None
    port: int | None
    env_files: tuple[str, ...] | None
    rules: tuple[FunctionRule, ...]
    environment: tuple[Source, ...]
    warnings: tuple[str, ...]


def parse(document: Mapping[str, JSON], context: str) -> NetlifyToml:
    """Read a netlify.toml.

    Args:
        document: The file, decoded.
        context: The deploy context, such as ``dev``; its tables go over the others.

    Raises:
        SettingsError: A value that polyfn needs is not allowed; Netlify would refuse it as well.
    """
    written = Table(ORIGIN, "", _lower(document))
    contexts = _contexts(written, context)
    file = Table(ORIGIN, "", _merged(written.values, *(each.values for each in contexts)))
    build, dev, functions = file.table("build"), file.table("dev"), file.table("functions")
    tables = function_tables(functions)
    directory = _path(directory_table(functions), DIRECTORY)
    written_variables = _environment(written, contexts)
    taken = {name for each in written_variables for name in each.values if name in _NETLIFY_SETS}
    return NetlifyToml(
        base=_path(build, "base"),
        functions=_path(dev, "functions") or directory or _path(build, "functions"),
        command=build.read("command", _command),
        port=dev.read("functionsPort", checks.count(0, 65_535)),
        env_files=dev.read("envFiles", checks.texts),
        rules=read_rules(tables, NETLIFY),
        environment=tuple(_without(taken, each) for each in written_variables),
        warnings=(
            *(
                _unknown(table, key)
                for _, table in tables
                for key in table.values
                if key not in _KEYS
            ),
            *(_taken(name) for name in _NETLIFY_SETS if name in taken),
        ),
    )


def _command(value: JSON) -> str | None:
    if not isinstance(value, str) or "\0" in value:
        raise NotAllowed("must be a text: what a shell runs")
    return value.strip() or None


def _lower(document: Mapping[str, JSON]) -> dict[str, JSON]:
    """Write ``[Build]`` and its capitalised keys in lower case."""
    build = document.get("build", document.get("Build", {}))
    rest = {key: value for key, value in document.items() if key != "Build"}
    if not isinstance(build, dict):
        return {**rest, "build": build}
    capital = {key.capitalize(): key for key in _BUILD_KEYS}
    lowered = {capital[key]: value for key, value in build.items() if key in capital}
    return {**rest, "build": lowered | {k: v for k, v in build.items() if k not in capital}}


def _contexts(file: Table, context: str) -> list[Table]:
    """The tables of this context, what is ``[build]``'s in them gathered under ``build``."""
    tables = file.table("context")
    wild = [each for each in tables.values if each.endswith("*") and context.startswith(each[:-1])]
    names = [context] if context in tables.values else wild
    opened = [tables.table(name, within=f"[context.{name}]") for name in names]
    return [Table(each.origin, each.name, _gathered(each)) for each in opened]


def _gathered(context: Table) -> dict[str, JSON]:
    build = {key: value for key, value in context.values.items() if _is_build(key, value)}
    rest = {key: value for key, value in context.values.items() if key not in build}
    return _lower({**rest, "build": {**context.table("build").values, **build}})


def _is_build(key: str, value: JSON) -> bool:
    own_table = key in {"functions", "edge_functions"} and not isinstance(value, str)
    return key in _BUILD_KEYS and not own_table


def _merged(below: Mapping[str, JSON], *over: Mapping[str, JSON]) -> dict[str, JSON]:
    """Lay tables over one another, the last on top; lists are replaced (`merge.js`)."""
    whole = dict(below)
    for table in over:
        for key, value in table.items():
            under = whole.get(key)
            if isinstance(under, dict) and isinstance(value, dict):
                whole[key] = _merged(under, value)
            else:
                whole[key] = value
    return whole


def _environment(file: Table, contexts: list[Table]) -> list[Source]:
    tables = [(file, "[build.environment]")]
    tables += [(each, f"{each.name[:-1]}.environment]") for each in contexts]
    return [_variables(table.table("build"), name) for table, name in reversed(tables)]


def _variables(build: Table, name: str) -> Source:
    return Source(f"{build.origin} {name}", build.read("environment", variables.table) or {})


def _without(names: set[str], source: Source) -> Source:
    kept = {name: value for name, value in source.values.items() if name not in names}
    return Source(source.origin, kept)


def _path(table: Table, key: str) -> str | None:
    """A path relative to the base, though it may begin with a slash; an empty one is none."""
    if table.values.get(key) in (None, ""):
        return None
    read: str = table.read(key, _relative)
    return read


def _relative(value: JSON) -> str:
    if not isinstance(value, str) or not variables.is_value(value):
        raise NotAllowed("must be a path")
    return value.strip().lstrip("/") or "."


def _unknown(table: Table, key: str) -> str:
    """Netlify ignores keys it does not know; a misspelt one deserves a word all the same."""
    if key in POLYFN:
        return f"{table.place} {key} is ignored: it belongs in polyfn.toml"
    near = nearest(key, NETLIFY)
    return f"{table.place} {key} is ignored: no such key" + (
        f"; did you mean {near}?" if near else ""
    )


def _taken(name: str) -> str:
    return f"{ORIGIN}: the variable {name} is ignored: Netlify sets it itself"
