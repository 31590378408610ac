"""What a check found, as a value; and all of them as JSON."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import orjson

from polyfn import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from polyfn.model import JSON, Tool


class Status(StrEnum):
    """How much a finding matters."""

    OK = "ok"
    INFO = "info"
    """Not so, but this project does not need it."""
    WARNING = "warning"
    """Something may fail, or is not as it should be."""
    ERROR = "error"
    """This project needs it, and does not have it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one check found.

    Attributes:
        check: Its name for scripts, such as ``go`` or ``disk``.
        title: Its name for people.
        message: What was found, in words.
        command: What to type to mend it; ``None`` when nothing is to be done, or nothing can be.
        functions: Who needs it, or suffers from it, by name.
        tool: The program that was found.
    """

    check: str
    title: str
    status: Status
    message: str
    command: str | None = None
    functions: tuple[str, ...] = ()
    tool: Tool | None = None


def failed(findings: Iterable[Finding]) -> bool:
    """Whether something is missing that the project needs."""
    return any(each.status is Status.ERROR for each in findings)


def as_json(findings: Sequence[Finding], root: Path) -> bytes:
    """``{"ok", "polyfn", "python", "platform", "root", "checks": [row, …]}``, in that order.

    A row is ``{check, title, status, message, command, functions, version, path, origin}``.
    """
    document = {
        "ok": not failed(findings),
        "polyfn": __version__,
        "python": platform.python_version(),
        "platform": f"{sys.platform} {platform.machine()}",
        "root": str(root),
        "checks": [_row(each) for each in findings],
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2)


def _row(finding: Finding) -> dict[str, JSON]:
    tool = finding.tool
    return {
        "check": finding.check,
        "title": finding.title,
        "status": finding.status.value,
        "message": finding.message,
        "command": finding.command,
        "functions": list(finding.functions),
        "version": tool.version if tool else None,
        "path": str(tool.path) if tool else None,
        "origin": tool.origin if tool else None,
    }
