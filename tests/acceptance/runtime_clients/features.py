"""What is tried with each runtime client, and how it reads in docs/reference/runtime-clients.md."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pytest

from tests.acceptance.runtime_clients.clients import CLIENTS

FEATURES: Final = {
    "event": "the event of a request, and a text answer",
    "binary": "bytes that are no text, both ways",
    "large": "a body of 5.9 MB, both ways",
    "context": "request id, deadline and ARN",
    "error": "an error: 502 with its type and message",
    "panic": "a panic: 502 with its message",
    "exited": "a process that ends: 502 with its status",
    "init_error": "a start that fails: 502 with the reason",
    "time_limit": "past the time limit: 504",
    "at_once": "64 calls at once, on several instances",
    "background": "a background function: 202, and the work is done",
    "prints": "its prints are the log of its function",
    "stream": "a streamed answer: the first piece before the last is made",
    "cut": "an error in the middle of a stream cuts it",
    "stop": "its handler of SIGTERM runs when polyfn stops",
    "replaced": "a program that is replaced is served from then on",
    "linked": "so is one behind a link",
    "beside": "so is a file beside it that is saved",
}
"""Name → what it says in the table; ``test_NAME`` tries it."""


def tried(feature: str) -> pytest.MarkDecorator:
    """Mark the test of a feature: it runs for each client that has it."""
    clients = [each for each in CLIENTS if feature not in each.lacks]
    return pytest.mark.parametrize("running", clients, indirect=True, ids=lambda it: it.name)


def as_text() -> str:
    """The table, as it stands in the page."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield " | ".join(["|", *(each.title for each in CLIENTS)]) + " |"
    yield "| --- " * (len(CLIENTS) + 1) + "|"
    notes = list(dict.fromkeys(why for each in CLIENTS for why in each.lacks.values()))
    for feature, what in FEATURES.items():
        cells = (
            str(notes.index(each.lacks[feature]) + 1) if feature in each.lacks else "✓"
            for each in CLIENTS
        )
        yield f"| {what} | {' | '.join(cells)} |"
    yield ""
    for number, why in enumerate(notes, 1):
        yield f"{number}. {why[0].upper()}{why[1:]}."
