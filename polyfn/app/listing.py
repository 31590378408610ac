"""What is there to serve, without serving it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from polyfn.discover import listing, scan
from polyfn.errors import UnknownFunction

if TYPE_CHECKING:
    from collections.abc import Mapping

    from polyfn.discover import Manifest
    from polyfn.model import Function
    from polyfn.settings import Settings


def find_functions(settings: Settings) -> Manifest:
    """All functions of a project, the invalid ones included, and what could not be looked at."""
    return scan(settings)


def find_function(settings: Settings, name: str) -> Function:
    """The function of that name, also one that cannot be served.

    Raises:
        UnknownFunction: There is none; the message has the names nearest to it.
    """
    manifest = scan(settings)
    function = manifest.find(name)
    if function is None:
        raise unknown(name, manifest, settings)
    return function


def unknown(name: str, manifest: Manifest, settings: Settings) -> UnknownFunction:
    """What to say of a name that no function has: those nearest to it."""
    from difflib import get_close_matches  # noqa: PLC0415 - only a mistake needs it

    near = get_close_matches(name, [each.name for each in manifest.functions], n=3)
    hint = f"Did you mean {', '.join(near)}?" if near else "`polyfn list` shows what there is."
    return UnknownFunction(f"There is no function {name!r} in {settings.functions_dir}. {hint}")


def as_json(manifest: Manifest, settings: Settings, debuggers: Mapping[str, str]) -> bytes:
    """The functions as JSON: see `polyfn.discover.listing`."""
    rows = listing(manifest.functions, settings.root, debuggers=debuggers)
    return orjson.dumps(rows, option=orjson.OPT_INDENT_2)
