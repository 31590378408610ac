"""The project's ``.env`` files: which there are, and what they say.

Values are taken literally, ``$NAME`` is not replaced: so does the Netlify CLI, which calls
`dotenv.parse` and nothing after it (netlify/cli, `src/utils/dot-env.ts`).
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from polyfn.settings import variables

if TYPE_CHECKING:
    from pathlib import Path

    from dotenv.parser import Original


def file_names(context: str) -> tuple[str, ...]:
    """Name the usual files, the first wins.

    The Netlify CLI reads ``.env.development`` in the context ``dev``, so both names count there.
    """
    contexts = (context, "development") if context == "dev" else (context,)
    return (
        *(f".env.{each}.local" for each in contexts),
        ".env.local",
        *(f".env.{each}" for each in contexts),
        ".env",
    )


def read(path: Path, name: str) -> tuple[dict[str, str], list[str]]:
    """Read one file.

    Args:
        path: The file.
        name: What to call it in warnings.

    Returns:
        Its variables, and warnings about lines that are none; nothing when it is no file.

    Raises:
        OSError: It is there and cannot be read.
    """
    if not path.is_file():
        return {}, []
    return parse(path.read_text("utf-8-sig", errors="replace"), name)


def parse(content: str, name: str) -> tuple[dict[str, str], list[str]]:
    """Decode ``NAME=value`` lines; pure."""
    from dotenv.parser import parse_stream  # noqa: PLC0415 - most projects have no such file

    found: dict[str, str] = {}
    warnings: list[str] = []
    for line in parse_stream(io.StringIO(content)):
        if line.error or (line.key and line.value is None):
            warnings.append(f"{name}:{_number(line.original)}: ignored, it is no NAME=value")
        elif line.key and line.value is not None:
            if variables.is_name(line.key) and variables.is_value(line.value):
                found[line.key] = line.value
            else:
                warnings.append(
                    f"{name}:{_number(line.original)}: ignored, no variable can be that"
                )
    return found, warnings


def _number(original: Original) -> int:
    """The line of a statement itself: what is recorded begins with the blank lines before it."""
    blank = original.string[: len(original.string) - len(original.string.lstrip())]
    return original.line + len(blank.splitlines())
