"""Which names functions may have, and which names in a directory are not looked at."""

from __future__ import annotations

import re
from typing import Final

ENTRY_POINT: Final = "___netlify-entry-point"
_ALLOWED: Final = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_DECLARATIONS: Final = (".d.ts", ".d.mts", ".d.cts")

BACKGROUND: Final = "-background"
EVENTS: Final = frozenset(
    {
        "deploy-building",
        "deploy-succeeded",
        "deploy-failed",
        "deploy-locked",
        "deploy-unlocked",
        "deploy-deleted",
        "split-test-activated",
        "split-test-deactivated",
        "split-test-modified",
        "submission-created",
        "identity-validate",
        "identity-signup",
        "identity-login",
    }
)
"""Names that Netlify calls on an event; each also with `BACKGROUND` behind it."""


def is_skipped(entry: str) -> bool:
    """Say whether a name in a functions directory is none of ours: hidden, packages, types."""
    return entry.startswith(".") or entry == "node_modules" or entry.endswith(_DECLARATIONS)


def function_name(entry: str) -> str:
    """Name the function of a file or directory: its name without the last extension.

    So does zip-it-and-ship-it for both (`runtimes/node/finder.ts`), so ``v1.2/v1.2.js`` is ``v1``.
    """
    name, dot, _ = entry.rpartition(".")
    return name if dot and name else entry


def name_problem(name: str) -> str | None:
    """Say why no function can have that name, or ``None`` (netlify/cli, `netlify-function.ts`)."""
    if name == ENTRY_POINT:
        return f"{ENTRY_POINT} is a name that Netlify keeps for itself: choose another one"
    if not _ALLOWED.fullmatch(name):
        return (
            f'"{name}" is no name for a function: rename it so that it has only the letters A to Z '
            "and a to z, digits, - and _"
        )
    return None
