"""The command ``bench/run``: chooses what is measured, and where the results go."""

from __future__ import annotations

import importlib.metadata
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from polyfn_bench import lab as laboratory
from polyfn_bench import machine, report, results, table
from polyfn_bench.effort import FULL, QUICK
from polyfn_bench.figures import BenchError
from polyfn_bench.measure import MEASUREMENTS, SLOW
from polyfn_bench.programs import BENCH
from polyfn_bench.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from polyfn_bench.figures import Point, Row
    from polyfn_bench.lab import Lab
    from polyfn_bench.results import Results


@click.command(
    epilog="""\b
Examples:
  python3 bench/run --quick                a first look, in under two minutes
  python3 bench/run                        all of it, in under 15 minutes
  python3 bench/run --only throughput      one measurement; may be given more than once
  python3 bench/run --install --write      into bench/RESULTS.md, results.json and throughput.svg
"""
)
@click.option("--quick", is_flag=True, help="Fewer and shorter rounds.")
@click.option(
    "--only", multiple=True, type=click.Choice(list(MEASUREMENTS)), help="Measure only this."
)
@click.option("--install", is_flag=True, help="Measure installing, too, which is slow.")
@click.option(
    "--peers/--no-peers",
    default=None,
    help="Measure the peers that bench/install-peers installed. [default: unless --quick]",
)
@click.option(
    "--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write JSON, too."
)
@click.option("--write", is_flag=True, help="Write bench/RESULTS.md and what belongs to it.")
def main(
    *,
    quick: bool,
    only: tuple[str, ...],
    install: bool,
    peers: bool | None,
    json_file: Path | None,
    write: bool,
) -> None:
    """Measure polyfn beside plain servers and its peers, and print one table.

    All on the loopback of this machine, in one run, as ratios wherever that is possible. A table is
    printed on standard output, progress on standard error.
    """
    if write and only:
        raise click.UsageError("--write makes the whole page: leave --only out")
    signal.signal(signal.SIGTERM, _interrupt)
    chosen = only or [name for name in MEASUREMENTS if install or name not in SLOW]
    with_peers = (not quick) if peers is None else peers
    run = measure(chosen, quick=quick, with_peers=with_peers)
    table.show(run)
    if json_file is not None:
        json_file.write_text(results.to_json(run), encoding="utf-8")
    if write:
        _write(run)
    if run.failed:
        sys.exit(1)


def measure(names: Sequence[str], *, quick: bool, with_peers: bool) -> Results:
    """Make these measurements; one that fails does not keep the others from being made."""
    here, began, progress = machine.this(), time.monotonic(), Progress()
    rows: list[Row] = []
    points: list[Point] = []
    failed: dict[str, str] = {}
    effort = QUICK if quick else FULL
    with progress.shown(), laboratory.opened(effort, progress, with_peers=with_peers) as lab:
        for name in names:
            progress.section(name)
            try:
                section = MEASUREMENTS[name](lab)
            except BenchError as error:
                failed[name] = str(error)
                continue
            rows += section.rows
            points += section.points
        versions = _versions(lab)
    return results.Results(
        machine=here,
        effort="quick" if quick else "full",
        seconds=time.monotonic() - began,
        versions=versions,
        rows=tuple(rows),
        points=tuple(points),
        failed=failed,
    )


def _versions(lab: Lab) -> dict[str, str]:
    return {
        "polyfn": importlib.metadata.version("polyfn"),
        **lab.programs.versions(),
        **{peer.name: peer.version for peer in lab.peers},
    }


def _write(run: Results) -> None:
    (BENCH / "results.json").write_text(results.to_json(run), encoding="utf-8")
    report.write(run, BENCH / "RESULTS.md")
    # By itself, because it may have to install matplotlib first.
    subprocess.run([sys.executable, str(BENCH / "plot")], check=True)


def _interrupt(number: int, _frame: object) -> None:
    """End like Ctrl-C, so that everything that was started is ended."""
    raise SystemExit(128 + number)
