"""TypeScript → one JavaScript file beside its source map, by esbuild.

The bundle is CommonJS, as zip-it-and-ship-it's is (netlify/build, node/bundlers/esbuild), so that
what runs at Netlify runs here: named imports of any CommonJS package, ``__dirname``, ``require``.
Only a main file that awaits at its top level becomes an ES module. The bundle lies in polyfn's own
directory, but stands for the main file: ``require``, ``__dirname`` and ``import.meta.url`` are that
file's.
"""

from __future__ import annotations

import json
import re
from functools import partial
from typing import TYPE_CHECKING, Final

from polyfn.model import BuildPlan, Command
from polyfn.runtimes.node import packages
from polyfn.runtimes.node.awaits import awaits_at_top_level

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from polyfn.model import Function, Tool

_METAFILE: Final = "meta.json"
_EXTENDS: Final = re.compile(r'"extends"\s*:\s*(\[[^\]]*\]|"[^"]*")')
_UNRESOLVED: Final = re.compile(r'Could not resolve "([^"./#][^"]*)"')
_NO_LOADER: Final = 'No loader is configured for ".node" files'

_RESOLVED_EXTENSIONS: Final = ".js,.jsx,.mjs,.cjs,.ts,.tsx,.mts,.cts,.json"
"""In the order of zip-it-and-ship-it's bundler, not of esbuild's own."""


def plan(function: Function, tools: Mapping[str, Tool], env: Mapping[str, str]) -> BuildPlan:
    """Bundle a TypeScript function."""
    main = function.main_file
    is_module = awaits_at_top_level(main)
    output = f"{main.stem}.{'mjs' if is_module else 'cjs'}"
    argv = (
        str(tools["esbuild"].path),
        str(main),
        "--bundle",
        "--platform=node",
        f"--target=node{tools['node'].version.partition('.')[0]}",
        f"--format={'esm' if is_module else 'cjs'}",
        f"--outfile={{work}}/{output}",
        f"--metafile={{work}}/{_METAFILE}",
        "--sourcemap=linked",
        "--sources-content=false",
        f"--resolve-extensions={_RESOLVED_EXTENSIONS}",
        "--log-level=warning",
        "--color=false",
        f"--banner:js={_esm_banner(main) if is_module else _cjs_banner(main)}",
        *_place_of(main),
        *(f"--external:{name}" for name in _external(function, is_module=is_module)),
    )
    return BuildPlan(
        function=function.name,
        title=f"esbuild {_shown(main, function.project_root)}",
        commands=(
            Command(
                argv=argv,
                cwd=function.project_root,
                env=env,
                resident=(f"--service={tools['esbuild'].version}",),
            ),
        ),
        output=output,
        inputs=partial(_inputs, function),
        salt=(tools["esbuild"].version, *map(str, _configuration(main))),
        explain=partial(_explain, function),
    )


def _cjs_banner(main: Path) -> str:
    """``require`` is a parameter of the function that Node wraps around the file.

    The directive stands first, because esbuild writes its own after the banner, where it is none.
    """
    return f'"use strict";require=require("node:module").createRequire({json.dumps(str(main))});'


def _esm_banner(main: Path) -> str:
    """Bundled CommonJS packages call ``require``, which an ES module does not have."""
    return (
        'import{createRequire as __polyfnCreateRequire}from"node:module";'
        f"const require=__polyfnCreateRequire({json.dumps(str(main))});"
    )


def _place_of(main: Path) -> list[str]:
    places = {
        "__dirname": str(main.parent),
        "__filename": str(main),
        "import.meta.url": main.as_uri(),
        "import.meta.dirname": str(main.parent),
        "import.meta.filename": str(main),
    }
    return [f"--define:{name}={json.dumps(value)}" for name, value in places.items()]


def _external(function: Function, *, is_module: bool) -> list[str]:
    """The packages that stay outside the bundle.

    An ES module's ``import`` looks for them from where the bundle lies, and takes fewer names out
    of a CommonJS package than a bundle does: there only those stay outside that the author names.
    """
    own = function.config.external_node_modules
    return sorted({*own, *(() if is_module else packages.left_in_place(function.main_file))})


def _inputs(function: Function, work: Path) -> Iterator[Path]:
    """What esbuild has read: it lists sources, but neither tsconfig.json nor package.json."""
    metafile = json.loads((work / _METAFILE).read_bytes())
    for name in metafile["inputs"]:
        path = (function.project_root / name.removeprefix("(disabled):")).resolve()
        if path.is_file():
            yield path
    yield from _configuration(function.main_file)


def _configuration(main: Path) -> list[Path]:
    """The package.json and tsconfig.json files around a file, and what the latter extends."""
    tsconfigs = [file for at in main.parents if (file := at / "tsconfig.json").is_file()][:1]
    for each in tsconfigs:  # grows while we walk
        extended = _extended(each)
        if extended is not None and extended not in tsconfigs:
            tsconfigs.append(extended)
    return [*packages.manifests(main.parent), *tsconfigs]


def _extended(tsconfig: Path) -> Path | None:
    """The local file that a tsconfig.json extends; not parsed, for it may have comments."""
    match = _EXTENDS.search(tsconfig.read_text("utf-8", "replace"))
    names = re.findall(r'"(\.[^"]*)"', match[1]) if match else []
    for name in names:
        for path in (tsconfig.parent / name, tsconfig.parent / f"{name}.json"):
            if path.is_file():
                return path.resolve()
    return None


def _explain(function: Function, output: str) -> str:
    """Keep esbuild's own words, and say what to do about packages."""
    lines = [output.rstrip()]
    names = {_package(name) for name in _UNRESOLVED.findall(output)}
    if names:
        lines.append(f"Install what is missing: npm install {' '.join(sorted(names))}")
    if _NO_LOADER in output:
        lines.append(
            "A package with a native addon cannot be bundled: name it in external_node_modules of "
            f'[functions."{function.name}"] in netlify.toml'
        )
    return "\n\n".join(lines)


def _package(specifier: str) -> str:
    """``@a/b`` for ``@a/b/c``."""
    return "/".join(specifier.split("/")[: 2 if specifier.startswith("@") else 1])


def _shown(path: Path, root: Path) -> str:
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
