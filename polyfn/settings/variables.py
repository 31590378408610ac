"""Names and values of environment variables, as files may hold them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from polyfn.settings.checks import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from polyfn.model import JSON

_NAME = re.compile(r"[^=\0\s]+")
_PATTERN = re.compile(r"([^=\0\s]+)(?:=(.*))?", re.DOTALL)


def is_name(name: str) -> bool:
    """Say whether an operating system and our own files can take a variable of that name."""
    return _NAME.fullmatch(name) is not None and is_value(name)


def is_value(value: str) -> bool:
    """Say whether a variable can have that value: UTF-8 without NUL."""
    try:
        return b"\0" not in value.encode()
    except UnicodeEncodeError:
        return False


def as_text(value: JSON) -> str:
    """Write a variable's value as Netlify does: texts as they are, numbers and booleans as JSON.

    Raises:
        NotAllowed: It is none of these.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, int) and value.bit_length() < 1024:
        return str(value)
    if isinstance(value, str) and is_value(value):
        return value
    raise NotAllowed("must be a text, a number, true or false")


def table(value: JSON) -> dict[str, str]:
    """Read a table of variables: name → value.

    Raises:
        NotAllowed: It is no table, or a name or a value is none.
    """
    if not isinstance(value, dict):
        raise NotAllowed("must be a table of variables")
    for name in value:
        if not is_name(name):
            raise NotAllowed(f"must be a table of variables, and {name!r} is no name for one")
    try:
        return {name: as_text(each) for name, each in value.items()}
    except NotAllowed as error:
        raise NotAllowed(f"must be a table of variables, each of which {error}") from None


def environment(value: JSON) -> Mapping[str, str] | tuple[str, ...]:
    """Read a function's ``environment``: a table adds, a list limits.

    In a list, ``NAME`` lets a variable of the project through (``*`` and ``?`` match) and
    ``NAME=value`` sets one, as in a compose file.
    """
    if isinstance(value, dict):
        return table(value)
    entries = value if isinstance(value, list) else [None]
    if not all(
        isinstance(each, str) and is_value(each) and _PATTERN.fullmatch(each) for each in entries
    ):
        raise NotAllowed(
            "must be a table of variables to add, or a list of the only ones to see, such as "
            '["STRIPE_*", "MODE=test"]'
        )
    return tuple(entries)


def printable(word: str) -> str:
    """Write any text so that a terminal and JSON can take it; file names may hold any bytes."""
    return word.encode("utf-8", "backslashreplace").decode()
