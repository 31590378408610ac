"""`polyfn list`: what is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from polyfn.cli.options import json_option, project_options, settings_of

if TYPE_CHECKING:
    from pathlib import Path


@click.command(
    name="list",
    epilog="""\b
Examples:
  polyfn list                                   a table
  polyfn list --json | jq '.functions[].name'   for scripts
""",
)
@json_option
@project_options
def command(as_json: bool, cwd: Path | None, functions: Path | None) -> None:
    """Show every function, and what is wrong with those that cannot be served.

    Nothing is built and nothing is run.
    """
    from polyfn.app.debuggers import debuggers_of
    from polyfn.app.listing import as_json as functions_json
    from polyfn.app.listing import find_functions

    settings = settings_of(cwd, functions)
    manifest = find_functions(settings)
    if as_json:
        click.echo(functions_json(manifest, settings, debuggers_of(settings)))
        return
    from polyfn.cli import screen

    found = manifest.functions
    if found:
        screen.show_functions(found, settings.root, None)
        screen.show_debuggers(debuggers_of(settings))
    else:
        screen.say(screen.none_in(settings.functions_dir))
    for note in (*screen.notes(found, settings.root), *manifest.remarks):
        screen.say(note)
