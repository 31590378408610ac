"""Query strings → parameters, as forms encode them."""

from __future__ import annotations

from urllib.parse import unquote_plus


def parse(query: str) -> dict[str, list[str]]:
    """Decode a query string.

    What is no UTF-8 after decoding shows as U+FFFD, as in JavaScript's ``URLSearchParams``; the
    event's ``rawQuery`` still has it.

    Args:
        query: Without the question mark; its percent-encoding has been checked.

    Returns:
        Name → values, both in the order in which they came.
    """
    parameters: dict[str, list[str]] = {}
    for piece in query.split("&"):
        if not piece:
            continue
        name, _, value = piece.partition("=")
        if "%" in piece or "+" in piece:
            name, value = unquote_plus(name), unquote_plus(value)
        if name in parameters:
            parameters[name].append(value)
        else:
            parameters[name] = [value]
    return parameters


def split(query: str) -> dict[str, list[str]]:
    """Take a query string apart without decoding it.

    Args:
        query: Without the question mark.

    Returns:
        Name → values, both as they were sent, in the order in which they came.
    """
    parameters: dict[str, list[str]] = {}
    for piece in query.split("&"):
        if piece:
            name, _, value = piece.partition("=")
            parameters.setdefault(name, []).append(value)
    return parameters
