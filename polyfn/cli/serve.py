"""`polyfn serve`: all functions over HTTP."""

from __future__ import annotations

import sys
import traceback
from typing import TYPE_CHECKING

import click

from polyfn.cli.inspecting import inspect_of, inspect_options
from polyfn.cli.options import env_file_option, project_options, settings_of, settings_reader

if TYPE_CHECKING:
    from pathlib import Path

    from polyfn.build.progress import Event
    from polyfn.discover import Manifest
    from polyfn.errors import PolyfnError
    from polyfn.gateway.exchange import RequestRecord
    from polyfn.logs.terminal import LineWriter
    from polyfn.model import Function, LogLine
    from polyfn.pool.inspector.news import News as DebuggerNews
    from polyfn.reload.news import News


@click.command(
    epilog="""\b
Examples:
  polyfn serve                         this project, on http://127.0.0.1:9999
  polyfn serve --port 0                on a port that is free
  polyfn serve --cwd examples/mixed    another project
  polyfn serve --env-file prod.env     with more variables
  polyfn serve --no-watch              without reloading what is saved
  polyfn serve --debug                 debuggers may attach to all that have one: Go, JavaScript …
  polyfn serve --inspect               debuggers may attach to JavaScript and TypeScript
  polyfn serve --inspect-brk=hello     hello waits for a debugger, and stops at its first line
"""
)
@click.option("--host", metavar="HOST", help="Where to listen. [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="0 picks one. [default: 9999]")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    metavar="S",
    help="Time limit of a synchronous call, in seconds. [default: 30]",
)
@env_file_option
@click.option(
    "--compat",
    type=click.Choice(["netlify-dev"]),
    help="Answer 500 where the Netlify CLI does.",
)
@click.option("--no-watch", is_flag=True, help="Do not reload what is saved.")
@click.option(
    "--keep-good",
    is_flag=True,
    help="Go on answering with a function's last good version while the one saved last is broken.",
)
@inspect_options
@click.option(
    "--spares",
    type=click.IntRange(0, 100),
    metavar="N",
    help="How many processes of each kind are booted ahead. [default: 1]",
)
@project_options
def command(
    host: str | None,
    port: int | None,
    timeout: float | None,
    env_files: tuple[Path, ...],
    compat: str | None,
    no_watch: bool,
    keep_good: bool,
    spares: int | None,
    debug: tuple[str, ...],
    inspect: tuple[str, ...],
    inspect_brk: tuple[str, ...],
    inspect_port: int,
    cwd: Path | None,
    functions: Path | None,
) -> None:
    """Serve all functions of this project over HTTP.

    Each answers at /.netlify/functions/NAME, or on the paths of its own configuration. Requests are
    shown on standard output, what functions write on standard error. What is saved is reloaded: the
    version before it answers until the new one is ready. Ctrl-C stops it.
    """
    from polyfn.app.loop import run
    from polyfn.app.serve import serve
    from polyfn.logs.terminal import LineWriter

    flags = {
        "host": host,
        "port": port,
        "timeout_s": timeout,
        "env_files": env_files,
        "compat": compat,
        "watch": False if no_watch else None,
        "keep_good": keep_good or None,
        "spares": spares,
        "debug": debug,
    }
    settings = settings_of(cwd, functions, **flags)
    read_settings = settings_reader(cwd, functions, **flags)
    with LineWriter(sys.stdout) as out, LineWriter(sys.stderr) as err:
        terminal = _Terminal(settings.root, settings.functions_dir, out, err)
        wish = inspect_of(inspect, inspect_brk, inspect_port, debug)
        run(serve(settings, terminal, read_settings, wish))


class _Terminal:
    """A `polyfn.app.serve.Screen` that is a terminal."""

    def __init__(self, root: Path, functions: Path, out: LineWriter, err: LineWriter) -> None:
        from polyfn.cli import screen
        from polyfn.cli.news import news_line
        from polyfn.cli.reminder import Reminder

        self._screen = screen
        self._news_line = news_line
        self._root, self._functions_dir = root, functions
        self._out, self._err = out, err
        self._on_out, self._on_err = screen.stdout_paint(), screen.stderr_paint()
        self._reminder = Reminder(
            lambda text: err.write(f"{self._on_err('building', fg='blue')}  {text}")
        )

    def write(self, line: LogLine) -> None:
        self._err.write(self._screen.log_line(line, self._on_err))

    def on_build(self, event: Event) -> None:
        self._reminder.on_event(event)
        text = self._screen.build_line(event, self._on_err)
        if text is not None:
            self._err.write(text)

    def on_ready(self, url: str, manifest: Manifest) -> None:
        screen, functions = self._screen, manifest.functions
        screen.show_functions(functions, self._root, url)
        for note in (*screen.notes(functions, self._root), *manifest.remarks):
            self._err.write(self._on_err(note, fg="yellow"))
        if not functions:
            self._err.write(screen.none_in(self._functions_dir))
        self._out.write(f"\nServing {self._root} at {url} (Ctrl-C stops)")

    def on_request(self, record: RequestRecord) -> None:
        self._out.write(self._screen.request_line(record, self._on_out))

    def on_missing(self, line: str) -> None:
        self._err.write(self._on_err(f"! {line}", fg="red"))

    def on_problem(self, function: Function, error: PolyfnError) -> None:
        self._err.write(self._on_err(f"{function.name}: {error.message}", fg="red"))

    def on_bug(self, request_id: str, bug: Exception) -> None:
        lines = "".join(traceback.format_exception(bug)).rstrip()
        self._err.write(f"polyfn failed at request {request_id}; please report this:\n{lines}")

    def on_reload(self, news: News) -> None:
        self._err.write(self._news_line(news, self._root, self._on_err))

    def on_debugger(self, news: DebuggerNews) -> None:
        from polyfn.cli.inspecting import news_lines

        for line in news_lines(news, self._on_out):
            self._out.write(line)

    def on_stopping(self) -> None:
        self._err.write("Stopping: what runs may finish. Ctrl-C again ends it at once.")
