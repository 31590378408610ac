"""What a file takes from ``@netlify/functions``, and under which names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from polyfn.runtimes.node.insource.grammar import text_of
from polyfn.runtimes.node.insource.values import key_of, unwrap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

_LIBRARY: Final = "@netlify/functions"


def imported(statement: Node) -> dict[str, str]:
    """Read an ``import`` of it: local name → what it is; ``*`` is all of it."""
    source = statement.child_by_field_name("source")
    clauses = [each for each in statement.named_children if each.type == "import_clause"]
    if source is None or key_of(source) != _LIBRARY:
        return {}
    found: dict[str, str] = {}
    for each in (part for clause in clauses for part in clause.named_children):
        match each.type:
            case "namespace_import":
                found[text_of(each.named_children[0])] = "*"
            case "identifier":
                found[text_of(each)] = "*"
            case "named_imports":
                found |= dict(_import_names(each))
    return found


def _import_names(clause: Node) -> Iterator[tuple[str, str]]:
    for each in clause.named_children:
        name = each.child_by_field_name("name")
        if name:
            yield text_of(each.child_by_field_name("alias") or name), key_of(name) or text_of(name)


def required(target: Node, value: Node) -> dict[str, str]:
    """Read ``const { schedule: s } = require("@netlify/functions")``, or the whole of it."""
    call = unwrap(value)
    if call.type != "call_expression":
        return {}
    callee, arguments = (call.child_by_field_name(each) for each in ("function", "arguments"))
    first = arguments.named_children[:1] if arguments else []
    if callee is None or text_of(callee) != "require" or [*map(key_of, first)] != [_LIBRARY]:
        return {}
    if target.type == "identifier":
        return {text_of(target): "*"}
    return dict(pattern_names(target))


def pattern_names(pattern: Node) -> Iterator[tuple[str, str]]:
    """Read ``{ a, b: c }`` as a target: each local name, and the property that it takes."""
    for each in pattern.named_children:
        if each.type == "shorthand_property_identifier_pattern":
            yield text_of(each), text_of(each)
        elif each.type == "pair_pattern":
            key, value = (each.child_by_field_name(name) for name in ("key", "value"))
            if key and value:
                yield text_of(value), key_of(key) or ""
