"""`polyfn build`: builds functions without serving them."""

from __future__ import annotations

import sys
import textwrap
from typing import TYPE_CHECKING

import click

from polyfn.cli.options import complete_function, json_option, project_options, settings_of

if TYPE_CHECKING:
    from pathlib import Path

    from polyfn.app.build import Built
    from polyfn.cli import screen


@click.command(
    epilog="""\b
Examples:
  polyfn build               all functions
  polyfn build hello greet   these two
"""
)
@click.argument("names", nargs=-1, metavar="[NAME]…", shell_complete=complete_function)
@json_option
@project_options
def command(names: tuple[str, ...], as_json: bool, cwd: Path | None, functions: Path | None) -> int:
    """Build functions, and show the compiler's words.

    Tries all of them; the exit status is 1 when one does not build.
    """
    from polyfn.app.build import as_json as built_json
    from polyfn.app.build import build_functions
    from polyfn.app.loop import run
    from polyfn.cli import screen
    from polyfn.cli.progress import Progress

    settings = settings_of(cwd, functions)
    with Progress() as progress:
        built = run(build_functions(settings, names, progress.on_event))
    if as_json:
        click.echo(built_json(built, settings.root))
    else:
        _summarise(built, screen.Paint(sys.stdout))
    return 1 if any(each.error for each in built) else 0


def _how(built: Built, paint: screen.Paint) -> str:
    artifact = built.artifact
    if artifact is None or not artifact.inputs:
        return paint("as it is", fg="green")
    return paint("cached  " if artifact.cached else "built   ", fg="green")


def _summarise(built: list[Built], paint: screen.Paint) -> None:
    for each in built:
        if each.error is not None:
            click.echo(f"{paint('failed', fg='red'):<8}  {each.function.name}")
            click.echo(textwrap.indent(each.error.message, "    "))
        elif each.artifact is not None:
            click.echo(f"{_how(each, paint)}  {each.function.name}")
    failed = sum(each.error is not None for each in built)
    click.echo(f"{len(built) - failed} of {len(built)} functions are ready.")
