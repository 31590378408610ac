"""Lines on their way to a terminal that stands still: they wait, in bounded memory."""

from __future__ import annotations

import io
import threading

import pytest

from polyfn.logs.terminal import LineWriter


class StandingStill(io.StringIO):
    """A terminal after Ctrl-S, until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = threading.Event()
        self.go_on = threading.Event()

    def write(self, text: str) -> int:
        self.asked.set()
        assert self.go_on.wait(20)
        return super().write(text)


@pytest.mark.parametrize(("count", "size"), [(50_000, 10), (500, 200_000)])
def test_lines_that_do_not_fit_are_counted_not_kept(count: int, size: int) -> None:
    out = StandingStill()
    with LineWriter(out) as writer:
        writer.write("first")
        assert out.asked.wait(10)
        for _ in range(count):
            writer.write("x" * size)
        out.go_on.set()
    shown = out.getvalue().splitlines()
    assert shown[0] == "first"
    assert len(out.getvalue()) < 5_000_000
    (note,) = [line for line in shown if "were not shown" in line]
    assert int(note.split()[0].removeprefix("[")) == count - (len(shown) - 2)


def test_room_comes_back_when_lines_have_been_written() -> None:
    out = io.StringIO()
    for _ in range(2):
        with LineWriter(out) as writer:
            for _ in range(20):
                writer.write("y" * 190_000)
    assert out.getvalue().count("\n") == 40
    assert "not shown" not in out.getvalue()
