"""The shape of the fault table: what a function does wrong, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

JS: Final = "js"
TS: Final = "ts"
PYTHON: Final = "py"
GO: Final = "go"
RUNTIMES: Final = (JS, TS, PYTHON, GO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What callers of a function see, and what the log says.

    Attributes:
        error_type: Empty for an answer that is no error.
        words: Parts of the error's message, or of the answer's body.
        log: What one line of the log says; empty when nothing needs to.
        again: The status of the same function's next call, which asks for no fault.
    """

    status: int
    error_type: str = ""
    words: tuple[str, ...] = ()
    log: str = ""
    again: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One way to go wrong; ``tests/functions/faults`` has a function for each of its runtimes.

    Attributes:
        name: Of the functions, behind the runtime's mark: ``js-throw``.
        what: In the words of docs/reference/faults.md.
        outcomes: By runtime; a runtime without one cannot go wrong like that.
        request_bytes: Of the body that is sent.
        program: The function that does this among other things, when it is asked; empty when the
            fault has functions of its own.
        at_start: Whether it is to do so while it starts.
    """

    name: str
    what: str
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    request_bytes: int = 0
    program: str = ""
    at_start: bool = False

    def function(self, runtime: str) -> str:
        """The name of the function that goes wrong."""
        return f"{runtime}-{self.program or self.name}"

    @property
    def query(self) -> str:
        """What a call of it asks for."""
        return f"?do={self.name}" if self.program and not self.at_start else ""


def failed(error_type: str, *words: str, status: int = 502, log: str = "") -> Outcome:
    """A call that fails; the next one does not."""
    return Outcome(status=status, error_type=error_type, words=words, log=log)


def unloadable(error_type: str, *words: str) -> Outcome:
    """A call that fails, as will the next."""
    return Outcome(status=502, error_type=error_type, words=words, again=502)


def answered(log: str = "", body: str = "answered") -> Outcome:
    """A call that succeeds all the same."""
    return Outcome(status=200, words=(body,), log=log)


def everywhere(outcome: Outcome, runtimes: tuple[str, ...] = RUNTIMES) -> dict[str, Outcome]:
    """The same in every runtime."""
    return dict.fromkeys(runtimes, outcome)


def node(outcome: Outcome) -> dict[str, Outcome]:
    """The same in JavaScript and in TypeScript."""
    return everywhere(outcome, (JS, TS))
