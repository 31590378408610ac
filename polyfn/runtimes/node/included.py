"""`included_files` that are not there: here nothing misses them, at Netlify the function does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from polyfn.model import Concern

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from polyfn.model import Function

_WILD: Final = re.compile(r"[*?\[\]{}()!@+]")


def not_there(functions: Sequence[Function]) -> Iterator[Concern]:
    """A concern for each pattern that no file can match, because its directory is not there.

    The project is not searched for what wildcards may match: that takes long in a big one.
    """
    by_pattern: dict[str, list[str]] = {}
    for function in functions:
        for pattern in function.config.included_files:
            if not pattern.startswith("!") and not _may_match(function, pattern):
                by_pattern.setdefault(pattern, []).append(function.name)
    for pattern, users in by_pattern.items():
        yield Concern(
            problem=f"included_files names {pattern}, and there is no {_fixed(pattern)} in the "
            "project's root, which such names are relative to",
            command="",
            functions=tuple(users),
            is_certain=False,
        )


def _may_match(function: Function, pattern: str) -> bool:
    return (function.project_root / _fixed(pattern)).exists()


def _fixed(pattern: str) -> str:
    """What stands before the first part with a wildcard; ``.`` when that is the first."""
    parts = pattern.split("/")
    wild = (index for index, part in enumerate(parts) if _WILD.search(part))
    return "/".join(parts[: next(wild, len(parts))]).removeprefix("./") or "."
