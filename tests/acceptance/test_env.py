"""`polyfn env`: it says what a function then really sees, and where each value is from."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.projects import HELLO, write_project
from tests.acceptance.serving import POLYFN, served

SEES = """
    exports.handler = async () => ({ statusCode: 200, body: JSON.stringify(process.env) });
"""
TABLE = 'polyfn.toml [functions."sees"]'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Variables in every place there is, one of which is a secret."""
    return write_project(
        tmp_path / "shop",
        {
            "sees.js": SEES,
            "hello.js": HELLO,
            "netlify.toml": """
                [build.environment]
                LEVEL = "build"
                ONLY_BUILD = "1"
            """,
            "./.env": "LEVEL=plain\nMODE=plain\nAPI_TOKEN=abcdefgh\nPIN_TOKEN=1234\n",
            "./.env.local": "LEVEL=local\nTWO_LINES='a\nb'\n",
            "./more.env": "MORE=1\nLEVEL=more\n",
            "polyfn.toml": """
                [functions."sees"]
                environment = { MODE = "own", EXTRA = "2" }
            """,
        },
    )


def env(project: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*POLYFN, "env", *arguments, "--cwd", str(project)],
        env={"PATH": os.environ["PATH"], **variables},
        capture_output=True,
        timeout=60,
        check=False,
    )


def rows(done: subprocess.CompletedProcess[bytes]) -> dict[str, dict[str, Any]]:
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document.keys() == {"function", "variables", "hidden"}
    return {row.pop("name"): row for row in document["variables"]}


def test_each_value_comes_with_its_place_and_what_it_is_over(project: Path) -> None:
    found = rows(env(project, "sees", "--json", ONLY_BUILD="process"))

    def row(value: str, origin: str, *over: str) -> dict[str, object]:
        return {"value": value, "masked": False, "origin": origin, "over": list(over)}

    assert found["LEVEL"] == row("local", ".env.local", ".env", "netlify.toml [build.environment]")
    assert found["MODE"] == row("own", TABLE, ".env")
    assert found["EXTRA"] == row("2", TABLE)
    assert found["ONLY_BUILD"] == row(
        "process", "the process environment", "netlify.toml [build.environment]"
    )
    assert found["SITE_NAME"] == row("shop", "polyfn")
    assert found["PIN_TOKEN"] == row("1234", ".env")
    assert found["API_TOKEN"] == {
        "value": "********",
        "masked": True,
        "origin": ".env",
        "over": [],
    }


def test_what_it_says_is_what_the_function_sees(project: Path) -> None:
    with served(project) as server:
        seen = json.loads(server.get("sees").body)
        done = env(project, "sees", "--json", "--show-secrets", **os.environ)
        said = {name: row["value"] for name, row in rows(done).items()}
    assert said == {**seen, "AWS_LAMBDA_LOG_STREAM_NAME": said["AWS_LAMBDA_LOG_STREAM_NAME"]}
    assert "abcdefgh" in said["API_TOKEN"]
    assert said["URL"] == f"http://127.0.0.1:{server.port}"


def test_without_a_name_it_shows_what_all_functions_see(project: Path) -> None:
    found = rows(env(project, "--json"))
    assert found["MODE"]["value"] == "plain"
    assert found["NETLIFY_DEV"]["origin"] == "polyfn"
    assert "EXTRA" not in found
    assert "AWS_LAMBDA_FUNCTION_NAME" not in found


def test_lines_are_grouped_by_place_and_no_secret_is_among_them(project: Path) -> None:
    done = env(project, "sees", DATABASE_KEY="hidden-away")
    text = done.stdout.decode()
    assert "abcdefgh" not in text
    assert "hidden-away" not in text
    assert "  API_TOKEN=********\n" in text
    assert "  LEVEL=local  (over .env, netlify.toml [build.environment])\n" in text
    assert "  TWO_LINES=a\\nb\n" in text
    places = [line for line in text.splitlines() if not line.startswith(" ")]
    assert places == [
        ".env",
        ".env.local",
        "netlify.toml [build.environment]",
        TABLE,
        "polyfn",
        "the process environment",
    ]
    assert "abcdefgh" in env(project, "sees", "--show-secrets").stdout.decode()


def test_list_that_limits_a_function_says_what_it_hides(project: Path) -> None:
    (project / "polyfn.toml").write_text(
        '[functions."sees"]\nenvironment = ["MODE", "NEW=1"]\n', encoding="utf-8"
    )
    done = env(project, "sees", "--json")
    assert rows(done).keys() & {"LEVEL", "MODE", "NEW"} == {"MODE", "NEW"}
    assert json.loads(done.stdout)["hidden"] == [
        "API_TOKEN", "LEVEL", "ONLY_BUILD", "PIN_TOKEN", "TWO_LINES"
    ]  # fmt: skip
    assert b"does not see" in env(project, "sees").stderr


def test_file_that_is_named_counts_as_it_does_for_serve(project: Path) -> None:
    found = rows(env(project, "--json", "--env-file", str(project / "more.env")))
    assert found["LEVEL"]["value"] == "more"
    assert found["LEVEL"]["origin"] == "more.env"


def test_function_that_is_not_there_is_a_mistake_in_words(project: Path) -> None:
    done = env(project, "seen")
    assert (done.returncode, done.stdout) == (4, b"")
    assert b"Did you mean sees?" in done.stderr
