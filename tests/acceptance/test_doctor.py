"""`polyfn doctor`, and the one line of `serve`, on machines that lack something."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.projects import HELLO, write_project
from tests.acceptance.serving import POLYFN, served
from tests.acceptance.toolboxes import Toolbox

GREET = """
    package main

    import "github.com/aws/aws-lambda-go/lambda"

    func main() { lambda.Start(func() (string, error) { return "hi", nil }) }
"""
FIELDS = {
    "check", "title", "status", "message", "command", "functions", "version", "path", "origin",
}  # fmt: skip


@pytest.fixture
def toolbox(tmp_path: Path) -> Toolbox:
    return Toolbox(tmp_path / "machine")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path / "project", {"hello.js": HELLO})


def doctor(
    project: Path, toolbox: Toolbox, *options: str, **variables: str
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*POLYFN, "doctor", "--cwd", str(project), *options],
        env=toolbox.env(**{"POLYFN_PORT": "0", **variables}),
        capture_output=True,
        timeout=60,
        check=False,
    )


def examined(
    project: Path, toolbox: Toolbox, status: int, **variables: str
) -> dict[str, dict[str, Any]]:
    """The checks by their names; the exit status and ``ok`` must fit each other."""
    done = doctor(project, toolbox, "--json", **variables)
    assert done.returncode == status, (done.stdout, done.stderr)
    document = json.loads(done.stdout)
    assert document.keys() == {"ok", "polyfn", "python", "platform", "root", "checks"}
    assert document["ok"] is (status == 0)
    assert document["root"] == str(project)
    assert all(row.keys() == FIELDS for row in document["checks"])
    return {row["check"]: row for row in document["checks"]}


def test_what_is_here_comes_with_its_version_and_place(project: Path, toolbox: Toolbox) -> None:
    found = examined(project, toolbox.with_real("node", "go", "npm"), 0)
    for name in ("python", "node", "go", "npm"):
        assert found[name]["status"] == "ok", found[name]
        assert found[name]["version"][0].isdigit()
        assert Path(found[name]["path"]).is_file()
    assert found["node"]["origin"] == "PATH"
    assert found["node"]["functions"] == ["hello"]
    assert found["functions"]["status"] == found["state"]["status"] == "ok"
    assert not (project / ".polyfn").exists()


def test_what_the_project_needs_and_lacks_is_an_error_with_its_command(
    project: Path, toolbox: Toolbox
) -> None:
    write_project(project, {"netlify/functions/greet/main.go": GREET})
    found = examined(project, toolbox.with_real("node"), 1)
    assert found["go"] == {
        "check": "go",
        "title": "Go",
        "status": "error",
        "message": "Go was not found on this machine",
        "command": "pip install 'polyfn[go]'",
        "functions": ["greet"],
        "version": None,
        "path": None,
        "origin": None,
    }
    words = doctor(project, toolbox).stdout.decode()
    assert "pip install 'polyfn[go]'" in words
    assert "needs 1 thing that it does not have" in words


def test_what_only_other_projects_need_is_no_error(project: Path, toolbox: Toolbox) -> None:
    found = examined(project, toolbox.with_real("node"), 0)
    assert found["go"]["status"] == "info"
    assert found["go"]["command"] == "pip install 'polyfn[go]'"
    words = doctor(project, toolbox)
    assert words.returncode == 0
    assert b"This machine has what this project needs." in words.stdout


def test_program_that_is_too_old_is_named_with_its_version(project: Path, toolbox: Toolbox) -> None:
    toolbox.with_script("node", f"echo {toolbox.home}/old/bin/node")
    toolbox.with_file("old/bin/node", "echo v16.20.2")
    node = examined(project, toolbox, 1)["node"]
    assert "is version 16.20.2, and polyfn needs 18 or newer" in node["message"]


def test_esbuild_is_not_fetched_by_who_only_asks(project: Path, toolbox: Toolbox) -> None:
    write_project(project, {"typed.ts": "export const handler = async () => ({ statusCode: 200 })"})
    found = examined(project, toolbox.with_real("node", "npm"), 0)
    assert found["esbuild"]["status"] == "ok"
    assert "when it is needed" in found["esbuild"]["message"]
    assert found["npm"]["functions"] == ["typed"]
    assert not (toolbox.cache / "esbuild").exists()


def test_esbuild_that_nobody_can_fetch_is_missing(project: Path, toolbox: Toolbox) -> None:
    write_project(project, {"typed.ts": "export const handler = async () => ({ statusCode: 200 })"})
    toolbox.with_file("alone/bin/node", "echo v20.0.0")
    toolbox.with_script("node", f"echo {toolbox.home}/alone/bin/node")
    found = examined(project, toolbox, 1)
    assert found["esbuild"]["status"] == found["npm"]["status"] == "error"
    assert found["npm"]["command"] == "pip install 'polyfn[node]'"


@pytest.mark.parametrize(("toolchain", "status"), [("local", "error"), ("auto", "warning")])
def test_go_that_is_older_than_a_module_asks_for_is_named(
    project: Path, toolbox: Toolbox, toolchain: str, status: str
) -> None:
    write_project(
        project,
        {
            "netlify/functions/greet/main.go": GREET,
            "netlify/functions/greet/go.mod": "module greet\n\ngo 1.24 // new\n",
        },
    )
    toolbox.with_real("node").with_script("go", f"echo {toolbox.home}/go")
    toolbox.with_file("go/bin/go", "echo go version go1.22.3 linux/amd64")
    found = examined(project, toolbox, int(status == "error"), GOTOOLCHAIN=toolchain)
    concern = found["go-packages"]
    assert concern["status"] == status
    assert "netlify/functions/greet/go.mod asks for Go 1.24" in concern["message"]
    assert "is 1.22.3" in concern["message"]
    assert concern["functions"] == ["greet"]


def test_packages_that_nobody_installed_are_named_with_the_lock_files_command(
    project: Path, toolbox: Toolbox
) -> None:
    packages = {"dependencies": {"here": "1", "left-pad": "1"}, "devDependencies": {"jest": "1"}}
    (project / "package.json").write_text(json.dumps(packages), encoding="utf-8")
    (project / "package-lock.json").write_text("{}", encoding="utf-8")
    here = project / "node_modules/here"
    here.mkdir(parents=True)
    (here / "package.json").write_text("{}", encoding="utf-8")
    concern = examined(project, toolbox.with_real("node"), 0)["node-packages"]
    assert (concern["status"], concern["command"]) == ("warning", "npm ci")
    assert concern["message"] == "package.json names packages that are not installed: left-pad"


def test_python_packages_without_an_environment_are_warned_about(
    project: Path, toolbox: Toolbox
) -> None:
    write_project(project, {"stats.py": "def handler(event, context): ...\n"})
    (project / "requirements.txt").write_text("# none\nnumpy\n", encoding="utf-8")
    concern = examined(project, toolbox.with_real("node"), 0)["python-packages"]
    assert concern["status"] == "warning"
    assert "pip install -r requirements.txt" in concern["command"]


def test_directory_without_functions_is_named(tmp_path: Path, toolbox: Toolbox) -> None:
    found = examined(tmp_path, toolbox, 0)["functions"]
    assert found["status"] == "warning"
    assert str(tmp_path / "netlify/functions") in found["message"]


def test_file_in_the_place_of_the_state_directory_is_an_error(
    project: Path, toolbox: Toolbox
) -> None:
    (project / ".polyfn").touch()
    state = examined(project, toolbox.with_real("node"), 1)["state"]
    assert (state["status"], "is in the way" in state["message"]) == ("error", True)


def test_port_is_taken_by_another_or_by_this_projects_own_server(
    project: Path, toolbox: Toolbox
) -> None:
    toolbox.with_real("node")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        row = examined(project, toolbox, 0, POLYFN_PORT=str(port))["port"]
        assert row["status"] == "warning"
        assert f"127.0.0.1:{port} is taken" in row["message"]
        with served(project) as server:
            row = examined(project, toolbox, 0, POLYFN_PORT=str(port))["port"]
            assert row["status"] == "ok"
            assert f"http://127.0.0.1:{server.port}" in row["message"]


def test_it_answers_within_a_second(project: Path, toolbox: Toolbox) -> None:
    """CPU time: it must not hang on what else the machine does."""
    toolbox.with_real("node", "go", "npm")
    doctor(project, toolbox)
    before = os.times()
    began = time.monotonic()
    doctor(project, toolbox)
    after = os.times()
    used = after.children_user + after.children_system
    used -= before.children_user + before.children_system
    assert used < 1.0
    assert time.monotonic() - began < 10.0


def test_serve_says_in_one_line_what_is_missing(project: Path, toolbox: Toolbox) -> None:
    write_project(
        project,
        {"netlify/functions/greet/main.go": GREET, "netlify/functions/salute/main.go": GREET},
    )
    with served(project, env=dict(toolbox.with_real("node").env())) as server:
        server.wait_for_output("! Go was not found")
        assert server.get("hello").status == 200
        answer = server.get("greet")
        assert answer.status == 502
        assert b"Platform.ToolchainMissing" in answer.body
        assert server.get("salute").status == 502
    said = [line for line in server.output if "Go" in line and "GET" not in line]
    assert said[0] == (
        "! Go was not found on this machine: 2 functions will answer 502; "
        "get it with: pip install 'polyfn[go]' (polyfn doctor)"
    )
    assert len(said) == 1


def test_serve_says_nothing_when_nothing_is_missing(project: Path, toolbox: Toolbox) -> None:
    with served(project, env=dict(toolbox.with_real("node").env())) as server:
        assert server.get("hello").status == 200
    assert not [line for line in server.output if line.startswith("!")]
