"""The fault table, whole, and how it reads in docs/reference/faults.md."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tests.acceptance.faults.answers import ANSWERS
from tests.acceptance.faults.ended import ENDED
from tests.acceptance.faults.modules import MODULES
from tests.acceptance.faults.rows import GO, JS, PYTHON, TS, Fault, Outcome
from tests.acceptance.faults.thrown import THROWN

SECTIONS: Final = {
    "A handler that throws": THROWN,
    "A process that ends, hangs or prints": ENDED,
    "An answer or a request that is wrong": ANSWERS,
    "A module that does not load": MODULES,
}
"""Title → faults."""
HEAD: Final = "| the function | Node.js, TypeScript | Python | Go |\n| --- | --- | --- | --- |"


def rows() -> Iterator[tuple[str, Fault, Outcome]]:
    """Each runtime × fault, and its outcome."""
    for faults in SECTIONS.values():
        for fault in faults:
            for runtime, outcome in fault.outcomes.items():
                yield runtime, fault, outcome


def as_text(faults: tuple[Fault, ...]) -> str:
    """A section of the table, as it stands in the page."""
    return "\n".join([HEAD, *(_line(fault) for fault in faults)])


def _line(fault: Fault) -> str:
    told = fault.outcomes
    node = _cell(told.get(JS))
    if told.get(JS) != told.get(TS) and _cell(told.get(TS)) != node:
        node = f"{node}; TypeScript: {_cell(told.get(TS))}"
    return f"| {fault.what} | {node} | {_cell(told.get(PYTHON))} | {_cell(told.get(GO))} |"


def _cell(outcome: Outcome | None) -> str:
    if outcome is None:
        return "–"
    if not outcome.error_type:
        return f"{outcome.status}"
    words = " … ".join(outcome.words).replace("|", "\\|")
    return f"{outcome.status} `{outcome.error_type}`: {words}"
