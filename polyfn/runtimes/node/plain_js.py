"""Which plain ``.js`` files are ES modules by their syntax and CommonJS by what they mean.

Outside packages of type "module", Netlify turns ES module syntax in a ``.js`` into CommonJS
(zip-it-and-ship-it, node/bundlers/nft/es_modules.ts). So authors mix ``import`` with ``exports``,
leave extensions out, import JSON, and take a transpiled package's ``default`` for its default
export: in a real ES module each of these fails or means something else.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from polyfn.runtimes.node import packages

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tree_sitter import Node

_MAX_BYTES: Final = 1024 * 1024
"""A larger file is a bundle already."""

_WORTH_PARSING: Final = re.compile(rb"(?:^|[;}])\s*(?:import|export)\b", re.MULTILINE)
_STATEMENTS: Final = frozenset({"import_statement", "export_statement"})
_COMMONJS_NAMES: Final = re.compile(
    rb"\b(?:exports\b|module\s*\.\s*exports|require\s*[.(]|__dirname|__filename)"
)
_BUILTIN: Final = re.compile(
    r"node:|(?:assert|async_hooks|buffer|child_process|cluster|console|constants|crypto|dgram|"
    r"diagnostics_channel|dns|domain|events|fs|http|http2|https|inspector|module|net|os|path|"
    r"perf_hooks|process|punycode|querystring|readline|repl|stream|string_decoder|sys|timers|tls|"
    r"trace_events|tty|url|util|v8|vm|wasi|worker_threads|zlib)(?:/|$)"
)


def is_commonjs_to_netlify(main_file: Path) -> bool:
    """Whether a file has to be bundled to mean what it means at Netlify.

    One that imports Node's own modules only, or awaits at its top level, which CommonJS cannot,
    means the same to Node alone: it needs no build.
    """
    if main_file.suffix != ".js":
        return False
    try:
        with main_file.open("rb") as file:
            source = file.read(_MAX_BYTES + 1)
    except OSError:
        return False  # whoever loads it will say so
    if len(source) > _MAX_BYTES or not _WORTH_PARSING.search(source):
        return False
    return not packages.is_module(main_file) and _is_bundled(source, main_file)


def _is_bundled(source: bytes, main_file: Path) -> bool:
    # Parsing costs a moment at the first time, and most projects have no such file.
    from polyfn.runtimes.node.awaits import awaits_at_top_level  # noqa: PLC0415
    from polyfn.runtimes.node.insource.grammar import parse_tree  # noqa: PLC0415

    statements = [each for each in parse_tree(source, ".js").children if each.type in _STATEMENTS]
    if not statements or awaits_at_top_level(main_file):
        return False
    if packages.says_commonjs(main_file):
        return True  # by Node's rules there is no module syntax in it
    imports_others = any(not _BUILTIN.match(name) for name in _specifiers(statements))
    return imports_others or _COMMONJS_NAMES.search(source) is not None


def _specifiers(statements: list[Node]) -> Iterator[str]:
    from polyfn.runtimes.node.insource.grammar import text_of  # noqa: PLC0415 - as above

    for statement in statements:
        source = statement.child_by_field_name("source")
        if source is not None:
            yield text_of(source)[1:-1]
