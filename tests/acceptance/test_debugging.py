"""`polyfn serve --inspect`: a debugger attaches, and time stands still while it is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.debugged import (
    ADD_TS,
    COUNT_JS,
    PATHS,
    PAUSE_S,
    Asked,
    counting,
    inspected,
    stays_paused,
)
from tests.acceptance.debugging import Debugger, SourceMap
from tests.acceptance.projects import write_project


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return counting(tmp_path)


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
        stays_paused(debugger, asked, PAUSE_S)
        debugger.send("Debugger.resume")
        assert (asked.answer().status, asked.answer().body) == (200, b"1")
        debugger.where()
        stays_paused(debugger, waiting, PAUSE_S)
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
            stays_paused(debugger, asked, PAUSE_S)
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
            stays_paused(debugger, asked, PAUSE_S)
        assert asked.answer().status == 504
        server.wait_for_output("js: detached")


def test_two_debuggers_may_attach_and_time_counts_when_both_have_left(project: Path) -> None:
    file = project / PATHS["js"]
    with inspected(project) as (server, urls), Debugger(urls["js"]) as one:
        one.begin()
        with Debugger(urls["js"]) as other:
            other.begin()
        one.break_at(file.as_uri(), 3)
        asked = Asked(server, "js")
        one.where()
        stays_paused(one, asked, PAUSE_S)
        one.send("Debugger.resume")
        assert asked.answer().status == 200
        assert sum("js: attached" in line for line in server.output) == 1


def test_the_version_that_goes_on_is_debugged_while_the_new_one_is_broken(project: Path) -> None:
    file = project / PATHS["js"]
    with inspected(project, "--inspect", "--keep-good") as (server, urls):
        assert server.get("js").body == b"1"
        file.write_text("throw new Error('no');\n")
        server.wait_for_output("the last good version goes on")
        with Debugger(urls["js"]) as debugger:
            debugger.begin()
            debugger.break_at(file.as_uri(), 3)
            asked = Asked(server, "js")
            debugger.where()
            debugger.send("Debugger.resume")
            assert asked.answer().body == b"2"


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
            stays_paused(debugger, asked, PAUSE_S)
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
        stays_paused(debugger, asked, PAUSE_S)
        debugger.send("Debugger.resume")
        assert asked.answer().body == b"1"
        debugger.wait_for_end()


def test_breakpoint_is_met_in_a_modern_function_and_while_it_streams(project: Path) -> None:
    text = """\
        async function* lines() {
          yield "first ";
          yield "second";
        }
        export default async () => new Response(ReadableStream.from(lines()));
    """
    write_project(project, {"modern.mjs": text, "polyfn.toml": "[limits]\nstream_timeout = 0.3\n"})
    file = project / "netlify/functions/modern.mjs"
    serving = inspected(project, "--inspect=modern", count=1)
    with serving as (server, urls), Debugger(urls["modern"]) as debugger:
        debugger.begin()
        for line in (4, 2):
            debugger.break_at(file.as_uri(), line)
        asked = Asked(server, "modern")
        for line in (4, 2):
            assert debugger.where()[1] == line
            stays_paused(debugger, asked, PAUSE_S)
            debugger.send("Debugger.resume")
        assert (asked.answer().status, asked.answer().body) == (200, b"first second")
