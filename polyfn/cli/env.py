"""`polyfn env`: the variables that functions see, and where they come from."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from polyfn.cli.options import (
    complete_function,
    env_file_option,
    json_option,
    project_options,
    settings_of,
)

if TYPE_CHECKING:
    from pathlib import Path

    from polyfn.app.environment import Seen


@click.command(
    epilog="""\b
Examples:
  polyfn env                 what all functions of this project see
  polyfn env hello           what one of them sees
  polyfn env hello --json | jq '.variables[] | select(.name == "API_URL")'
"""
)
@click.argument("name", required=False, shell_complete=complete_function)
@click.option("--show-secrets", is_flag=True, help="Print values that look secret, too.")
@env_file_option
@json_option
@project_options
def command(
    name: str | None,
    show_secrets: bool,
    env_files: tuple[Path, ...],
    as_json: bool,
    cwd: Path | None,
    functions: Path | None,
) -> None:
    """Show the variables that the function NAME will see, or all functions.

    They are grouped by the place that their values come from: a file, polyfn itself, or the
    environment that polyfn was started in. Values of 8 characters or more whose names look secret
    are masked.
    """
    from polyfn.app import environment

    seen = environment.look(settings_of(cwd, functions, env_files=env_files), name)
    if as_json:
        click.echo(environment.as_json(seen, secrets=show_secrets))
        return
    _print(seen, secrets=show_secrets)


def _print(seen: Seen, *, secrets: bool) -> None:
    from polyfn.app.environment import shown
    from polyfn.cli import screen

    paint = screen.stdout_paint()
    for origin in _origins(seen):
        click.echo(paint(origin, bold=True))
        for name, variable in seen.variables.items():
            if variable.origins[0] != origin:
                continue
            value = _on_one_line(shown(name, variable, secrets=secrets))
            over = f"  (over {', '.join(variable.origins[1:])})" if variable.origins[1:] else ""
            click.echo(f"  {paint(name, fg='cyan')}={value}{paint(over, fg='yellow')}")
    if seen.hidden:
        names = ", ".join(seen.hidden)
        screen.say(f"{seen.function} does not see, for its `environment` is a list: {names}")


def _origins(seen: Seen) -> list[str]:
    """The places, files before polyfn itself, and last what was there before."""
    from polyfn.settings import OURS, PROCESS

    found = {variable.origins[0] for variable in seen.variables.values()}
    return sorted(found, key=lambda each: (each == PROCESS, each == OURS, each))


def _on_one_line(value: str) -> str:
    """A value in one line that cannot move the cursor either."""
    encoding = sys.stdout.encoding or "utf-8"
    shown = "".join(each if each.isprintable() else repr(each)[1:-1] for each in value)
    return shown.encode(encoding, "backslashreplace").decode(encoding)
