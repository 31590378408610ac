"""What is there to serve, without serving it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from polyfn.discover import listing, scan
from polyfn.errors import UnknownFunction

if TYPE_CHECKING:
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
        from difflib import get_close_matches  # noqa: PLC0415 - only a mistake needs it

        near = get_close_matches(name, [each.name for each in manifest.functions], n=3)
        hint = f"Did you mean {', '.join(near)}?" if near else "`polyfn list` shows what there is."
        raise UnknownFunction(f"There is no function {name!r} in {settings.functions_dir}. {hint}")
    return function


def as_json(manifest: Manifest, settings: Settings) -> bytes:
    """The functions as JSON: see `polyfn.discover.listing`."""
    return orjson.dumps(listing(manifest.functions, settings.root), option=orjson.OPT_INDENT_2)
