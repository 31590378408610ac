"""Which variables functions and builds see, and where each value comes from; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from polyfn.settings import variables

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PROCESS: Final = "the process environment"
OURS: Final = "polyfn"
"""Where a value comes from that nobody has set."""

_PREFIX: Final = "POLYFN_"
_LAMBDA_CLIENT: Final = frozenset({"AWS_LAMBDA_RUNTIME_API", "_LAMBDA_SERVER_PORT"})


@dataclass(frozen=True, slots=True)
class Source:
    """Variables from one place."""

    origin: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Variable:
    """A value, and where it comes from.

    Attributes:
        origins: The places that set it, in words, such as ``.env.local``: first the one that this
            value is from, then those it takes the place of.
    """

    value: str
    origins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Environments:
    """The variables that functions and builds see.

    Attributes:
        functions: name → value.
        origins: name → the places that set it, in words, the one that counts first.
        builds: name → value, on top of polyfn's own environment.
    """

    functions: Mapping[str, str]
    origins: Mapping[str, tuple[str, ...]]
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
    # From the one that loses to the one that wins.
    places = reversed((Source(PROCESS, own), *files))
    merged = laid(
        {name: Variable(value, (place.origin,)) for name, value in place.values.items()}
        for place in places
    )
    seen = {name: each for name, each in merged.items() if _in_scope(name, "functions", scopes)}
    return Environments(
        functions={name: each.value for name, each in seen.items()},
        origins={name: each.origins for name, each in seen.items()},
        builds={
            name: each.value
            for name, each in merged.items()
            if name not in process and _in_scope(name, "builds", scopes)
        },
    )


def laid(layers: Iterable[Mapping[str, Variable]]) -> dict[str, Variable]:
    """Lay variables over one another, the last on top; what is on top knows what is under it."""
    whole: dict[str, Variable] = {}
    for layer in layers:
        for name, each in layer.items():
            under = whole.get(name)
            whole[name] = Variable(each.value, each.origins + under.origins) if under else each
    return whole


def _may_pass(name: str) -> bool:
    return not name.startswith(_PREFIX) and name not in _LAMBDA_CLIENT and variables.is_name(name)


def _in_scope(name: str, scope: str, scopes: Mapping[str, frozenset[str]]) -> bool:
    return name not in scopes or scope in scopes[name]


def _utf8(value: str) -> str:
    """Any bytes may stand in a process's environment; a runner gets JSON."""
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
