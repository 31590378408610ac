"""The Node.js that a project asks for runs its functions, through every command."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from polyfn.build.toolchains.finder import user_cache
from tests.acceptance.projects import write_project
from tests.acceptance.serving import POLYFN, Served, served
from tests.npm import node_version

_JS = "exports.handler = async () => ({ statusCode: 200, body: process.version });\n"
_TS = (
    "import { version } from 'node:process';\n"
    "export const handler = async () => ({ statusCode: 200, body: version as string });\n"
)
_CAN_FETCH = pytest.mark.skipif(shutil.which("npm") is None, reason="this machine has no npm")


@pytest.fixture
def own() -> str:
    """The line of the machine's own Node.js."""
    return node_version().partition(".")[0]


def _another(line: str) -> str:
    return next(each for each in ("18", "22") if each != line)


def _ran(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*POLYFN, *arguments],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def _says(server: Served, name: str, beginning: str, within_s: float = 60.0) -> None:
    deadline = time.monotonic() + within_s
    while not (answer := server.get(name)).body.decode().startswith(beginning):
        assert answer.status == 200, answer.body
        assert time.monotonic() < deadline, (answer.body, server.output)
        time.sleep(0.02)


def _skip_offline(words: str) -> None:
    if "npm could not get" in words and "NOTFOUND" in words:
        pytest.skip("npm does not reach its registry")


@_CAN_FETCH
def test_version_file_selects_and_takes_effect_while_served(tmp_path: Path, own: str) -> None:
    project = write_project(tmp_path, {"js.js": _JS, "ts.ts": _TS})
    env = {"POLYFN_CACHE": str(user_cache(os.environ))}
    with served(project, env=env) as server:
        for name in ("js", "ts"):
            _says(server, name, f"v{own}.")
        (project / ".nvmrc").write_text(f"{_another(own)}\n")
        _skip_offline(" ".join(server.output))
        for name in ("js", "ts"):
            _says(server, name, f"v{_another(own)}.")
        (project / ".nvmrc").unlink()
        for name in ("js", "ts"):
            _says(server, name, f"v{own}.")


@_CAN_FETCH
def test_variable_selects_for_one_call(tmp_path: Path, own: str) -> None:
    project = write_project(tmp_path, {"hello.ts": _TS})
    (project / ".nvmrc").write_text(own)
    cache = str(user_cache(os.environ))
    asked = _ran(
        "invoke", "hello", "--cwd", str(project), NODE_VERSION=_another(own), POLYFN_CACHE=cache
    )
    _skip_offline(asked.stderr)
    assert asked.stdout.startswith(f"v{_another(own)}."), asked.stderr
    plain = _ran("invoke", "hello", "--cwd", str(project), POLYFN_CACHE=cache)
    assert plain.stdout.startswith(f"v{own}."), plain.stderr


def test_version_in_netlify_toml_that_cannot_be_had_is_missed_and_functions_run(
    tmp_path: Path, own: str
) -> None:
    project = write_project(tmp_path, {"hello.js": _JS})
    (project / "netlify.toml").write_text('[build.environment]\nNODE_VERSION = "16"\n')
    words = "NODE_VERSION asks for Node.js 16: functions run on"
    with served(project) as server:
        assert server.get("hello").body.decode().startswith(f"v{own}.")
        assert sum(words in line for line in server.output) == 1, server.output
    called = _ran("invoke", "hello", "--cwd", str(project))
    assert called.stdout.startswith(f"v{own}.")
    assert called.stderr.count(words) == 1


def test_doctor_says_what_is_asked_for_and_what_runs(tmp_path: Path, own: str) -> None:
    project = write_project(tmp_path, {"hello.js": _JS})
    (project / "package.json").write_text('{"engines": {"node": ">=99"}}')
    done = _ran("doctor", "--json", "--cwd", str(project))
    checks = {each["check"]: each for each in json.loads(done.stdout)["checks"]}
    assert checks["node"]["status"] == "warning"
    assert "engines in package.json asks for Node.js >=99" in checks["node"]["message"]
    assert checks["node"]["version"].startswith(f"{own}.")
    assert done.returncode == 0
