"""What a file declares and exports, in whatever way it writes it: names → expressions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from polyfn.runtimes.node.insource.grammar import text_of
from polyfn.runtimes.node.insource.imports import imported, pattern_names, required
from polyfn.runtimes.node.insource.values import MAX_DEPTH, key_of, unwrap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

_DECLARATIONS: Final = frozenset({"lexical_declaration", "variable_declaration"})
_NAMED: Final = frozenset(
    {
        "class_declaration",
        "enum_declaration",
        "function_declaration",
        "generator_function_declaration",
    }
)


@dataclass(slots=True)
class Module:
    """A file's top level.

    Attributes:
        bindings: Name → the expression it was last given.
        exports: Exported name → its expression; ``None`` when that is in another file.
        imports: Local name → what of ``@netlify/functions`` it is; ``*`` is all of it.
    """

    bindings: dict[str, Node] = field(default_factory=dict)
    exports: dict[str, Node | None] = field(default_factory=dict)
    imports: dict[str, str] = field(default_factory=dict)


def module_of(program: Node) -> Module:
    """Read the top level of a program."""
    module = Module()
    # A function may be exported above the line that declares it.
    for statement in program.named_children:
        _bind(module, statement)
    for statement in program.named_children:
        _export(module, statement)
    return module


def _bind(module: Module, statement: Node) -> None:
    match statement.type:
        case "import_statement":
            module.imports |= imported(statement)
        case "export_statement":
            declaration = statement.child_by_field_name("declaration")
            if declaration:
                _bind(module, declaration)
        case "expression_statement":
            for left, right in _assignments(statement):
                if left.type == "identifier":
                    module.bindings[text_of(left)] = right
        case kind if kind in _NAMED:
            name = statement.child_by_field_name("name")
            if name:
                module.bindings[text_of(name)] = statement
        case kind if kind in _DECLARATIONS:
            for target, value in _declared(statement):
                if value is not None:
                    module.imports |= required(target, value)
                    module.bindings[text_of(target)] = value


def _export(module: Module, statement: Node) -> None:
    match statement.type:
        case "export_statement":
            module.exports |= _exported(statement)
        case "expression_statement":
            for target, value in _assignments(statement):
                name = _export_name(target)
                if name == "":
                    module.exports |= _properties(module, value)
                elif name:
                    module.exports[name] = value
            module.exports |= _defined(statement)


def _exported(statement: Node) -> dict[str, Node | None]:
    kinds = {each.type for each in statement.children}
    if "type" in kinds:  # export type { … }
        return {}
    source = statement.child_by_field_name("source")
    value = statement.child_by_field_name("value")
    declaration = statement.child_by_field_name("declaration")
    found: dict[str, Node | None] = {"default": value} if value else {}
    if declaration and "default" in kinds:
        found["default"] = declaration
    elif declaration and declaration.type in _DECLARATIONS:
        for target, each in _declared(declaration):
            found |= {text_of(target): each} if target.type == "identifier" else {}
            found |= {name: None for name, _ in pattern_names(target)}
    elif declaration and declaration.type in _NAMED:
        found |= {text_of(name): declaration for name in declaration.children_by_field_name("name")}
    for clause in statement.named_children:
        for specifier in clause.named_children if clause.type == "export_clause" else ():
            found |= _specified(specifier, elsewhere=source is not None)
        if clause.type == "namespace_export" and clause.named_children:
            found[_name(clause.named_children[0])] = None
    return found


def _specified(specifier: Node, *, elsewhere: bool) -> dict[str, Node | None]:
    """One of the names in ``export { a, b as c }``."""
    name = specifier.child_by_field_name("name")
    alias = specifier.child_by_field_name("alias") or name
    if name is None or alias is None or any(each.type == "type" for each in specifier.children):
        return {}
    return {_name(alias): None if elsewhere else name}


def _declared(declaration: Node) -> Iterator[tuple[Node, Node | None]]:
    for each in declaration.named_children:
        name = each.child_by_field_name("name")
        if each.type == "variable_declarator" and name:
            yield name, each.child_by_field_name("value")


def _assignments(statement: Node) -> Iterator[tuple[Node, Node]]:
    """Every target of ``a = b = value``, of the parts of ``a = 1, b = 2``, and behind ``0 &&``."""
    for part in _parts(statement):
        targets: list[Node] = []
        value: Node | None = part
        for _ in range(MAX_DEPTH):
            value = unwrap(value) if value else None
            if value is None or value.type != "assignment_expression":
                break
            left = value.child_by_field_name("left")
            targets += [left] if left else []
            value = value.child_by_field_name("right")
        if value:
            yield from ((target, value) for target in targets)


def _parts(statement: Node) -> Iterator[Node]:
    for each in statement.named_children:
        parts = each.named_children if each.type == "sequence_expression" else [each]
        for part in parts:
            # esbuild names a CommonJS file's exports so: 0 && (module.exports = { … })
            right = part.child_by_field_name("right") if part.type == "binary_expression" else None
            yield right or part


def _export_name(target: Node) -> str | None:
    """The name that an assignment exports; empty for all of ``module.exports``."""
    if text_of(target) == "module.exports":
        return ""
    owner = target.child_by_field_name("object")
    key = target.child_by_field_name("property") or target.child_by_field_name("index")
    if owner is None or text_of(owner) not in {"exports", "module.exports"}:
        return None
    return key_of(key)


def _properties(module: Module, value: Node) -> dict[str, Node | None]:
    """The exports in ``module.exports = { … }``."""
    value = unwrap(value)
    if value.type == "identifier":
        value = module.bindings.get(text_of(value), value)
    found: dict[str, Node | None] = {}
    for each in value.named_children if value.type == "object" else ():
        match each.type:
            case "pair":
                name = key_of(each.child_by_field_name("key"))
                found |= {name: each.child_by_field_name("value")} if name else {}
            case "shorthand_property_identifier":
                found[text_of(each)] = each
            case "method_definition":
                name = key_of(each.child_by_field_name("name"))
                found |= {name: each} if name else {}
    return found


def _defined(statement: Node) -> dict[str, Node | None]:
    """``Object.defineProperty(exports, "name", …)``, as TypeScript compiles a re-export."""
    for call in statement.named_children:
        callee = call.child_by_field_name("function")
        arguments = call.child_by_field_name("arguments")
        if callee and arguments and text_of(callee) == "Object.defineProperty":
            given = arguments.named_children[:2]
            if len(given) == 2 and text_of(given[0]) == "exports" and key_of(given[1]):
                return {key_of(given[1]) or "": None}
    return {}


def _name(node: Node) -> str:
    return key_of(node) or text_of(node)
