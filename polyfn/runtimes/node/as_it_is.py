"""Whether Node runs a JavaScript function as it is, or esbuild has to make it so.

At Netlify JavaScript goes through a bundler or a transpiler in most cases, so that functions there
may do what Node does not allow: ES modules import without an extension, or JSON without an
attribute, TypeScript, names that only the running of a CommonJS package shows; and they have
``require`` and ``__dirname``. Most functions do none of this, and are not built at all: they are
served as saved, where there is no esbuild too. So we look through the files of a function, as text.

What is taken for an import and is none, in a comment say, costs 15 ms at most; a file that is not
there asks for nothing. `plain_js` decides of a ``.js`` whose syntax alone makes it an ES module.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from polyfn.runtimes.node import commonjs, naming, packages, plain_js

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BUNDLED_ALWAYS: Final = frozenset({"esbuild", "esbuild_zisi"})
_NEVER_BUNDLED: Final = frozenset({"none", "zisi"})
"""They put files into the archive as they are."""

_MAX_FILES: Final = 300
_MAX_BYTES: Final = 512 * 1024
"""What is longer was made by a bundler, which has seen to all this."""

_SPECIFIER: Final = r"""["']([^"'\n]+)["']"""
_FROM: Final = re.compile(
    rf"""(?:^|[;}}\s])(?:import|export)\b([^"'`;()]*?)(?:\bfrom\s*)?{_SPECIFIER}\s*(with\b)?"""
)
_IMPORT_CALL: Final = re.compile(rf"\bimport\s*\(\s*{_SPECIFIER}\s*(,)?")
_REQUIRE: Final = re.compile(rf"\brequire\s*\(\s*{_SPECIFIER}()")
_MODULE: Final = re.compile(
    r"^\s*(?:import\s*[\w${*\"']|export\s*[{*]|export\s+(?:default|const|let|var|async|function|class)\b)",
    re.MULTILINE,
)
_OF_COMMONJS: Final = ("__dirname", "__filename", "require")
_NAMES: Final = re.compile(r"\{([^}]*)\}")
_TRANSPILED: Final = frozenset({*naming.TYPESCRIPT, ".jsx"})
_READ_BY_ESBUILD: Final = frozenset({".txt"})
_GUESSED: Final = (".js", ".mjs", ".cjs", ".json", *sorted(_TRANSPILED))
_RUN: Final = frozenset({".js", ".mjs", ".cjs"})


class _Import(NamedTuple):
    specifier: str
    names: str
    """What stands between ``import`` and ``from``."""
    has_attributes: bool
    is_require: bool


def runs_as_it_is(main: Path, bundler: str | None) -> bool:
    """Whether Node loads a JavaScript main file, and what it imports, without a bundler.

    Args:
        bundler: The function's ``node_bundler``.
    """
    if bundler in _BUNDLED_ALWAYS or bundler in _NEVER_BUNDLED:
        return bundler in _NEVER_BUNDLED
    if plain_js.is_commonjs_to_netlify(main):
        return False
    return not any(map(_needs_esbuild, _files(main)))


def _files(main: Path) -> Iterator[tuple[Path, str]]:
    """A file and what it imports of the author's own, with their texts."""
    todo, seen = [main], {main}
    while todo and len(seen) < _MAX_FILES:
        file = todo.pop()
        text = _text(file)
        yield file, text
        for each in _imports(text):
            path = _local(file, each)
            if path is not None and path not in seen and path.suffix in _RUN and path.is_file():
                seen.add(path)
                todo.append(path)


def _needs_esbuild(file_and_text: tuple[Path, str]) -> bool:
    file, text = file_and_text
    as_module = _is_module(file, text)
    if as_module and any(_uses(name, text) for name in _OF_COMMONJS):
        return True
    return any(_is_beyond_node(file, each, as_module=as_module) for each in _imports(text))


def _is_beyond_node(file: Path, each: _Import, *, as_module: bool) -> bool:
    path = _local(file, each)
    if path is None:
        return each.names != "" and as_module and _hides_names(file, each)
    if not path.is_file():
        return not each.is_require and any(map(_exists, _guesses(path)))
    if path.suffix in _TRANSPILED:
        return True
    if path.suffix == ".json":
        return not each.is_require and not each.has_attributes
    return path.suffix in _READ_BY_ESBUILD and not each.is_require


def _hides_names(file: Path, each: _Import) -> bool:
    """Whether Node does not see all the names that an ES module imports from a CommonJS package."""
    names = [
        name.split(" as ")[0].strip()
        for group in _NAMES.findall(each.names)
        for name in group.split(",")
    ]
    wanted = {name for name in names if name not in {"", "default"}}
    entry = commonjs.entry(each.specifier, file.parent) if wanted else None
    return entry is not None and not commonjs.shows(entry, wanted)


def _local(file: Path, each: _Import) -> Path | None:
    """The path that an import means, of a file or of the source of a linked package."""
    specifier = each.specifier
    if specifier.startswith("."):
        return file.parent.joinpath(os.path.normpath(file.parent / specifier))
    if specifier.startswith(("/", "#", "node:")) or ":" in specifier:
        return None
    return packages.linked_source(specifier, file.parent)


def _guesses(path: Path) -> Iterator[Path]:
    for suffix in _GUESSED:
        yield path.with_name(path.name + suffix)
    for suffix in _GUESSED:
        yield path / f"index{suffix}"


def _imports(text: str) -> Iterator[_Import]:
    for match in _FROM.finditer(text):
        yield _Import(match[2], match[1].strip(), match[3] is not None, is_require=False)
    for match in _IMPORT_CALL.finditer(text):
        yield _Import(match[1], "", match[2] is not None, is_require=False)
    for match in _REQUIRE.finditer(text):
        yield _Import(match[1], "", has_attributes=False, is_require=True)


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


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > _MAX_BYTES:
            return ""
        return file.read_text("utf-8", "replace")
    except OSError:
        return ""


def _exists(path: Path) -> bool:
    return path.is_file()
