"""What a person sees: colours and moving progress on a terminal, neither elsewhere."""

from __future__ import annotations

import os
import pty
import re
import subprocess
from pathlib import Path

import pytest

from tests.acceptance.projects import HELLO, write_project
from tests.acceptance.serving import POLYFN, polyfn

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
SLOW_GO = "package main\n\nfunc main() {}\n"


def in_terminal(*arguments: str, **environment: str) -> str:
    """What the command writes to a terminal, all of it."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*POLYFN, *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm-256color", **environment},
    )
    os.close(theirs)
    written = b""
    with process:
        while True:
            try:
                data = os.read(ours, 65536)
            except OSError:  # the other end is closed: Linux says so with an error
                break
            if not data:
                break
            written += data
    os.close(ours)
    return written.decode()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(
        tmp_path,
        {
            "hello.js": HELLO,
            "fails.js": "exports.handler = async () => { throw new Error('in red'); };\n",
            "go.mod": "module example.com/terminal\n\ngo 1.21\n",
            "netlify/functions/greet/main.go": SLOW_GO,
        },
    )


def test_progress_moves_on_a_terminal_and_leaves_it_clean(project: Path) -> None:
    shown = in_terminal("build", "--cwd", str(project))
    assert "go build ./netlify/functions/greet" in shown
    assert "\x1b[2K" in shown  # the moving line was erased
    assert "3 of 3 functions are ready." in shown.splitlines()[-1]


def test_progress_is_lines_elsewhere(project: Path) -> None:
    done = polyfn("build", "--cwd", str(project))
    assert b"building  go build ./netlify/functions/greet\n" in done.stderr
    assert b"\x1b" not in done.stdout + done.stderr


def test_colours_are_for_terminals_that_want_them(project: Path) -> None:
    arguments = ("invoke", "fails", "--cwd", str(project))
    assert _COLOUR.search(in_terminal(*arguments))
    assert not _COLOUR.search(in_terminal(*arguments, NO_COLOR="1"))
    assert b"\x1b" not in polyfn(*arguments).stderr


def test_doctor_is_in_colour_and_leaves_no_spinner_behind(project: Path) -> None:
    shown = in_terminal("doctor", "--cwd", str(project), COLUMNS="120")
    assert _COLOUR.search(shown)
    assert shown.rindex("\x1b[?25h") > shown.rindex("\x1b[?25l")  # the cursor is back
    assert "\x1b[" not in in_terminal("doctor", "--json", "--cwd", str(project))
    assert b"\x1b" not in polyfn("doctor", "--cwd", str(project)).stdout


def test_table_fits_a_narrow_terminal_and_is_one_line_a_function_elsewhere(project: Path) -> None:
    lines = polyfn("list", "--cwd", str(project)).stdout.decode().splitlines()
    assert len(lines) == 4
    assert all("netlify/functions" in line for line in lines[1:])
    shown = in_terminal("list", "--cwd", str(project), COLUMNS="60")
    assert "hello" in shown


def test_what_a_function_prints_cannot_move_the_cursor(project: Path) -> None:
    prints = "exports.handler = async () => { console.log('a\\x1b[2Jb\\x07\\x1b[31mred'); };\n"
    write_project(project, {"escapes.js": prints})
    arguments = ("invoke", "escapes", "--cwd", str(project))
    shown = in_terminal(*arguments)
    assert "\x1b[2J" not in shown
    assert "\x07" not in shown
    assert "\x1b[31mred" in shown  # the author's colours stay
    assert b"a[2Jbred\n" in polyfn(*arguments).stderr
