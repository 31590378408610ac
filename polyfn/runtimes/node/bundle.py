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
from typing import TYPE_CHECKING, Final

from polyfn.model import BuildPlan, Command
from polyfn.runtimes.node import packages
from polyfn.runtimes.node.advice import AWAITS, explain, warnings
from polyfn.runtimes.node.awaits import awaits_at_top_level
from polyfn.runtimes.node.inputs import METAFILE, configuration, inputs

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from polyfn.model import Function, Tool

_RESOLVED_EXTENSIONS: Final = ".js,.jsx,.mjs,.cjs,.ts,.tsx,.mts,.cts,.json"
"""In the order of zip-it-and-ship-it's bundler, not of esbuild's own."""

_ADDONS: Final = "/*.node"
"""An addon that code of the bundle loads itself stays where it is; ``/``: once it was found."""


def plan(function: Function, tools: Mapping[str, Tool], env: Mapping[str, str]) -> BuildPlan:
    """Bundle a function.

    What its main file imports is not looked through for a top-level await: esbuild is quick to say
    that a CommonJS file may have none, and then makes an ES module.
    """
    as_module = _plan(function, tools, env, is_module=True)
    if awaits_at_top_level(function.main_file):
        return as_module
    return _plan(function, tools, env, is_module=False, otherwise=as_module)


def _plan(
    function: Function,
    tools: Mapping[str, Tool],
    env: Mapping[str, str],
    *,
    is_module: bool,
    otherwise: BuildPlan | None = None,
) -> BuildPlan:
    main = function.main_file
    output = f"{main.stem}.{'mjs' if is_module else 'cjs'}"
    argv = (
        str(tools["esbuild"].path),
        str(main),
        "--bundle",
        "--platform=node",
        f"--target=node{tools['node'].version.partition('.')[0]}",
        f"--format={'esm' if is_module else 'cjs'}",
        f"--outfile={{work}}/{output}",
        f"--metafile={{work}}/{METAFILE}",
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
        inputs=partial(inputs, function),
        salt=(tools["esbuild"].version, *map(str, configuration(main))),
        explain=partial(explain, function),
        otherwise=lambda words: otherwise if AWAITS in words else None,
        warn=partial(warnings, function),
    )


def _cjs_banner(main: Path) -> str:
    """``require`` is a parameter of the function that Node wraps around the file.

    The directive stands first, because esbuild writes its own after the banner, where it is none.
    Files that stay outside by their path are named relative to the bundle; nothing else is.
    """
    return (
        '"use strict";require=((own,main)=>Object.assign((id)=>{'
        r"if(/^\.\.\/.*(\.node|\/node_modules\/.*)$/.test(id))try{id=own.resolve(id)}catch{}"
        f"return main(id)}},main))(require,"
        f'require("node:module").createRequire({json.dumps(str(main))}));'
    )


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
    of a CommonJS package than a bundle does: there only those stay outside that have to, by path.
    """
    main, own = function.main_file, function.config.external_node_modules
    if not is_module:
        return sorted({_ADDONS, *own, *packages.left_in_place(main)})
    places = (packages.found(name, main.parent) for name in own)
    named = [f"{at}/*" if at else name for name, at in zip(own, places, strict=True)]
    return sorted({_ADDONS, *named, *packages.natives_left_in_place(main)})


def _shown(path: Path, root: Path) -> str:
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
