"""What the tree of `test_discovery_tree` is written in: files, and the rows that they make."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from polyfn.model import JSON

HERE = "netlify/functions"
INTERNAL = ".netlify/functions-internal"

JS = "exports.handler = async () => ({ statusCode: 200 })\n"
ESM = "export const handler = async () => ({ statusCode: 200 })\n"
MODERN = "export default async () => new Response('hello')\n"
TS = (
    "import type { Handler } from '@netlify/functions'\n"
    "export const handler: Handler = async () => ({ statusCode: 200 })\n"
)
GO = "package main\n\nfunc main() {}\n"
LIBRARY = "package hello\n\nfunc Hello() {}\n"
PY = "def handler(event, context):\n    return {'statusCode': 200}\n"
LAMBDA_PY = "async def lambda_handler(event, context):\n    return {'statusCode': 200}\n"
SHARED_PY = "def help_out():\n    return 1\n"
SCRIPT = "#!/bin/sh\nexit 1\n"


@dataclass(frozen=True)
class Executable:
    """A file with the executable bit; a copy of a program of this machine without a text."""

    text: str | None = None


@dataclass(frozen=True)
class Link:
    """A symbolic link, relative to the directory that it stands in."""

    to: str


Content = str | Executable | Link


@dataclass(frozen=True)
class Case:
    """A rule, the files that show it, and the rows that they make."""

    rule: str
    files: Mapping[str, Content]
    rows: list[dict[str, JSON]] = field(default_factory=list)


def row(name: str, runtime: str, main_file: str, **fields: JSON) -> dict[str, JSON]:
    """A row of the list; what is not said is what a plain function has.

    Args:
        main_file: Relative to the functions directory, or to the project when it says so itself.
    """
    return {
        "name": name,
        "runtime": runtime,
        "main_file": main_file if main_file.startswith(INTERNAL) else f"{HERE}/{main_file}",
        "kind": "sync",
        "api": "lambda",
        "url": f"/.netlify/functions/{name}",
        "routes": [],
        "schedule": None,
        "valid": fields.get("problem") is None,
        "problem": None,
        "shadowed": [],
        "debugger": None,
        "excluded_routes": [],
        "methods": [],
        "prefer_static": False,
        "rate_limit": None,
        "display_name": None,
        "generator": None,
        **fields,
    }


def here(*files: str) -> list[str]:
    return [f"{HERE}/{each}" for each in files]


def write(path: Path, content: Content) -> None:
    """Make a file, with its directories."""
    path.parent.mkdir(parents=True, exist_ok=True)
    match content:
        case Link(to=to):
            path.symlink_to(to)
        case Executable(text=None):
            shutil.copy(shutil.which("true") or "/bin/true", path)
        case Executable(text=str(text)):
            path.write_text(text)
            path.chmod(path.stat().st_mode | stat.S_IXUSR)
        case str(text):
            path.write_text(text)
