"""Around debugging: ports, who may attach and to what, what is printed, and how it ends."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from tests.acceptance.debugged import (
    LIMIT_S,
    OPEN,
    PATHS,
    PAUSE_S,
    Asked,
    counting,
    inspected,
    places,
)
from tests.acceptance.debugging import Debugger, Refused, targets
from tests.acceptance.projects import HELLO, write_project
from tests.acceptance.serving import POLYFN, assert_gone, polyfn, served, started


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return counting(tmp_path)


def test_an_inspector_that_node_options_have_opened_is_used(project: Path) -> None:
    options = '[build.environment]\nNODE_OPTIONS = "--inspect=127.0.0.1:0"\n'
    (project / "netlify.toml").write_text(options)
    file = project / PATHS["js"]
    with inspected(project) as (server, urls), Debugger(urls["js"]) as debugger:
        debugger.begin()
        debugger.break_at(file.as_uri(), 3)
        asked = Asked(server, "js")
        assert debugger.where() == (file.as_uri(), 3, 2)
        debugger.send("Debugger.resume")
        assert asked.answer().status == 200


def test_each_function_has_a_port_of_its_own_and_list_shows_them(project: Path) -> None:
    with inspected(project) as (_, urls):
        with Debugger(urls["js"]) as one, Debugger(urls["ts"]) as other:
            for each, name in ((one, "js.js"), (other, "ts.cjs")):
                each.begin()
                assert any(url.endswith(name) for url in each.scripts)
        rows = json.loads(polyfn("list", "--json", "--cwd", str(project)).stdout)["functions"]
        assert {row["name"]: row["debugger"] for row in rows} == urls
        table = polyfn("list", "--cwd", str(project)).stdout.decode()
        assert all(url in table for url in urls.values())
    rows = json.loads(polyfn("list", "--json", "--cwd", str(project)).stdout)["functions"]
    assert [row["debugger"] for row in rows] == [None, None]


def test_a_function_that_appears_later_gets_a_port(project: Path) -> None:
    with inspected(project) as (server, _):
        write_project(project, {"late.js": HELLO})
        url = places(server, 3)["late"]
        with Debugger(url) as debugger:
            debugger.begin()
            debugger.wait_for_script((project / "netlify/functions/late.js").as_uri())


def test_a_port_that_is_taken_is_said_and_the_next_one_used(project: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with served(project, "--inspect=js", "--inspect-port", str(port)) as server:
            url = places(server, 1)["js"]
            assert f":{port}/" not in url
            server.wait_for_output(f"{url}  (port {port}")


def test_editors_find_the_function_over_http(project: Path) -> None:
    with inspected(project) as (_, urls):
        port = int(urls["js"].split(":")[2].split("/")[0])
        (found,) = targets(port)
        assert found["webSocketDebuggerUrl"] == urls["js"]
        assert found["type"] == "node"
        assert found["url"] == (project / PATHS["js"]).as_uri()
        assert "js" in found["title"]
        assert targets(port, "/json") == [found]
        assert targets(port, "/json/version")["Protocol-Version"] == "1.1"
        assert "domains" in targets(port, "/json/protocol")
        assert targets(port, "/json/list", Host=f"localhost:{port}")[0]["id"] == found["id"]


def test_pages_of_others_cannot_get_in(project: Path) -> None:
    """A browser opens WebSockets to any place, and a name may be made to point here."""
    with inspected(project) as (_, urls):
        port = int(urls["js"].split(":")[2].split("/")[0])
        assert targets(port, "/json/list", Host=f"evil.example:{port}") == 400
        for path in ("", "js", "00000000-0000-0000-0000-000000000000"):
            with pytest.raises(Refused):
                Debugger(f"ws://127.0.0.1:{port}/{path}")


def test_a_function_that_does_not_load_is_told_to_who_attaches(project: Path) -> None:
    (project / PATHS["ts"]).write_text("export const handler = ;\n")
    with inspected(project) as (server, urls):
        with pytest.raises(Refused, match="503"):
            Debugger(urls["ts"])
        server.wait_for_output("ts cannot be debugged")
        assert server.get("js").status == 200


def test_nodes_own_lines_about_its_inspector_are_nobodys_log(project: Path) -> None:
    with inspected(project) as (server, urls):
        with Debugger(urls["js"]) as debugger:
            debugger.begin()
            assert server.get("js").status == 200
        server.wait_for_output("js: detached")
        assert server.get("js").status == 200
    assert not [line for line in server.output if " | " in line]


def test_workers_and_child_processes_of_a_debugged_function_run(project: Path) -> None:
    (project / PATHS["js"]).write_text(
        "const { Worker } = require('node:worker_threads');\n"
        "const { execFileSync } = require('node:child_process');\n"
        "exports.handler = async () => {\n"
        "  const code = 'require(\"node:worker_threads\").parentPort.postMessage(2)';\n"
        "  const worker = new Worker(code, { eval: true });\n"
        "  const got = await new Promise((resolve) => worker.once('message', resolve));\n"
        "  const url = execFileSync(process.execPath, ['-p', 'require(\"inspector\").url()']);\n"
        "  return { statusCode: 200, body: `${got} ${url}` };\n"
        "};\n"
    )
    with inspected(project, limit_s=20.0) as (server, urls), Debugger(urls["js"]) as debugger:
        debugger.begin()
        assert server.get("js").body == b"2 undefined\n"


def test_a_function_that_exits_while_it_is_debugged_is_told_at_once(project: Path) -> None:
    (project / PATHS["js"]).write_text("exports.handler = async () => process.exit(3);\n")
    with inspected(project) as (server, urls), Debugger(urls["js"]) as debugger:
        debugger.begin()
        answer = Asked(server, "js").answer(5.0)
        assert answer.status == 502
        # Node itself sometimes crashes at its exit when the debugger hangs up at that moment.
        assert b"exited with status 3" in answer.body or b"SIGSEGV" in answer.body
        debugger.wait_for_end()


@pytest.mark.parametrize("state", ["paused", "attached", "waits", "waits alone"])
def test_ctrl_c_ends_it_soon_whatever_a_debugger_does(project: Path, state: str) -> None:
    flag = "--inspect-brk=js" if state.startswith("waits") else "--inspect=js"
    with started(project, flag, "--inspect-port", "0") as server:
        url = places(server, 1)["js"]
        asked = Asked(server, "js") if state.startswith("waits") else None
        if asked is not None:
            server.wait_for_output("js waits for a debugger")
        debugger = None if state == "waits alone" else Debugger(url)
        if debugger is not None:
            debugger.begin()
            if state == "paused":
                debugger.break_at((project / PATHS["js"]).as_uri(), 3)
                asked = Asked(server, "js")
                debugger.where()
        family = server.family()
        began = time.monotonic()
        server.process.send_signal(signal.SIGINT)
        if debugger is not None:
            debugger.wait_for_end()
        assert server.process.wait(10) == 0, server.output
        assert time.monotonic() - began < 5
        assert_gone(family)
        if asked is not None:  # what was paused ran on, and what waited was given up
            assert asked.answer().status == (200 if state == "paused" else 503)


@pytest.mark.parametrize(
    ("name", "status", "words"),
    [
        ("jss", 4, "Did you mean js?"),
        ("py", 2, "is not JavaScript or TypeScript"),
        ("bad name", 3, "cannot be debugged"),
    ],
)
def test_a_function_that_cannot_be_debugged_is_refused(
    project: Path, name: str, status: int, words: str
) -> None:
    write_project(project, {"py.py": "def handler(event, context): ...\n", "bad name.js": HELLO})
    run = polyfn("serve", "--cwd", str(project), "--port", "0", f"--inspect={name}", timeout_s=20)
    assert run.returncode == status, run.stderr
    assert words in run.stderr.decode()


def test_invoke_waits_for_a_debugger_and_prints_the_answer(project: Path) -> None:
    command = [*POLYFN, "invoke", "ts", "--cwd", str(project), "--timeout", str(LIMIT_S)]
    with subprocess.Popen(
        [*command, "--inspect-brk", "--inspect-port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as run:
        assert run.stderr is not None
        url = next(match[2] for line in run.stderr if (match := OPEN.search(line)))
        with Debugger(url) as debugger:
            debugger.begin()
            debugger.go()
            debugger.where()
            end = time.monotonic() + PAUSE_S
            while time.monotonic() < end:
                debugger.send("Runtime.evaluate", expression="1")
            debugger.send("Debugger.resume")
            debugger.wait_for_end()
        out, err = run.communicate(timeout=20)
    assert (run.returncode, out) == (0, "1"), err


def test_invoke_says_that_a_debugger_attaches_to_the_server(project: Path) -> None:
    with served(project):
        run = polyfn("invoke", "js", "--cwd", str(project), "--inspect-brk")
    assert run.returncode == 2
    assert b"--inspect-brk=js" in run.stderr
