"""Save → served: how long after a file was saved its new content is answered."""

from __future__ import annotations

import contextlib
import http.client
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from polyfn_bench import client, projects, servers
from polyfn_bench.figures import BenchError, Figure, Goal, Row, Section
from polyfn_bench.goals import GO_SAVE_ADDED_MS, GOALS
from polyfn_bench.peers import attempt

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from polyfn_bench.lab import Lab
    from polyfn_bench.peers import Peer

_TITLES: Final = {
    "js": "save → served, JS",
    "ts": "save → served, TS",
    "go": "save → served, Go",
    "py": "save → served, Python",
    "outside": "save → served, JS's dependency outside the directory",
}
# An editor saves no more often than this; a change may be noticed late by a watcher just starting.
_PAUSE_S = 0.3
# Fine enough, and leaves the processor to what is measured: a call a millisecond took half a core.
_POLL_S = 0.003


@dataclass
class _Watch:
    """Calls a function all the time: when each answer came first, and what failed."""

    seen: dict[bytes, float] = field(default_factory=dict)
    calls: int = 0
    failed: int = 0


def measure(lab: Lab) -> Section:
    """Each language, and a file outside the functions directory."""
    project = projects.copied(lab, "hello")
    failed = calls = 0
    rows = []
    with servers.polyfn(lab, project, "js") as server:
        for name in _TITLES:
            lab.progress.say(f"polyfn, {name}")
            client.check(server.port, servers.FUNCTIONS + name)
            figure, watch = _saved(lab, project, name, server.port)
            failed, calls = failed + watch.failed, calls + watch.calls
            rows.append(_row(lab, project, name, figure))
    return Section((*rows, _failures(failed, calls)))


def _row(lab: Lab, project: Path, name: str, ours: Figure | str) -> Row:
    goal, detail = GOALS.get(f"saves.{name}"), ""
    if name == "go":
        build = _go_build(lab, project)
        goal = Goal(must=round(build.value + GO_SAVE_ADDED_MS))
        detail = f"go build itself: {build.value:.0f} ms"
    return Row(
        key=f"saves.{name}",
        title=_TITLES[name],
        unit="ms",
        ours=ours,
        goal=goal,
        peers={peer.name: _of_peer(lab, peer, name) for peer in lab.peers},
        detail=detail,
    )


def _failures(failed: int, calls: int) -> Row:
    return Row(
        key="saves.failed",
        title="requests that failed meanwhile",
        unit="",
        ours=Figure(value=failed, low=failed, high=failed),
        goal=GOALS["saves.failed"],
        detail=f"of {calls:,}",
    )


def _saved(
    lab: Lab, project: Path, name: str, port: int, path: str = ""
) -> tuple[Figure | str, _Watch]:
    """Save again and again; a figure in ms."""
    file = _file(project, name)
    text = file.read_text(encoding="utf-8")
    times: list[float] = []
    limit_s = lab.effort.save_limit_s
    with _watching(port, path or servers.FUNCTIONS + name) as watch:
        for number in range(max(lab.effort.repeats // 2, 2)):
            time.sleep(_PAUSE_S)
            answer = f"saved {number}"
            saved = time.perf_counter()
            file.write_text(text.replace('"ok"', f'"{answer}"'), encoding="utf-8")
            served = _first_seen(watch, answer.encode(), saved + limit_s)
            if served is None:
                return f"not served within {limit_s:.0f} s", watch
            times.append((served - saved) * 1000)
    return Figure.of(times), watch


def _file(project: Path, name: str) -> Path:
    if name == "outside":
        return project / "lib/words.js"
    return project / projects.DIRECTORY / projects.SOURCES[name]


@contextlib.contextmanager
def _watching(port: int, path: str) -> Iterator[_Watch]:
    watch, stop = _Watch(), threading.Event()
    thread = threading.Thread(target=_watch, args=(port, path, watch, stop))
    thread.start()
    try:
        yield watch
    finally:
        stop.set()
        thread.join()


def _watch(port: int, path: str, watch: _Watch, stop: threading.Event) -> None:
    connection = client.Client(port)
    while not stop.wait(_POLL_S):
        watch.calls += 1
        try:
            answer = connection.call(path)
        except (OSError, http.client.HTTPException):
            watch.failed += 1
            connection.close()
            continue
        watch.failed += answer.status != http.HTTPStatus.OK
        watch.seen.setdefault(answer.body, time.perf_counter())
    connection.close()


def _first_seen(watch: _Watch, body: bytes, deadline: float) -> float | None:
    while body not in watch.seen:
        if time.perf_counter() > deadline:
            return None
        time.sleep(_POLL_S)
    return watch.seen[body]


def _go_build(lab: Lab, project: Path) -> Figure:
    """What the compiler alone takes after an edit, in ms."""
    file = _file(project, "go")
    text = file.read_text(encoding="utf-8")
    argv = [str(lab.programs.go), "build", "-ldflags=-s -w", "-o", str(lab.place("built")), "."]
    times = []
    for number in range(max(lab.effort.repeats // 4, 2)):
        file.write_text(f"{text}\n// {number}\nvar edit{number} = {number}\n", encoding="utf-8")
        began = time.perf_counter()
        done = lab.children.run(argv, cwd=file.parent, env=lab.env, limit_s=60)
        if done.returncode != 0:
            raise BenchError(f"go build failed: {done.stderr.decode()}")
        times.append((time.perf_counter() - began) * 1000)
    return Figure.of(times[1:])


def _of_peer(lab: Lab, peer: Peer, name: str) -> Figure | str:
    def saves() -> Figure | str:
        project = projects.copied(lab, "hello")
        with peer.serve(lab, project, name) as server:
            return _saved(lab, project, name, server.port, peer.path(name))[0]

    if not peer.whole_project:
        return "does not reload"
    if name not in peer.functions:
        return "not supported"
    lab.progress.say(f"{peer.name}, {name}")
    return attempt(saves)
