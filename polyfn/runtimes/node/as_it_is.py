"""Whether Node runs a JavaScript function as it is, or esbuild has to make it so.

At Netlify JavaScript goes through a bundler or a transpiler in most cases, so that functions there
may do what Node does not allow: ES modules import without an extension, or JSON without an
attribute, TypeScript, names that only the running of a CommonJS package shows; and they have
``require`` and ``__dirname``. Most functions do none of this, and are not built at all: they are
served as saved, where there is no esbuild too. So we look through the files of a function, as text;
what is bundled without need costs 15 ms. Of a ``.js`` whose syntax alone makes it an ES module,
`plain_js` decides.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from polyfn.runtimes.node import imports, naming, packages, plain_js

if TYPE_CHECKING:
    from pathlib import Path

    from polyfn.runtimes.node.imports import Import

_BUNDLED_ALWAYS: Final = frozenset({"esbuild", "esbuild_zisi"})
_NEVER_BUNDLED: Final = frozenset({"none", "zisi"})
"""They put files into the archive as they are."""

_MODULE: Final = re.compile(
    r"^\s*(?:import\s*[\w${*\"']|export\s*[{*]|export\s+(?:default|const|let|var|async|function|class)\b)",
    re.MULTILINE,
)
_OF_COMMONJS: Final = ("__dirname", "__filename", "require")
_TRANSPILED: Final = frozenset({*naming.TYPESCRIPT, ".jsx"})
_READ_BY_ESBUILD: Final = ".txt"


def runs_as_it_is(main: Path, bundler: str | None) -> bool:
    """Whether Node loads a JavaScript main file, and what it imports, without a bundler.

    Args:
        bundler: The function's ``node_bundler``.
    """
    if bundler in _BUNDLED_ALWAYS or bundler in _NEVER_BUNDLED:
        return bundler in _NEVER_BUNDLED
    if plain_js.is_commonjs_to_netlify(main):
        return False
    return not any(_needs_esbuild(file, text) for file, text in imports.local_files(main))


def _needs_esbuild(file: Path, text: str) -> bool:
    as_module = _is_module(file, text)
    if as_module and any(_uses(name, text) for name in _OF_COMMONJS):
        return True
    return any(_is_beyond_node(file, each, as_module) for each in imports.imports_in(text))


def _is_beyond_node(file: Path, each: Import, as_module: bool) -> bool:
    path = imports.local_path(file, each)
    if path is None:
        return as_module and imports.hides_names(file, each)
    if not path.is_file():
        return not each.is_require and any(guess.is_file() for guess in imports.guesses(path))
    if path.suffix in _TRANSPILED:
        return True
    if path.suffix == ".json":
        return not each.is_require and not each.has_attributes
    return path.suffix == _READ_BY_ESBUILD and not each.is_require


def _is_module(file: Path, text: str) -> bool:
    """Whether a file is an ES module: by its name, its package, or else its syntax."""
    return file.suffix != ".cjs" and (packages.is_module(file) or bool(_MODULE.search(text)))


def _uses(name: str, text: str) -> bool:
    """Whether a file takes something of CommonJS for granted."""
    if name not in text:
        return False
    used = rf"(?<![\w$.'\"`/]){name}\s*\(" if name == "require" else rf"(?<![\w$.'\"`]){name}\b"
    declared = rf"(?:const|let|var|import|function)\b[^=;()'\"]*\b{name}\b"
    return bool(re.search(used, text)) and not re.search(declared, text)
