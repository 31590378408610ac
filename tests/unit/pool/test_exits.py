"""What is said of a process that has ended."""

from __future__ import annotations

import pytest

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
    assert "return a response instead" in exits.died_in_invocation("f", 0, ()).message
    assert exits.died_in_invocation("f", 1, ("panic: no",)).trace == ("panic: no",)
    assert exits.died_while_loading("f", 1, ()).error_type == "Runtime.ExitError"
