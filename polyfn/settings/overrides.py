"""What ``POLYFN_*`` variables and flags say: over all files, and over what sources say.

``POLYFN_`` and the key of ``[serve]`` or ``[limits]`` in upper case, such as ``POLYFN_PORT`` and
``POLYFN_INIT_TIMEOUT``; and ``POLYFN_FUNCTIONS``, ``POLYFN_CONTEXT``, ``POLYFN_ENV_FILE``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from polyfn.settings import checks
from polyfn.settings.polyfn_toml import LIMITS, SERVE
from polyfn.settings.tables import Table, nearest
from polyfn.settings.values import FunctionRule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from polyfn.model import JSON
    from polyfn.settings.checks import Reader
    from polyfn.settings.values import Flags

PREFIX: Final = "POLYFN_"
_PROJECT: Final[Mapping[str, Reader]] = {
    "functions": checks.text,
    "context": checks.text,
    "env_file": checks.text,
}
_READERS: Final[Mapping[str, Reader]] = {
    **_PROJECT,
    **SERVE,
    **{key: reader for key, (_, reader) in LIMITS.items()},
}
_FIELDS: Final = {"timeout": "timeout_s", "memory": "memory_mb"}
"""Limits that a function may have of its own: what is said here goes over that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """What goes over all files.

    Attributes:
        functions: The functions directory.
        env_file: Further files of variables, split at the path separator by whoever opens them.
        serve: Fields of `Serve` → values.
        limits: Fields of `Limits` → values.
        rules: For all functions, the last wins.
    """

    functions: str | None
    context: str | None
    env_file: str | None
    serve: Mapping[str, JSON]
    limits: Mapping[str, JSON]
    rules: tuple[FunctionRule, ...]
    warnings: tuple[str, ...]


def read_overrides(environ: Mapping[str, str], flags: Flags) -> Overrides:
    """Read ``POLYFN_*`` variables, and the flags over them; an empty variable says nothing.

    Raises:
        SettingsError: A value is not allowed.
    """
    given = {
        name.removeprefix(PREFIX): value
        for name, value in environ.items()
        if name.startswith(PREFIX) and value
    }
    table = Table("the environment", "", {f"{PREFIX}{key}": value for key, value in given.items()})
    read = {
        key: table.read(f"{PREFIX}{key.upper()}", reader)
        for key, reader in _READERS.items()
        if key.upper() in given
    }
    serve = {key: read[key] for key in SERVE if key in read}
    flagged = {key: getattr(flags, key) for key in SERVE}
    limits = {field: read[key] for key, (field, _) in LIMITS.items() if key in read}
    return Overrides(
        functions=str(flags.functions) if flags.functions else read.get("functions"),
        context=flags.context or read.get("context"),
        env_file=read.get("env_file"),
        serve=serve | {key: value for key, value in flagged.items() if value is not None},
        limits=limits if flags.timeout_s is None else {**limits, "timeout_s": flags.timeout_s},
        rules=_rules(read, flags),
        warnings=tuple(filter(None, (_misspelt(key) for key in given))),
    )


def _rules(read: Mapping[str, JSON], flags: Flags) -> tuple[FunctionRule, ...]:
    rules = [
        FunctionRule(pattern="*", origin=f"{PREFIX}{key.upper()}", values={field: read[key]})
        for key, field in _FIELDS.items()
        if key in read
    ]
    if flags.timeout_s is not None:
        rules.append(
            FunctionRule(pattern="*", origin="--timeout", values={"timeout_s": flags.timeout_s})
        )
    rules += [
        FunctionRule(pattern=name, origin="--debug", values={"debug": True}) for name in flags.debug
    ]
    return tuple(rules)


def _misspelt(key: str) -> str | None:
    """Other variables may begin like ours, so only a near miss is worth a word."""
    near = nearest(key, _READERS, 0.7) if key.lower() not in _READERS else None
    return near and f"{PREFIX}{key} is ignored: did you mean {PREFIX}{near.upper()}?"
