"""`polyfn completion`: the script a shell evaluates to complete polyfn's commands."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from polyfn.errors import UsageError


@click.command(
    epilog="""\b
Examples:
  polyfn completion bash >> ~/.bashrc
  polyfn completion zsh > ~/.zfunc/_polyfn
  polyfn completion fish > ~/.config/fish/completions/polyfn.fish
"""
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the script that completes polyfn's commands and function names in SHELL."""
    kind = get_completion_class(shell)
    if kind is None:
        raise UsageError(f"click knows no completion for {shell}.")
    program = ctx.find_root().command
    click.echo(kind(program, {}, "polyfn", "_POLYFN_COMPLETE").source())
