"""What `polyfn build --json` prints."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from pathlib import Path

    from polyfn.app.build import BuildReport, Built
    from polyfn.app.types import Types
    from polyfn.model import JSON
    from polyfn.runtimes.node.types import TypeIssue


def as_json(report: BuildReport, root: Path) -> bytes:
    """``{"functions": […]}``, in the order asked for; paths are relative to the root.

    Each is ``{name, ok, error, warnings, artifact, cached, seconds}``. When types were checked, it
    has ``type_errors`` too: a list of ``{file, line, column, code, message}``, or null when the
    function was not checked; and beside ``functions`` there is ``types``: ``{ok, problems,
    other_errors}``, the last for errors in files that no function imports. When the site was built
    first, there is ``site``: ``{command, ok, error, seconds}``.
    """
    whole: dict[str, JSON] = {"functions": [_row(each, report, root) for each in report.functions]}
    if report.types is not None:
        whole["types"] = {
            "ok": report.types.ok,
            "problems": list(report.types.problems),
            "other_errors": [
                _issue(each, root) for each in report.types.issues if not each.functions
            ],
        }
    if report.site is not None:
        whole["site"] = {
            "command": report.site.command,
            "ok": report.site.ok,
            "error": report.site.error or None,
            "seconds": round(report.site.seconds, 3),
        }
    return orjson.dumps(whole, option=orjson.OPT_INDENT_2)


def _row(built: Built, report: BuildReport, root: Path) -> dict[str, JSON]:
    artifact = built.artifact
    row = {
        "name": built.function.name,
        "ok": built.error is None,
        "error": built.error.message if built.error is not None else None,
        "warnings": artifact.warnings if artifact is not None else "",
        "artifact": _inside(artifact.path, root) if artifact is not None else None,
        "cached": artifact.cached if artifact is not None else None,
        "seconds": round(artifact.duration_s, 3) if artifact is not None else None,
    }
    if report.types is not None:
        row["type_errors"] = _issues(built.function.name, report.types, root)
    return row


def _issues(name: str, types: Types, root: Path) -> list[JSON] | None:
    if name not in types.checked:
        return None
    return [_issue(each, root) for each in types.issues if name in each.functions]


def _issue(issue: TypeIssue, root: Path) -> JSON:
    return {
        "file": os.path.relpath(issue.file, root) if issue.file else None,
        "line": issue.line,
        "column": issue.column,
        "code": issue.code,
        "message": issue.message,
    }


def _inside(path: Path, root: Path) -> str:
    return str(path.relative_to(root) if path.is_relative_to(root) else path)
