"""The command line itself: help, mistakes, exit statuses, completion."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.acceptance.projects import HELLO, write_project
from tests.acceptance.serving import POLYFN, polyfn, served

COMMANDS = ("serve", "invoke", "list", "build", "env", "doctor", "completion")


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_what_it_does_and_examples(command: str) -> None:
    done = polyfn(command, "--help")
    assert done.returncode == 0
    assert b"Examples:" in done.stdout
    assert f"polyfn {command}".encode() in done.stdout


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["lst"], 2, "Did you mean 'list'?"),
        (["serve", "--prot", "1"], 2, "--port"),
        (["serve", "--port", "99999"], 2, "99999"),
        (["list", "--cwd", "/no/such/place"], 2, "/no/such/place"),
        (["invoke", "nothing"], 4, "no function 'nothing'"),
        (["invoke", "hello", "--header", "no colon"], 2, "Name: value"),
        (["invoke", "hello", "--body", "@/no/file"], 2, "/no/file"),
        (["invoke", "hello", "--event", "{"], 2, "not JSON"),
        (["invoke", "hello", "--event", "{}", "--body", "x"], 2, "--event is the whole event"),
        (["invoke", "hello", "--path", "no-slash"], 2, "begin with a slash"),
        (["build", "nothing"], 4, "no function 'nothing'"),
    ],
)
def test_mistake_is_named_in_words_with_its_status(
    tmp_path: Path, arguments: list[str], status: int, words: str
) -> None:
    write_project(tmp_path, {"hello.js": HELLO})
    done = subprocess.run(
        [*POLYFN, *arguments], cwd=tmp_path, capture_output=True, timeout=60, check=False
    )
    assert done.returncode == status, done.stderr
    assert words in done.stderr.decode()
    assert b"Traceback" not in done.stderr
    assert done.stdout == b""


def test_wrong_settings_file_is_named_with_the_key_and_the_nearest(tmp_path: Path) -> None:
    write_project(tmp_path, {"hello.js": HELLO, "polyfn.toml": "[serve]\nprot = 1\n"})
    done = polyfn("list", "--cwd", str(tmp_path))
    assert done.returncode == 7
    words = done.stderr.decode()
    assert "polyfn.toml" in words
    assert "prot" in words
    assert "port" in words


def test_project_is_found_from_a_directory_inside_it(tmp_path: Path) -> None:
    write_project(tmp_path, {"hello.js": HELLO, "src/deep/file.txt": ""})
    done = subprocess.run(
        [*POLYFN, "list", "--json"], cwd=tmp_path / "src/deep", capture_output=True, timeout=60,
        check=True,
    )  # fmt: skip
    assert [row["name"] for row in json.loads(done.stdout)["functions"]] == ["hello"]


def test_project_without_functions_says_where_it_looked(tmp_path: Path) -> None:
    done = polyfn("list", "--cwd", str(tmp_path))
    assert (done.returncode, done.stdout) == (0, b"")
    assert str(tmp_path / "netlify/functions") in done.stderr.decode()
    assert json.loads(polyfn("list", "--json", "--cwd", str(tmp_path)).stdout) == {"functions": []}


def test_invalid_and_shadowed_functions_are_never_silent(tmp_path: Path) -> None:
    write_project(
        tmp_path,
        {"hello.js": HELLO, "hello.py": "def handler(e, c): ...\n", "bad name.js": HELLO},
    )
    done = polyfn("list", "--cwd", str(tmp_path))
    words = done.stderr.decode()
    assert "bad name: cannot be served" in words
    assert "hello.py is not" in words


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_script_is_one_for_that_shell(shell: str) -> None:
    done = polyfn("completion", shell)
    assert done.returncode == 0
    assert b"_POLYFN_COMPLETE" in done.stdout


def test_function_names_are_completed(tmp_path: Path) -> None:
    write_project(tmp_path, {"hello.js": HELLO, "help-me.js": HELLO, "other.js": HELLO})
    words = {
        "COMP_WORDS": "polyfn invoke he",
        "COMP_CWORD": "2",
        "_POLYFN_COMPLETE": "bash_complete",
    }
    done = subprocess.run(
        POLYFN,
        cwd=tmp_path,
        env={**os.environ, **words},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.decode().split() == ["plain,hello", "plain,help-me"]


@pytest.mark.parametrize("arguments", [["list"], ["list", "--json"], ["invoke", "hello"]])
def test_output_that_cannot_be_written_is_an_error_in_words(
    tmp_path: Path, arguments: list[str]
) -> None:
    write_project(tmp_path, {"hello.js": HELLO})
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*POLYFN, *arguments], cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, timeout=60,
            check=False,
        )  # fmt: skip
    assert done.returncode == 9
    assert b"No space left on device" in done.stderr
    assert b"Traceback" not in done.stderr


def test_output_that_nobody_reads_is_no_error(tmp_path: Path) -> None:
    write_project(tmp_path, {f"function-{n}.js": HELLO for n in range(200)})
    script = f"{' '.join(POLYFN)} list --json --cwd {tmp_path} | head -n 1"
    done = subprocess.run(["sh", "-c", script], capture_output=True, timeout=60, check=True)
    assert done.stdout == b"{\n"
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("options", [(), ("--functions", "lambdas")])
def test_project_without_functions_says_where_they_were_looked_for(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    (tmp_path / "polyfn.toml").touch()
    (tmp_path / "lambdas").mkdir()
    looked = f"No functions in {tmp_path / (options[1] if options else 'netlify/functions')}. Put"
    in_project = tuple(str(tmp_path / each) if each == "lambdas" else each for each in options)
    told = polyfn("list", "--cwd", str(tmp_path), *in_project)
    assert looked in told.stderr.decode()
    with served(tmp_path, *in_project) as server:
        server.wait_for_output(looked)
