"""What a Go program that was built before says of itself: the aws-lambda-go that is in it.

Go writes the versions of all modules into a program as text (``runtime/debug.BuildInfo``); linker
flags such as ``-s -w`` leave it there. A program that was built without modules has none.
"""

from __future__ import annotations

import mmap
import re
from typing import TYPE_CHECKING, Final

from polyfn.errors import LoadFailed

if TYPE_CHECKING:
    from pathlib import Path

_DEPENDENCY: Final = b"\ndep\tgithub.com/aws/aws-lambda-go\tv"
# One that was replaced by another version is followed by that, on a line of its own.
_VERSION: Final = re.compile(rb"(1\.(\d+)\.[^\t\n]*)\t?[^\n]*\n(?:=>)?")
_LONGEST: Final = 300
_FIRST_WITH_API: Final = 18


def check_library(function: str, program: Path) -> None:
    """See to it that a program speaks the Runtime API, as far as it says.

    Raises:
        LoadFailed: It listens for net/rpc, as Lambda called Go programs once, and would do so
            without end.
    """
    if version := outdated_library(program):
        raise LoadFailed(
            f"Function {function!r} was built with github.com/aws/aws-lambda-go {version}, which "
            "has no Runtime API client. Build it with v1.18.0 or newer (go get "
            "github.com/aws/aws-lambda-go@latest); or have polyfn build it, which serves older "
            f"ones too: put its source into {function}/main.go.",
            type_="Runtime.UnsupportedLibrary",
        )


def outdated_library(program: Path) -> str | None:
    """The version of aws-lambda-go in a program, such as ``v1.13.2``, if it has no Runtime API."""
    try:
        with program.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as it:
            start = it.find(_DEPENDENCY)
            first = start + len(_DEPENDENCY)
            said = it[first : first + _LONGEST] if start >= 0 else b""
    except (OSError, ValueError):  # it is gone, or empty
        return None
    found = _VERSION.match(said)
    if found is None or found[0].endswith(b"=>") or int(found[2]) >= _FIRST_WITH_API:
        return None
    return f"v{found[1].decode('ascii', 'replace')}"
