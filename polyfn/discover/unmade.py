"""Functions that may be missing because the site was not built: what there is to say of them."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from polyfn.discover.names import function_name, name_problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

    from polyfn.settings.values import Settings


def unmade(settings: Settings, found: AbstractSet[str]) -> Iterator[str]:
    """What to do about functions that ``[build] command`` of netlify.toml makes.

    polyfn does not know what that command does: it goes by what it names of the functions
    directory, as in ``go build -o netlify/functions/hello ./cmd/hello``.

    Args:
        found: The names of those that are there.
    """
    command = settings.site_command
    if command is None:
        return
    shown = os.path.relpath(settings.functions_dir, settings.root)
    missing = [name for name in _named(command, shown) if name not in found]
    if missing:
        yield (
            f"{', '.join(missing)}: not in {shown}, and named in the site's build: "
            "`polyfn build --site` runs it"
        )
    elif not found:
        yield (
            f"There are no functions in {shown} yet. If the site's build makes them: "
            "`polyfn build --site` runs it"
        )


def _named(command: str, directory: str) -> list[str]:
    place = rf"(?<![\w.-])(?:\./)?{re.escape(directory)}/([\w.-]+)"
    names = (function_name(each) for each in re.findall(place, command))
    return [name for name in dict.fromkeys(names) if name_problem(name) is None]
