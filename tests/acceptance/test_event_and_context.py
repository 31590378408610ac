"""What a handler gets, field by field, the same in every runtime."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.serving import Served, polyfn, served

ECHO = Path(__file__).resolve().parents[1] / "functions/echo"
NAMES = ("js-echo", "ts-echo", "py-echo", "go-echo")
WITH_CONTEXT = ("js-echo", "py-echo", "go-echo")
BINARY = bytes(range(256))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("echo") / "project"
    shutil.copytree(ECHO, path, ignore=shutil.ignore_patterns(".polyfn"))
    return path


@pytest.fixture(scope="module")
def echo(project: Path) -> Iterator[Served]:
    with served(project, env={"FROM_PROCESS": "p", "TZ": ""}) as server:
        yield server


def seen(
    server: Served,
    name: str,
    method: str = "GET",
    rest: str = "",
    body: bytes | None = None,
    headers: list[tuple[str, str]] | None = None,
) -> dict[str, Any]:
    answer = server.call(method, f"/.netlify/functions/{name}{rest}", body, headers)
    assert answer.status == 200, answer.body
    value: dict[str, Any] = json.loads(answer.body)
    return value


@pytest.mark.parametrize("name", NAMES)
def test_event_holds_every_field_of_the_request(echo: Served, name: str) -> None:
    rest = "/sub%2Fpath/%C3%A4?a=1&b=x%20y&a=2&empty="
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("X-Twice", "one"),
        ("X-Twice", "two"),
        ("User-Agent", "echo-test"),
        ("x-nf-client-connection-ip", "6.6.6.6"),
        ("x-nf-forged", "yes"),
    ]
    event = seen(echo, name, "POST", rest, "grüß dich".encode(), headers)["event"]
    path = f"/.netlify/functions/{name}/sub%2Fpath/%C3%A4"
    query = "a=1&b=x%20y&a=2&empty="
    host = f"127.0.0.1:{echo.port}"
    assert event["path"] == path
    assert event["httpMethod"] == "POST"
    assert event["rawQuery"] == query
    assert event["rawUrl"] == f"http://{host}{path}?{query}"
    assert event["queryStringParameters"] == {"a": "1, 2", "b": "x y", "empty": ""}
    assert event["multiValueQueryStringParameters"] == {
        "a": ["1", "2"], "b": ["x y"], "empty": [""],
    }  # fmt: skip
    assert event["body"] == "grüß dich"
    assert event["isBase64Encoded"] is False
    got = event["headers"]
    assert (got["host"], got["user-agent"], got["x-twice"]) == (host, "echo-test", "one, two")
    assert event["multiValueHeaders"]["x-twice"] == ["one", "two"]
    assert got["x-nf-client-connection-ip"] == got["client-ip"] == "127.0.0.1"
    assert "x-nf-forged" not in got
    assert set(got) >= {"x-nf-request-id", "x-nf-geo", "x-nf-account-id", "x-nf-site-id"}
    context = event["requestContext"]
    assert context["requestId"] == got["x-nf-request-id"]
    assert (context["httpMethod"], context["path"]) == ("POST", path)
    assert context["identity"]["sourceIp"] == "127.0.0.1"
    assert isinstance(context["requestTimeEpoch"], int)
    assert {"resource", "pathParameters", "stageVariables", "route"} <= set(event)


@pytest.mark.parametrize("name", NAMES)
def test_event_of_a_bare_get_has_no_body_and_an_empty_query(echo: Served, name: str) -> None:
    event = seen(echo, name)["event"]
    assert event["body"] is None
    assert event["isBase64Encoded"] is False
    assert event["queryStringParameters"] == {}
    assert event["rawQuery"] == ""


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("content_type", "body", "text"),
    [
        ("application/json", b'{"a":"\xe2\x9c\x93"}', True),
        ("application/x-www-form-urlencoded", b"a=1", True),
        ("application/ld+json", b"{}", True),
        (None, b"no type, but text", True),
        (None, b"\xff\xfe", False),
        ("image/png", BINARY, False),
        ("application/octet-stream", b"text in a binary type", False),
        ("text/plain", b"\xff not utf-8", False),
    ],
)
def test_body_is_text_or_base64_and_no_byte_is_lost(
    echo: Served, name: str, content_type: str | None, body: bytes, text: bool
) -> None:
    headers = [("content-type", content_type)] if content_type else []
    event = seen(echo, name, "POST", "", body, headers)["event"]
    assert event["isBase64Encoded"] is not text
    got = event["body"].encode() if text else base64.b64decode(event["body"], validate=True)
    assert got == body


@pytest.mark.parametrize("name", WITH_CONTEXT)
def test_context_names_the_function_the_request_and_the_time_left(echo: Served, name: str) -> None:
    value = seen(echo, name)
    event, context = value["event"], value["context"]
    if name == "js-echo":
        names = {
            "awsRequestId": "aws_request_id", "functionName": "function_name",
            "functionVersion": "function_version", "invokedFunctionArn": "invoked_function_arn",
            "logGroupName": "log_group_name", "logStreamName": "log_stream_name",
            "memoryLimitInMB": "memory_limit_in_mb", "remaining": "remaining",
        }  # fmt: skip
        assert context["callbackWaitsForEmptyEventLoop"] is True
        assert {"done", "fail", "succeed"} <= set(context["functions"])
        context = {names[key]: value for key, value in context.items() if key in names}
    limit, memory = (7, 256) if name == "py-echo" else (30, 1024)
    assert context["aws_request_id"] == event["headers"]["x-nf-request-id"]
    assert context["function_name"] == name
    assert context["function_version"] == "$LATEST"
    assert context["invoked_function_arn"].endswith(f":function:{name}")
    assert context["log_group_name"] == f"/aws/lambda/{name}"
    assert context["log_stream_name"]
    assert int(context["memory_limit_in_mb"]) == memory
    assert (limit - 5) * 1000 < context["remaining"] <= limit * 1000


@pytest.mark.parametrize("name", WITH_CONTEXT)
def test_bearer_token_becomes_the_client_context(echo: Served, name: str) -> None:
    claims = {"sub": "42", "email": "ada@example.com"}
    parts = [{"alg": "HS256"}, claims]
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts]
    token = b".".join([*encoded, b"signature"]).decode()
    context = seen(echo, name, headers=[("authorization", f"Bearer {token}")])["context"]
    if name == "js-echo":
        assert context["clientContext"]["user"] == claims
        assert context["clientContext"]["identity"]["token"]
        custom = context["clientContext"]["custom"]
    else:
        custom = context["custom"]
    netlify = json.loads(base64.b64decode(custom["netlify"]))
    assert netlify["user"] == claims


@pytest.mark.parametrize("name", NAMES)
def test_environment_is_the_projects_in_its_order_and_lambdas(
    echo: Served, name: str, project: Path
) -> None:
    value = seen(echo, name)
    environment = value["environment"]
    expected = {
        "FROM_PROCESS": "p",
        "FROM_DOTENV": "yes",
        "FROM_DEV": "d",
        "FROM_BUILD": "b",
        "API_TOKEN": "from-dotenv",
        "NETLIFY_DEV": "true",
        "CONTEXT": "dev",
        "URL": f"http://127.0.0.1:{echo.port}",
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}",
        "AWS_REGION": "us-east-1",
        "LAMBDA_TASK_ROOT": str(project),
        "_HANDLER": f"{name}.handler",
    }
    assert {key: environment.get(key) for key in expected} == expected
    assert environment.get("EXTRA") == ("only here" if name == "py-echo" else None)
    assert not [key for key in environment if key.startswith("POLYFN_")]
    assert value["cwd"] == str(project)


@pytest.mark.parametrize("name", NAMES)
def test_invoke_makes_the_same_event_as_http(echo: Served, project: Path, name: str) -> None:
    alone = project.with_name(f"alone-{name}")
    shutil.copytree(project, alone, ignore=shutil.ignore_patterns(".polyfn"), dirs_exist_ok=True)
    arguments = [
        "invoke", name, "--query", "a=1", "--query", "a=x y", "--header", "X-Twice: one",
        "--header", "X-Twice: two", "--body", '{"n": 1}', "--path",
        f"/.netlify/functions/{name}/deep%2Fer",
    ]  # fmt: skip
    events = []
    for where in (project, alone):
        done = polyfn(*arguments, "--cwd", str(where))
        assert done.returncode == 0, done.stderr
        events.append(json.loads(done.stdout)["event"])
    for event in events:
        assert event["httpMethod"] == "POST"
        assert event["path"] == f"/.netlify/functions/{name}/deep%2Fer"
        assert event["queryStringParameters"] == {"a": "1, x y"}
        assert event["headers"]["x-twice"] == "one, two"
        assert event["headers"]["content-type"] == "application/json"
        assert event["body"] == '{"n": 1}'
    assert set(events[0]) == set(events[1])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "DELETE", "PATCH", "PUT"])
def test_every_method_reaches_the_function(echo: Served, name: str, method: str) -> None:
    answer = echo.call(method, f"/.netlify/functions/{name}")
    assert answer.status == 200
    if method == "HEAD":
        assert answer.body == b""
    else:
        assert json.loads(answer.body)["event"]["httpMethod"] == method


@pytest.mark.parametrize("name", NAMES)
def test_raw_event_reaches_the_function_untouched(echo: Served, project: Path, name: str) -> None:
    event = '{"big": 9007199254740993, "f": 1.0, "text": "ä\\u0000"}'
    done = polyfn("invoke", name, "--event", event, "--cwd", str(project))
    assert done.returncode == 0, done.stderr
    body = json.loads(done.stdout)["body"]
    if name in ("py-echo", "go-echo"):  # JavaScript's own numbers are doubles
        assert '"big": 9007199254740993' in body.replace('":9', '": 9')
    assert json.loads(body)["event"]["text"] == "ä\0"
