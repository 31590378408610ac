"""The table on standard output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from polyfn_bench import words
from polyfn_bench.figures import Verdict

if TYPE_CHECKING:
    from polyfn_bench.results import Results

_COLOURS = {Verdict.AIM: "green", Verdict.YES: "green", Verdict.NO: "red", Verdict.NONE: "dim"}
# Where nobody looks at it, a table is as wide as its content.
_WIDE = 400
_ROOM_FOR_ALL = 160


def show(results: Results) -> None:
    """Print what was measured, and after it what could not be."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_WIDE)
    peers = peers_of(results)
    header = words.header(peers)
    # What stands behind the figures is for a wide terminal, for a file, and for the page.
    shown = header if console.width >= _ROOM_FOR_ALL else header[:-1]
    table = Table(*shown, box=None, pad_edge=False, header_style="bold")
    for row in results.rows:
        texts = [Text(cell) for cell in words.cells(row, peers)]
        texts[header.index("reached")].stylize(_COLOURS[row.verdict])
        table.add_row(*texts[: len(shown)])
    console.print(table)
    if results.points:
        points = Table(*words.POINT_HEADER, box=None, pad_edge=False, header_style="bold")
        for point in results.points:
            points.add_row(*map(Text, words.point_cells(point)))
        console.print("", points, sep="\n")
    for name, reason in results.failed.items():
        console.print(Text(f"{name} could not be measured: {reason}", style="red"))
    console.print(f"\n{summary(results)}")


def peers_of(results: Results) -> list[str]:
    """The peers that any row has something of, in a stable order."""
    return sorted({peer for row in results.rows for peer in row.peers}, reverse=True)


def summary(results: Results) -> str:
    """How many goals are reached, and how quiet the machine was."""
    goals = [row.verdict for row in results.rows if row.goal is not None]
    reached = sum(verdict in {Verdict.YES, Verdict.AIM} for verdict in goals)
    machine = results.machine
    busy = f"; the machine was busy, with a load of {machine.load} on {machine.cores} cores"
    return (
        f"{reached} of {len(goals)} goals reached, in {results.seconds / 60:.1f} minutes"
        f"{busy if machine.busy else ''}."
    )
