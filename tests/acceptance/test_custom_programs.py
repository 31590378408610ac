"""Programs that a command of the author's compiles: Netlify's own example of a custom build."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.projects import write_project
from tests.acceptance.serving import polyfn, served
from tests.acceptance.test_reload import fails, says
from tests.process.go_support import write_module

pytestmark = pytest.mark.timeout(300)

_PROGRAM = "netlify/functions/identity-signup-background"
_SOURCE = """\
package main

import (
	"context"
	"fmt"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
)

type request = events.APIGatewayProxyRequest
type response = events.APIGatewayProxyResponse

func handler(ctx context.Context, r request) (response, error) {
	fmt.Println("signup one", r.Body)
	return response{StatusCode: 200, Body: "one"}, nil
}

func main() { lambda.Start(handler) }
"""


def site(root: Path, files: dict[str, str]) -> Path:
    """A project whose program is in ``cmd``, as polyfn does not look for one."""
    write_module(root)
    return write_project(root, {"cmd/signup/main.go": _SOURCE, **files})


def test_the_documentations_identity_signup_background_is_built_and_served(
    tmp_path: Path,
) -> None:
    toml = f'[build]\ncommand = "go build -o {_PROGRAM} ./cmd/signup"\n'
    site(tmp_path, {"netlify.toml": toml})
    done = polyfn("build", "--site", "--cwd", str(tmp_path))
    assert done.returncode == 0, (done.stdout, done.stderr)
    with served(tmp_path) as server:
        assert server.call("POST", "/.netlify/functions/identity-signup-background").status == 202
        server.wait_for_output("signup one")


def test_a_program_that_runs_is_built_again_copied_over_itself_and_served(tmp_path: Path) -> None:
    # `cp` writes to the very file that runs.
    build = "go build -o bin/signup ./cmd/signup && cp bin/signup netlify/functions/signup"
    files = {"polyfn.toml": f'[functions.signup]\nbuild = "{build}"\n', ".gitignore": "bin\n"}
    main = site(tmp_path, files) / "cmd/signup/main.go"
    with served(tmp_path) as server:
        says(server, "signup", "one", within_s=200)
        main.write_text(_SOURCE.replace('"one"', '"two"'))
        says(server, "signup", "two")
        main.write_text(_SOURCE.replace('"one"', "1"))
        fails(server, "signup", 502, "cmd/signup/main.go:16:")
        main.write_text(_SOURCE.replace('"one"', '"three"'))
        says(server, "signup", "three")
