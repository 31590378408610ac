"""`polyfn invoke`: one call of one function."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

import click

from polyfn.cli import request
from polyfn.cli.inspecting import inspect_of, inspect_port_option
from polyfn.cli.options import complete_function, project_options, settings_of

if TYPE_CHECKING:
    from pathlib import Path

    from polyfn.app.calls import Outcome
    from polyfn.build.progress import Event
    from polyfn.model import LogLine
    from polyfn.pool.inspector.news import News as DebuggerNews

_FAILED = 400  # the lowest status that means it


@click.command(
    epilog="""\b
Examples:
  polyfn invoke hello
  polyfn invoke hello --query name=Ada --query lang=en
  polyfn invoke slug --body 'A title'            a body makes it a POST
  polyfn invoke sum --body @numbers.json         the body of a file; - is standard input
  polyfn invoke hello --event @event.json        the event itself, byte for byte
  polyfn invoke hello --response | jq .status    status, headers and body as JSON
  polyfn invoke hello --inspect-brk              wait for a debugger, stop at the first line
"""
)
@click.argument("name", shell_complete=complete_function)
@click.option("--body", metavar="TEXT|@FILE|-", help="What to send; without it a GET is sent.")
@click.option("--method", metavar="M", help="The method. [default: GET, POST with a body]")
@click.option("--path", metavar="P", help="The path. [default: the function's own]")
@click.option("--query", "queries", metavar="K=V", multiple=True, help="A query parameter.")
@click.option("--header", "headers", metavar="'K: V'", multiple=True, help="A header.")
@click.option("--event", metavar="@FILE|JSON|-", help="Hand over this event instead of a request.")
@click.option(
    "--payload",
    metavar="JSON|@FILE",
    help="What an event brings, for functions such as deploy-succeeded.",
)
@click.option(
    "--identity",
    metavar="EMAIL|@CLAIMS",
    help="Call as this Netlify Identity user: an address, or a file of JSON claims.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    metavar="S",
    help="Time limit, in seconds; with a running server: how long to wait for it.",
)
@click.option(
    "--inspect-brk",
    is_flag=True,
    help="Wait for a debugger, and stop at the function's first line.",
)
@inspect_port_option
@click.option("--response", is_flag=True, help="Print status, headers and body as JSON.")
@project_options
def command(
    name: str,
    event: str | None,
    timeout: float | None,
    inspect_brk: bool,
    inspect_port: int,
    response: bool,
    cwd: Path | None,
    functions: Path | None,
    **parts: Any,
) -> int:
    """Call the function NAME and print what it answers.

    The call goes through the running `polyfn serve` of this project, else polyfn starts the
    function by itself. The body is printed on standard output as it comes, logs and times on
    standard error. The exit status is 1 when the answer's status is 400 or more.
    """
    from polyfn.app.invoke import invoke

    settings = settings_of(cwd, functions, timeout_s=timeout)
    call = request.build(name, event=event, **parts)
    shown = _Whole() if response else _Streamed()
    began = time.perf_counter()
    with shown.progress:
        inspect = inspect_of((), (name,) if inspect_brk else (), inspect_port)
        outcome = invoke(settings, call, shown, patience_s=timeout, inspect=inspect)
    shown.finish()
    shown.summarise(name, outcome, time.perf_counter() - began)
    return 1 if outcome.status >= _FAILED or outcome.failed_jobs else 0


class _Streamed:
    """Prints the body as it comes."""

    def __init__(self) -> None:
        from polyfn.cli import screen
        from polyfn.cli.progress import Progress

        self._screen = screen
        self._paint = screen.stderr_paint()
        self.progress = Progress()

    def write(self, line: LogLine) -> None:
        self._screen.say(self._screen.log_line(line, self._paint))

    def on_build(self, event: Event) -> None:
        self.progress.on_event(event)

    def on_debugger(self, news: DebuggerNews) -> None:
        from polyfn.cli.inspecting import news_lines

        for line in news_lines(news, self._paint):
            self._screen.say(line)

    def on_head(self, status: int, headers: tuple[tuple[str, str], ...]) -> None:
        """The status is shown at the end; the headers only with ``--response``."""

    def on_data(self, data: bytes) -> None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()

    def finish(self) -> None:
        """A terminal's prompt begins on a line of its own."""
        if sys.stdout.isatty():
            click.echo()

    def summarise(self, name: str, outcome: Outcome, seconds: float) -> None:
        record = outcome.record
        if record is not None:
            self._screen.say(self._screen.request_line(record, self._paint))
        else:
            self._screen.say(
                f"{name}: {outcome.status} in {seconds * 1000:.1f} ms, by the running server"
            )


class _Whole(_Streamed):
    """Keeps the answer, and prints it as one JSON object."""

    def __init__(self) -> None:
        super().__init__()
        self._status = 0
        self._headers: tuple[tuple[str, str], ...] = ()
        self._body: list[bytes] = []

    def on_head(self, status: int, headers: tuple[tuple[str, str], ...]) -> None:
        self._status, self._headers = status, headers

    def on_data(self, data: bytes) -> None:
        self._body.append(data)

    def finish(self) -> None:
        click.echo(request.response_json(self._status, self._headers, b"".join(self._body)))
