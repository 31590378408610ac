"""Which functions a ``[functions."GLOB"]`` table is about, and which of two is more specific."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

MAX_ALTERNATIVES = 256
_BRACES = re.compile(r"\{([^{}]*,[^{}]*)\}")


def matches(name: str, pattern: str) -> bool:
    """Say whether a function's name matches ``*``, ``?``, ``[a-z]``, ``{a,b}`` or a leading ``!``.

    The meaning is minimatch's, which zip-it-and-ship-it uses (`config.ts`), without slashes.
    """
    bare = pattern.lstrip("!")
    found = any(fnmatchcase(name, one.replace("[^", "[!")) for one in _alternatives(bare))
    return found != bool((len(pattern) - len(bare)) % 2)


def is_plain(pattern: str) -> bool:
    """Say whether a pattern is the name of one function."""
    return not set(pattern) & set("*?[]{}!")


def weight(pattern: str) -> int:
    """How specific a pattern is: its characters that are no ``*``, less one if it has any ``*``.

    So says zip-it-and-ship-it's `config.ts`; tables of equal weight keep the order of the file.
    """
    stars = pattern.count("*")
    return len(pattern) - stars - bool(stars)


def _alternatives(pattern: str) -> list[str]:
    done: list[str] = []
    todo = [pattern]
    while todo and len(done) + len(todo) <= MAX_ALTERNATIVES:
        one = todo.pop()
        braces = _BRACES.search(one)
        if braces is None:
            done.append(one)
        else:
            todo += [
                one[: braces.start()] + choice + one[braces.end() :]
                for choice in braces[1].split(",")
            ]
    return done + todo
