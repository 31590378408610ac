"""Variables that steer real `go build` runs: which Go it is."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from polyfn.errors import BuildFailed
from polyfn.settings import go_version
from tests.process.go_support import (
    HELLO,
    MAIN,
    Program,
    build,
    go_env,
    go_tool,
    write,
    write_module,
)

pytestmark = pytest.mark.timeout(300)  # another Go compiles the standard library once more

_OTHER = "1.22.3"
_SAYS_VERSION = """\
package main

import (
    "runtime"

    "github.com/aws/aws-lambda-go/lambda"
)

func main() { lambda.Start(func() (string, error) { return runtime.Version(), nil }) }
"""


def test_go_version_says_which_go_builds(tmp_path: Path) -> None:
    variables = go_version.steered({"GO_VERSION": _OTHER}, {})
    command = (go_tool().path, "version")
    asked = subprocess.run(command, env=go_env(**variables), capture_output=True, check=False)
    if asked.returncode:
        pytest.skip(f"Go {_OTHER} cannot be fetched here: {asked.stderr.decode()[:200]}")
    write(tmp_path, {MAIN: _SAYS_VERSION})  # without a go.mod: polyfn's own names that version
    with Program(build(tmp_path, **variables).path, tmp_path) as program:
        assert program.ready().call(b"{}") == f'"go{_OTHER}"'.encode()


def test_go_version_that_cannot_be_had_is_said_with_what_to_do(tmp_path: Path) -> None:
    write_module(tmp_path)
    write(tmp_path, {MAIN: HELLO})
    variables = go_version.steered({"GO_VERSION": "1.22.99"}, {})
    with pytest.raises(BuildFailed, match=r"Go 1\.22\.99 cannot be fetched\. GO_VERSION"):
        build(tmp_path, GOPROXY="off", **variables)


def test_go_version_of_the_machines_minor_is_the_machines(tmp_path: Path) -> None:
    write_module(tmp_path)
    write(tmp_path, {MAIN: HELLO})
    minor = ".".join(go_tool().version.split(".")[:2])
    variables = go_version.steered({"GO_VERSION": minor}, {})
    assert build(tmp_path, GOPROXY="off", **variables).path.is_file()
