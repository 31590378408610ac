"""The files that only the compiler sees: polyfn's runner, and the import that links it in.

They stand in packages of their own, so nothing in them can collide with what the author declares.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from polyfn.runtimes.assets import runner_file
from polyfn.runtimes.go.direct import LIBRARY, direct_version

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from polyfn.runtimes.go.modules import Module

# Folder of runners/go → where its package appears in the author's module. Go initialises packages
# in the order of their paths: `early` is to be the first of the module's.
_PACKAGES: Final = {"early": "0polyfn", "bridge": "internal/polyfnbridge"}
_DIRECT: Final = {"direct": "internal/polyfndirect"}
IMPORTING_FILE: Final = "zz_polyfn_bridge.go"
"""What is added to the author's package main."""

# What a function without a go.mod is built against, with the sums go.sum would hold. It is the
# newest that takes every Go that polyfn takes: v1.55 needs Go 1.26.
_LIBRARY_VERSION: Final = "v1.54.0"
_LIBRARY_SUMS: Final = (
    (_LIBRARY_VERSION, "h1:EGYpdyRGF88xszqlGcBewz811mJeRS+maNlLZXFheII="),
    (f"{_LIBRARY_VERSION}/go.mod", "h1:dpMpZgvWx5vuQJfBt0zqBha60q7Dd7RfgJv23DymV8A="),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """What is laid over the author's files.

    Attributes:
        files: For the build's directory: relative path → text.
        flags: Make go see them.
        virtual: Paths that exist for go alone; absolute.
        digest: A hash of the runner's source.
    """

    files: Mapping[str, str]
    flags: tuple[str, ...]
    virtual: frozenset[str]
    digest: str


def overlay_for(package: Path, module: Module, go_version: str, env: Mapping[str, str]) -> Overlay:
    """Lay the runner over a package.

    Args:
        package: The package's directory, absolute.
        go_version: Of the toolchain, such as ``1.26.8``.
        env: The environment of the build.
    """
    direct = _LIBRARY_VERSION[1:] if module.is_virtual else direct_version(module, env)
    sources = _runner_sources(module.root, _PACKAGES | (_DIRECT if direct else {}))
    replace = {
        **{virtual: str(real) for virtual, real in sources.items()},
        str(package / IMPORTING_FILE): "{work}/import.go",
    }
    files = {"import.go": _imports(module.path, direct)}
    flags = ["-overlay={work}/overlay.json"]
    if module.is_virtual:
        replace[str(package / "go.mod")] = "{work}/go.mod"
        files |= _module_files(module.path, go_version)
        # go.sum stands beside -modfile; what else is imported is looked up and added there.
        flags += ["-modfile={work}/go.mod", "-mod=mod"]
    files["overlay.json"] = json.dumps({"Replace": replace}, indent=1, ensure_ascii=False)
    return Overlay(
        files=files,
        flags=tuple(flags),
        virtual=frozenset(replace),
        digest=_digest(tuple(sources.values())),
    )


def _runner_sources(root: Path, packages: Mapping[str, str]) -> dict[str, Path]:
    return {
        str(root / package / source.name): source
        for folder, package in packages.items()
        for source in sorted(runner_file(f"go/{folder}").glob("*.go"))
        if not source.name.endswith("_test.go")
    }


def _imports(module_path: str, direct: str | None) -> str:
    """The file that links the runner in, and joins its packages, which cannot import each other."""
    early, bridge = (f'"{module_path}/{package}"' for package in _PACKAGES.values())
    if direct is None:
        return f"package main\n\nimport (\n\t_ {early}\n\t_ {bridge}\n)\n"
    calls = f'"{module_path}/{_DIRECT["direct"]}"'
    return (
        f"package main\n\nimport (\n\t_ {early}\n\tpolyfnbridge {bridge}\n"
        f"\tpolyfndirect {calls}\n)\n\n"
        f'func init() {{ polyfndirect.Install(polyfnbridge.Direct(), "{direct}") }}\n'
    )


def _module_files(path: str, go_version: str) -> dict[str, str]:
    language = ".".join(go_version.split(".")[:2])
    return {
        "go.mod": f"module {path}\n\ngo {language}\n\nrequire {LIBRARY} {_LIBRARY_VERSION}\n",
        "go.sum": "".join(f"{LIBRARY} {what} {digest}\n" for what, digest in _LIBRARY_SUMS),
    }


def _digest(sources: tuple[Path, ...]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for source in sources:
        digest.update(source.read_bytes())
    return digest.hexdigest()
