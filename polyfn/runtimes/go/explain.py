"""Turns what go says into what the author should read: their paths, and the command that helps."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from polyfn.runtimes.go.advice import MISSING, Adviser
from polyfn.runtimes.go.overlay import IMPORTING_FILE

if TYPE_CHECKING:
    from pathlib import Path

    from polyfn.runtimes.go.modules import Module

# `./main.go`, `../lib/x.go`, `../..`: go's way to name a place; not `./...`, a pattern.
_RELATIVE: Final = re.compile(r"(?<![\w./\"-])\.{1,2}(?:/(?!\.\.\.)[^\s:;,)]*)+(?![\w.])")
# `main.go:5:2:` at a line's beginning: a file of the directory where go ran.
_BARE: Final = re.compile(r"^([^\s/:]+\.\w+)(?=:\d+:)", re.MULTILINE)
_NOT_MAIN: Final = re.compile(
    rf"found packages (\w+) \(([^)]+)\) and main \({re.escape(IMPORTING_FILE)}\) in .*"
)
FETCHES: Final = re.compile(r"^go: downloading (.+)", re.MULTILINE)
_PROGRESS: Final = re.compile(r"^go: (?:downloading|finding) .*\n", re.MULTILINE)
_SAY_MAIN: Final = r"\2 is of package \1: a function's files must say package main"
# What go says of the packages that are laid over the author's, with the lines that go on below.
_OURS: Final = re.compile(
    rf"^\S*(?:0polyfn/|internal/polyfn\w+/|{re.escape(IMPORTING_FILE)})\S*:\d+: "
    r"(.*(?:\n\t.*)*)(?:\n|\Z)",
    re.MULTILINE,
)
_ADD: Final = re.compile(rf"{MISSING.pattern}; to add it:\n\tgo get \S+")

# Go says of types what they are, however long that is, and of each package up to ten errors.
_LONGEST_LINE: Final = 400
_LONGEST: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Explainer:
    """Explains the output of go commands that ran in one directory.

    Attributes:
        cwd: Where they ran; go's paths are relative to it.
        project_root: What the author's paths are relative to.
        module: Where module commands are to be run.
        cgo: Whether C was allowed.
    """

    cwd: Path
    project_root: Path
    module: Module
    cgo: bool = False

    def __call__(self, output: str) -> str:
        """Explain; what there is nothing to say about stays as it is."""
        advise = Adviser(
            cwd=self.cwd, project_root=self.project_root, module=self.module, cgo=self.cgo
        )
        text = _NOT_MAIN.sub(_SAY_MAIN, _PROGRESS.sub("", output))
        text = _without_ours(text)
        text = _ADD.sub(lambda found: _not_there(found, advise), text)
        text = _BARE.sub(lambda found: self._placed(found[1]), text)
        text = _RELATIVE.sub(lambda found: self._placed(found[0]), text)
        text = re.sub(rf"{re.escape(str(self.project_root))}(?=[:\s])", ".", text)
        text = _shortened(text.replace(f"{self.project_root}/", ""))
        advice = advise(output)
        return f"{text.rstrip()}\n{advice}" if advice else text

    def _placed(self, path: str) -> str:
        """A path of go's: mostly relative to where it ran, of modules to their workspace's root."""
        absolute = os.path.normpath(self.cwd / path)
        of_module = os.path.normpath(self.module.root / path)
        if not os.path.lexists(absolute) and os.path.lexists(of_module):
            absolute = of_module
        return _inside(absolute, str(self.project_root))


def _without_ours(text: str) -> str:
    """Without what is not of the author's files; where all is, what the first of it says."""
    theirs = _OURS.sub("", text)
    first = _OURS.search(text)
    if first is None or any(line and not line.startswith("#") for line in theirs.splitlines()):
        return theirs
    return text if "#" in theirs else f"{first[1]}\n"


def _not_there(found: re.Match[str], advise: Adviser) -> str:
    """Packages of the author's own module are nothing to go and get."""
    package = found[1]
    if not advise.is_own(package):
        return found[0]
    place = advise.place_of(package)
    if (advise.project_root / place / "go.mod").is_file():
        return f"package {package} is in a module of its own, {place}/go.mod"
    return f"package {package} is not there: {place} has no Go files"


def _shortened(text: str) -> str:
    """Without the rest of long lines, and without lines that nobody would read to the end."""
    lines = [
        line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]} […]"
        for line in text.splitlines(keepends=False)
    ]
    kept, size = 0, 0
    while kept < len(lines) and size + len(lines[kept]) < _LONGEST:
        size += len(lines[kept]) + 1
        kept += 1
    more = [f"[… {len(lines) - kept} more lines …]"] if kept < len(lines) else []
    end = "\n" if text.endswith("\n") else ""
    return "\n".join([*lines[:kept], *more]) + end


def _inside(path: str, root: str) -> str:
    """The path relative to the root, or as it is when it is not in there."""
    if path == root:
        return "."
    return path.removeprefix(f"{root}/")
