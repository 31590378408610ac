"""What a Python file says of itself, read from its syntax tree: the handler, and ``config``."""

from __future__ import annotations

import ast
import re
import warnings
from typing import TYPE_CHECKING, Final

from polyfn.model import SourceFacts
from polyfn.settings.function_keys import IN_SOURCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from polyfn.model import JSON

HANDLERS: Final = ("handler", "lambda_handler")
"""Names of a handler; the first that a file has is called."""

_HANDLER_LINE: Final = re.compile(
    rb"^(?:(?:async\s+)?def\s+|(?:from\s.*\simport\s.*\W)?)(handler|lambda_handler)\b", re.MULTILINE
)
_CONFIG_LINE: Final = re.compile(rb"config\s*[:=]")
_CONFIG_LINES: Final = 100
_BROKEN: Final = (SyntaxError, ValueError, RecursionError, MemoryError)
_NEVER_RUN: Final = ("__name__", "TYPE_CHECKING")
_LITERALLY: Final = "write it out in this file, since it is read without running the code"


class _Unreadable(Exception):
    """The value cannot be had without running the code."""


def read(source: bytes) -> SourceFacts | None:
    """Read a file.

    Returns:
        ``None`` when it binds no handler at its top level: it is a module that functions share. A
        file that cannot be parsed counts as a function when it seems to have a handler, so that
        calling it tells the error; its ``config`` is read as long as that is whole.
    """
    try:
        module = _parse(source)
        names = {name for each in _top_level(module.body) for name in _bound(each)}
    except _BROKEN:
        module = _salvage(source)
        names = {found.decode() for found in _HANDLER_LINE.findall(source)}
    handler = next((name for name in HANDLERS if name in names), None)
    if handler is None:
        return None
    config, problem = _config(module)
    return SourceFacts(handler=handler, config=config, problem=problem)


def _parse(source: bytes) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of odd escapes; they are told when the file is loaded
        return ast.parse(source)


def _salvage(source: bytes) -> ast.Module:
    """The ``config`` statement of a file that is broken, or written for a newer Python."""
    lines = source.splitlines()
    start = next((at for at, line in enumerate(lines) if _CONFIG_LINE.match(line)), len(lines))
    for end in range(start + 1, min(start + _CONFIG_LINES, len(lines)) + 1):
        try:
            return _parse(b"\n".join(lines[start:end]))
        except _BROKEN:
            continue
    return ast.Module(body=[], type_ignores=[])


def _top_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run when the module is imported, blocks' included."""
    for statement in body:
        yield statement
        if isinstance(statement, ast.If) and _mentions(statement.test, _NEVER_RUN):
            yield from _top_level(statement.orelse)
        elif not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            for _, field in ast.iter_fields(statement):
                yield from _blocks(field)


def _blocks(field: object) -> Iterator[ast.stmt]:
    """The statements in a field of a compound statement: its body, its handlers, its cases."""
    for part in field if isinstance(field, list) else ():
        if isinstance(part, ast.stmt):
            yield from _top_level([part])
        elif isinstance(part, ast.ExceptHandler | ast.match_case):
            yield from _top_level(part.body)


def _mentions(test: ast.expr, names: tuple[str, ...]) -> bool:
    return any(
        (isinstance(node, ast.Name) and node.id in names)
        or (isinstance(node, ast.Attribute) and node.attr in names)
        for node in ast.walk(test)
    )


def _bound(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement binds to something that may be a handler."""
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            yield statement.name
        case ast.Import() | ast.ImportFrom():
            yield from (alias.asname or alias.name for alias in statement.names)
        case ast.Assign(targets=targets, value=value) if _may_be_handler(value):
            for target in targets:
                yield from (node.id for node in ast.walk(target) if isinstance(node, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            if _may_be_handler(value):
                yield name


def _may_be_handler(value: ast.expr) -> bool:
    """Not when it is data, nor when it is a handler in the sense of `logging`."""
    if isinstance(value, ast.Call):
        called = ast.unparse(value.func)
        return not (called.startswith("logging.") or called in _LOG_HANDLERS)
    data = ast.Constant | ast.Dict | ast.List | ast.Set | ast.JoinedStr
    return not isinstance(value, data)


_LOG_HANDLERS: Final = frozenset(
    f"{prefix}{kind}Handler"
    for prefix in ("", "handlers.")
    for kind in ("Stream", "File", "Null", "RotatingFile", "TimedRotatingFile", "SysLog", "Queue")
)


def _config(module: ast.Module) -> tuple[dict[str, JSON], str | None]:
    """The module-level ``config`` dict.

    Programs have dicts of that name for themselves. So one without any of polyfn's keys is left
    alone, and so are keys that are not polyfn's when they are not literal.
    """
    names = dict(_assignments(module))
    display = names.get("config")
    if not isinstance(display, ast.Dict):
        return {}, None
    config: dict[str, JSON] = {}
    unreadable = []
    for key, value in _items(display, names):
        try:
            config[key] = _literal(value, names)
        except _Unreadable:
            unreadable += [key] if key in IN_SOURCE else []
    if unreadable:
        return config, f"`{unreadable[0]}` in its config cannot be read: {_LITERALLY}"
    return config, None


def _assignments(module: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for statement in module.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                yield name, value


def _items(display: ast.Dict, names: dict[str, ast.expr]) -> Iterator[tuple[str, ast.expr]]:
    """Keys and values of a dict display, those of dicts that are spread in it included."""
    for key, value in zip(display.keys, display.values, strict=True):
        if key is None:
            spread = names.get(value.id) if isinstance(value, ast.Name) else value
            if isinstance(spread, ast.Dict) and spread is not display:
                yield from _items(spread, {})
        elif isinstance(key, ast.Constant) and isinstance(key.value, str):
            yield key.value, value


def _literal(node: ast.expr, names: dict[str, ast.expr]) -> JSON:
    match node:
        case ast.Constant(value=None | bool() | int() | float() | str() as value):
            return value
        case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
            return [_literal(each, names) for each in elements]
        case ast.Dict():
            return {key: _literal(value, names) for key, value in _items(node, names)}
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return -value
        case ast.Name(id=name) if name in names:
            # Without the name itself, so that a value that refers to itself comes to an end.
            return _literal(names[name], {key: each for key, each in names.items() if key != name})
    raise _Unreadable
