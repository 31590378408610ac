"""The life of an instance, as one table.

::

                    HELLO            READY             INVOKE
        STARTING ─────────▶ LOADING ─────────▶ IDLE ◀─────────▶ BUSY
                                                │      ANSWER     │ DRAIN
                                          DRAIN ▼                 ▼
                                             STOPPING ◀─ANSWER─ DRAINING

Every state goes to DEAD when the process exits, and to STOPPING when it is told to stop.
An instance takes an invocation only in IDLE, and is never given back to the pool from anywhere
else. `docs/architecture.md` shows the same picture.
"""

from __future__ import annotations

from enum import Enum
from typing import Final


class State(Enum):
    """Where an instance stands."""

    __hash__ = (
        object.__hash__
    )  # Enum's own is written in Python; two look-ups are on every call's way

    STARTING = "starting"
    LOADING = "loading"
    IDLE = "idle"
    BUSY = "busy"
    DRAINING = "draining"
    STOPPING = "stopping"
    DEAD = "dead"


class Event(Enum):
    """What happens to an instance."""

    __hash__ = object.__hash__

    HELLO = "hello"
    READY = "ready"
    INVOKE = "invoke"
    ANSWER = "answer"
    DRAIN = "drain"
    STOP = "stop"
    EXIT = "exit"


TRANSITIONS: Final[dict[tuple[State, Event], State]] = {
    (State.STARTING, Event.HELLO): State.LOADING,
    (State.LOADING, Event.READY): State.IDLE,
    (State.IDLE, Event.INVOKE): State.BUSY,
    (State.BUSY, Event.ANSWER): State.IDLE,
    (State.IDLE, Event.DRAIN): State.STOPPING,
    (State.BUSY, Event.DRAIN): State.DRAINING,
    (State.DRAINING, Event.ANSWER): State.STOPPING,
    (State.STARTING, Event.STOP): State.STOPPING,
    (State.LOADING, Event.STOP): State.STOPPING,
    (State.IDLE, Event.STOP): State.STOPPING,
    (State.BUSY, Event.STOP): State.STOPPING,
    (State.DRAINING, Event.STOP): State.STOPPING,
    (State.STOPPING, Event.STOP): State.STOPPING,
    (State.STOPPING, Event.ANSWER): State.STOPPING,
    # What it had to say was under way when it was told to stop.
    (State.STOPPING, Event.HELLO): State.STOPPING,
    (State.STOPPING, Event.READY): State.STOPPING,
    (State.STARTING, Event.EXIT): State.DEAD,
    (State.LOADING, Event.EXIT): State.DEAD,
    (State.IDLE, Event.EXIT): State.DEAD,
    (State.BUSY, Event.EXIT): State.DEAD,
    (State.DRAINING, Event.EXIT): State.DEAD,
    (State.STOPPING, Event.EXIT): State.DEAD,
}


class IllegalTransition(RuntimeError):
    """A bug of ours: an event that the table does not know in that state."""


def after(state: State, event: Event) -> State:
    """The state that follows.

    Raises:
        IllegalTransition: The table has no such row.
    """
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise IllegalTransition(f"an instance that is {state.value} got {event.value}") from None
