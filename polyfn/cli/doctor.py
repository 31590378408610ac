"""`polyfn doctor`: what is missing."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, Final

import click

from polyfn.cli.options import json_option, project_options, settings_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from rich.table import Table

    from polyfn.app.doctor import Finding

_STYLES: Final = {"ok": "green", "info": "bright_black", "warning": "yellow", "error": "bold red"}
_FEW: Final = 3


@click.command(
    epilog="""\b
Examples:
  polyfn doctor                        this project
  polyfn doctor --json | jq .ok        for scripts
  polyfn doctor && polyfn serve        serve when nothing is missing
"""
)
@json_option
@project_options
def command(as_json: bool, cwd: Path | None, functions: Path | None) -> int:
    """Show what this project needs of this machine, and what is missing.

    Looks for the programs that functions are built and run with, for their packages, and at disk,
    limits and port. Only what this project needs and does not have is an error; then the exit
    status is 1. Nothing is installed: the command that does so is shown.
    """
    from polyfn.app import doctor
    from polyfn.app.loop import run

    settings = settings_of(cwd, functions)
    with contextlib.nullcontext() if as_json else _busy():
        findings = run(doctor.examine(settings))
    if as_json:
        click.echo(doctor.as_json(findings, settings.root))
    else:
        _print(findings)
    return 1 if doctor.failed(findings) else 0


def _busy() -> AbstractContextManager[object]:
    """Moves while a version manager takes its time to answer."""
    if not sys.stderr.isatty():
        return contextlib.nullcontext()
    from rich.console import Console

    return Console(stderr=True).status("looking at this machine")


def _print(findings: Sequence[Finding]) -> None:
    from polyfn.app.doctor import Status
    from polyfn.cli import screen
    from polyfn.cli.table import print_table

    print_table(_table(findings), sys.stdout)
    count = sum(each.status is Status.ERROR for each in findings)
    things = "1 thing" if count == 1 else f"{count} things"
    paint = screen.stdout_paint()
    click.echo()
    if count:
        click.echo(paint(f"This project needs {things} that it does not have.", fg="red"))
    else:
        click.echo(paint("This machine has what this project needs.", fg="green"))


def _table(findings: Sequence[Finding]) -> Table:
    from rich.table import Table
    from rich.text import Text

    from polyfn.cli import screen

    paint = screen.stdout_paint()
    table = Table(box=None, pad_edge=False, show_header=False)
    for _ in range(2):
        table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for each in findings:
        style = _STYLES[each.status.value]
        text = Text(paint.others(each.message), style="" if each.status.value == "ok" else style)
        if each.command:
            text.append(f"\n{each.command}", style="bold")
        table.add_row(Text(each.status.value, style=style), each.title, text, Text(_whom(each)))
    return table


def _whom(finding: Finding) -> str:
    names = finding.functions
    return ", ".join(names) if len(names) <= _FEW else f"{len(names)} functions"
