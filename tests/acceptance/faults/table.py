"""The fault table, whole, and how it reads in docs/reference/faults.md."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tests.acceptance.faults.answers import ANSWERS
from tests.acceptance.faults.ended import ENDED
from tests.acceptance.faults.go_programs import DISTURBED, ENDED_BY_GO, ODD_ANSWERS, STARTED
from tests.acceptance.faults.modules import MODULES
from tests.acceptance.faults.rows import GO, JS, PYTHON, TS, Fault, Outcome
from tests.acceptance.faults.thrown import THROWN

SECTIONS: Final = {
    "A handler that throws": THROWN,
    "A process that ends, hangs or prints": ENDED,
    "An answer or a request that is wrong": ANSWERS,
    "A module that does not load": MODULES,
    "A Go program that ends or hangs": ENDED_BY_GO,
    "A Go program that disturbs its process": DISTURBED,
    "A Go program's answer": ODD_ANSWERS,
    "A Go program that starts": STARTED,
}
"""Title → faults."""
HEAD: Final = "| the function | in | status | type | message |\n| --- | --- | --- | --- | --- |"
NAMES: Final = {JS: "Node.js", TS: "TypeScript", PYTHON: "Python", GO: "Go"}


def rows() -> Iterator[tuple[str, Fault, Outcome]]:
    """Each runtime × fault, and its outcome."""
    for faults in SECTIONS.values():
        for fault in faults:
            for runtime, outcome in fault.outcomes.items():
                yield runtime, fault, outcome


def as_text(faults: tuple[Fault, ...]) -> str:
    """A section of the table, as it stands in the page."""
    return "\n".join([HEAD, *(line for fault in faults for line in _lines(fault))])


def _lines(fault: Fault) -> Iterator[str]:
    """One line for each thing that comes of it, with the languages where it does."""
    told: dict[str, list[str]] = {}
    for runtime, outcome in fault.outcomes.items():
        told.setdefault(_cells(outcome), []).append(NAMES[runtime])
    what = fault.what
    for cells, names in told.items():
        where = "all" if len(names) == len(NAMES) else ", ".join(names)
        yield f"| {what} | {where} | {cells} |"
        what = ""


def _cells(outcome: Outcome) -> str:
    if not outcome.error_type:
        return f"{outcome.status} | | "
    words = " … ".join(outcome.words).replace("|", "\\|")
    return f"{outcome.status} | `{outcome.error_type}` | {words}"
