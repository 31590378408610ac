"""Expressions → values, as far as a reader could tell them without running anything."""

from __future__ import annotations

import math
from enum import Enum
from typing import TYPE_CHECKING, Final, TypeAlias

from polyfn.runtimes.node.insource.grammar import text_of
from polyfn.runtimes.node.insource.strings import paired, unescape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tree_sitter import Node

    from polyfn.model import JSON

    Bindings: TypeAlias = Mapping[str, Node]


class Unknown(Enum):
    """What no value can say."""

    UNREADABLE = "needs the code to run"
    UNDEFINED = "undefined"


UNREADABLE: Final = Unknown.UNREADABLE
UNDEFINED: Final = Unknown.UNDEFINED

MAX_DEPTH: Final = 40
MAX_STEPS: Final = 10_000
MAX_TEXT: Final = 8192

_WRAPPERS: Final = {
    "parenthesized_expression": 0,
    "as_expression": 0,
    "satisfies_expression": 0,
    "non_null_expression": 0,
    "type_assertion": -1,
    "sequence_expression": -1,
}
"""Nodes that only stand around an expression → which of their children it is."""


def unwrap(node: Node) -> Node:
    """Take parentheses, type assertions and the like off an expression."""
    for _ in range(MAX_DEPTH):
        children = [each for each in node.named_children if each.type != "comment"]
        if node.type not in _WRAPPERS or not children:
            break
        node = children[_WRAPPERS[node.type]]
    return node


class Evaluator:
    """Reads expressions of one file; bounded, since constants may refer to one another."""

    def __init__(self, bindings: Bindings) -> None:
        self._bindings = bindings
        self._steps = 0
        self._depth = 0

    def value(self, node: Node | None) -> JSON | Unknown:
        """Read an expression.

        Returns:
            A JSON value, which may hold `UNREADABLE` deeper down; or `UNREADABLE`, or `UNDEFINED`.
        """
        self._steps += 1
        if node is None or self._steps > MAX_STEPS or self._depth >= MAX_DEPTH:
            return UNREADABLE
        self._depth += 1
        try:
            return self._expression(unwrap(node))
        finally:
            self._depth -= 1

    def follow(self, node: Node | None) -> Node | None:
        """Follow names to the expression that they were given."""
        for _ in range(MAX_DEPTH):
            if node is None:
                return None
            node = unwrap(node)
            if node.type not in {"identifier", "shorthand_property_identifier"}:
                return node
            node = self._bindings.get(text_of(node))
        return None

    def _expression(self, node: Node) -> JSON | Unknown:
        match node.type:
            case "true" | "false":
                return node.type == "true"
            case "null":
                return None
            case "undefined":
                return UNDEFINED
            case "number":
                return _number(text_of(node))
            case "string":
                return _text(text_of(node)[1:-1])
            case "template_string":
                return self._template(node)
            case "array":
                return self._array(node)
            case "object":
                return self._object(node)
            case "unary_expression":
                return self._unary(node)
            case "binary_expression":
                return self._binary(node)
            case "identifier" | "shorthand_property_identifier":
                return self.value(self._bindings.get(text_of(node)))
            case "member_expression" | "subscript_expression":
                return self._member(node)
            case "call_expression":
                return self._frozen(node)
            case "enum_declaration":
                return self._enum(node)
            case _:
                return UNREADABLE

    def _template(self, node: Node) -> str | Unknown:
        text = ""
        for part in node.named_children:
            value: JSON | Unknown = text_of(part)
            if part.type == "template_substitution":
                value = self.value(next(iter(part.named_children), None))
            if not isinstance(value, (str, int)) or len(text) + len(str(value)) > MAX_TEXT:
                return UNREADABLE
            plain = part.type == "template_substitution"
            text += str(value) if plain else unescape(str(value))
        return paired(text)

    def _array(self, node: Node) -> list[JSON] | Unknown:
        read: list[JSON] = []
        for each in node.named_children:
            if each.type == "spread_element":
                inner = self.value(each.named_children[0])
                if not isinstance(inner, list) or len(read) + len(inner) > MAX_STEPS:
                    return UNREADABLE
                read += inner
            elif each.type != "comment":
                read.append(self.value(each))
        return read

    def _object(self, node: Node) -> dict[str, JSON]:
        read: dict[str, JSON] = {}
        for each in node.named_children:
            match each.type:
                case "pair":
                    key = key_of(each.child_by_field_name("key"))
                    if key is not None:
                        read[key] = self.value(each.child_by_field_name("value"))
                case "shorthand_property_identifier":
                    read[text_of(each)] = self.value(each)
                case "method_definition":
                    read[key_of(each.child_by_field_name("name")) or ""] = UNREADABLE
                case "spread_element":
                    inner = self.value(each.named_children[0])
                    read |= inner if isinstance(inner, dict) else {}
        return {key: value for key, value in read.items() if value is not UNDEFINED}

    def _enum(self, node: Node) -> dict[str, JSON]:
        """The members of a TypeScript enum; one without a value counts on from that before it."""
        read: dict[str, JSON] = {}
        body = node.child_by_field_name("body")
        following: JSON | Unknown = 0
        for each in body.named_children if body else ():
            if each.type == "comment":
                continue
            given = each.child_by_field_name("value")
            value = self.value(given) if given else following
            read[key_of(each.child_by_field_name("name") or each) or ""] = value
            following = value + 1 if type(value) is int else UNREADABLE
        return read

    def _unary(self, node: Node) -> JSON | Unknown:
        operator = node.child_by_field_name("operator")
        value = self.value(node.child_by_field_name("argument"))
        match _type(operator):
            case "!" if isinstance(value, (int, float)):  # minifiers write true as !0
                return not value
            case "-" if isinstance(value, (int, float)):
                return -value
            case "void":
                return UNDEFINED
            case _:
                return UNREADABLE

    def _binary(self, node: Node) -> JSON | Unknown:
        operator = node.child_by_field_name("operator")
        left = self.value(node.child_by_field_name("left"))
        right = self.value(node.child_by_field_name("right"))
        match (_type(operator), left, right):
            case ("+", str(), str()):
                return left + right if len(left) + len(right) <= MAX_TEXT else UNREADABLE
            case ("+", int() | float(), int() | float()):
                return _finite(float(left) + float(right))
            case ("*", int() | float(), int() | float()):
                return _finite(float(left) * float(right))
            case _:
                return UNREADABLE

    def _member(self, node: Node) -> JSON | Unknown:
        owner = self.value(node.child_by_field_name("object"))
        name = node.child_by_field_name("property")
        index = node.child_by_field_name("index")
        key = text_of(name) if name else self.value(index)
        match owner:
            case dict() if isinstance(key, str):
                return owner.get(key, UNREADABLE)
            case list() if isinstance(key, int) and 0 <= key < len(owner):
                return owner[key]
            case _:
                return UNREADABLE

    def _frozen(self, node: Node) -> JSON | Unknown:
        callee = node.child_by_field_name("function")
        arguments = node.child_by_field_name("arguments")
        if callee is None or arguments is None or text_of(callee) != "Object.freeze":
            return UNREADABLE
        return self.value(next(iter(arguments.named_children), None))


def is_readable(value: JSON | Unknown) -> bool:
    """Say whether a value is known to its last leaf."""
    match value:
        case Unknown():
            return False
        case dict():
            return all(is_readable(each) for each in value.values())
        case list():
            return all(is_readable(each) for each in value)
        case _:
            return True


def key_of(node: Node | None) -> str | None:
    """The name that a property key or a bracketed index spells out, if it does."""
    if node is None or node.type not in {"property_identifier", "string", "number"}:
        return None
    return paired(unescape(text_of(node)[1:-1])) if node.type == "string" else text_of(node)


def _type(node: Node | None) -> str:
    return node.type if node else ""


def _text(raw: str) -> str | Unknown:
    return paired(unescape(raw)) if len(raw) <= MAX_TEXT else UNREADABLE


def _number(text: str) -> JSON | Unknown:
    plain = text.replace("_", "").lower()
    try:
        if plain.startswith(("0x", "0o", "0b")):
            return _finite(float(int(plain, 0)))
        return _finite(float(plain))
    except (ValueError, OverflowError):  # a BigInt, old octal
        return UNREADABLE


def _finite(number: float) -> JSON | Unknown:
    if not math.isfinite(number):
        return UNREADABLE
    return int(number) if number.is_integer() and abs(number) < 2**53 else number
