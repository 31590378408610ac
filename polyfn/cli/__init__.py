"""The command line: one file a command. They parse and show; `polyfn.app` works.

Data goes to standard output, everything else to standard error. The exit status is 0 when all
is done, 1 when the function failed, 2 for wrong usage, and otherwise the error's own
(`polyfn.errors`; `docs/reference/errors.md` lists them).
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import sys
from typing import TYPE_CHECKING, Any, Final

import click

from polyfn import __version__
from polyfn.errors import PlatformError, PolyfnError

if TYPE_CHECKING:
    from collections.abc import Sequence

_INTERRUPTED: Final = 130  # as a shell reports a program that SIGINT ended
_COMMANDS: Final = {
    "serve": "Serve all functions of this project over HTTP.",
    "invoke": "Call one function and print its answer.",
    "list": "Show every function, and what is wrong with those that cannot be served.",
    "build": "Build functions, and show the compiler's words.",
    "env": "Show the variables that functions see, and where each value comes from.",
    "doctor": "Show what this project needs of this machine, and what is missing.",
    "completion": "Print the script that completes polyfn's commands in your shell.",
}


class _Commands(click.Group):
    """Imports a command when it is used: `polyfn --help` should not wait for a web server."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"polyfn.cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in _COMMANDS:
            ctx.fail(f"There is no command {args[0]!r}.{_nearest(args[0])}")
        return super().resolve_command(ctx, args)


_EPILOG: Final = """\b
Examples:
  polyfn serve                             serve netlify/functions on port 9999
  polyfn invoke hello --query name=Ada     call one function
  polyfn list --json                       what is there, for scripts
"""


@click.group(
    cls=_Commands,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, "--version", "-V", message="polyfn %(version)s")
def root() -> None:
    """Serve a repository's JavaScript, TypeScript, Go and Python functions locally."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line, and exit with its status; no traceback of ours reaches a user.

    Starting makes objects and no garbage, so nothing is collected until the event loop runs
    (`polyfn.app.loop`); and at the end the system takes the memory back at once, where Python would
    free each object by itself. Both together are a sixth of `polyfn invoke`
    (docs/decisions/0008-start-up.md).
    """
    gc.disable()
    status = run(arguments)
    with contextlib.suppress(OSError):  # `run` has said so
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(status)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; its exit status."""
    try:
        result: Any = root.main(args=arguments, prog_name="polyfn", standalone_mode=False)
        sys.stdout.flush()
    except PolyfnError as error:
        _complain(error)
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _INTERRUPTED
    except BrokenPipeError:  # `polyfn list | head`
        sys.stderr.close()
        return 0
    except OSError as error:  # such as a full disk behind standard output
        _complain(PlatformError(f"{error.filename or 'the output'}: {error.strerror or error}"))
        return PlatformError.exit_code
    return result if isinstance(result, int) else 0


def _complain(error: PolyfnError) -> None:
    click.secho("polyfn: ", nl=False, err=True, fg="red", bold=True)
    click.echo(error.message, err=True)
    for line in error.trace:
        click.echo(f"  {line}", err=True)


def _nearest(word: str) -> str:
    import difflib

    near = difflib.get_close_matches(word, _COMMANDS, n=1)
    return f" Did you mean {near[0]!r}?" if near else " `polyfn --help` lists them all."
