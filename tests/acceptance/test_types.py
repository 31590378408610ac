"""`polyfn build --check-types`, by a real TypeScript: what it finds, where, and what it says."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.acceptance.projects import write_project
from tests.acceptance.serving import polyfn, served
from tests.npm import npm

_TYPESCRIPT = "typescript@7"
_FILES = {
    "src/settings.json": "{}",
    "./tsconfig.json": """{
      "extends": "./config/base.json", // with a comment
      "compilerOptions": {"composite": true, "rootDir": "./src", "types": []},
      "include": ["src", "types"],
    }""",
    "config/base.json": '{"compilerOptions": {"strict": true, "module": "nodenext"}}',
    "types/global.d.ts": "declare const STAGE: string;\n",
    "src/page.ts": "const wrong: number = 'of the site, which no function uses';\n",
    "lib/user.ts": "export type User = { name: string };\nexport const name: string = 1;\n",
    "good.ts": "export const handler = async () => ({ statusCode: 200, body: STAGE });\n",
    "bad.ts": """
        import type { User } from '../../lib/user.js';
        export const handler = async (event: { body: string }) => {
          const user: User = { nam: event.body };
          return { statusCode: 200, body: user.name };
        };
    """,
    "plain.js": "exports.handler = async () => ({ statusCode: 200 });\n",
}


@pytest.fixture(scope="module")
def typescript(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ``node_modules`` with TypeScript in it."""
    home = tmp_path_factory.mktemp("typescript")
    flags = ("--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(home))
    command = [*npm(), "install", *flags, _TYPESCRIPT]
    done = subprocess.run(command, cwd=home, timeout=110, capture_output=True, check=False)
    if not (home / "node_modules/typescript").is_dir():
        pytest.skip(f"npm cannot fetch TypeScript: {done.stderr[-200:]!r}")
    return home / "node_modules"


@pytest.fixture
def project(tmp_path: Path, typescript: Path) -> Path:
    write_project(tmp_path, _FILES)
    (tmp_path / "node_modules").symlink_to(typescript)
    return tmp_path


def test_type_errors_are_told_per_function_and_the_status_is_1(project: Path) -> None:
    done = polyfn("build", "--check-types", "--json", "--cwd", str(project))
    assert done.returncode == 1, done.stderr
    told = json.loads(done.stdout)
    rows = {row["name"]: row for row in told["functions"]}
    assert all(row["ok"] for row in rows.values())
    assert rows["good"]["type_errors"] == []
    assert rows["plain"]["type_errors"] is None
    own, shared = sorted(rows["bad"]["type_errors"], key=lambda each: each["file"], reverse=True)
    assert (own["file"], own["line"], own["column"]) == ("netlify/functions/bad.ts", 4, 24)
    assert own["code"] == "TS2561"
    assert "'nam' does not exist in type 'User'" in own["message"]
    assert (shared["file"], shared["line"], shared["code"]) == ("lib/user.ts", 2, "TS2322")
    assert told["types"] == {"ok": False, "problems": [], "other_errors": []}
    assert b"tsc -p tsconfig.json" in done.stderr


def test_a_person_reads_file_line_and_words(project: Path) -> None:
    done = polyfn("build", "--check-types", "--cwd", str(project))
    words = done.stdout.decode()
    assert "types     bad\n" in words
    assert "    netlify/functions/bad.ts:4:24: TS2561: " in words
    assert words.endswith("\n2 type errors in 1 of 2 functions checked.\n")
    good = polyfn("build", "--check-types", "good", "plain", "--cwd", str(project))
    assert good.returncode == 0
    assert good.stdout.decode().endswith("\n0 type errors in 0 of 1 functions checked.\n")


def test_a_type_error_never_stops_serving(project: Path) -> None:
    with served(project) as server:
        answer = server.call("POST", "/.netlify/functions/bad", b"x")
        assert answer.status == 200, answer.body


def test_without_typescript_or_tsconfig_it_says_how_to_get_it(tmp_path: Path) -> None:
    write_project(tmp_path, {"a.ts": "export const handler = async () => {};\n"})
    done = polyfn("build", "--check-types", "--cwd", str(tmp_path))
    assert done.returncode == 1
    assert b"a: there is no tsconfig.json" in done.stdout
    (tmp_path / "tsconfig.json").write_text("{}")
    done = polyfn("build", "--check-types", "--json", "--cwd", str(tmp_path))
    assert done.returncode == 1
    (problem,) = json.loads(done.stdout)["types"]["problems"]
    assert "npm install --save-dev typescript" in problem


def test_where_nothing_has_types_nothing_is_checked(tmp_path: Path) -> None:
    write_project(tmp_path, {"plain.js": _FILES["plain.js"]})
    done = polyfn("build", "--check-types", "--cwd", str(tmp_path))
    assert done.returncode == 0
    assert done.stdout.decode().endswith("there are no types to check.\n")
