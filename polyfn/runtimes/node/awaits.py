"""Whether a file waits at its top level, which only an ES module may."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from polyfn.runtimes.node.insource.grammar import parse_tree

if TYPE_CHECKING:
    from pathlib import Path

    from tree_sitter import Node

_SCOPES: Final = frozenset(
    {
        "arrow_function",
        "class_static_block",
        "field_definition",
        "function_declaration",
        "function_expression",
        "generator_function",
        "generator_function_declaration",
        "method_definition",
        "public_field_definition",
    }
)
"""Nodes within which an ``await`` is not the module's own."""


def awaits_at_top_level(file: Path) -> bool:
    """Whether there is an ``await`` outside all functions."""
    source = file.read_bytes()
    return b"await" in source and _awaits(parse_tree(source, file.suffix))


def _awaits(root: Node) -> bool:
    todo = [root]
    while todo:
        node = todo.pop()
        if node.type in {"await", "await_expression"}:
            return True
        if node.type not in _SCOPES:
            todo += node.children
    return False
