"""Functions that are debugged: a project of two that count, served so, and calls under way."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.acceptance.debugging import Debugger
from tests.acceptance.projects import write_project
from tests.acceptance.serving import Answer, Served, served

OPEN = re.compile(r"debugger  (\S+) at (ws://127\.0\.0\.1:(\d+)/\S+)")
# What no debugger is attached to must be done by then on a busy machine, too.
LIMIT_S = 1.0
# What somebody who looks at variables takes, at the least.
PAUSE_S = 1.3 * LIMIT_S

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


def counting(tmp_path: Path) -> Path:
    """A project, in a directory whose name needs escaping in a URL."""
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
