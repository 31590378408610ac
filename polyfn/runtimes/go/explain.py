"""Turns what go says into what the author should read: their paths, and the command that helps."""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from polyfn.runtimes.go.overlay import IMPORTING_FILE

if TYPE_CHECKING:
    from pathlib import Path

    from polyfn.runtimes.go.modules import Module

# `./main.go`, `../lib/x.go`, `../..`: go's way to name a place; not `./...`, a pattern.
_RELATIVE: Final = re.compile(r"(?<![\w./-])\.{1,2}(?:/(?!\.\.\.)[^\s:;,)]*)+(?![\w.])")
# `main.go:5:2:` at a line's beginning: a file of the directory where go ran.
_BARE: Final = re.compile(r"^([^\s/:]+\.\w+)(?=:\d+:)", re.MULTILINE)
_NOT_MAIN: Final = re.compile(
    rf"found packages (\w+) \(([^)]+)\) and main \({re.escape(IMPORTING_FILE)}\) in .*"
)
_MISSING: Final = re.compile(r"no required module provides package ([^\s;]+)")
_NEWER: Final = re.compile(r"requires go >= (\d[\w.]*) \(running")
_NOT_FETCHED: Final = re.compile(r"^go: download go(\d[\w.]*)(?: for \S+)?: ", re.MULTILINE)
_TIDY: Final = ("missing go.sum entry", "updates to go.sum needed", "updates to go.mod needed")
_VENDOR: Final = ("inconsistent vendoring", "to sync the vendor directory")
_WORKSPACE: Final = (
    "not one of the workspace modules",
    "no modules were found in the current work",
)
_PROGRESS: Final = re.compile(r"^go: (?:downloading|finding) .*\n", re.MULTILINE)
_SAY_MAIN: Final = r"\2 is of package \1: a function's files must say package main"
_NO_MAIN: Final = "function main is undeclared"
_NOT_FOUND: Final = "cannot find module providing package"


@dataclass(frozen=True, slots=True, kw_only=True)
class Explainer:
    """Explains the output of go commands that ran in one directory.

    Attributes:
        cwd: Where they ran; go's paths are relative to it.
        project_root: What the author's paths are relative to.
        module: Where module commands are to be run.
    """

    cwd: Path
    project_root: Path
    module: Module

    def __call__(self, output: str) -> str:
        """Explain; what there is nothing to say about stays as it is."""
        text = _NOT_MAIN.sub(_SAY_MAIN, _PROGRESS.sub("", output))
        text = _BARE.sub(lambda found: self._placed(found[1]), text)
        text = _RELATIVE.sub(lambda found: self._placed(found[0]), text)
        text = text.replace(f"{self.project_root}/", "")
        advice = self._advice(output)
        return f"{text.rstrip()}\n{advice}" if advice else text

    def _placed(self, path: str) -> str:
        absolute = os.path.normpath(self.cwd / path)
        return _inside(absolute, str(self.project_root))

    def _advice(self, output: str) -> str | None:
        if found := _NOT_FETCHED.search(output):
            return (
                f"Go {found[1]} cannot be fetched. GO_VERSION, GOTOOLCHAIN or go.mod asks for it: "
                "name one of https://go.dev/dl/, or build with the machine's own: GOTOOLCHAIN=local"
            )
        if found := _NEWER.search(output):
            return f"Install Go {found[1]} or newer, or let go fetch it: set GOTOOLCHAIN=auto"
        if _NO_MAIN in output:
            return "A function needs a func main that calls lambda.Start(handler)."
        command = self._command(output)
        return f"To mend it: {self._there()}{command}" if command else None

    def _command(self, output: str) -> str | None:
        if self.module.is_virtual:
            made = f"go mod init {self.cwd.name} && go mod tidy"
            return made if _NOT_FOUND in output else None
        for signs, command in ((_WORKSPACE, "go work use ."), (_VENDOR, "go mod vendor")):
            if any(sign in output for sign in signs):
                return command
        wanted = dict.fromkeys(_MISSING.findall(output))
        others = [each for each in wanted if not f"{each}/".startswith(f"{self.module.path}/")]
        if others:
            return f"go get {' '.join(others)}"
        return "go mod tidy" if any(sign in output for sign in _TIDY) else None

    def _there(self) -> str:
        directory = _inside(str(self.module.root), str(self.project_root))
        return "" if directory == "." else f"cd {shlex.quote(directory)} && "


def _inside(path: str, root: str) -> str:
    """The path relative to the root, or as it is when it is not in there."""
    if path == root:
        return "."
    return path.removeprefix(f"{root}/")
