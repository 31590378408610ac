"""TypeScript, and JavaScript that Node does not run as it is → one file beside its map, by esbuild.

The bundle is CommonJS, as zip-it-and-ship-it's is (netlify/build, node/bundlers/esbuild), so that
what runs at Netlify runs here: named imports of any CommonJS package, ``__dirname``, ``require``.
Only where something awaits at its top level does it become an ES module. The bundle lies in
polyfn's own directory, but stands for the main file: ``require``, ``__dirname`` and
``import.meta.url`` are that file's.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from polyfn.model import BuildPlan, Command
from polyfn.runtimes.node import imports, outside, packages
from polyfn.runtimes.node.advice import AWAITS, explain, missing_in_packages, warnings
from polyfn.runtimes.node.awaits import awaits_at_top_level
from polyfn.runtimes.node.inputs import METAFILE, configuration, inputs

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from polyfn.model import Function, Tool

_RESOLVED_EXTENSIONS: Final = ".js,.jsx,.mjs,.cjs,.ts,.tsx,.mts,.cts,.json"
"""In the order of zip-it-and-ship-it's bundler, not of esbuild's own."""

_NODES_CONDITIONS: Final = "--conditions=node"
"""Not ``module`` too, which only bundlers know: what is left in place has to be what Node loads."""

_ADDONS: Final = "/*.node"
"""An addon that code of the bundle loads itself stays where it is; ``/``: once it was found."""


class _Way(NamedTuple):
    """A way to bundle a function: the first that esbuild does not refuse is taken.

    Attributes:
        is_module: Whether the bundle is an ES module.
        without: Packages that others name and that are not installed.
    """

    is_module: bool
    without: tuple[str, ...] = ()


def plan(function: Function, tools: Mapping[str, Tool], env: Mapping[str, str]) -> BuildPlan:
    """Bundle a function."""
    is_module = awaits_at_top_level(function.main_file)
    return _plan(function, tools, env, _Way(is_module=is_module))


def _otherwise(
    function: Function, tools: Mapping[str, Tool], env: Mapping[str, str], way: _Way, words: str
) -> BuildPlan | None:
    """Another way, by what esbuild said of that one.

    What a main file imports is not looked through for a top-level await: esbuild is quick to say
    that a CommonJS file may have none. And what a package names and nobody has installed is mostly
    not used: if it is, Node will say that it is missing.
    """
    if AWAITS in words and not way.is_module:
        return _plan(function, tools, env, way._replace(is_module=True))
    without = missing_in_packages(words)
    if without and not way.without:
        return _plan(function, tools, env, way._replace(without=without))
    return None


def _plan(
    function: Function, tools: Mapping[str, Tool], env: Mapping[str, str], way: _Way
) -> BuildPlan:
    main = function.main_file
    output = f"{main.stem}.{'mjs' if way.is_module else 'cjs'}"
    argv = (
        str(tools["esbuild"].path),
        str(main),
        "--bundle",
        "--platform=node",
        f"--target=node{tools['node'].version.partition('.')[0]}",
        f"--format={'esm' if way.is_module else 'cjs'}",
        f"--outfile={{work}}/{output}",
        f"--metafile={{work}}/{METAFILE}",
        "--sourcemap=linked",
        "--sources-content=false",
        f"--resolve-extensions={_RESOLVED_EXTENSIONS}",
        "--log-level=warning",
        "--color=false",
        f"--banner:js={_esm_banner(main) if way.is_module else _cjs_banner(main)}",
        *_place_of(main),
        *((_NODES_CONDITIONS,) if way.is_module else ()),
        *(f"--external:{name}" for name in (*_external(function, way), *way.without)),
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
        inputs=partial(inputs, function),
        salt=(tools["esbuild"].version, *map(str, configuration(main))),
        explain=partial(explain, function),
        otherwise=partial(_otherwise, function, tools, env, way),
        warn=partial(warnings, function),
    )


_REQUIRE: Final = (
    "((own,main)=>Object.assign((id)=>{"
    r"if(/^\.\.\/.*(\.node|\/node_modules\/.*)$/.test(id))try{id=own.resolve(id)}catch{}"
    "return main(id)},main))"
)
"""Makes one ``require`` of the bundle's and the main file's.

Files that stay outside by their path are named relative to the bundle; nothing else is.
"""


def _cjs_banner(main: Path) -> str:
    """``require`` is a parameter of the function that Node wraps around the file.

    The directive stands first, because esbuild writes its own after the banner, where it is none.
    """
    made = f'require("node:module").createRequire({json.dumps(str(main))})'
    return f'"use strict";require={_REQUIRE}(require,{made});'


def _esm_banner(main: Path) -> str:
    """Bundled CommonJS packages call ``require``, which an ES module does not have."""
    make = "__polyfnCreateRequire"
    return (
        f'import{{createRequire as {make}}}from"node:module";'
        f"const require={_REQUIRE}({make}(import.meta.url),{make}({json.dumps(str(main))}));"
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


def _external(function: Function, way: _Way) -> list[str]:
    """The packages that stay outside the bundle.

    A bundle that is an ES module imports packages by Node's own rules, as at Netlify; but from
    where they are, not from where it lies.
    """
    main, own = function.main_file, function.config.external_node_modules
    if not way.is_module:
        return sorted({_ADDONS, *own, *outside.left_in_place(main)})
    places = (packages.found(name, main.parent) for name in own)
    named = [f"{at}/*" if at else name for name, at in zip(own, places, strict=True)]
    bundled = imports.packages_with_hidden_names(main)
    return sorted({_ADDONS, *named, *outside.left_to_import(main, bundled)})


def _shown(path: Path, root: Path) -> str:
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
