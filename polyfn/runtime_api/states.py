"""Which request is legal when: one table, as of AWS's runtime interface emulator (core/states.go).

::

    STARTED ──NEXT──▶ WAITING ──HANDED_OUT──▶ RUNNING ──ANSWER──▶ ANSWERING ──WHOLE──▶ ANSWERED
       │                ▲  ▲─NEXT─┘             ▲─NEXT─┘ ▲──BROKEN──┘                      │
    INIT_ERROR          └──────────────────────────────────────────NEXT────────────────────┘
       ▼
     FAILED

`next` in RUNNING gets the same event again: whoever asked first may have lost the answer.
"""

from __future__ import annotations

from enum import Enum
from typing import Final


class State(Enum):
    """How far a program has come; the values are the emulator's names, for refusals."""

    STARTED = "Started"
    FAILED = "InitError"
    WAITING = "Ready"
    RUNNING = "Running"
    ANSWERING = "InvocationResponse"
    ANSWERED = "RuntimeResponseSent"


class Step(Enum):
    """What it does, or what is done to it."""

    NEXT = "Ready"
    INIT_ERROR = "InitError"
    HANDED_OUT = "Running"
    ANSWER = "InvocationResponse"
    ERROR = "InvocationErrorResponse"
    BROKEN = "Broken"
    WHOLE = "RuntimeResponseSent"


_AFTER: Final = {
    (State.STARTED, Step.NEXT): State.WAITING,
    (State.STARTED, Step.INIT_ERROR): State.FAILED,
    (State.WAITING, Step.NEXT): State.WAITING,
    (State.WAITING, Step.HANDED_OUT): State.RUNNING,
    (State.RUNNING, Step.NEXT): State.RUNNING,
    (State.RUNNING, Step.ANSWER): State.ANSWERING,
    (State.RUNNING, Step.ERROR): State.ANSWERING,
    (State.ANSWERING, Step.BROKEN): State.RUNNING,
    (State.ANSWERING, Step.WHOLE): State.ANSWERED,
    (State.ANSWERED, Step.NEXT): State.WAITING,
}


def after(state: State, step: Step) -> State | None:
    """The state that follows; ``None``: it is not allowed."""
    return _AFTER.get((state, step))


def forbidden(state: State, step: Step) -> str:
    """The words with which Lambda refuses a step (rapi/handler/constants.go)."""
    return (
        f"State transition from {state.value} to {step.value} failed for runtime. "
        "Error: State transition is not allowed"
    )
