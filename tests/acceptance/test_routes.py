"""Functions that answer on paths of their own, through the real command."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.serving import Served, polyfn, served

TELL = """async (event) => ({
  statusCode: 200,
  body: JSON.stringify({
    by: "NAME", path: event.path, route: event.route, parameters: event.pathParameters,
    resource: event.resource,
  }),
})"""


def function(name: str, config: str) -> str:
    return f"exports.handler = {TELL.replace('NAME', name)};\nexports.config = {config};\n"


FILES = {
    "users.js": function("users", "{ path: ['/api/users', '/api/users/:id'], method: 'GET' }"),
    "me.js": function("me", "{ path: '/api/users/me' }"),
    "create.js": function("create", "{ path: '/api/users/', method: ['post', 'PUT'] }"),
    "files.js": function("files", "{ path: '/files/*', excludedPath: '/files/*.txt' }"),
    "book.ts": "const enum At { Books = '/books' }\nexport const config = "
    "{ path: `${At.Books}/:lang(en|de)?/:isbn(\\\\d+)` };\n"
    f"export const handler = {TELL.replace('NAME', 'book').replace('(event)', '(event: any)')};\n",
    "page.py": "import json\nconfig = {'path': '/pages{/:name}?', 'preferStatic': True}\n"
    "def handler(event, context):\n"
    "    return {'statusCode': 200, 'body': json.dumps({'by': 'page', 'path': event['path'],\n"
    "        'route': event['route'], 'parameters': event['pathParameters'],\n"
    "        'resource': event['resource']})}\n",
    "v2.js": "exports.handler = async (event) => ({ statusCode: 200, body: JSON.stringify("
    "{ by: 'v2', parameters: event.pathParameters, path: event.rawPath }) });\n"
    "exports.config = { path: '/v2/:name' };\n",
    "zz-users.js": function("zz-users", "{ path: '/API/users/:name', method: 'GET' }"),
    "limited.js": function(
        "limited", "{ path: '/limited', rateLimit: { windowSize: 60, windowLimit: 1 } }"
    ),
    "broken.js": function("broken", "{ path: '/broken', schedule: 'sometimes' }"),
    "plain.js": f"exports.handler = {TELL.replace('NAME', 'plain')};\n",
}
CLASH = (
    "`path` /API/users/:name is taken by netlify/functions/users.js (as /api/users/:id) already: "
    "give netlify/functions/zz-users.js another path, or other methods"
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("routes")
    directory = root / "netlify/functions"
    directory.mkdir(parents=True)
    for name, source in FILES.items():
        (directory / name).write_text(source)
    (root / "polyfn.toml").write_text('[functions.v2]\nevent_format = "v2"\n')
    return root


@pytest.fixture(scope="module")
def server(project: Path) -> Iterator[Served]:
    with served(project) as server:
        yield server


@pytest.mark.parametrize(
    ("path", "by", "route", "parameters"),
    [
        ("/api/users", "users", "/api/users", None),
        ("/API/Users/", "users", "/api/users", None),
        ("/api/users/42", "users", "/api/users/:id", {"id": "42"}),
        ("/api/users/42/?a=/b", "users", "/api/users/:id", {"id": "42"}),
        ("/api/users/J%C3%BCrgen%2FX", "users", "/api/users/:id", {"id": "Jürgen/X"}),
        ("/api/users/me", "me", "/api/users/me", None),
        ("/api/./users/me/../you", "users", "/api/users/:id", {"id": "you"}),
        ("/files/a//b", "files", "/files/*", {"0": "a//b"}),
        ("/files/", "files", "/files/*", None),
        (
            "/books/de/123",
            "book",
            "/books/:lang(en|de)?/:isbn(\\d+)",
            {"lang": "de", "isbn": "123"},
        ),
        ("/books/123", "book", "/books/:lang(en|de)?/:isbn(\\d+)", {"isbn": "123"}),
        ("/pages", "page", "/pages{/:name}?", None),
        ("/pages/caf%C3%A9", "page", "/pages{/:name}?", {"name": "café"}),
    ],
)
def test_path_finds_its_function(
    server: Served, path: str, by: str, route: str, parameters: dict[str, str] | None
) -> None:
    answer = server.call("GET", path)
    assert answer.status == 200, answer
    told = json.loads(answer.body)
    assert told == {
        "by": by,
        "path": path.partition("?")[0],
        "route": route,
        "parameters": {"0": ""} if path == "/files/" else parameters,
        "resource": route,
    }


def test_event_of_the_second_format_has_the_parameters_too(server: Served) -> None:
    told = json.loads(server.call("GET", "/v2/a%20b").body)
    assert told == {"by": "v2", "parameters": {"name": "a b"}, "path": "/v2/a%20b"}


def test_functions_share_a_path_by_their_methods(server: Served) -> None:
    assert json.loads(server.call("GET", "/api/users").body)["by"] == "users"
    for method in ("POST", "PUT"):
        assert json.loads(server.call(method, "/api/users", b"").body)["by"] == "create"


@pytest.mark.parametrize("method", ["DELETE", "OPTIONS", "HEAD", "PATCH"])
def test_method_that_no_function_of_a_path_lists_is_told_which_do(
    server: Served, method: str
) -> None:
    answer = server.call(method, "/api/users", b"")
    assert (answer.status, answer.header("allow")) == (405, "POST, PUT, GET")


@pytest.mark.parametrize("path", ["/files/a.txt", "/files/x/../a.TXT/", "/files", "/books/fr/1"])
def test_path_that_no_route_matches_or_one_excludes_is_nobodys(server: Served, path: str) -> None:
    answer = server.call("GET", path)
    assert answer.status == 404
    assert json.loads(answer.body)["errorType"] == "Function.NotFound"


def test_function_with_a_path_does_not_answer_at_its_name(server: Served) -> None:
    answer = server.get("book")
    assert answer.status == 404
    assert json.loads(answer.body)["errorMessage"] == (
        "Function 'book' has paths of its own and answers only there: "
        "/books/:lang(en|de)?/:isbn(\\d+)."
    )


def test_rate_limit_is_not_enforced(server: Served) -> None:
    assert [server.call("GET", "/limited").status for _ in range(3)] == [200, 200, 200]


def test_clash_is_told_at_the_start_and_everything_else_is_served(server: Served) -> None:
    assert any(CLASH in line for line in server.output)
    answer = server.get("zz-users")
    assert answer.status == 400
    told = json.loads(answer.body)
    assert told["errorType"] == "Function.Invalid"
    assert CLASH in told["errorMessage"]
    assert json.loads(server.get("plain").body)["by"] == "plain"


def test_route_of_a_function_with_a_bad_value_says_what_is_allowed(server: Served) -> None:
    for path in ("/broken", "/.netlify/functions/broken"):
        answer = server.call("GET", path)
        assert answer.status == 400
        words = json.loads(answer.body)["errorMessage"]
        assert "`schedule` in the config of broken must be a cron expression of five" in words
        assert words.endswith('not "sometimes"')
    assert any("broken: cannot be served: `schedule` in the" in line for line in server.output)


@pytest.mark.parametrize("command", [["list"], ["list", "--json"], ["doctor"]])
def test_clash_names_both_files_in_every_list(project: Path, command: list[str]) -> None:
    done = polyfn(*command, "--cwd", str(project))
    words = " ".join((done.stdout + done.stderr).decode().split())
    assert CLASH in words


def test_clash_comes_and_goes_with_the_files(tmp_path: Path) -> None:
    directory = tmp_path / "netlify/functions"
    directory.mkdir(parents=True)
    (directory / "b.js").write_text(function("b", "{ path: '/x/:b' }"))
    with served(tmp_path) as server:
        assert json.loads(server.call("GET", "/x/1").body)["by"] == "b"
        (directory / "a.js").write_text(function("a", "{ path: '/X/:a' }"))
        server.wait_for_output(
            "broken    b: Function 'b' cannot be served: `path` /x/:b is taken by "
            "netlify/functions/a.js (as /X/:a) already: give netlify/functions/b.js another path"
        )
        assert json.loads(server.call("GET", "/x/1").body)["by"] == "a"
        (directory / "a.js").unlink()
        server.wait_for_output("added     b")
        assert json.loads(server.call("GET", "/x/1").body)["by"] == "b"


def test_invoke_calls_a_function_on_its_path(project: Path) -> None:
    for name, options in (("me", []), ("users", ["--path", "/api/users/7"])):
        done = polyfn("invoke", name, *options, "--cwd", str(project))
        assert (done.returncode, json.loads(done.stdout)["by"]) == (0, name), done
    done = polyfn("invoke", "files", "--cwd", str(project))
    assert done.returncode == 2
    assert b"Function 'files' answers on /files/*: choose with --path." in done.stderr


def test_list_shows_what_is_read_and_not_enforced(project: Path) -> None:
    listed = json.loads(polyfn("list", "--json", "--cwd", str(project)).stdout)["functions"]
    rows = {row["name"]: row for row in listed}
    assert rows["limited"]["rate_limit"] == {"windowSize": 60, "windowLimit": 1}
    assert rows["page"]["prefer_static"] is True
    assert rows["create"]["methods"] == ["POST", "PUT"]
    assert rows["files"]["excluded_routes"] == ["/files/*.txt"]
