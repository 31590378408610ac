"""Which variables functions and builds see, and where each value comes from; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from polyfn.settings import variables

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PROCESS: Final = "the environment"
_OURS: Final = "POLYFN_"
_LAMBDA_CLIENT: Final = frozenset({"AWS_LAMBDA_RUNTIME_API", "_LAMBDA_SERVER_PORT"})


@dataclass(frozen=True, slots=True)
class Source:
    """Variables from one place."""

    origin: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Environments:
    """The variables that functions and builds see.

    Attributes:
        functions: name → value.
        origins: name → where the value comes from, in words.
        builds: name → value, on top of polyfn's own environment.
    """

    functions: Mapping[str, str]
    origins: Mapping[str, str]
    builds: Mapping[str, str]


def merge(
    process: Mapping[str, str], files: Iterable[Source], scopes: Mapping[str, frozenset[str]]
) -> Environments:
    """Merge variables from everywhere.

    Args:
        process: polyfn's own environment: it wins, without what is polyfn's own in it and without
            what would make a Lambda client of another Lambda talk to that one.
        files: From the file that wins to the one that loses.
        scopes: Variable → Netlify's scopes; one without ``functions`` is not seen by functions, one
            without ``builds`` is not added for builds.
    """
    own = {name: _utf8(value) for name, value in process.items() if _may_pass(name)}
    merged: dict[str, tuple[str, str]] = {}
    for source in (Source(PROCESS, own), *files):
        for name, value in source.values.items():
            merged.setdefault(name, (value, source.origin))
    seen = {name: each for name, each in merged.items() if _in_scope(name, "functions", scopes)}
    return Environments(
        functions={name: value for name, (value, _) in seen.items()},
        origins={name: origin for name, (_, origin) in seen.items()},
        builds={
            name: value
            for name, (value, _) in merged.items()
            if name not in process and _in_scope(name, "builds", scopes)
        },
    )


def _may_pass(name: str) -> bool:
    return not name.startswith(_OURS) and name not in _LAMBDA_CLIENT and variables.is_name(name)


def _in_scope(name: str, scope: str, scopes: Mapping[str, frozenset[str]]) -> bool:
    return name not in scopes or scope in scopes[name]


def _utf8(value: str) -> str:
    """Any bytes may stand in a process's environment; a runner gets JSON."""
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
