"""Builds a function by its plan and calls it in our Node runner, without the rooms above."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Self

import orjson

from polyfn.model import Function, FunctionConfig
from polyfn.runtimes.node import NodeRuntime
from polyfn.wire.connection import Connection
from polyfn.wire.messages import Error, Loaded, Log, Ready, Result

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from polyfn.model import JSON, BuildPlan, LaunchSpec, Tool

_WAIT_S = 30.0


def function(root: Path, main: str, **config: JSON) -> Function:
    """A function whose source is a file under ``root``."""
    path = root / main
    return Function(
        name=path.stem,
        runtime="node",
        main_file=path,
        source=path,
        project_root=root,
        config=FunctionConfig(**config),
    )


def write(root: Path, files: Mapping[str, str]) -> None:
    """Make files, and the directories they are in."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def package(name: str, **manifest: JSON) -> dict[str, str]:
    """The manifest of an installed package, to `write`."""
    text = orjson.dumps({"name": name, **manifest}).decode()
    return {f"node_modules/{name}/package.json": text}


def answering(expression: str) -> str:
    """A handler that answers with the JSON of an expression."""
    return (
        "export const handler = async (event: unknown) =>"
        f" ({{ statusCode: 200, body: JSON.stringify({expression}) }});\n"
    )


class NotBuilt(Exception):
    """A build's command failed; the message is what the author would read."""


def build(plan: BuildPlan, work: Path) -> Path:
    """Run a plan as the build room does; the artifact."""
    work.mkdir(parents=True, exist_ok=True)
    for command in plan.commands:
        argv = [each.replace("{work}", str(work)) for each in command.argv]
        done = subprocess.run(
            argv, cwd=command.cwd, env=dict(command.env), capture_output=True, text=True,
            timeout=_WAIT_S, check=False,
        )  # fmt: skip
        said = done.stdout + done.stderr
        if done.returncode != 0:
            other = plan.otherwise and plan.otherwise(said)
            if other:
                return build(other, work)
            raise NotBuilt(plan.explain(said))
    return work / plan.output


def built(function: Function, tools: Mapping[str, Tool], work: Path) -> Path:
    """The artifact of a function: what was built of it, or its main file."""
    runtime = NodeRuntime()
    needed = {name: tools[name] for name in runtime.tools(function)}
    plan = runtime.plan(function, needed, {"PATH": os.environ["PATH"]})
    return function.main_file if plan is None else build(plan, work)


@contextmanager
def running(function: Function, tools: Mapping[str, Tool], work: Path) -> Iterator[Child]:
    """Build, start and load a function."""
    artifact = built(function, tools, work)
    with Child(NodeRuntime().launch(function, artifact, tools)) as child:
        child.load(function)
        yield child


class Child:
    """A runner in a child process, its frames at 3 and 4."""

    def __init__(self, launch: LaunchSpec) -> None:
        self._launch = launch
        self._connection = Connection()
        self.logs: list[Log] = []

    def __enter__(self) -> Self:
        to_child, self._write = os.pipe()
        self._read, from_child = os.pipe()
        with ExitStack() as stack:
            null = os.open(os.devnull, os.O_RDWR)
            for fd in (to_child, from_child, null):
                stack.callback(os.close, fd)
            moves = [(null, 0), (null, 1), (2, 2), (to_child, 3), (from_child, 4)]
            self._pid = os.posix_spawn(
                self._launch.argv[0],
                self._launch.argv,
                {"PATH": os.environ["PATH"], "POLYFN_FRAME_FDS": "3,4"},
                file_actions=_dup2(moves),
            )
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._write)  # the runner ends when its input does
        deadline = time.monotonic() + _WAIT_S
        while os.waitpid(self._pid, os.WNOHANG)[0] == 0:
            if time.monotonic() > deadline:
                os.kill(self._pid, signal.SIGKILL)
            select.select([self._read], [], [], 0.01)
        os.close(self._read)

    def load(self, function: Function) -> None:
        """Load; fails with the runner's own words."""
        self._next()
        spec = {
            "function": function.name,
            "root": str(function.project_root),
            "cwd": str(function.project_root),
            "env": {"PATH": os.environ["PATH"]},
            "memory_mb": 128,
            "version": "$LATEST",
            "arn": "arn",
            "log_group": "group",
            "log_stream": "stream",
            **self._launch.load,
        }
        os.write(self._write, self._connection.load(spec))
        message = self._next()
        assert isinstance(message, Ready), message

    def call(self, event: JSON = None) -> Result | Error:
        """Call the handler."""
        _, data = self._connection.invoke(
            request_id="r", remaining_ms=30_000, want=1, event=orjson.dumps(event or {}),
            body_kind=0, body=None, extras=None,
        )  # fmt: skip
        os.write(self._write, data)
        message = self._next()
        assert isinstance(message, Result | Error), message
        return message

    def answer(self, event: JSON = None) -> JSON:
        """The JSON in the body of the handler's response."""
        message = self.call(event)
        assert isinstance(message, Result), message
        return orjson.loads(message.body or b"null")

    def error(self, event: JSON = None) -> Mapping[str, JSON]:
        """What the runner tells of the handler's error."""
        message = self.call(event)
        assert isinstance(message, Error), message
        error: Mapping[str, JSON] = orjson.loads(message.error)
        return error

    def _next(self) -> object:
        while True:
            ready, _, _ = select.select([self._read], [], [], _WAIT_S)
            data = os.read(self._read, 65536) if ready else b""
            assert data, "the runner said nothing"
            for message in self._connection.receive(data):
                if isinstance(message, Loaded):
                    continue
                if not isinstance(message, Log):
                    return message
                self.logs.append(message)


def _dup2(moves: list[tuple[int, int]]) -> list[tuple[int, ...]]:
    """Move fds to where they belong, by way of high numbers, so that none is overwritten."""
    high = 100
    up = [(os.POSIX_SPAWN_DUP2, fd, high + index) for index, (fd, _) in enumerate(moves)]
    down = [(os.POSIX_SPAWN_DUP2, high + index, to) for index, (_, to) in enumerate(moves)]
    close = [(os.POSIX_SPAWN_CLOSE, high + index) for index in range(len(moves))]
    return [*up, *down, *close]
