"""TypeScript and its packages while they are served: what reloads, and what an author reads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.acceptance.projects import write_project
from tests.acceptance.serving import polyfn, served
from tests.acceptance.test_reload import fails, says

_SHARED = "export const says: string = '{}';\n"
_USES = "import { says } from '@acme/shared';\n"
_TS = f"{_USES}export const handler = async () => ({{ statusCode: 200, body: says as string }});\n"
_JS = f"{_USES}export const handler = async () => ({{ statusCode: 200, body: says }});\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A site beside the package that it uses from source, as npm links workspaces."""
    write_project(tmp_path, {
        "./package.json": '{"workspaces": ["packages/*", "site"]}',
        "packages/shared/package.json": '{"name": "@acme/shared", "main": "./src/index.ts"}',
        "packages/shared/src/index.ts": "export { says } from './words.js';\n",
        "packages/shared/src/words.ts": _SHARED.format("one"),
        "site/package.json": '{"dependencies": {"@acme/shared": "*"}}',
        "site/netlify/functions/typed.ts": _TS,
        "site/netlify/functions/plain.mjs": _JS,
    })  # fmt: skip
    (tmp_path / "node_modules/@acme").mkdir(parents=True)
    (tmp_path / "node_modules/@acme/shared").symlink_to(tmp_path / "packages/shared")
    return tmp_path


def test_a_change_in_a_package_of_the_workspace_is_served(workspace: Path) -> None:
    shared = workspace / "packages/shared/src/words.ts"
    with served(workspace / "site") as server:
        for name in ("typed", "plain"):
            says(server, name, "one")
        shared.write_text(_SHARED.format("two"))
        for name in ("typed", "plain"):
            says(server, name, "two")
        shared.write_text("export const = 1;\n")
        fails(server, "typed", 502, "packages/shared/src/words.ts:1:13")
        shared.write_text(_SHARED.format("three"))
        for name in ("typed", "plain"):
            says(server, name, "three")


def test_javascript_is_bundled_from_when_it_needs_it_on(tmp_path: Path) -> None:
    plain = "exports.handler = async () => ({ statusCode: 200, body: 'plain' });\n"
    write_project(tmp_path, {"a.js": plain, "lib/typed.ts": _SHARED.format("typed")})
    main = tmp_path / "netlify/functions/a.js"
    with served(tmp_path) as server:
        says(server, "a", "plain")
        main.write_text(
            "const { says } = require('../../lib/typed.ts');\n"
            "exports.handler = async () => ({ statusCode: 200, body: says });\n"
        )
        says(server, "a", "typed")
        (tmp_path / "lib/typed.ts").write_text(_SHARED.format("again"))
        says(server, "a", "again")
        main.write_text(plain)
        says(server, "a", "plain")


def test_what_does_not_build_is_told_with_its_line_wherever_one_looks(tmp_path: Path) -> None:
    write_project(tmp_path, {"a.ts": "const one: number = 1;\nexport const two: = one;\n"})
    place, words = "netlify/functions/a.ts:2:18", 'Unexpected "="'
    with served(tmp_path) as server:
        answer = server.get("a")
        page = server.call("GET", "/.netlify/functions/a", headers=[("accept", "text/html")])
        told = "".join(server.output)
    message = json.loads(answer.body)["errorMessage"]
    assert (answer.status, page.status) == (502, 502)
    for text in (message, told):
        assert place in text
        assert words in text
        assert "2 │ export const two: = one;" in text
    assert place in page.body.decode()
    assert "export const two: = one;" in page.body.decode()


def test_a_missing_package_or_file_is_told_with_what_to_do(tmp_path: Path) -> None:
    write_project(tmp_path, {
        "package.ts": "export { default } from 'left-padding-of-old/sub';\n",
        "file.ts": "export { one } from './lib/one.js';\n",
    })  # fmt: skip
    with served(tmp_path) as server:
        fails(server, "package", 502, "npm install left-padding-of-old")
        fails(server, "file", 502, "There is no such file")
        write_project(tmp_path, {"netlify/functions/lib/one.ts": "export const one = 1;\n"})
        fails(server, "file", 502, "exports no function")


def test_warnings_are_printed_at_each_build_and_keep_nothing_from_being_served(
    tmp_path: Path,
) -> None:
    text = (
        "const Column = () => (at: any, name: string) => {};\n"
        "class User { id = 1;\n  @Column()\n  name = '%s';\n}\n"
        "export const handler = async () => ({ statusCode: 200, body: new User().name });\n"
    )
    options = '{"experimentalDecorators": true, "emitDecoratorMetadata": true}'
    write_project(tmp_path, {"a.ts": text % "one"})
    write_project(tmp_path, {"./tsconfig.json": f'{{"compilerOptions": {options}}}'})
    warning = "netlify/functions/a.ts has decorators, and tsconfig.json sets emitDecoratorMetadata"
    with served(tmp_path) as server:
        says(server, "a", "one")
        server.wait_for_output(warning)
        first = sum(warning in line for line in server.output)
        (tmp_path / "netlify/functions/a.ts").write_text(text % "two")
        says(server, "a", "two")
    assert sum(warning in line for line in server.output) > first


def test_included_files_are_found_from_where_a_function_looks_for_them(tmp_path: Path) -> None:
    """At Netlify they are at their path below the archive's root, and that is the directory."""
    ways = (
        "process.cwd() + '/data/words.txt'",
        "process.env.LAMBDA_TASK_ROOT + '/data/words.txt'",
        "__dirname + '/../../data/words.txt'",
        "'./data/words.txt'",
    )
    body = f"[{', '.join(ways)}].map((file) => readFileSync(file, 'utf8')).join()"
    text = (
        "import { readFileSync } from 'node:fs';\n"
        f"export const handler = async () => ({{ statusCode: 200, body: {body} }});\n"
    )
    write_project(tmp_path, {
        "./netlify.toml": "[build]\nbase = 'site'\n"
        "[functions]\nincluded_files = ['data/**', 'gone/*']\n",
        "site/data/words.txt": "word",
        "site/netlify/functions/typed.ts": text,
        "site/netlify/functions/plain.mjs": text,
    })  # fmt: skip
    with served(tmp_path) as server:
        for name in ("typed", "plain"):
            says(server, name, "word,word,word,word")
    assert b"included_files names gone/*" in polyfn("doctor", "--cwd", str(tmp_path)).stdout
