"""Whether there is something to serve; pure but for a look at the directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from polyfn.app.doctor.findings import Finding, Status
from polyfn.app.doctor.programs import names_of

if TYPE_CHECKING:
    from pathlib import Path

    from polyfn.discover import Manifest


def judge_manifest(manifest: Manifest, directory: Path) -> list[Finding]:
    """What was found of functions, and what could not be looked at.

    Args:
        directory: The functions directory.
    """
    return [
        _functions(manifest, directory),
        *(
            _finding(Status.WARNING, f"{each.name}: {each.problem}", functions=(each.name,))
            for each in manifest.functions
            if not each.valid
        ),
        *(_finding(Status.WARNING, remark) for remark in manifest.remarks),
    ]


def _functions(manifest: Manifest, directory: Path) -> Finding:
    found = manifest.functions
    wrong = names_of(each for each in found if not each.valid)
    if wrong:
        message = f"{len(wrong)} of {len(found)} cannot be served"
        return _finding(Status.WARNING, message, command="polyfn list", functions=wrong)
    if not found:
        what = "has no functions" if directory.is_dir() else "is not there"
        return _finding(Status.WARNING, f"{directory} {what}")
    return _finding(Status.OK, f"{len(found)} in {directory}")


def _finding(
    status: Status, message: str, *, command: str | None = None, functions: tuple[str, ...] = ()
) -> Finding:
    return Finding(
        check="functions",
        title="functions",
        status=status,
        message=message,
        command=command,
        functions=functions,
    )
