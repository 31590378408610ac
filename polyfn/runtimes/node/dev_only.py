"""Packages that functions use, and that package.json names for development only.

They are there while one develops; where only what a function depends on is bundled or installed
(``npm ci --omit=dev``, NODE_ENV=production), it does not load.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final

from polyfn.model import Concern
from polyfn.runtimes.node import packages
from polyfn.runtimes.node.naming import TYPESCRIPT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from polyfn.model import Function

_DEVELOPMENT: Final = "devDependencies"
_ALWAYS: Final = ("dependencies", "optionalDependencies", "peerDependencies")
# What is taken, and from where; `import type` takes nothing that runs.
_FROM: Final = re.compile(
    r"""(?:^|[;}])\s*(?:import|export)\s+(?!type\b)([^'";]*?)\s*from\s*['"]([^'"\n]+)['"]""",
    re.MULTILINE,
)
_WHOLE: Final = re.compile(
    r"""\b(?:require\(\s*|import\s*\(\s*|import\s+)['"]([^'"\n]+)['"]""",
)
_NAME: Final = re.compile(r"(?:\bas\s+)?([A-Za-z_$][\w$]*)\s*(?=[,}]|$)")
_VALUE: Final = r"(?<![\w.$]){0}\s*[(.`]|\b(?:new|extends)\s+{0}\b"
_MAX_BYTES: Final = 1024 * 1024


def dev_only(functions: Sequence[Function]) -> Iterator[Concern]:
    """A concern for each package that main files use, and that is a devDependency alone."""
    users: dict[tuple[Path, str], list[str]] = {}
    for function in functions:
        for manifest, name in _used(function):
            users.setdefault((manifest, name), []).append(function.name)
    for (manifest, name), names in users.items():
        shown = os.path.relpath(manifest, functions[0].project_root)
        yield Concern(
            problem=f"{shown} names {name} under {_DEVELOPMENT} only: where those are not "
            "installed, functions that use it do not load",
            command=f"npm install --save-prod {name}",
            functions=tuple(names),
            is_certain=False,
        )


def _used(function: Function) -> Iterator[tuple[Path, str]]:
    around = packages.manifests(function.main_file.parent)
    always = {name for each in around for key in _ALWAYS for name in packages.names_in(each, key)}
    where = {
        name: each
        for each in reversed(around)
        for name in packages.names_in(each, _DEVELOPMENT)
        if name not in always
    }
    if where:
        used = {_package(name) for name in _specifiers(function.main_file)}
        yield from ((where[name], name) for name in sorted(used & where.keys()))


def _specifiers(main_file: Path) -> Iterator[str]:
    try:
        if main_file.stat().st_size > _MAX_BYTES:
            return  # a bundle: what it uses is in it
        source = main_file.read_text("utf-8", "replace")
    except OSError:
        return
    yield from _WHOLE.findall(source)
    for clause, specifier in _FROM.findall(source):
        if main_file.suffix not in TYPESCRIPT or _takes_a_value(clause, source):
            yield specifier


def _takes_a_value(clause: str, source: str) -> bool:
    """Whether a name is used as more than a type: bundling TypeScript drops types."""
    names = _NAME.findall(re.sub(r"\btype\s+\w+", "", clause))
    return any(re.search(_VALUE.format(re.escape(name)), source) for name in names)


def _package(specifier: str) -> str:
    """``@a/b`` for ``@a/b/c``."""
    return "/".join(specifier.split("/")[: 2 if specifier.startswith("@") else 1])
