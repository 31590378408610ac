"""Which Go module a directory belongs to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_MODULE: Final = re.compile(
    r"""^[ \t]*module\s+(?:\(\s*)?("[^"\n]+"|`[^`\n]+`|[^\s"`(/][^\s"`(]*)""", re.MULTILINE
)
_UNNAMED: Final = "module.without.a.name"
"""Go itself says what is wrong with such a go.mod; the overlay only needs a path that is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """The module of a package.

    Attributes:
        path: Its import path, as its go.mod says.
        root: Its directory, absolute, links resolved.
        is_virtual: Whether there is no go.mod: polyfn makes one that only the compiler sees.
    """

    path: str
    root: Path
    is_virtual: bool = False


def module_of(package: Path, env: Mapping[str, str]) -> Module:
    """Find the module as ``go env GOMOD`` would (cmd/go, ``modload/init.go``: ``findModuleRoot``).

    Args:
        package: The package's directory, absolute, links resolved.
        env: The environment of the build.
    """
    # Go ignores a go.mod that somebody left in the directory for temporary files itself.
    ignored = Path(env.get("TMPDIR") or "/tmp").resolve()  # noqa: S108 - os.TempDir's own rule
    for directory in (package, *package.parents):
        go_mod = directory / "go.mod"
        if directory != ignored and go_mod.is_file():
            return Module(path=_path_in(go_mod.read_text("utf-8", "replace")), root=directory)
    return Module(path="function", root=package, is_virtual=True)


def _path_in(go_mod: str) -> str:
    without_comments = re.sub(r"//[^\n]*", "", go_mod)
    found = _MODULE.search(without_comments)
    return found[1].strip('"`') if found else _UNNAMED
