"""Edit, save, see it: what is saved is served, and until then what was saved before."""

from __future__ import annotations

import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.projects import HELLO, write_project
from tests.acceptance.serving import Served, served

FUNCTIONS = "netlify/functions"


def says(served_: Served, name: str, text: str, within_s: float = 20.0) -> None:
    """Return once a function answers 200 with that text."""
    deadline = time.monotonic() + within_s
    while True:
        answer = served_.get(name)
        if answer.status == 200 and answer.body.decode() == text:
            return
        assert time.monotonic() < deadline, (answer.status, answer.body[:300], served_.output)
        time.sleep(0.005)


def fails(served_: Served, name: str, status: int, words: str, within_s: float = 20.0) -> None:
    """Return once a function answers that status, with those words."""
    deadline = time.monotonic() + within_s
    while True:
        answer = served_.get(name)
        if answer.status == status and words in answer.body.decode():
            return
        assert time.monotonic() < deadline, (answer.status, answer.body[:300], served_.output)
        time.sleep(0.005)


def js(text: str) -> str:
    return f"exports.handler = async () => ({{ statusCode: 200, body: {text} }});\n"


def ts(text: str) -> str:
    return f"export const handler = async () => ({{ statusCode: 200, body: {text} as string }});\n"


def py(text: str) -> str:
    return f"def handler(event, context):\n    return {{'statusCode': 200, 'body': {text}}}\n"


GO = """\
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"

	"example.com/site/words"
)

type answer = events.APIGatewayProxyResponse

func handle(context.Context, events.APIGatewayProxyRequest) (answer, error) {
	return answer{StatusCode: 200, Body: words.Hello()}, nil
}

func main() { lambda.Start(handle) }
"""


def go_words(text: str) -> str:
    return f'package words\n\nfunc Hello() string {{ return "{text}" }}\n'


def test_each_language_serves_what_was_saved_last(tmp_path: Path) -> None:
    project = write_project(
        tmp_path,
        {
            "a.js": js("'1'"),
            "b.ts": "import { word } from '../../lib/word';\n"
            "export const handler = async () => ({ statusCode: 200, body: word });\n",
            "lib/word.ts": "export const word = '1';\n",
            "c.py": py("'1'"),
        },
    )
    with served(project) as server:
        for name, file, text in (
            ("a", f"{FUNCTIONS}/a.js", js("'2'")),
            ("b", "lib/word.ts", "export const word = '2';\n"),
            ("c", f"{FUNCTIONS}/c.py", py("'2'")),
        ):
            says(server, name, "1")
            (project / file).write_text(text)
            says(server, name, "2")


def test_files_that_a_function_loaded_are_watched_wherever_they_are(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    project = write_project(
        tmp_path / "project",
        {
            "a.js": "const word = require('linked');\n"
            "const { deep } = require('../../src/deep/er/word.json');\n" + js("word + deep"),
            "b.mjs": "import { word } from '../../src/word.mjs';\n"
            "export const handler = async () => ({ statusCode: 200, body: word });\n",
            "c.py": "import os, sys\nhere = os.path.dirname(__file__)\n"
            "sys.path.insert(0, os.path.join(here, '../../src'))\n"
            "from pack import word\n" + py("word"),
            "src/deep/er/word.json": '{"deep": "1"}',
            "src/word.mjs": "export const word = '1';\n",
            "src/pack/__init__.py": "from .inner import word\n",
            "src/pack/inner.py": "word = '1'\n",
        },
    )
    (outside / "linked").mkdir(parents=True)
    (outside / "linked" / "index.js").write_text("module.exports = '1';\n")
    (project / "node_modules").mkdir()
    (project / "node_modules" / "linked").symlink_to(outside / "linked")
    with served(project) as server:
        says(server, "a", "11")
        (outside / "linked" / "index.js").write_text("module.exports = '2';\n")
        says(server, "a", "21")
        (project / "src/deep/er/word.json").write_text('{"deep": "2"}')
        says(server, "a", "22")
        says(server, "b", "1")
        (project / "src/word.mjs").write_text("export const word = '2';\n")
        says(server, "b", "2")
        says(server, "c", "1")
        (project / "src/pack/inner.py").write_text("word = '2'\n")
        says(server, "c", "2")


def test_a_file_that_is_loaded_late_is_watched_too(tmp_path: Path) -> None:
    project = write_project(
        tmp_path,
        {
            "late.js": "exports.handler = async () => "
            "({ statusCode: 200, body: require('../../src/word.js') });\n",
            "src/word.js": "module.exports = '1';\n",
        },
    )
    with served(project) as server:
        says(server, "late", "1")
        (project / "src/word.js").write_text("module.exports = '2';\n")
        says(server, "late", "2")


def test_only_the_go_functions_that_import_a_package_are_built_again(tmp_path: Path) -> None:
    project = write_project(
        tmp_path,
        {
            "go.mod": "module example.com/site\n\ngo 1.22\n\n"
            "require github.com/aws/aws-lambda-go v1.47.0\n",
            f"{FUNCTIONS}/uses/main.go": GO,
            "words/words.go": go_words("1"),
            f"{FUNCTIONS}/other/main.go": GO.replace('\n\t"example.com/site/words"\n', "").replace(
                "words.Hello()", '"other"'
            ),
        },
    )
    subprocess.run(["go", "mod", "tidy"], cwd=project, check=True, capture_output=True)
    with served(project) as server:
        says(server, "uses", "1", within_s=120)
        says(server, "other", "other", within_s=120)
        (project / "words/words.go").write_text(go_words("2"))
        says(server, "uses", "2", within_s=60)
    built = [line.split()[3] for line in server.output if line.startswith("built ")]
    assert sorted(built) == [f"./{FUNCTIONS}/{name}" for name in ("other", "uses", "uses")]


def test_functions_appear_vanish_move_and_change_their_kind(tmp_path: Path) -> None:
    project = write_project(tmp_path, {"a.js": js("'a'")})
    functions = project / FUNCTIONS
    with served(project) as server:
        says(server, "a", "a")
        (functions / "b.py").write_text(py("'b'"))
        says(server, "b", "b")
        (functions / "a.js").rename(functions / "moved.js")
        says(server, "moved", "a")
        fails(server, "a", 404, "no function")
        (functions / "moved").mkdir()
        (functions / "moved.js").rename(functions / "moved" / "index.js")
        says(server, "moved", "a")
        (functions / "moved" / "index.js").write_text(
            js("'modern path'") + "exports.config = {};\nexport const x = 1;\n"
        )
        (functions / "moved" / "index.js").write_text(
            "export const handler = async () => ({ statusCode: 200, body: 'by path' });\n"
            "export const config = { path: '/elsewhere' };\n"
        )
        fails(server, "moved", 404, "/elsewhere")
        assert server.call("GET", "/elsewhere").body == b"by path"
        (functions / "b.py").unlink()
        fails(server, "b", 404, "no function")
        (functions / "moved" / "index.js").rename(functions / "b-background.js")
        (functions / "b-background.js").write_text(js("'b'"))
        deadline = time.monotonic() + 10
        while server.get("b-background").status != 202:
            assert time.monotonic() < deadline, server.output


def test_a_functions_directory_that_does_not_exist_yet(tmp_path: Path) -> None:
    with served(tmp_path) as server:
        (tmp_path / FUNCTIONS).mkdir(parents=True)
        (tmp_path / FUNCTIONS / "a.js").write_text(js("'a'"))
        says(server, "a", "a")
        shutil.rmtree(tmp_path / "netlify")
        fails(server, "a", 404, "no function")
        write_project(tmp_path, {"a.js": js("'again'")})
        says(server, "a", "again")


def _written_anew(file: Path, text: str) -> None:
    """As vim does: the file is moved away, and another one takes its place."""
    backup = file.with_suffix(".js~")
    file.rename(backup)
    file.write_text(text)
    backup.unlink()


def _moved_into_place(file: Path, text: str) -> None:
    """As most editors do: a draft beside it, moved over it."""
    draft = file.with_name(".draft")
    draft.write_text(text)
    draft.replace(file)


def _emptied_first(file: Path, text: str) -> None:
    """As slow writers do: empty, then half of it, then all."""
    with file.open("w") as out:
        for piece in ("", text[: len(text) // 2], text[len(text) // 2 :]):
            out.write(piece)
            out.flush()


@pytest.mark.parametrize("save", [_written_anew, _moved_into_place, _emptied_first])
def test_however_an_editor_saves(tmp_path: Path, save: Callable[[Path, str], None]) -> None:
    project = write_project(tmp_path, {"a.js": js("'0'")})
    with served(project) as server:
        says(server, "a", "0")
        for number in range(1, 4):
            save(project / FUNCTIONS / "a.js", js(f"'{number}'"))
            says(server, "a", str(number))
        assert not any("broken" in line for line in server.output)


def test_directories_that_are_moved_away_and_back_are_watched_where_they_are(
    tmp_path: Path,
) -> None:
    project = write_project(tmp_path, {"a.js": js("require('../../lib/w')"), "lib/w.js": ""})
    with served(project) as server:
        for number in range(3):
            text = f"module.exports = '{number}';\n"
            (project / "lib/w.js").write_text(text)
            says(server, "a", str(number))
            (project / "lib").rename(project / "elsewhere")
            (project / "netlify").rename(project / "away")
            fails(server, "a", 404, "no function")
            (project / "elsewhere").rename(project / "lib")
            (project / "away").rename(project / "netlify")
            says(server, "a", str(number))


def test_a_broken_version_answers_502_from_the_moment_it_has_failed(tmp_path: Path) -> None:
    project = write_project(
        tmp_path,
        {
            "a.js": js("'1'"),
            "b.ts": "export const handler = async () => ({ statusCode: 200, body: '1' });\n",
            "c.py": py("'1'"),
        },
    )
    with served(project) as server:
        for name, file, broken, words, mended in (
            ("a", "a.js", "exports.handler = (", "Runtime.UserCodeSyntaxError", js("'2'")),
            ("a", "a.js", "require('missing-package');", "missing-package", js("'1'")),
            (
                "b",
                "b.ts",
                "export const handler = async () => ({;\n",
                "b.ts:1",
                "export const handler = async () => ({ statusCode: 200, body: '2' });\n",
            ),
            ("c", "c.py", "def handler(event, context:\n", "SyntaxError", py("'2'")),
        ):
            assert server.get(name).status == 200
            (project / FUNCTIONS / file).write_text(broken)
            fails(server, name, 502, words)
            (project / FUNCTIONS / file).write_text(mended)
            says(server, name, "1" if mended == js("'1'") else "2")


def test_what_was_missing_mends_a_function_when_it_appears(tmp_path: Path) -> None:
    project = write_project(tmp_path, {"a.js": "const w = require('../../src/w');\n" + js("w")})
    with served(project) as server:
        fails(server, "a", 502, "Runtime.ImportModuleError")
        write_project(project, {"src/w.js": "module.exports = 'there';\n"})
        says(server, "a", "there")


def test_keep_good_answers_with_the_last_good_version_and_says_so(tmp_path: Path) -> None:
    project = write_project(tmp_path, {"a.js": js("'1'")})
    file = project / FUNCTIONS / "a.js"
    with served(project, "--keep-good") as server:
        says(server, "a", "1")
        file.write_text("exports.handler = (")
        server.wait_for_output("the last good version goes on answering")
        answer = server.get("a")
        assert (answer.status, answer.body) == (200, b"1")
        assert answer.header("x-polyfn-stale")
        file.write_text(js("'2'"))
        says(server, "a", "2")
        assert server.get("a").header("x-polyfn-stale") is None


def test_environment_and_settings_reach_functions_without_a_restart(tmp_path: Path) -> None:
    project = write_project(
        tmp_path,
        {"a.js": js("`${process.env.WORD}`"), "slow.js": SLOW, "netlify.toml": "", "b.js": HELLO},
    )
    with served(project) as server:
        says(server, "a", "undefined")
        (project / ".env").write_text("WORD=from-env\n")
        says(server, "a", "from-env")
        (project / ".env").unlink()
        (project / "netlify.toml").write_text('[build.environment]\nWORD = "from-toml"\n')
        says(server, "a", "from-toml")
        (project / "netlify.toml").write_text("[build.environment\n")
        server.wait_for_output("broken    settings")
        says(server, "a", "from-toml")
        (project / "polyfn.toml").write_text('[functions.slow]\ntimeout = "200ms"\n')
        (project / "netlify.toml").write_text("")
        fails(server, "slow", 504, "time limit")
        assert server.get("b").status == 200
        (project / "polyfn.toml").write_text("[limits]\nmax_request = 10\n")
        deadline = time.monotonic() + 10
        while server.call("POST", "/.netlify/functions/b", b"x" * 11).status != 413:
            assert time.monotonic() < deadline, server.output
        (project / "other").mkdir()
        (project / "other" / "c.js").write_text(js("'c'"))
        (project / "netlify.toml").write_text('[functions]\ndirectory = "other"\n')
        says(server, "c", "c")
        fails(server, "a", 404, "no function")


SLOW = """\
exports.handler = async () => {
  await new Promise((done) => setTimeout(done, 1000));
  return { statusCode: 200, body: "slow" };
};
"""


def test_a_call_that_runs_is_finished_by_the_version_it_began_with(tmp_path: Path) -> None:
    project = write_project(tmp_path, {"slow.js": SLOW})
    with served(project) as server:
        assert server.get("slow").body == b"slow"
        answers: list[bytes] = []
        caller = threading.Thread(target=lambda: answers.append(server.get("slow").body))
        caller.start()
        (project / FUNCTIONS / "slow.js").write_text(js("'quick'"))
        says(server, "slow", "quick")
        caller.join(20)
        assert answers in ([b"slow"], [b"quick"])


@pytest.mark.parametrize(("file_name", "source"), [("a.js", js), ("a.ts", ts)])
def test_500_saves_in_two_seconds_under_load_fail_no_request(
    tmp_path: Path, file_name: str, source: Callable[[str], str]
) -> None:
    project = write_project(tmp_path, {file_name: source("'0'")})
    file = project / FUNCTIONS / file_name
    with served(project) as server:
        says(server, "a", "0")
        done = threading.Event()
        bad: list[tuple[int, bytes]] = []
        counts: list[int] = []

        def load() -> None:
            calls = 0
            while not done.is_set():
                answer = server.get("a")
                calls += 1
                if answer.status != 200:
                    bad.append((answer.status, answer.body[:300]))
            counts.append(calls)

        callers = [threading.Thread(target=load) for _ in range(4)]
        for each in callers:
            each.start()
        began = time.monotonic()
        for number in range(1, 501):
            file.write_text(source(f"'{number}'"))
            time.sleep(max(0.0, began + number * 0.004 - time.monotonic()))
        says(server, "a", "500", within_s=5)
        done.set()
        for each in callers:
            each.join(20)
        assert not bad, bad[:3]
        assert sum(counts) > 50


def test_a_checkout_of_200_files_is_one_reload(tmp_path: Path) -> None:
    project = write_project(tmp_path, {f"f{n}.js": js(f"'a{n}'") for n in range(200)})
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", "-C", str(project)]

    def commit(branch: str) -> None:
        subprocess.run([*git, "checkout", "-q", "-B", branch], check=True)
        subprocess.run([*git, "add", "netlify"], check=True)
        subprocess.run([*git, "commit", "-q", "-m", branch], check=True)

    subprocess.run([*git, "init", "-q"], check=True)
    commit("one")
    for n in range(200):
        (project / FUNCTIONS / f"f{n}.js").write_text(js(f"'b{n}'"))
    commit("two")
    with served(project) as server:
        assert server.get("f7").body == b"b7"
        subprocess.run([*git, "checkout", "-q", "one"], check=True)
        says(server, "f7", "a7")
        says(server, "f199", "a199")
        reloads = [line for line in server.output if line.startswith("reloaded  f7 ")]
        assert len(reloads) == 1, reloads


@pytest.mark.parametrize("how", ["flag", "variable"])
def test_without_watching_nothing_is_reloaded(tmp_path: Path, how: str) -> None:
    project = write_project(tmp_path, {"a.js": js("'1'"), "b.js": js("'1'")})
    options = ["--no-watch"] if how == "flag" else []
    env = {} if how == "flag" else {"POLYFN_WATCH": "false"}
    with served(project, *options, env=env) as server:
        says(server, "a", "1")
        (project / FUNCTIONS / "a.js").write_text(js("'2'"))
        inotify = [
            str(fd.readlink())
            for fd in Path(f"/proc/{server.process.pid}/fd").iterdir()
            if fd.is_symlink()
        ]
        assert not any("inotify" in each for each in inotify)
        assert server.get("a").body == b"1"
