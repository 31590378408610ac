"""Columns of text: plain lines where they fit, and rich's table where they have to be folded.

rich takes 25 ms to import, and `polyfn serve` shows its table before it answers anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TextIO

    from rich.table import Table

    from polyfn.cli.screen import Paint

_BETWEEN: Final = "  "
_BOLD: Final = "bold"


@dataclass(frozen=True, slots=True)
class Cell:
    """Text of one line or more, and its colour."""

    text: str
    colour: str | None = None

    @property
    def is_plain(self) -> bool:
        """Whether each of its characters takes one column."""
        return self.text.isascii() and self.text.replace("\n", "").isprintable()

    @property
    def width(self) -> int:
        """How many columns its widest line takes, as long as it is plain."""
        return max(map(len, self.text.split("\n")))


def show(
    heading: Sequence[str], rows: Sequence[Sequence[Cell]], *, out: TextIO, paint: Paint
) -> None:
    """Print a table: as wide as the window at most, and as wide as it must be elsewhere."""
    widths = [
        max([len(title), *(row[at].width for row in rows)]) for at, title in enumerate(heading)
    ]
    plain = all(cell.is_plain for row in rows for cell in row)
    whole = sum(widths) + len(_BETWEEN) * (len(widths) - 1)
    if plain and (not out.isatty() or whole <= _columns()):
        lines = [[Cell(title, _BOLD) for title in heading]]
        lines += [line for row in rows for line in _lines_of(row)]
        for line in lines:
            cells = [_padded(cell, width, paint) for cell, width in zip(line, widths, strict=True)]
            click.echo(_BETWEEN.join(cells).rstrip(), file=out)
    else:
        _show_folded(heading, rows, out, paint)


def _lines_of(row: Sequence[Cell]) -> list[list[Cell]]:
    """A row whose cells have several lines as that many rows."""
    columns = [cell.text.split("\n") for cell in row]
    height = max(map(len, columns))
    return [
        [
            Cell(column[at] if at < len(column) else "", cell.colour)
            for column, cell in zip(columns, row, strict=True)
        ]
        for at in range(height)
    ]


def _padded(cell: Cell, width: int, paint: Paint) -> str:
    text = cell.text
    if cell.colour is not None:
        text = paint(text, bold=True) if cell.colour == _BOLD else paint(text, fg=cell.colour)
    return text + " " * (width - len(cell.text))


def _columns() -> int:
    import shutil

    return shutil.get_terminal_size().columns


def _show_folded(
    heading: Sequence[str], rows: Sequence[Sequence[Cell]], out: TextIO, paint: Paint
) -> None:
    from rich.table import Table as RichTable
    from rich.text import Text

    table = RichTable(box=None, pad_edge=False, header_style="bold")
    for title in heading:
        table.add_column(title, no_wrap=title == "url", overflow="fold")
    for row in rows:
        table.add_row(*(Text(paint.others(cell.text), style=cell.colour or "") for cell in row))
    print_table(table, out)


def print_table(table: Table, out: TextIO) -> None:
    """Print a table of rich's, as wide as it must be where nobody's window sets a width."""
    from rich.console import Console

    # Both, or rich takes every terminal that calls itself "dumb" for 80 columns wide.
    width = _columns() if out.isatty() else 400
    Console(file=out, width=width, height=25, highlight=False).print(table)
