"""What functions will see of variables, and which place each value comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from polyfn.app.listing import find_function
from polyfn.gateway import presence
from polyfn.settings import function_variables, masked, project_variables

if TYPE_CHECKING:
    from collections.abc import Mapping

    from polyfn.model import JSON
    from polyfn.settings import Settings, Variable


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The variables that one function sees, or all of them.

    Attributes:
        function: Its name; ``None``: what every function of the project sees.
        variables: Name → value and origins, sorted by name.
        hidden: The project's variables that the function's ``environment`` list leaves out.
    """

    function: str | None
    variables: Mapping[str, Variable]
    hidden: tuple[str, ...] = ()


def look(settings: Settings, name: str | None) -> Seen:
    """Resolve the variables as they are when a function starts.

    ``URL`` is that of the server that runs for the project, if one does.

    Raises:
        UnknownFunction: There is no such function.
    """
    running = presence.find(settings.state_dir)
    url = running.url if running is not None else None
    if name is None:
        return Seen(function=None, variables=_sorted(project_variables(settings, url=url)))
    function = find_function(settings, name)
    seen = _sorted(function_variables(settings, function, url=url))
    hidden = tuple(sorted(settings.environment.keys() - seen.keys()))
    return Seen(function=name, variables=seen, hidden=hidden)


def shown(name: str, variable: Variable, *, secrets: bool) -> str:
    """A value as it may be printed: one that looks secret only when secrets are asked for."""
    return variable.value if secrets else masked(name, variable.value)


def as_json(seen: Seen, *, secrets: bool) -> bytes:
    """``{"function", "variables": [{name, value, masked, origin, over}], "hidden": [names]}``."""
    document = {
        "function": seen.function,
        "variables": [_row(name, each, secrets) for name, each in seen.variables.items()],
        "hidden": list(seen.hidden),
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2)


def _row(name: str, variable: Variable, secrets: bool) -> dict[str, JSON]:
    value = shown(name, variable, secrets=secrets)
    origin, *over = variable.origins
    return {
        "name": name,
        "value": value,
        "masked": value != variable.value,
        "origin": origin,
        "over": over,
    }


def _sorted(variables: Mapping[str, Variable]) -> dict[str, Variable]:
    return dict(sorted(variables.items()))
