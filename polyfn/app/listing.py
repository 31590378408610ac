"""What is there to serve, without serving it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from polyfn.discover import listing, scan

if TYPE_CHECKING:
    from polyfn.discover import Manifest
    from polyfn.settings import Settings


def find_functions(settings: Settings) -> Manifest:
    """All functions of a project, the invalid ones included, and what could not be looked at."""
    return scan(settings)


def as_json(manifest: Manifest, settings: Settings) -> bytes:
    """The functions as JSON: see `polyfn.discover.listing`."""
    return orjson.dumps(listing(manifest.functions, settings.root), option=orjson.OPT_INDENT_2)
