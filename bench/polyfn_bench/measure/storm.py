"""Many saves at once: 500 of one file in two seconds under load, and a checkout of 200 files."""

from __future__ import annotations

import contextlib
import http.client
import subprocess
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from polyfn_bench import client, projects, servers
from polyfn_bench.figures import BenchError, Figure, Row, Section
from polyfn_bench.goals import GOALS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from polyfn_bench.lab import Lab

_SAVES: Final = 500
_SAVES_S: Final = 2.0
_CALLERS: Final = 4
_FILES: Final = 200
_LIMIT_S: Final = 20.0
_PATH: Final = servers.FUNCTIONS + "js"


@dataclass
class _Callers:
    """Clients that call all the time."""

    calls: int = 0
    failed: list[str] = field(default_factory=list)


def measure(lab: Lab) -> Section:
    """Both, one after the other."""
    lab.progress.say(f"polyfn, {_SAVES} saves in {_SAVES_S:g} s")
    served_ms, callers = _saves(lab)
    lab.progress.say(f"polyfn, a checkout of {_FILES} files")
    checkout_ms, reloads = _checkout(lab)
    failed = len(callers.failed)
    return Section(
        (
            Row(
                key="storm.failed",
                title=f"{_SAVES} saves in {_SAVES_S:g} s: requests that failed",
                unit="",
                ours=Figure(value=failed, low=failed, high=failed),
                goal=GOALS["storm.failed"],
                detail=f"of {callers.calls:,}{''.join(callers.failed[:1])}",
            ),
            Row(
                key="storm.served",
                title="last save → its content served",
                unit="ms",
                ours=Figure(value=served_ms, low=served_ms, high=served_ms),
                goal=GOALS["storm.served"],
            ),
            Row(
                key="storm.checkout",
                title=f"git checkout of {_FILES} functions → served",
                unit="ms",
                ours=Figure(value=checkout_ms, low=checkout_ms, high=checkout_ms),
                detail=f"from its end; reloads of the function that is called: {reloads}",
            ),
        )
    )


def _saves(lab: Lab) -> tuple[float, _Callers]:
    project = projects.with_many(lab, 1)
    file = project / projects.DIRECTORY / projects.SOURCES["js"]
    text = file.read_text(encoding="utf-8")
    with servers.polyfn(lab, project, "js") as server, _calling(server.port) as callers:
        began = saved = time.perf_counter()
        for number in range(_SAVES):
            file.write_text(text.replace('"ok"', f'"saved {number}"'), encoding="utf-8")
            saved = time.perf_counter()
            time.sleep(max(0.0, began + (number + 1) * _SAVES_S / _SAVES - saved))
        served = _until(server.port, f"saved {_SAVES - 1}".encode())
        return (served - saved) * 1000, callers


@contextlib.contextmanager
def _calling(port: int) -> Iterator[_Callers]:
    callers, stop = _Callers(), threading.Event()
    threads = [threading.Thread(target=_call, args=(port, callers, stop)) for _ in range(_CALLERS)]
    for thread in threads:
        thread.start()
    try:
        yield callers
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _call(port: int, callers: _Callers, stop: threading.Event) -> None:
    with client.connected(port) as connection:
        while not stop.wait(0.005):
            callers.calls += 1
            try:
                answer = connection.call(_PATH)
            except (OSError, http.client.HTTPException) as error:
                callers.failed.append(f"; {error!r}")
                return
            if answer.status != http.HTTPStatus.OK:
                callers.failed.append(f"; {answer.status} {answer.body[:200]!r}")


def _checkout(lab: Lab) -> tuple[float, int]:
    """From the end of the checkout to the new answer, in ms; how often it was reloaded."""
    project = projects.with_many(lab, _FILES)
    _git(project, "init", "-q")
    files = list((project / projects.DIRECTORY).iterdir())
    for branch, answer in (("one", '"one"'), ("two", '"ok"')):
        for file in files:
            text = file.read_text(encoding="utf-8")
            file.write_text(text.replace('"ok"' if branch == "one" else '"one"', answer), "utf-8")
        _commit(project, branch)
    with servers.polyfn(lab, project, "js") as server:
        _git(project, "checkout", "-q", "one")
        ended = time.perf_counter()
        served = _until(server.port, b"one")
        time.sleep(1)  # a second reload would come now
        reloads = server.log.read_text(encoding="utf-8").count("reloaded  js ")
        return (served - ended) * 1000, reloads


def _until(port: int, body: bytes) -> float:
    served = client.until_answer(port, _PATH, body, _LIMIT_S)
    if served is None:
        raise BenchError(f"{_PATH} did not answer {body!r} within {_LIMIT_S:g} s")
    return served


def _commit(project: Path, branch: str) -> None:
    _git(project, "checkout", "-q", "-B", branch)
    _git(project, "add", projects.DIRECTORY)
    _git(project, "-c", "user.name=b", "-c", "user.email=b@example.com", "commit", "-qm", branch)


def _git(project: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(project), *arguments], check=True, capture_output=True)
