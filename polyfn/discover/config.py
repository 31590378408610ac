"""Merges what settings and source say of one function; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from polyfn.discover.names import BACKGROUND, EVENTS
from polyfn.discover.routes import InvalidRouteError, compile_route
from polyfn.model import EventFormat, FunctionConfig, Kind
from polyfn.settings.checks import NotAllowed
from polyfn.settings.function_keys import IN_SOURCE
from polyfn.settings.globs import matches
from polyfn.settings.tables import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from polyfn.model import JSON
    from polyfn.settings.values import FunctionRule, Settings

_PATTERNS: Final = frozenset({"routes", "excluded_routes"})
_ENVIRONMENT: Final = "environment"
_JOINED: Final = frozenset({"included_files", "external_node_modules"})


@dataclass(frozen=True, slots=True)
class Resolved:
    """A function's configuration, what kind that makes it, and what is wrong with it."""

    config: FunctionConfig
    kind: Kind
    problem: str | None


def resolve(
    name: str,
    in_source: Mapping[str, JSON],
    settings: Settings,
    event_format: EventFormat = EventFormat.V1,
) -> Resolved:
    """Merge all that is said of a function: files, then its source, then environment and flags.

    Lists join from the least specific table to the most specific one, and go on in the source,
    except for ``includedFiles``: those of the source replace the others, for they are relative to
    it (zip-it-and-ship-it, `config.ts` and `in_source_config/index.ts`).

    Args:
        name: The function's name.
        in_source: The raw in-source configuration; keys that are not polyfn's are the author's own.
        settings: The project's settings.
        event_format: The language's, unless settings say another.
    """
    said, problems = _read(name, in_source)
    merged = _merged(_about(name, settings.function_rules))
    problems += _bad_routes(name, merged)
    below = {key: value for key, value in merged.items() if key != "included_files"}
    merged = _merged([below if said.get("included_files") else merged, said])
    is_background = name.endswith(BACKGROUND) or bool(merged.get("background"))
    over = _merged(_about(name, settings.overrides))
    if is_background:
        # Such a flag limits how long a caller waits; for this one nobody does.
        over.pop("timeout_s", None)
    variables = _variables(name, settings.function_rules)
    merged = {"event_format": event_format, **merged}
    config = _config({**merged, **over, **variables, "background": is_background})
    return Resolved(config, kind_of(name, config), "; ".join(problems) or None)


def kind_of(name: str, config: FunctionConfig) -> Kind:
    """Say how a function is meant to be called.

    A reserved name says most; a background function that has a schedule too is a background one, as
    in the Netlify CLI (`src/lib/functions/server.ts`).
    """
    if name.removesuffix(BACKGROUND) in EVENTS:
        return Kind.EVENT
    if config.background:
        return Kind.BACKGROUND
    return Kind.SCHEDULED if config.schedule else Kind.SYNC


def _read(name: str, in_source: Mapping[str, JSON]) -> tuple[dict[str, JSON], list[str]]:
    read: dict[str, JSON] = {}
    problems: list[str] = []
    for spelling, key in IN_SOURCE.items():
        value = in_source.get(spelling)
        if value is None:
            continue
        try:
            meant = key.read(value)
            if key.field in _PATTERNS:
                _check_patterns(meant)
            read[key.field] = meant
        except NotAllowed as error:
            problems.append(f"`{spelling}` in the config of {name} {error}, not {shown(value)}")
    return read, problems


def _bad_routes(name: str, of_settings: Mapping[str, JSON]) -> list[str]:
    """What is wrong with the ``path`` that polyfn.toml gives a function."""
    try:
        _check_patterns(of_settings.get("routes", ()))
    except NotAllowed as error:
        return [f"`path` of {name} in polyfn.toml {error}, not {shown(of_settings['routes'])}"]
    return []


def _check_patterns(patterns: Iterable[str]) -> None:
    for pattern in patterns:
        try:
            compile_route(pattern)
        except InvalidRouteError as error:
            raise NotAllowed(f"must be a URLPattern path ({error})") from error


def _about(name: str, rules: Iterable[FunctionRule]) -> list[Mapping[str, JSON]]:
    return [rule.values for rule in rules if matches(name, rule.pattern)]


def _merged(tables: Iterable[Mapping[str, JSON]]) -> dict[str, JSON]:
    """Lay tables over one another, the last on top; `_variables` reads ``environment``."""
    whole: dict[str, JSON] = {}
    for table in tables:
        for key, value in table.items():
            if key in _JOINED:
                whole[key] = tuple(dict.fromkeys((*whole.get(key, ()), *value)))
            elif key != _ENVIRONMENT:
                whole[key] = value
    return whole


def _variables(name: str, rules: Iterable[FunctionRule]) -> dict[str, JSON]:
    """A table adds variables; a list sets some too, and limits which others are seen."""
    added: dict[str, str] = {}
    origins: dict[str, tuple[str, ...]] = {}
    only: tuple[str, ...] | None = None
    for rule in rules:
        said = rule.values.get(_ENVIRONMENT)
        if said is None or not matches(name, rule.pattern):
            continue
        if isinstance(said, tuple):
            pairs = [entry.partition("=") for entry in said]
            only = (*(only or ()), *(key for key, equals, _ in pairs if not equals))
            said = {key: value for key, equals, value in pairs if equals}
        added |= said
        origins |= {key: (rule.place, *origins.get(key, ())) for key in said}
    return {"environment": added, "environment_origins": origins, "environment_only": only}


def _config(said: dict[str, JSON]) -> FunctionConfig:
    return FunctionConfig(**{**said, "event_format": EventFormat(said["event_format"])})
