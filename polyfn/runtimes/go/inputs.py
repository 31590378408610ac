"""What a build depended on, as ``go list -deps`` says: it knows constraints, embeds and cgo."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from polyfn.runtimes.go.flags import setting

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from polyfn.runtimes.go.modules import Module

LISTING: Final = "inputs.txt"

# Ignored files count too: they may be taken in when their build constraint changes.
_FILE_LISTS: Final = (
    "GoFiles", "CgoFiles", "IgnoredGoFiles", "CFiles", "CXXFiles", "MFiles", "HFiles", "FFiles",
    "SFiles", "SwigFiles", "SwigCXXFiles", "SysoFiles", "EmbedFiles",
)  # fmt: skip

_PACKAGE_LINE: Final = (
    'P{{"\\t"}}{{.Dir}}{{"\\t"}}{{with .Module}}'
    "{{with .Replace}}{{.Version}}{{else}}{{.Version}}{{end}}"
    '{{"\\t"}}{{.GoMod}}{{else}}{{"\\t"}}{{end}}{{"\\n"}}'
)
_FILE_LINES: Final = '{{range .%s}}F{{"\\t"}}{{.}}{{"\\n"}}{{end}}'
PACKAGE_LINES: Final = _PACKAGE_LINE + "".join(_FILE_LINES % each for each in _FILE_LISTS)
TEMPLATE: Final = f"{{{{if not .Standard}}}}{PACKAGE_LINES}{{{{end}}}}"
"""A line for each package: "P", its directory, its module's version and go.mod; then one for each
of its files: "F" and the name."""


def read_inputs(work: Path, *, virtual: frozenset[str], deciders: Iterable[Path]) -> Iterable[Path]:
    """Read the listing: packages' directories and files, and what decides about modules.

    Packages in the module cache are left out: they never change, and go.sum names them.

    Args:
        work: The build's directory.
        virtual: Paths that exist for the compiler alone.
        deciders: Files that count in any case.
    """
    listing = (work / LISTING).read_text("utf-8", "surrogateescape")
    made_up = {*virtual, *(str(Path(each).parent) for each in virtual), str(work / "go.mod")}
    found = (Path(each) for each in dict.fromkeys(_listed(listing)))
    # The author's own package is among the parents of virtual files, and is real.
    real = [each for each in found if str(each) not in made_up or each.is_dir()]
    return dict.fromkeys([*real, *deciders])


def _listed(listing: str) -> Iterator[str]:
    directory, is_cached = "", False
    for line in listing.splitlines():
        match line.split("\t"):
            case ["P", directory, version, go_mod]:
                is_cached = bool(version) and f"@{version}" in directory
                if not is_cached:
                    yield directory
                if go_mod and not go_mod.endswith(f"/@v/{version}.mod"):
                    yield go_mod
            case ["F", name] if not is_cached:
                yield f"{directory}/{name}"
                # Embedded: a file that appears there may match the pattern too.
                yield from (f"{directory}/{each}" for each in Path(name).parents if each.name)


def deciding_files(module: Module, project_root: Path, env: Mapping[str, str]) -> tuple[Path, ...]:
    """The files that decide which packages are meant. Some are not there, and may appear."""
    if module.is_virtual:
        return (module.root / "go.mod",)
    names = ("go.mod", "go.sum", "vendor/modules.txt")
    works = (
        each
        for each in _workspace_files(module, env)
        if each.is_file() or each.is_relative_to(project_root)
    )
    return (
        *(module.root / name for name in names),
        *(
            path
            for each in works
            for path in (
                *(each, each.with_name("go.work.sum")),
                # `go work vendor` puts it there.
                *([each.parent / "vendor/modules.txt"] if each.is_file() else []),
            )
        ),
    )


def _workspace_files(module: Module, env: Mapping[str, str]) -> Iterator[Path]:
    """The go.work that decides, and those that would if they were there."""
    chosen = setting("GOWORK", env)
    if chosen:
        yield from [] if chosen == "off" else [Path(chosen)]
        return
    for directory in (module.root, *module.root.parents):
        yield directory / "go.work"
        if (directory / "go.work").is_file():
            return
