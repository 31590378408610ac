"""Options that several commands share, and what they mean for settings."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyfn.settings import Settings

    Command = TypeVar("Command", bound=Callable[..., Any])

DIRECTORY: Final = click.Path(file_okay=False, path_type=Path)


def project_options(command: Command) -> Command:
    """``--cwd`` and ``--functions``: which project, and where its functions are."""
    for option in (
        click.option(
            "--functions",
            type=DIRECTORY,
            metavar="DIR",
            help="The functions directory. [default: from netlify.toml, else netlify/functions]",
        ),
        click.option(
            "--cwd",
            type=DIRECTORY,
            metavar="DIR",
            help="The project. [default: the nearest parent that looks like one]",
        ),
    ):
        command = option(command)
    return command


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")


env_file_option = click.option(
    "--env-file",
    "env_files",
    type=click.Path(dir_okay=False, path_type=Path),
    multiple=True,
    metavar="F",
    help="A file of variables, over all .env files; may be given more than once.",
)


def settings_of(cwd: Path | None, functions: Path | None, **flags: Any) -> Settings:
    """Read the project's settings, the command line's flags on top.

    Raises:
        SettingsError: A settings file is wrong.
        UsageError: There is no such directory.
    """
    settings = settings_reader(cwd, functions, **flags)()
    for warning in settings.warnings:
        click.secho(f"polyfn: {warning}", err=True, fg="yellow")
    return settings


def settings_reader(
    cwd: Path | None, functions: Path | None, **flags: Any
) -> Callable[[], Settings]:
    """What reads the project's settings, the command line's flags on top; see `settings_of`."""
    from polyfn.settings import Flags, load

    here, said = Path.cwd(), Flags(cwd=cwd, functions=functions, **flags)
    return lambda: load(here, environ=os.environ, flags=said)


def complete_function(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Names of functions that begin like that, for the shell."""
    del param
    from polyfn.app.listing import find_functions
    from polyfn.errors import PolyfnError

    try:
        settings = settings_of(ctx.params.get("cwd"), ctx.params.get("functions"))
        names = [function.name for function in find_functions(settings).functions]
    except PolyfnError:
        return []
    return [name for name in names if name.startswith(incomplete)]
