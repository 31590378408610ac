"""What an author should read of esbuild's words: all of them, and what to do about it."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final

from polyfn.runtimes.node import inputs, packages, tsconfig
from polyfn.runtimes.node.installed import adder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from polyfn.model import Function

AWAITS: Final = 'Top-level await is currently not supported with the "cjs" output format'

_UNRESOLVED: Final = re.compile(r'Could not resolve "([^"]+)"')
_UNRESOLVED_IN: Final = re.compile(r'Could not resolve "([^"]+)"\n\n {4}(\S.*?):\d+:\d+:\n')
_MODULES: Final = "node_modules"
_NO_LOADER: Final = re.compile(r'No loader is configured for "([^"]+)" files')
_HINT: Final = re.compile(
    r"\n  You can mark the path \"[^\"]*\" as external .*?(?=\n\n|\Z)", re.DOTALL
)
"""esbuild tells of flags, which are not the author's to set."""

_LOCAL: Final = (".", "/")
_ALIASES: Final = ("#", "~", "@/")
_SPELLINGS: Final = ".js .jsx .mjs .cjs .ts .tsx .mts .cts .json"
_DECORATED: Final = re.compile(rb"^\s*@[A-Za-z_$][\w$.]*\s*(?:\(|$|\s)", re.MULTILINE)


def missing_in_packages(output: str) -> tuple[str, ...]:
    """The packages that esbuild does not find, if it is in packages only that they are named."""
    places = _UNRESOLVED_IN.findall(output)
    if len(places) != len(_UNRESOLVED.findall(output)):
        return ()
    if any(_MODULES not in path.split("/") or _is_ours(name) for name, path in places):
        return ()
    return tuple(sorted({name for name, _ in places}))


def explain(function: Function, output: str) -> str:
    """Keep esbuild's own words, with paths of the project, and say what to do."""
    unresolved = list(dict.fromkeys(_UNRESOLVED.findall(output)))
    advice = [
        *_about_files([each for each in unresolved if _is_ours(each)]),
        *_about_loaders(function, output),
        *_about_packages(function, [each for each in unresolved if not _is_ours(each)]),
    ]
    words = _HINT.sub("", output).rstrip().replace(f"{function.project_root}{os.sep}", "")
    return "\n\n".join([words, *advice])


def warnings(function: Function, work: Path, output: str) -> str:
    """What esbuild warns of, and what it leaves undone without a word."""
    undone = _metadata(function, work)
    return "\n\n".join(text for text in (output.strip(), undone) if text)


def _is_ours(specifier: str) -> bool:
    return specifier.startswith((*_LOCAL, *_ALIASES))


def _about_packages(function: Function, specifiers: list[str]) -> Iterator[str]:
    names = sorted({packages.package_of(each) for each in specifiers})
    directory = function.main_file.parent
    if names and packages.has_plug_n_play(directory):
        yield (
            "Yarn's Plug'n'Play keeps packages where only Yarn finds them, and is not supported: "
            "put `nodeLinker: node-modules` into .yarnrc.yml and run `yarn install`"
        )
    elif names:
        yield f"Install what is missing: {adder(directory)} {' '.join(names)}"


def _about_files(specifiers: list[str]) -> Iterator[str]:
    if any(each.startswith(_LOCAL) for each in specifiers):
        yield (
            "There is no such file. A path is relative to the file that imports it; upper and "
            f"lower case count; looked for are the name itself, the name with {_SPELLINGS}, and an "
            "index file in a directory of that name"
        )
    aliases = [each for each in specifiers if each.startswith(_ALIASES)]
    if aliases:
        yield (
            f"{', '.join(aliases)}: such names come from `paths` in the nearest tsconfig.json, or "
            "from `imports` in package.json"
        )


def _about_loaders(function: Function, output: str) -> Iterator[str]:
    kinds = sorted(set(_NO_LOADER.findall(output)))
    if kinds:
        yield (
            f"{' and '.join(kinds)} files cannot be imported, here or at Netlify: TypeScript, "
            "JavaScript, JSON and .txt can. Read the file at run time: "
            "fs.readFileSync(path.join(process.cwd(), 'path/from/the/root')), and name it in "
            f'included_files of [functions."{function.name}"] in netlify.toml. Where it is a '
            "package that imports it, name the package in external_node_modules there"
        )


def _metadata(function: Function, work: Path) -> str:
    """Say that decorators get no metadata: esbuild knows no types to write into it."""
    for file in inputs.bundled(function, work):
        config = tsconfig.nearest(file.parent) if file.suffix in {".ts", ".tsx", ".mts"} else None
        if config is None or not tsconfig.options(config).get("emitDecoratorMetadata"):
            continue
        if _DECORATED.search(file.read_bytes()):
            where = os.path.relpath(file, function.project_root)
            return (
                f"▲ {where} has decorators, and {os.path.relpath(config, function.project_root)} "
                "sets emitDecoratorMetadata, which esbuild does not do, here or at Netlify: "
                "decorators that look for types (TypeORM, class-transformer, Nest, tsyringe, "
                "type-graphql) have to be told them, as in @Column('text') or @Inject(Service)"
            )
    return ""
