"""examples/mixed, served and invoked: every runtime, text and binary, both ways in."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from tests.acceptance.serving import Served, polyfn

BINARY = bytes(range(256)) * 40


def test_list_shows_every_function_of_the_mixed_example(mixed: Path) -> None:
    done = polyfn("list", "--json", "--cwd", str(mixed))
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)["functions"]
    assert [(row["name"], row["runtime"], row["kind"], row["valid"]) for row in rows] == [
        ("greet", "go", "sync", True),
        ("hello", "node", "sync", True),
        ("slug", "node", "sync", True),
        ("stats", "python", "sync", True),
        ("sum", "go", "sync", True),
        ("time", "node", "sync", True),
    ]


def test_build_builds_all_and_finds_them_built_the_next_time(mixed: Path) -> None:
    first = polyfn("build", "--cwd", str(mixed))
    assert first.returncode == 0, first.stdout + first.stderr
    again = polyfn("build", "--json", "--cwd", str(mixed))
    rows = {row["name"]: row for row in json.loads(again.stdout)["functions"]}
    assert all(row["ok"] for row in rows.values())
    assert {name for name, row in rows.items() if row["cached"]} >= {"greet", "slug", "sum"}


def test_commonjs_function_answers_by_http(mixed_server: Served) -> None:
    answer = mixed_server.get("hello", "?name=Ada%20L")
    assert answer.status == 200
    assert json.loads(answer.body)["message"] == "Hello, Ada L!"
    assert json.loads(answer.body)["requestId"] == answer.header("x-nf-request-id")


def test_es_module_keeps_its_state_between_calls(mixed_server: Served) -> None:
    calls = [json.loads(mixed_server.get("time").body)["calls"] for _ in range(3)]
    assert calls == [calls[0], calls[0] + 1, calls[0] + 2]


def test_typescript_function_uses_its_npm_package_and_its_local_file(mixed_server: Served) -> None:
    answer = mixed_server.call(
        "POST", "/.netlify/functions/slug", b"Gr\xc3\xbc\xc3\x9fe aus K\xc3\xb6ln!"
    )
    assert answer.status == 200
    assert json.loads(answer.body) == {"slug": "grusse-aus-koln!", "words": 3}


def test_go_function_of_the_root_module_answers(mixed_server: Served) -> None:
    answer = mixed_server.get("greet", "?lang=fr")
    assert (answer.status, answer.body) == (200, b"Bonjour!\n")
    assert answer.header("content-type") == "text/plain; charset=utf-8"


def test_go_function_with_a_module_of_its_own_answers(mixed_server: Served) -> None:
    answer = mixed_server.call("POST", "/.netlify/functions/sum", b"[1, 2.5]")
    assert (answer.status, answer.body) == (200, b'{"sum": 3.5}\n')
    assert mixed_server.call("POST", "/.netlify/functions/sum", b"no").status == 400


@pytest.mark.parametrize(
    ("body", "content_type", "binary"),
    [(b"text", "text/plain", False), (BINARY, "application/octet-stream", True)],
)
def test_python_function_gets_text_as_text_and_bytes_as_bytes(
    mixed_server: Served, body: bytes, content_type: str, binary: bool
) -> None:
    answer = mixed_server.call(
        "PUT", "/.netlify/functions/stats", body, [("content-type", content_type)]
    )
    seen = json.loads(answer.body)
    assert seen["sha256"] == hashlib.sha256(body).hexdigest()
    assert seen["binary"] is binary
    assert 0 < seen["left_ms"] <= 30_000


def test_logs_and_requests_are_shown(mixed_server: Served) -> None:
    mixed_server.get("hello", "?name=Grace")
    mixed_server.wait_for_output("hello          | greeting Grace")
    mixed_server.wait_for_output("GET    hello")
    mixed_server.get("greet", "?lang=de")
    mixed_server.wait_for_output('greeting in "de"')


def test_unknown_function_is_404_with_the_names_nearest_to_it(mixed_server: Served) -> None:
    answer = mixed_server.get("helo")
    assert answer.status == 404
    assert "hello" in json.loads(answer.body)["errorMessage"]


@pytest.mark.parametrize(
    ("arguments", "stdout"),
    [
        (["hello", "--query", "name=Ada"], b"Hello, Ada!"),
        (["time"], b'"calls":'),
        (["slug", "--body", "A Title"], b'{"slug":"a-title","words":2}'),
        (["greet", "--query", "lang=de"], b"Guten Tag!\n"),
        (["sum", "--body", "[1,2]"], b'{"sum": 3}'),
        (["stats", "--body", "four"], b'"bytes": 4'),
    ],
)
@pytest.mark.parametrize("through", ["itself", "server"])
def test_invoke_calls_each_function(
    arguments: list[str], stdout: bytes, through: str, request: pytest.FixtureRequest
) -> None:
    if through == "server":
        request.getfixturevalue("mixed_server")
        project = request.getfixturevalue("mixed")
    else:
        project = request.getfixturevalue("mixed_alone")
    done = polyfn("invoke", *arguments, "--cwd", str(project))
    assert done.returncode == 0, done.stderr
    assert stdout in done.stdout
    assert (b"by the running server" in done.stderr) == (through == "server")


def test_invoke_sends_bytes_from_a_file_and_from_standard_input(
    mixed: Path, mixed_server: Served, tmp_path: Path
) -> None:
    digest = hashlib.sha256(BINARY).hexdigest().encode()
    (tmp_path / "data.bin").write_bytes(BINARY)
    from_file = polyfn(
        "invoke", "stats", "--body", f"@{tmp_path / 'data.bin'}", "--cwd", str(mixed)
    )
    from_stdin = polyfn("invoke", "stats", "--body", "-", "--cwd", str(mixed), stdin=BINARY)
    assert digest in from_file.stdout
    assert digest in from_stdin.stdout


@pytest.mark.parametrize("name", ["hello", "stats", "greet"])
def test_invoke_hands_over_a_raw_event(mixed: Path, mixed_server: Served, name: str) -> None:
    event = {
        "queryStringParameters": {"name": "Raw", "lang": "fr"},
        "body": "raw",
        "isBase64Encoded": False,
    }
    done = polyfn("invoke", name, "--event", json.dumps(event), "--cwd", str(mixed))
    assert done.returncode == 0, done.stderr
    value = json.loads(done.stdout)
    assert value["statusCode"] == 200
    assert {"hello": "Hello, Raw!", "stats": '"bytes": 3', "greet": "Bonjour!"}[name] in value[
        "body"
    ]


def test_invoke_of_a_function_that_does_not_exist_names_the_nearest(mixed: Path) -> None:
    done = polyfn("invoke", "helo", "--cwd", str(mixed))
    assert done.returncode == 4
    assert b"Did you mean hello" in done.stderr


def test_invoke_shows_the_whole_response_as_json(mixed: Path, mixed_server: Served) -> None:
    done = polyfn("invoke", "sum", "--body", "nonsense", "--response", "--cwd", str(mixed))
    assert done.returncode == 1
    shown = json.loads(done.stdout)
    assert shown["status"] == 400
    assert shown["body"].startswith("Send a JSON list of numbers")
    assert ["content-type", "text/plain; charset=utf-8"] in shown["headers"]
