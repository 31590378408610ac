"""Which functions are checked together, by which tsc and which tsconfig.json."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from polyfn.runtimes.node import naming, packages, tsconfig
from polyfn.runtimes.node.installed import adder

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from polyfn.model import JSON, Function

_TSC: Final = "bin/tsc"
_SAYS: Final = ("--pretty", "false", "--locale", "en")
_DECLARATIONS: Final = (".d.ts", ".d.mts", ".d.cts")
_CONFIG_DIR: Final = "${configDir}"
_NOT_FOR_EMITTING: Final = (
    "composite",
    "declaration",
    "declarationDir",
    "declarationMap",
    "emitDeclarationOnly",
    "incremental",
    "isolatedDeclarations",
    "outFile",
    "rootDir",
    "tsBuildInfoFile",
)
"""What an author may have set for files that are written: with ``noEmit`` it is in the way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeProject:
    """Functions with the same tsconfig.json and the same TypeScript.

    Attributes:
        compiler: The script of tsc, for Node.
        mains: Name → main file.
    """

    tsconfig: Path
    compiler: Path
    mains: dict[str, Path]

    @property
    def ask_argv(self) -> tuple[str, ...]:
        """What tells the settings that hold, and the files that the author includes, as JSON."""
        return (str(self.compiler), "-p", str(self.tsconfig), "--showConfig", *_SAYS)

    def check_argv(self, config: Path) -> tuple[str, ...]:
        """What checks by a file with `config_for` in it."""
        return (str(self.compiler), "-p", str(config), "--explainFiles", *_SAYS)

    def config_for(self, shown: JSON) -> str:
        """A tsconfig.json that lies anywhere.

        Args:
            shown: What `ask_argv` printed, decoded.
        """
        directory = self.tsconfig.parent
        options = shown.get("compilerOptions", {})
        files = [str(main) for main in self.mains.values() if _is_checked(main, options)]
        included = (str(each) for each in shown.get("files", ()))
        files += [
            os.path.normpath(directory / each) for each in included if each.endswith(_DECLARATIONS)
        ]
        ours = {**dict.fromkeys(_NOT_FOR_EMITTING), **self._placed(), "noEmit": True}
        config = {"extends": str(self.tsconfig), "compilerOptions": ours, "files": files}
        return json.dumps({**config, "include": [], "exclude": [], "references": []})

    def _placed(self) -> dict[str, JSON]:
        """The settings that count from where the configuration lies."""
        directory = self.tsconfig.parent
        own = tsconfig.options(self.tsconfig)
        placed = {
            key: json.loads(json.dumps(value).replace(_CONFIG_DIR, str(directory)))
            for key, value in own.items()
            if _CONFIG_DIR in json.dumps(value)
        }
        if "typeRoots" not in own:
            at = (each / "node_modules/@types" for each in (directory, *directory.parents))
            placed["typeRoots"] = [str(each) for each in at if each.is_dir()]
        return placed


def type_projects(functions: Sequence[Function]) -> tuple[list[TypeProject], list[str]]:
    """Group the functions that can be checked.

    Returns:
        The groups; and, for those that cannot be checked, why, and what to do.
    """
    found: dict[tuple[Path, Path], TypeProject] = {}
    without: dict[str, list[str]] = {}
    for function in functions:
        main = function.main_file
        config = tsconfig.nearest(main.parent)
        if not _is_asked(main, config):
            continue
        typescript = packages.installed("typescript", main.parent)
        if config is None:
            without.setdefault(_no_config(function), []).append(function.name)
        elif typescript is None or not (typescript / _TSC).is_file():
            without.setdefault(_no_compiler(function), []).append(function.name)
        else:
            key = (config, typescript / _TSC)
            new = TypeProject(tsconfig=config, compiler=typescript / _TSC, mains={})
            found.setdefault(key, new).mains[function.name] = main
    return list(found.values()), [f"{_listed(names)}: {why}" for why, names in without.items()]


def _is_asked(main: Path, config: Path | None) -> bool:
    """Whether the types of a function are checked: of JavaScript, if its settings say so."""
    if main.suffix in naming.TYPESCRIPT:
        return True
    return (
        main.suffix in naming.FILE_ORDER
        and config is not None
        and tsconfig.options(config).get("checkJs") is True
    )


def _is_checked(main: Path, options: JSON) -> bool:
    return main.suffix in naming.TYPESCRIPT or options.get("checkJs") is True


def _no_config(function: Function) -> str:
    directory = _shown(function.main_file.parent, function.project_root)
    return (
        f"there is no tsconfig.json in {directory}, or in a directory above it: make one in the "
        "project's root with `npx tsc --init`"
    )


def _no_compiler(function: Function) -> str:
    add = adder(function.main_file.parent)
    return (
        "TypeScript is not installed: esbuild, which builds, does not check types. Install it with "
        f"`{add}{' --save-dev' if add.startswith('npm') else ' -D'} typescript`"
    )


def _shown(path: Path, root: Path) -> str:
    return os.path.relpath(path, root)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
