"""`polyfn serve --inspect`: a debugger attaches, and time stands still while it is there."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.acceptance.debugging import Debugger, Refused, SourceMap, targets
from tests.acceptance.projects import HELLO, write_project
from tests.acceptance.serving import POLYFN, Answer, Served, assert_gone, polyfn, served, started

OPEN = re.compile(r"debugger  (\S+) at (ws://127\.0\.0\.1:(\d+)/\S+)")
# So short that a pause of a human's length is past it.
LIMIT_S = 0.3

COUNT_JS = """\
// counts
let n = 0;
exports.handler = async () => {
  n += 1;
  return { statusCode: 200, body: String(n) };
};
"""
COUNT_TS = """\
import { add } from "../../lib/add";

let n: number = 0;

interface Answer {
  statusCode: number;
  body: string;
}

export const handler = async (): Promise<Answer> => {
  n = add(n, 1);
  return { statusCode: 200, body: String(n) };
};
"""
ADD_TS = """\
export function add(a: number, b: number): number {
  return a + b;
}
"""
PATHS = {"js": "netlify/functions/js.js", "ts": "netlify/functions/ts.ts"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """In a directory whose name needs escaping in a URL."""
    return write_project(
        tmp_path / "my site", {"js.js": COUNT_JS, "ts.ts": COUNT_TS, "lib/add.ts": ADD_TS}
    )


def places(server: Served, count: int) -> dict[str, str]:
    """Where debuggers may attach, once that many lines have said so: name → URL."""
    deadline = time.monotonic() + 20
    while True:
        found = {m[1]: m[2] for line in list(server.output) if (m := OPEN.search(line))}
        if len(found) == count:
            return found
        assert time.monotonic() < deadline, server.output
        time.sleep(0.01)


@contextmanager
def inspected(
    project: Path, *options: str, count: int = 2, limit_s: float = LIMIT_S
) -> Iterator[tuple[Served, dict[str, str]]]:
    """Serve it so that a debugger can attach, at ports that are free."""
    flags = ("--inspect-port", "0", "--timeout", str(limit_s), *(options or ("--inspect",)))
    with served(project, *flags) as server:
        yield server, places(server, count)


class Asked:
    """A call under way."""

    def __init__(self, server: Served, name: str) -> None:
        self._answers: list[Answer] = []
        self._thread = threading.Thread(target=lambda: self._answers.append(server.get(name)))
        self._thread.start()

    @property
    def is_answered(self) -> bool:
        return bool(self._answers)

    def answer(self, within_s: float = 20.0) -> Answer:
        self._thread.join(within_s)
        assert self._answers, "no answer came"
        return self._answers[0]


def stays_paused(debugger: Debugger, asked: Asked, seconds: float) -> None:
    """Let time pass, as somebody who looks at variables does."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert not asked.is_answered
        assert debugger.send("Runtime.evaluate", expression="1 + 1")["result"]["value"] == 2
        time.sleep(0.05)


def test_breakpoint_is_met_and_a_pause_past_the_time_limit_ends_in_an_answer(
    project: Path,
) -> None:
    file = project / PATHS["js"]
    with inspected(project) as (server, urls), Debugger(urls["js"]) as debugger:
        debugger.begin()
        debugger.break_at(file.as_uri(), 3)
        asked = Asked(server, "js")
        assert debugger.where() == (file.as_uri(), 3, 2)
        waiting = Asked(server, "js")  # one instance: it waits behind the one that is paused
        stays_paused(debugger, asked, 4 * LIMIT_S)
        debugger.send("Debugger.resume")
        assert (asked.answer().status, asked.answer().body) == (200, b"1")
        debugger.where()
        stays_paused(debugger, waiting, 4 * LIMIT_S)
        debugger.send("Debugger.resume")
        assert (waiting.answer().status, waiting.answer().body) == (200, b"2")


def test_breakpoint_is_set_in_the_original_typescript(project: Path) -> None:
    file = project / PATHS["ts"]
    with inspected(project) as (server, urls), Debugger(urls["ts"]) as debugger:
        debugger.begin()
        bundle = next(url for url in debugger.scripts if ".polyfn/build/ts/" in url)
        source_map = SourceMap(debugger.scripts[bundle])
        assert set(source_map.sources) == {file, project / "lib/add.ts"}
        for source, line in ((file, 10), (project / "lib/add.ts", 1)):
            debugger.break_at(bundle, *source_map.generated(source, line))
        asked = Asked(server, "ts")
        for source, line in ((file, 10), (project / "lib/add.ts", 1)):
            url, *place = debugger.where()
            assert url == bundle
            assert source_map.original(*place) == (source, line)
            stays_paused(debugger, asked, 2 * LIMIT_S)
            debugger.send("Debugger.resume")
        assert (asked.answer().status, asked.answer().body) == (200, b"1")


def test_time_limit_counts_again_when_the_debugger_has_left(project: Path) -> None:
    (project / PATHS["js"]).write_text(
        "exports.handler = () => new Promise(() => setInterval(() => {}, 9));\n"
    )
    with inspected(project) as (server, urls):
        with Debugger(urls["js"]) as debugger:
            debugger.begin()
            asked = Asked(server, "js")
            stays_paused(debugger, asked, 3 * LIMIT_S)
        assert asked.answer().status == 504
        server.wait_for_output("js: detached")


@pytest.mark.parametrize("name", ["js", "ts"])
def test_brk_waits_for_a_debugger_and_stops_at_the_first_line(project: Path, name: str) -> None:
    (project / "lib/add.ts").write_text(f"console.log('lib runs');\n{ADD_TS}")
    with inspected(project, f"--inspect-brk={name}", count=1) as (server, urls):
        asked = Asked(server, name)
        server.wait_for_output(f"{name} waits for a debugger at {urls[name]}")
        with Debugger(urls[name]) as debugger:
            debugger.begin()
            debugger.go()
            url, line, column = debugger.where()
            if name == "ts":
                source_map = SourceMap(debugger.scripts[url])
                assert source_map.original(line, column) == (project / PATHS[name], 0)
            else:
                assert (url, line) == ((project / PATHS[name]).as_uri(), 1)
            stays_paused(debugger, asked, 2 * LIMIT_S)
            assert not any("lib runs" in each for each in server.output)
            other = "js" if name == "ts" else "ts"
            assert server.get(other).status == 200  # it is not concerned
            debugger.send("Debugger.resume")
            assert asked.answer().status == 200


def test_brk_a_debugger_that_attaches_first_starts_the_function(project: Path) -> None:
    brk = inspected(project, "--inspect-brk=js", count=1)
    with brk as (server, urls), Debugger(urls["js"]) as debugger:
        debugger.begin()
        debugger.go()
        assert debugger.where()[1] == 1
        debugger.send("Debugger.resume")
        assert server.get("js").body == b"1"


def test_brk_limits_of_init_and_queue_are_off_while_it_waits(project: Path) -> None:
    (project / "polyfn.toml").write_text("[limits]\ninit_timeout = 0.2\nqueue_timeout = 0.2\n")
    with inspected(project, "--inspect-brk=js", count=1) as (server, urls):
        asked = [Asked(server, "js"), Asked(server, "js")]
        server.wait_for_output("js waits for a debugger")
        with Debugger(urls["js"]) as debugger:
            debugger.begin()
            stays_paused(debugger, asked[0], 1.0)
            debugger.go()
            debugger.where()
            stays_paused(debugger, asked[1], 1.0)
            debugger.send("Debugger.resume")
            assert sorted(each.answer().body for each in asked) == [b"1", b"2"]


@pytest.mark.parametrize("flag", ["--inspect", "--inspect-brk"])
def test_reload_hands_the_debugger_to_the_new_version_at_the_same_place(
    project: Path, flag: str
) -> None:
    file = project / PATHS["js"]
    with inspected(project, f"{flag}=js", count=1) as (server, urls):
        first = Debugger(urls["js"])
        first.begin()
        first.go()
        if flag == "--inspect-brk":
            first.where()
            first.send("Debugger.resume")
        assert server.get("js").body == b"1"
        file.write_text(COUNT_JS.replace("let n = 0", "let n = 10"))
        first.wait_for_end()  # as soon as the version before has ended
        with Debugger(urls["js"]) as second:  # what an editor does then
            second.begin()
            second.break_at(file.as_uri(), 3)
            second.go()
            asked = Asked(server, "js")
            lines = [second.where()[1]]
            if flag == "--inspect-brk":
                second.send("Debugger.resume")
                lines.append(second.where()[1])
            assert lines == ([1, 3] if flag == "--inspect-brk" else [3])
            second.send("Debugger.resume")
            assert asked.answer().body == b"11"


def test_reload_while_paused_leaves_the_paused_call_alone(project: Path) -> None:
    file = project / PATHS["js"]
    with inspected(project) as (server, urls), Debugger(urls["js"]) as debugger:
        debugger.begin()
        debugger.break_at(file.as_uri(), 3)
        asked = Asked(server, "js")
        debugger.where()
        file.write_text(COUNT_JS.replace("let n = 0", "let n = 10"))
        server.wait_for_output("reloaded  js")
        assert server.get("js").body == b"11"
        stays_paused(debugger, asked, 2 * LIMIT_S)
        debugger.send("Debugger.resume")
        assert asked.answer().body == b"1"
        debugger.wait_for_end()


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
        assert b"exited with status 3" in answer.body
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
            end = time.monotonic() + 3 * LIMIT_S
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
