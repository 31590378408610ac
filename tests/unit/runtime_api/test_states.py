"""Which request is legal when."""

from __future__ import annotations

from itertools import product

from polyfn.runtime_api.states import State, Step, after, forbidden


def _walk(*steps: Step) -> State | None:
    state: State | None = State.STARTED
    for step in steps:
        assert state is not None
        state = after(state, step)
    return state


def test_invocations_follow_one_another() -> None:
    one = (Step.NEXT, Step.HANDED_OUT, Step.ANSWER, Step.WHOLE)
    assert _walk(*one, *one) is State.ANSWERED


def test_event_may_be_asked_for_again_until_it_is_being_answered() -> None:
    assert _walk(Step.NEXT, Step.NEXT) is State.WAITING
    assert _walk(Step.NEXT, Step.HANDED_OUT, Step.NEXT) is State.RUNNING
    assert _walk(Step.NEXT, Step.HANDED_OUT, Step.ANSWER, Step.NEXT) is None


def test_answer_that_broke_off_may_be_sent_again() -> None:
    assert _walk(Step.NEXT, Step.HANDED_OUT, Step.ANSWER, Step.BROKEN) is State.RUNNING


def test_nothing_follows_a_failed_beginning_and_none_fails_after_the_first_next() -> None:
    assert all(after(State.FAILED, step) is None for step in Step)
    begun = [state for state in State if state is not State.STARTED]
    assert all(after(state, Step.INIT_ERROR) is None for state in begun)


def test_only_a_running_invocation_is_answered() -> None:
    legal = [(state, step) for state, step in product(State, [Step.ANSWER]) if after(state, step)]
    assert legal == [(State.RUNNING, Step.ANSWER)]


def test_refusal_names_the_state_and_the_step_as_lambda_does() -> None:
    assert forbidden(State.ANSWERED, Step.ERROR) == (
        "State transition from RuntimeResponseSent to InvocationErrorResponse failed for runtime. "
        "Error: State transition is not allowed"
    )
