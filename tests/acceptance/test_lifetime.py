"""How long a function's state lives, whom it reaches, and what becomes of a process that grows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import psutil
import pytest

from tests.acceptance.projects import write_project
from tests.acceptance.serving import Served, served
from tests.waiting import eventually

COUNTS = """
    let calls = 0;
    globalThis.everywhere ??= NAME;
    Array.prototype.mine ??= NAME;
    process.env.SAID_BY ??= NAME;
    process.on('mine', () => {});
    const { MINE, OTHERS } = process.env;
    exports.handler = async () => ({
      statusCode: 200,
      body: JSON.stringify({
        calls: ++calls, pid: process.pid, everywhere, array: [].mine, MINE, OTHERS,
        SAID_BY: process.env.SAID_BY, listeners: process.listenerCount('mine'),
        env: Object.keys(process.env).filter((key) => /^(MINE|OTHERS)/.test(key)),
      }),
    });
"""
LEAKS = """
    const kept = [];
    exports.handler = async () => {
      kept.push(Buffer.alloc(1 << 20, 1));
      return { statusCode: 200, body: `${process.pid} ${kept.length}` };
    };
"""
FILES = {
    "one.js": COUNTS.replace("NAME", "'one'"),
    "two.js": COUNTS.replace("NAME", "'two'"),
    "typed.ts": COUNTS.replace("NAME", "'typed'").replace("exports.handler", "export const handler")
    + "declare const everywhere: string;\n",
    "leaks.js": LEAKS,
    "polyfn.toml": """
        [functions."one"]
        environment = { MINE = "of one" }
        [functions."two"]
        environment = { OTHERS = "of two" }
        [functions."leaks"]
        memory = 192
    """,
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(write_project(tmp_path_factory.mktemp("lifetime"), FILES)) as server:
        yield server


def test_module_state_lives_from_call_to_call(server: Served) -> None:
    answers = [json.loads(server.get("one").body) for _ in range(5)]
    first = answers[0]["calls"]
    assert [each["calls"] for each in answers] == list(range(first, first + 5))
    assert len({each["pid"] for each in answers}) == 1


def test_globals_prototypes_listeners_and_environment_are_a_functions_own(server: Served) -> None:
    names = ["one", "two", "typed"]
    said = {name: json.loads(server.get(name).body) for name in names}  # spares are taken, too
    for name, each in said.items():
        assert (each["everywhere"], each["array"], each["SAID_BY"]) == (name, name, name)
        assert each["listeners"] == 1
    assert [each.get("MINE") for each in said.values()] == ["of one", None, None]
    assert [each.get("OTHERS") for each in said.values()] == [None, "of two", None]
    assert [each["env"] for each in said.values()] == [["MINE"], ["OTHERS"], []]


async def test_process_that_grows_is_replaced_between_calls_and_no_call_waits(
    server: Served,
) -> None:
    first = server.get("leaks").body.split()[0]

    def gone() -> bool:
        """Whether it has been replaced; it grows until then, but not in one second."""
        if 0 < held_mb(first) < 500:
            assert server.get("leaks").status == 200
            assert all(server.get("one").status == 200 for _ in range(10))
        return not held_mb(first)

    await eventually(gone, within_s=60)
    pid, kept = server.get("leaks").body.split()
    assert pid != first
    assert int(kept) < 10
    server.wait_for_output("Function 'leaks' got a fresh process: its own had grown to")
    calls = [line for line in server.output if re.match(r"GET +leaks ", line)]
    assert sum("cold" in line for line in calls) == 1  # the very first one


def held_mb(pid: bytes) -> int:
    """What a process holds; 0 when it is gone."""
    try:
        return int(psutil.Process(int(pid)).memory_info().rss) >> 20
    except psutil.NoSuchProcess:
        return 0
