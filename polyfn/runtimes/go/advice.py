"""What to do when a go command has failed: a sentence, or the command that helps."""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from polyfn.runtimes.go.leftout import importer_of_c, left_out_main

if TYPE_CHECKING:
    from polyfn.runtimes.go.modules import Module

MISSING: Final = re.compile(r"no required module provides package ([^\s;]+)")
_NEWER: Final = re.compile(
    r"requires go >= (\d[\w.]*) \(running|cannot find \"go(\d[\w.]*)\" in PATH"
)
_NOT_FETCHED: Final = re.compile(r"^go: download go(\d[\w.]*)(?: for \S+)?: ", re.MULTILINE)
_NO_COMPILER: Final = re.compile(r"cgo: C compiler \"([^\"]*)\" not found")
_RELATIVE_IMPORT: Final = re.compile(r"\"(\.[^\"]*)\" is relative, but relative import paths")
_MIXED: Final = re.compile(r"found packages \w+ \(\S+\) and \w+ \((?!zz_)\S+\) in (\S+)")
_EXCLUDED: Final = re.compile(r"build constraints exclude all Go files in (\S+)")
_UNDEFINED: Final = re.compile(r"^(\S+)\.go:\d+:\d+: undefined: ", re.MULTILINE)
_FETCHED: Final = re.compile(
    r"(\S+)@v[\w.+-]+: |unrecognized import path \"([^\"]+)\"|module (\S+): reading "
    r"|reading (\S+)/go\.mod at revision"
)
_UNREACHABLE: Final = re.compile(
    r"no such host|connection refused|Could not resolve host|i/o timeout|network is unreachable"
    r"|handshake timeout|\b(?:40[134]|410) [A-Z]\w+|terminal prompts disabled"
    r"|could not read Username|Permission denied \(publickey\)|Repository not found",
)
_TIDY: Final = ("missing go.sum entry", "updates to go.sum needed", "updates to go.mod needed")
_NOT_VENDORED: Final = "import lookup disabled by -mod=vendor"
_NOT_IN_STD: Final = re.compile(r"package \S+ is not in std")

# What output says → the command, in the module's directory.
_COMMANDS: Final = (
    ("not one of the workspace modules", "go work use ."),
    ("no modules were found in the current work", "go work use ."),
    ("listed in go.work file requires go", "go work use"),
    ("go work vendor", "go work vendor"),
    (_NOT_VENDORED, "go mod tidy && go mod vendor"),
    ("inconsistent vendoring", "go mod vendor"),
    ("to sync the vendor directory", "go mod vendor"),
    ("malformed go.sum", "rm go.sum && go mod tidy"),
)
_OFF: Final = (
    "GOPROXY=off lets go fetch nothing, and its module cache does not have this: build once "
    "without it, or vendor it (go mod vendor)"
)
_OTHER_BYTES: Final = (
    "go.sum knows this module by other bytes. If it was changed on purpose, delete its lines "
    "in go.sum and run go mod tidy; else look where it comes from"
)
_SENTENCES: Final = (
    ("by GOPROXY=off", _OFF),
    ("checksum mismatch", _OTHER_BYTES),
    ("Files beneath GOMODCACHE ()", "Go has no place for modules: set HOME, GOPATH or GOMODCACHE"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adviser:
    """Knows what helps against failures of go commands that ran in one directory.

    Attributes:
        cwd: Where they ran: the function's package.
        project_root: What the author's paths are relative to.
        module: Where module commands are to be run.
        cgo: Whether C was allowed.
    """

    cwd: Path
    project_root: Path
    module: Module
    cgo: bool

    def __call__(self, output: str) -> str | None:
        """What to do, or ``None`` where go has said it all."""
        command = self._command(output)
        if command:
            return f"To mend it: {self._there()}{command}"
        return self._about_go(output) or self._about_c(output) or self._sentence(output)

    def is_own(self, package: str) -> bool:
        """Whether a package would be of the author's module."""
        return f"{package}/".startswith(f"{self.module.path}/")

    def place_of(self, package: str) -> str:
        """Where a package of the author's module would be, relative to the project."""
        relative = package.removeprefix(self.module.path).strip("/")
        return os.path.relpath(self.module.root / relative, self.project_root)

    def _about_go(self, output: str) -> str | None:
        if found := _NOT_FETCHED.search(output):
            return (
                f"Go {found[1]} cannot be fetched. GO_VERSION, GOTOOLCHAIN or go.mod asks for it: "
                "name one of https://go.dev/dl/, or build with the machine's own: GOTOOLCHAIN=local"
            )
        if found := _NEWER.search(output):
            wanted = found[1] or found[2]
            return f"Install Go {wanted} or newer, or let go fetch it: set GOTOOLCHAIN=auto"
        return None

    def _about_c(self, output: str) -> str | None:
        """C that is needed and not allowed, or that nothing can compile."""
        if found := _NO_COMPILER.search(output):
            return (
                f"CGO_ENABLED=1 needs a C compiler, and there is no {found[1]}: install gcc or "
                "clang, name another one in CC, or build without C: CGO_ENABLED=0"
            )
        if self.cgo:
            return None
        for directory in self._suspects(output):
            if file := importer_of_c(directory):
                shown = os.path.relpath(file, self.project_root)
                return (
                    f"{shown} imports C, and CGO_ENABLED is 0 unless it is set. Set CGO_ENABLED=1, "
                    "in the environment or in [build.environment]; it needs a C compiler"
                )
        return None

    def _suspects(self, output: str) -> list[Path]:
        if "function main is undeclared" in output:
            return [self.cwd]
        found = [each[1] for each in _EXCLUDED.finditer(output)]
        found += [os.path.dirname(each[1]) for each in _UNDEFINED.finditer(output)]  # noqa: PTH120
        return [Path(os.path.normpath(self.cwd / each)) for each in dict.fromkeys(found)]

    def _sentence(self, output: str) -> str | None:
        if "function main is undeclared" in output:
            return left_out_main(self.cwd) or (
                "A function needs a func main that calls lambda.Start(handler)."
            )
        if found := _RELATIVE_IMPORT.search(output):
            place = os.path.relpath(os.path.normpath(self.cwd / found[1]), self.module.root)
            return f'Import it by the path of its module: "{self.module.path}/{place}"'
        if (found := _MIXED.search(output)) and os.path.normpath(self.cwd / found[1]) == str(
            self.cwd
        ):
            return "A function's files must say package main; its tests, main or main_test."
        for sign, sentence in _SENTENCES:
            if sign in output:
                return sentence
        return _private(output) if _UNREACHABLE.search(output) else None

    def _command(self, output: str) -> str | None:
        if self.module.is_virtual:
            lacks = "cannot find module providing package" in output or _NOT_IN_STD.search(output)
            return f"go mod init {shlex.quote(self.cwd.name)} && go mod tidy" if lacks else None
        for sign, command in _COMMANDS:
            if sign in output:
                return command
        wanted = dict.fromkeys(MISSING.findall(output))
        own = [each for each in wanted if self.is_own(each)]
        for package in own:
            if (self.project_root / self.place_of(package) / "go.mod").is_file():
                there = os.path.relpath(
                    self.project_root / self.place_of(package), self.module.root
                )
                replaced = shlex.quote(f"{package}=./{there}")
                return f"go mod edit -replace {replaced} && go get {package}"
        others = [each for each in wanted if each not in own]
        if others:
            return f"go get {' '.join(others)}"
        return "go mod tidy" if any(sign in output for sign in _TIDY) else None

    def _there(self) -> str:
        directory = os.path.relpath(self.module.root, self.project_root)
        return "" if directory == "." else f"cd {shlex.quote(directory)} && "


def _private(output: str) -> str:
    found = _FETCHED.search(output)
    name = next(filter(None, found.groups()), "") if found else ""
    return (
        f"{name or 'A module'} cannot be fetched. If it is private, set "
        f"GOPRIVATE={name or 'its path'} and let git reach it; "
        "where there is no network, vendor it (go mod vendor)"
    )
