"""Handlers that are called without the library's HTTP client: each version that it is done for."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from polyfn.gateway.judge import judge
from polyfn.runtimes.go.direct import DIRECT_VERSIONS
from polyfn.wire import messages as m
from tests.process.go_support import (
    LIBRARY,
    MAIN,
    SOURCES,
    USUAL,
    VERSIONS,
    Program,
    build,
    write,
    write_module,
)  # fmt: skip

pytestmark = pytest.mark.timeout(300)

_GO_MOD = "dpMpZgvWx5vuQJfBt0zqBha60q7Dd7RfgJv23DymV8A="
# Of those that no other test builds, what go.sum needs.
_MORE = {
    "1.46.0": ("UWVnvh2h2gecOlFhHQfIPQcD8pL/f7pVCutmFl+oXU8=", _GO_MOD, 21),
    "1.48.0": ("1aZUYsrJu0yo5fC4z+Rba1KhNImXcJcvHu763BxoyIo=", _GO_MOD, 21),
    "1.49.0": ("z4VhTqkFZPM3xpEtTqWqRqsRH4TZBMJqTkRiBPYLqIQ=", _GO_MOD, 21),
    "1.50.0": ("0GzY18vT4EsCvIyk3kn3ZH5Jg30NRlgYaai1w0aGPMU=", _GO_MOD, 21),
    "1.51.2": ("U4cuQ52dOLUV0t72TCspLEnWob6jkwTfjIrXr5LE3/c=", _GO_MOD, 21),
    "1.52.0": ("5NfiRaVl9FafUIt2Ld/Bv22kT371mfAI+l1Hd+tV7ZE=", _GO_MOD, 21),
    "1.53.0": ("uAMv6W/vCP/L494BAUSxe+8KVBIPK+SGPyapFt3FuMk=", _GO_MOD, 21),
    "1.55.0": (
        "D+AUkk49hTldMnv+Ydt+/jdWVXWPsp8hlwY6Enob2FM=",
        "V+NzkHNR6vBC8C1PDloqSLE+7jYWFiPvJJFiCiTm8nE=",
        26,
    ),
}
_VERSIONS = {**VERSIONS, **_MORE}
_LONG = 'größe <b>&\u2028"\\\n' * 4096


@pytest.fixture(scope="session")
def binary(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Builds the program against a version of the library, once."""
    done: dict[str, Path] = {}

    def get(version: str) -> Path:
        if version not in done:
            root = tmp_path_factory.mktemp("direct") / "site"
            write_module(root, version=version, versions=_VERSIONS)
            (root / MAIN).parent.mkdir(parents=True)
            shutil.copy(SOURCES / "direct" / "main.go", root / MAIN)
            done[version] = build(root).path
        return done[version]

    return get


@pytest.fixture
def start(binary: Callable[[str], Path]) -> Callable[..., Program]:
    def get(version: str = USUAL, **env: str) -> Program:
        path = binary(version)
        return Program(path, path.parents[4], **env)

    return get


def _event(path: str) -> bytes:
    return json.dumps({"path": path, "headers": {"a": "b"}}).encode()


def _stack(program: Program) -> str:
    return str(json.loads(program.call(_event("stack")))["body"])


@pytest.mark.parametrize("version", sorted(DIRECT_VERSIONS))
def test_every_version_of_the_table_calls_the_handler_directly(
    start: Callable[..., Program], version: str
) -> None:
    with start(version) as program:
        program.ready()
        stack = _stack(program)
        assert "/internal/polyfndirect.(*function).call(" in stack
        assert "net/http" not in stack

        number = program.begin(_event("long"))
        assert program.expect(m.Result) == m.Result(
            number, 201, ["X-A", "ü", "x-b", "1", "Both", "1", "Both", "2"],
            _LONG.encode(), False,
        )  # fmt: skip
        program.begin(_event("long"), want=0)
        value = program.expect(m.Value).value
        assert judge(value, "f").body.decode() == _LONG
        assert judge(value, "f").headers == (
            ("X-A", "ü"), ("x-b", "1"), ("Both", "1"), ("Both", "2"),
        )  # fmt: skip

        program.begin(_event(""), _LONG.encode(), 1)
        assert program.expect(m.Result).body == _LONG.encode()
        binary = bytes(range(256)) * 256
        program.begin(_event(""), binary, 2)
        back = program.expect(m.Result)
        assert (base64.b64decode(back.body or b""), back.is_base64) == (binary, True)
        assert program.call(_event(""), b"short", 1) == (
            b'{"statusCode":201,"headers":null,"multiValueHeaders":null,"body":"short"}'
        )
        extras = {"client_context": {"custom": {"k": "v"}}, "trace_id": "Root=1"}
        program.begin(_event("context"), extras=json.dumps(extras).encode())
        value = program.expect(m.Value).value
        about, nanoseconds, base, trace = json.loads(json.loads(value)["body"])
        assert about["AwsRequestID"] == "r-1"
        assert about["InvokedFunctionArn"].endswith(":function:hello")
        assert about["ClientContext"]["custom"] == {"k": "v"}
        assert (nanoseconds, base, trace) == (0, "kept", "Root=1")

        assert program.call(_event("no status")) == b"null"
        program.begin(_event("error"))
        assert json.loads(program.expect(m.Error).error) == {
            "errorType": "errorString", "errorMessage": "it went wrong", "trace": [],
        }  # fmt: skip
        program.begin(_event("panic"))
        failed = program.expect(m.Error)
        error = json.loads(failed.error)
        assert failed.fatal
        assert error["errorMessage"] == "assignment to entry in nil map"
        assert [line.split()[-1] for line in error["trace"]] == ["deeper", "proxy"]
        assert program.status() == 1
        assert "stackTrace" not in program.log()


def test_body_that_json_would_change_goes_through_json(start: Callable[..., Program]) -> None:
    with start() as program:
        program.ready()
        value = json.loads(program.call(_event("no text")))
        assert value["body"] == _LONG + "\ufffd"
        half = _LONG.encode() + b"\xff"
        program.begin(_event(""), half, 1)
        answer = program.expect(m.Result)
        assert answer.body == f"{_LONG}\ufffd".encode()


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("custom", {"statusCode": 299, "body": "its own"}),
        ("embedding", {}),
        ("reader", {"read": 1}),
    ],
)
def test_types_with_json_of_their_own_keep_it(
    start: Callable[..., Program], kind: str, expected: dict[str, Any]
) -> None:
    with start(KIND=kind) as program:
        program.ready()
        program.begin(_event(""), b"x" * 20_000, 1)
        answer = program.message()
        if kind == "embedding":  # its answer is plain, its event is not
            assert isinstance(answer, m.Result)
            assert answer.body == b"x" * 20_000
        else:
            assert isinstance(answer, m.Value)
            assert json.loads(answer.value) == expected


def test_handler_that_takes_bytes_is_called_without_http(start: Callable[..., Program]) -> None:
    with start(KIND="raw") as program:
        program.ready()
        stack = json.loads(program.call(b"{}"))
        assert "/internal/polyfndirect.serve(" in stack
        assert stack.endswith("{")


def test_concurrency_in_one_process_is_the_librarys_own(start: Callable[..., Program]) -> None:
    with start(AWS_LAMBDA_MAX_CONCURRENCY="2") as program:
        program.ready()
        assert "polyfndirect" not in _stack(program)


def test_other_version_than_the_planned_one_asks_the_runtime_api(tmp_path: Path) -> None:
    root = tmp_path / "site"
    write_module(root, version="1.53.0", versions=_VERSIONS)
    write_module(tmp_path / "other", name="example.com/other", version=USUAL)
    go_mod = (tmp_path / "other" / "go.sum").read_text()
    (root / "go.sum").write_text((root / "go.sum").read_text() + go_mod)
    (tmp_path / "go.work").write_text("go 1.21\n\nuse (\n\t./site\n\t./other\n)\n")
    write(root, {MAIN: (SOURCES / "direct" / "main.go").read_text()})
    with Program(build(root).path, root) as program:
        program.ready()
        assert "polyfndirect" not in _stack(program)


def test_library_in_place_of_the_library_is_left_alone(tmp_path: Path) -> None:
    root = tmp_path / "site"
    write_module(root)
    mine = tmp_path / "mine"
    write(mine, {
        "go.mod": f"module {LIBRARY}\n\ngo 1.21\n",
        "lambda/entry.go": "package lambda\n\nfunc Start(interface{}) { println(\"mine\") }\n",
    })  # fmt: skip
    with (root / "go.mod").open("a") as file:
        file.write(f"\nreplace {LIBRARY} => ../mine\n")
    main = f'package main\n\nimport "{LIBRARY}/lambda"\n\nfunc main() {{ lambda.Start(nil) }}\n'
    write(root, {MAIN: main})
    with Program(build(root).path, root) as program:
        assert program.status() == 0
        assert "mine" in program.log()
