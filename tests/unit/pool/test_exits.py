"""What is said of a process that has ended."""

from __future__ import annotations

import pytest

from polyfn.model import LastWords
from polyfn.pool import exits


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0, "exited with status 0"),
        (3, "exited with status 3"),
        (-9, "was killed by SIGKILL"),
        (-250, "was killed by signal 250"),
    ],
)
def test_exit_code_in_words(code: int, words: str) -> None:
    assert exits.describe(code) == words


def test_death_without_a_word_says_what_to_do() -> None:
    told = exits.died_in_invocation("f", 0, LastWords()).message
    assert told == (
        "Function 'f' exited with status 0 before it answered. "
        "A handler is to return a response instead of ending the process."
    )
    assert "memory runs out" in exits.died_in_invocation("f", -9, LastWords()).message
    assert "native module" in exits.died_in_invocation("f", -11, LastWords()).message
    loading = exits.died_while_loading("f", 1, LastWords())
    assert loading.error_type == "Runtime.ExitError"
    assert "The top level of a module must not end the process." in loading.message


def test_runtime_says_what_a_process_that_loads_is_to_do() -> None:
    loading = exits.died_while_loading("f", 0, LastWords(advice="Call lambda.Start."))
    assert loading.message.endswith("while it was loading. Call lambda.Start.")
    called = exits.died_in_invocation("f", 0, LastWords(advice="Call lambda.Start."))
    assert "lambda.Start" not in called.message


def test_last_lines_stand_in_the_trace_the_very_last_of_them() -> None:
    error = exits.died_in_invocation("f", 1, LastWords(tuple(map(str, range(100)))))
    assert error.message.endswith("Its last lines are in the trace.")
    assert error.trace == tuple(map(str, range(70, 100)))


def test_what_a_process_said_of_its_end_is_the_message() -> None:
    words = LastWords(("main.go:1 f",), how="panicked", why="no", advice="Recover.")
    error = exits.died_in_invocation("f", 2, words)
    assert error.message == "Function 'f' panicked before it answered: no\nRecover."
    assert error.trace == ("main.go:1 f",)
    loading = exits.died_while_loading("f", 2, LastWords(how="panicked", why="no"))
    assert loading.message == "Function 'f' panicked while it was loading: no"


def test_runner_that_stops_says_itself_why() -> None:
    words = LastWords(("a print", "polyfn's Node runner stops: it was told nonsense"))
    message = exits.died_in_invocation("f", 70, words).message
    assert message.endswith("answered: polyfn's Node runner stops: it was told nonsense")
    assert "only descriptors" in exits.died_while_loading("f", 70, LastWords()).message
    assert "its own" not in exits.died_in_invocation("f", 70, LastWords(("its own",))).message
