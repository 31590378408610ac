"""Which aws-lambda-go a module was written for, as far as its files say: no go command is run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from polyfn.runtimes.go.inputs import deciding_files
from polyfn.runtimes.go.language import asked_for, is_older

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from polyfn.runtimes.go.modules import Module

_NAMED: Final = re.compile(r'github\.com/aws/aws-lambda-go"?[ \t].*')
_MINOR: Final = re.compile(r"\bv1\.(\d+)\.")
_REQUIRES: Final = re.compile(r"^[ \t]*require\b", re.MULTILINE)
_USED: Final = re.compile(
    r'^[ \t]*(?:use[ \t]+)?"?(\.{0,2}/[^\s"]*|\.)"?[ \t]*(?://.*)?$', re.MULTILINE
)
_FIRST_WITH_API: Final = 18
_LISTS_ALL: Final = "1.17"
"""Since then a go.mod names every module that the program takes packages from ("Go Modules
Reference", Module graph pruning)."""


def may_need_rpc(module: Module, project_root: Path, env: Mapping[str, str]) -> bool:
    """Whether the library may be older than v1.18.0, which speaks net/rpc only.

    To say yes without need costs link time and nothing else: the program itself knows which version
    is in it (``runners/go/bridge/load.go``).
    """
    texts = dict(_texts(deciding_files(module, project_root, env)))
    named = [line for text in texts.values() for line in _NAMED.findall(text)]
    if named:
        minors = (int(each) for line in named for each in _MINOR.findall(line))
        return any(each < _FIRST_WITH_API for each in minors)
    go_mod = texts.get(module.root / "go.mod", "")
    language = asked_for(go_mod)
    return _REQUIRES.search(go_mod) is not None and (
        language is None or is_older(language, _LISTS_ALL)
    )


def _texts(files: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    for path in files:
        if path.suffix == ".sum":
            continue  # they name every version that was ever looked at
        try:
            text = path.read_text("utf-8", "replace")
        except OSError:
            continue
        yield path, text
        if path.name == "go.work":
            used = (path.parent / each / "go.mod" for each in _USED.findall(text))
            yield from _texts([*used, path.parent / "vendor/modules.txt"])
