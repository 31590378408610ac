"""`polyfn build`: builds functions without serving them."""

from __future__ import annotations

import os
import sys
import textwrap
from itertools import groupby
from typing import TYPE_CHECKING

import click

from polyfn.cli.options import complete_function, json_option, project_options, settings_of

if TYPE_CHECKING:
    from pathlib import Path

    from polyfn.app.build import BuildReport, Built
    from polyfn.app.types import Types
    from polyfn.cli import screen
    from polyfn.runtimes.node.types import TypeIssue


@click.command(
    epilog="""\b
Examples:
  polyfn build               all functions
  polyfn build hello greet   these two
  polyfn build --check-types and check the types of TypeScript
  polyfn build --site        run the site's own build first
"""
)
@click.argument("names", nargs=-1, metavar="[NAME]…", shell_complete=complete_function)
@click.option(
    "--check-types", is_flag=True, help="Check types, too, with the project's own TypeScript."
)
@click.option(
    "--site", is_flag=True, help="Run [build] command of netlify.toml first: it may make functions."
)
@json_option
@project_options
def command(
    names: tuple[str, ...],
    check_types: bool,
    site: bool,
    as_json: bool,
    cwd: Path | None,
    functions: Path | None,
) -> int:
    """Build functions, and show the compiler's words.

    Tries all of them; the exit status is 1 when one does not build, or has a type error.
    """
    from polyfn.app.build import build_functions
    from polyfn.app.build_json import as_json as built_json
    from polyfn.app.loop import run
    from polyfn.cli import screen
    from polyfn.cli.progress import Progress

    settings = settings_of(cwd, functions)
    with Progress() as progress:
        building = build_functions(
            settings, names, progress.on_event, check=check_types, with_site=site
        )
        report = run(building)
    if as_json:
        click.echo(built_json(report, settings.root))
    else:
        _summarise(report, settings.root, screen.Paint(sys.stdout))
    return 0 if report.ok else 1


def _how(built: Built, paint: screen.Paint) -> str:
    artifact = built.artifact
    if built.function.config.build:
        return paint("built   ", fg="green")
    if artifact is None or not artifact.inputs:
        return paint("as it is", fg="green")
    return paint("cached  " if artifact.cached else "built   ", fg="green")


def _summarise(report: BuildReport, root: Path, paint: screen.Paint) -> None:
    if report.site is not None:
        how = paint("built   ", fg="green") if report.site.ok else paint("failed  ", fg="red")
        click.echo(f"{how}  the site")
        if report.site.error:
            click.echo(_lines(report.site.error, paint))
    for each in report.functions:
        if each.error is not None:
            click.echo(f"{paint('failed', fg='red'):<8}  {each.function.name}")
            click.echo(textwrap.indent(each.error.message, "    "))
        elif each.artifact is not None:
            click.echo(f"{_how(each, paint)}  {each.function.name}")
    every = len(report.functions)
    ready = sum(each.error is None for each in report.functions)
    click.echo(f"{ready} of {every} functions are ready.")
    if report.types is not None:
        _show_types(report.types, root, paint)


def _show_types(types: Types, root: Path, paint: screen.Paint) -> None:
    """Errors of types, under the functions that they are about, and how many there are."""
    for users, issues in groupby(sorted(types.issues, key=_users), key=_users):
        names = ", ".join(users) or "in files that no function imports"
        click.echo(f"\n{paint('types', fg='red')}     {names}")
        for issue in issues:
            file = os.path.relpath(issue.file, root) if issue.file else ""
            place = f"{file}:{issue.line}:{issue.column}: " if file else ""
            click.echo(_lines(f"{place}{issue.code}: {issue.message}", paint))
    for problem in types.problems:
        click.echo(f"\n{paint('types', fg='red')}\n{_lines(problem, paint)}")
    if not types.checked and not types.problems and not types.issues:
        click.echo("No function is TypeScript: there are no types to check.")
        return
    wrong = {name for issue in types.issues for name in issue.functions}
    errors = f"{len(types.issues)} type error{'' if len(types.issues) == 1 else 's'}"
    click.echo(f"\n{errors} in {len(wrong)} of {len(types.checked)} functions checked.")


def _lines(text: str, paint: screen.Paint) -> str:
    return textwrap.indent("\n".join(map(paint.others, text.splitlines())), "    ")


def _users(issue: TypeIssue) -> tuple[str, ...]:
    return issue.functions
