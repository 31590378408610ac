"""The life of an instance, as a table."""

from __future__ import annotations

import pytest

from polyfn.pool.states import TRANSITIONS, Event, IllegalTransition, State, after


def test_every_state_but_dead_ends_when_the_process_does() -> None:
    for state in set(State) - {State.DEAD}:
        assert after(state, Event.EXIT) is State.DEAD


def test_every_living_state_can_be_stopped() -> None:
    for state in set(State) - {State.DEAD}:
        assert after(state, Event.STOP) is State.STOPPING


def test_only_an_idle_instance_takes_an_invocation() -> None:
    assert [state for state, event in TRANSITIONS if event is Event.INVOKE] == [State.IDLE]


def test_dead_is_the_end() -> None:
    for event in Event:
        with pytest.raises(IllegalTransition, match="an instance that is dead got"):
            after(State.DEAD, event)


def test_every_state_is_reached_from_the_start() -> None:
    reached, grown = {State.STARTING}, True
    while grown:
        new = {to for (state, _), to in TRANSITIONS.items() if state in reached} - reached
        reached |= new
        grown = bool(new)
    assert reached == set(State)
