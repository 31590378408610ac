"""``bench/RESULTS.md``: a run as a page, around the reading of it that is written by hand."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from polyfn_bench import words
from polyfn_bench.table import peers_of, summary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from polyfn_bench.results import Results

READING: Final = "## Reading"
_NO_READING: Final = f"{READING}\n\nNothing has been written yet about this run.\n"
_PICTURES: Final = "![Throughput and p99 over connections](throughput.svg)"


def write(results: Results, page: Path) -> None:
    """Write the page anew; what stands under ``## Reading`` stays."""
    old = page.read_text(encoding="utf-8") if page.is_file() else ""
    page.write_text(text(results, _reading(old)), encoding="utf-8")


def text(results: Results, reading: str = _NO_READING) -> str:
    """The whole page."""
    parts = [
        "# Benchmark results\n",
        (
            "Written by `python3 bench/run --install --write`; only the reading is by hand. "
            "How to read and repeat it: [the benchmark](../docs/howto/benchmark.md).\n"
        ),
        reading,
        "## What was run\n",
        *_circumstances(results),
        "## Goals\n",
        summary(results) + "\n",
        *_rows(results),
        "## Throughput over connections\n",
        f"{_PICTURES}\n",
        _table(words.POINT_HEADER, [words.point_cells(point) for point in results.points]),
    ]
    return "\n".join(parts)


def _reading(old: str) -> str:
    """The section of the old page, up to the next one."""
    _, found, rest = old.partition(f"{READING}\n")
    return f"{READING}\n{rest.partition(chr(10) + '## ')[0].rstrip()}\n" if found else _NO_READING


def _circumstances(results: Results) -> Iterator[str]:
    machine = results.machine
    versions = ", ".join(f"{name} {version}" for name, version in results.versions.items())
    quiet = "busy with something else" if machine.busy else "quiet"
    yield f"- {machine.date}, {results.effort}, {results.seconds / 60:.1f} minutes"
    yield f"- {machine.cores} cores: {machine.processor}; {machine.memory_gb} GB; {machine.kernel}"
    yield f"- The machine was {quiet}: a load average of {machine.load} before the run"
    yield f"- {versions}"
    for name, reason in results.failed.items():
        yield f"- {name} could not be measured: {reason}"
    yield ""


def _rows(results: Results) -> Iterator[str]:
    """A table a measurement: one of everything would be too long to read."""
    peers = peers_of(results)
    for name, rows in groupby(results.rows, lambda row: row.section):
        yield f"### {name.capitalize()}\n"
        yield _table(words.header(peers), [words.cells(row, peers) for row in rows])


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(map(_escaped, line))} |\n" for line in lines)


def _escaped(cell: str) -> str:
    return cell.replace("|", "\\|").replace("\n", " ")
