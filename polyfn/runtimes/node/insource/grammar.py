"""Source text → syntax tree, by the grammar of its extension.

The parser is imported when there is something to parse: that takes as long as parsing fifty files.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Language, Node


def parse_tree(source: bytes, suffix: str) -> Node:
    """Parse a file.

    Returns:
        The program's node; its ``has_error`` says whether the syntax was understood.
    """
    from tree_sitter import Parser  # noqa: PLC0415 - see above

    return Parser(_language(_grammar(suffix))).parse(source).root_node


def text_of(node: Node) -> str:
    """A node's own text."""
    return (node.text or b"").decode("utf-8", "replace")


def _grammar(suffix: str) -> str:
    match suffix:
        case ".ts" | ".mts" | ".cts":
            return "typescript"
        case ".tsx":
            return "tsx"
        case _:
            return "javascript"


@cache
def _language(grammar: str) -> Language:
    from tree_sitter import Language  # noqa: PLC0415

    if grammar == "javascript":
        import tree_sitter_javascript  # noqa: PLC0415 - each grammar takes its time to load

        return Language(tree_sitter_javascript.language())
    import tree_sitter_typescript  # noqa: PLC0415

    load = getattr(tree_sitter_typescript, f"language_{grammar}")
    return Language(load())
