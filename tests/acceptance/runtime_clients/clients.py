"""The runtime clients under test: how each is put into a project, and what it cannot do."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

from tests.acceptance.runtime_clients import builds

NO_PANICS: Final = "no panics in this language"
NO_STREAMS: Final = "the client does not stream"
NO_REQUEST_ID: Final = "this version does not hand on the request id"
NO_DIRECTORY: Final = "it has no directory of its own"
NO_EVENT: Final = "the program does not read its event"
TRAILERS_IN_BODY: Final = "the client sends the error as the body's last bytes"
ENDS_AT_ONCE: Final = "the client has no such hook"


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A runtime client.

    Attributes:
        name: Of the function.
        title: The column's head in docs/reference/runtime-clients.md.
        put: Puts the function's files into the functions directory; skips where it cannot be built.
        error_type: Of the error that ``?do=error`` makes.
        init_error: Type and words of a start that fails.
        lacks: Feature → why.
    """

    name: str
    title: str
    put: Callable[[Path, str], None]
    error_type: str = "OnPurpose"
    init_error: tuple[str, str] = ("Runtime.ExitError", "exited with status 2")
    lacks: Mapping[str, str] = field(default_factory=dict)


def _rust(functions: Path, name: str) -> None:
    _bootstrap(functions, name, builds.rust(builds.SOURCES / "rust", "runtime"))


def _python(functions: Path, name: str) -> None:
    installed = builds.awslambdaric()
    _script(
        functions, name, f"PYTHONPATH={installed} exec {sys.executable} -m awslambdaric app.handler"
    )
    shutil.copy(builds.SOURCES / "python/app.py", functions / name)


def _node(functions: Path, name: str) -> None:
    installed = builds.aws_lambda_ric()
    handler = "_HANDLER=app.streams" if name.endswith("-streams") else ""
    _script(functions, name, f"{handler} exec {builds.ric_node()} {installed}")
    shutil.copy(builds.SOURCES / "node/app.mjs", functions / name)


def _go(functions: Path, name: str) -> None:
    _bootstrap(functions, name, builds.go(builds.GO_NEWEST))


def _old_go(functions: Path, name: str) -> None:
    _bootstrap(functions, name, builds.go(builds.GO_OLDEST))


def _prebuilt(functions: Path, name: str) -> None:
    shutil.copy(builds.go(builds.GO_NEWEST), functions / name)


def _shell(functions: Path, name: str) -> None:
    if shutil.which("curl") is None:
        pytest.skip("there is no curl on the PATH")
    _bootstrap(functions, name, builds.SOURCES / "shell/bootstrap")


def _bootstrap(functions: Path, name: str, program: Path) -> None:
    (functions / name).mkdir()
    shutil.copy(program, functions / name / "bootstrap")


def _script(functions: Path, name: str, command: str) -> None:
    (functions / name).mkdir()
    script = functions / name / "bootstrap"
    script.write_text(f'#!/bin/sh\ncd "$LAMBDA_TASK_ROOT" || exit\n{command}\n')
    script.chmod(0o755)


CLIENTS: Final = (
    Client(
        name="rust",
        title=f"Rust, `lambda_runtime` {builds.crate_version('lambda_runtime')}",
        put=_rust,
        init_error=("Runtime.ExitError", "exited with status 101"),
        lacks={"cut": TRAILERS_IN_BODY},
    ),
    Client(
        name="python",
        title=f"Python, `awslambdaric` {builds.AWSLAMBDARIC}",
        put=_python,
        init_error=("RuntimeError", "no start on purpose"),
        lacks={"panic": NO_PANICS, "stream": NO_STREAMS, "cut": NO_STREAMS, "stop": ENDS_AT_ONCE},
    ),
    Client(
        name="node",
        title=f"Node.js, `aws-lambda-ric` {builds.AWS_LAMBDA_RIC}",
        put=_node,
        init_error=("Error", "no start on purpose"),
        lacks={"panic": NO_PANICS, "stop": ENDS_AT_ONCE},
    ),
    Client(
        name="go",
        title=f"Go, `aws-lambda-go` {builds.GO_NEWEST}",
        put=_go,
        error_type="onPurpose",
    ),
    Client(
        name="go-oldest",
        title=f"Go, `aws-lambda-go` {builds.GO_OLDEST}",
        put=_old_go,
        error_type="onPurpose",
        lacks={
            "context": NO_REQUEST_ID,
            "stream": NO_STREAMS,
            "cut": NO_STREAMS,
            "stop": ENDS_AT_ONCE,
        },
    ),
    Client(
        name="prebuilt",
        title="the same Go program, named after the function",
        put=_prebuilt,
        error_type="onPurpose",
        lacks={"beside": NO_DIRECTORY},
    ),
    Client(
        name="shell",
        title="a shell, `curl`",
        put=_shell,
        init_error=("Shell.NoStart", "no start on purpose"),
        lacks={
            **dict.fromkeys(("event", "binary", "large", "context"), NO_EVENT),
            "panic": NO_PANICS, "stream": NO_STREAMS, "cut": NO_STREAMS, "stop": ENDS_AT_ONCE,
        },
    ),
)  # fmt: skip
