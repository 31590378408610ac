"""Tables: the same columns with and without rich, and nothing that moves a cursor."""

from __future__ import annotations

import io

import pytest

from polyfn.cli.screen import Paint
from polyfn.cli.table import Cell, show

HEADING = ("function", "url")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(rows: list[list[Cell]], out: io.StringIO) -> list[str]:
    show(HEADING, rows, out=out, paint=Paint(out))
    return out.getvalue().splitlines()


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    rows = [[Cell("a"), Cell("/x")], [Cell("much-longer"), Cell("/y\n/z")]]
    assert shown(rows, io.StringIO()) == [
        "function     url",
        "a            /x",
        "much-longer  /y",
        "             /z",
    ]


def test_table_without_rows_is_its_heading() -> None:
    assert shown([], io.StringIO()) == ["function  url"]


def test_colours_are_for_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    rows = [[Cell("a", "red"), Cell("/x")]]
    assert "\x1b" not in "".join(shown(rows, io.StringIO()))
    heading, row = shown(rows, Terminal())
    assert heading.startswith("\x1b[1mfunction")
    assert row == "\x1b[31ma\x1b[0m         /x"


@pytest.mark.parametrize("name", ["wide-世界", "[red]", "bell\x07", "up\x1b[1A"])
def test_any_text_can_stand_in_a_cell(name: str) -> None:
    _, row = shown([[Cell(name), Cell("/x")]], io.StringIO())
    assert row.rstrip().endswith("/x")
    assert "\x07" not in row
    assert "\x1b" not in row
    assert name[:2] in row


def test_what_is_wider_than_the_window_is_folded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    lines = shown([[Cell("a" * 60), Cell("/x")]], Terminal())
    assert len(lines) > 2
    assert all("a" * 41 not in line for line in lines)
