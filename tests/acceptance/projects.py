"""Small projects for one test: files by their text."""

from __future__ import annotations

import textwrap
from pathlib import Path


def write_project(root: Path, files: dict[str, str]) -> Path:
    """Write files below ``root``; a name without a slash is a function's."""
    for name, text in files.items():
        path = root / (
            name if "/" in name or name.endswith((".toml", ".mod")) else f"netlify/functions/{name}"
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
    return root


HELLO = "exports.handler = async () => ({ statusCode: 200, body: 'hello' });\n"
