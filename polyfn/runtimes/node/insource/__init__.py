"""Reads what a JavaScript or TypeScript file says of itself, without running it.

What counts is what zip-it-and-ship-it counts (netlify/build, `runtimes/node/in_source_config` and
`runtimes/node/parser`), and a little more: constants are followed inside the file, and functions
with a ``handler`` may have a ``config`` too. `facts` decides; this file only reads and parses.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from polyfn.model import SourceFacts
from polyfn.runtimes.node.insource.grammar import parse_tree

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES: Final = 16 * 1024 * 1024
"""A larger file is data or a mistake; it is taken for a plain handler without being parsed."""

_WORTH_PARSING: Final = re.compile(rb"\b(?:config|schedule|default)\b")
"""Without one of these words a file is a plain ``handler``."""


def read(main_file: Path) -> SourceFacts:
    """Read a source file.

    Args:
        main_file: A file with an extension of JavaScript or TypeScript.

    Returns:
        Its facts; of a file with a syntax error what can be made out, without a problem: loading or
        building it will name the error.
    """
    try:
        with main_file.open("rb") as file:
            source = file.read(MAX_BYTES + 1)
    except OSError as error:
        return SourceFacts(problem=f"{main_file.name} cannot be read: {error.strerror}")
    return parse(source, main_file.suffix)


def parse(source: bytes, suffix: str) -> SourceFacts:
    """Read source text; pure.

    Args:
        source: UTF-8.
        suffix: The file's extension, such as ``.ts``, which decides the grammar.
    """
    if len(source) > MAX_BYTES or not _WORTH_PARSING.search(source):
        return SourceFacts()
    # Many projects hold nothing but plain handlers, and `polyfn list` is over in a moment.
    from polyfn.runtimes.node.insource.facts import facts_of  # noqa: PLC0415

    return facts_of(parse_tree(source.removeprefix(b"\xef\xbb\xbf"), suffix))
