"""esbuild's command line as a request to its service (esbuild, `lib/shared/common.ts`)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from polyfn.build.residents.packets import Value
    from polyfn.model import Command

_METAFILE: Final = "--metafile"
_LOG_LEVEL: Final = "--log-level"


def build_of(command: Command, argv: Sequence[str]) -> dict[str, Value]:
    """The request to do what a command does.

    Args:
        argv: The command's, with the build's directory in place.
    """
    flags = [each for each in argv[1:] if each.startswith("-")]
    return {
        "command": "build",
        "entries": [["", each] for each in argv[1:] if not each.startswith("-")],
        "flags": [*map(_flag, flags), f"{_LOG_LEVEL}=silent"],
        "write": True,
        "stdinContents": None,
        "stdinResolveDir": None,
        "absWorkingDir": str(command.cwd),
        "nodePaths": _node_paths(command.env),
        "context": False,
    }


def metafile_of(argv: Sequence[str]) -> Path | None:
    """Where a command puts the list of what it has read; the service gives it in its answer."""
    for each in argv:
        name, _, path = each.partition("=")
        if name == _METAFILE and path:
            return Path(path)
    return None


def succeeded(answer: Value) -> bool:
    """Whether a build came to a good end; its errors and warnings have no words here."""
    if not isinstance(answer, dict) or "error" in answer or answer.get("errors") != []:
        return False
    return not answer.get("warnings")


def metafile_in(answer: Value) -> bytes:
    """The list in an answer: bytes, or text where an older esbuild says so."""
    text = answer.get("metafile") if isinstance(answer, dict) else None
    return text.encode() if isinstance(text, str) else text if isinstance(text, bytes) else b""


def _flag(flag: str) -> str:
    return _METAFILE if flag.startswith(f"{_METAFILE}=") else flag


def _node_paths(env: Mapping[str, str]) -> list[Value]:
    """The command reads this variable when it starts; the service has it with each request."""
    return [each for each in env.get("NODE_PATH", "").split(os.pathsep) if each]
