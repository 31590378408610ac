"""Functions that a command of the author's makes: when it runs, and what comes of it."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from tests.acceptance.projects import write_project
from tests.acceptance.serving import Served, polyfn, served
from tests.acceptance.test_reload import fails, js, says

# A compiler as far as polyfn can see: it reads a file, refuses or writes another, and says so.
COMPILER = """\
echo run >> "$(dirname "$0")/../runs"
if grep -q WRONG "$1"; then echo "$1:1:14: expected one of: right" >&2; exit 3; fi
cp "$1" "$2"
"""
BUILD = "sh tools/compile.sh src/made.js netlify/functions/made.js"


def project(root: Path, toml: str, files: dict[str, str] | None = None) -> Path:
    """A project whose compiler leaves a line in the file ``runs`` beside it."""
    made = {
        "site/polyfn.toml": toml,
        "site/src/made.js": js("'one'"),
        "site/netlify/functions/plain.js": js("'plain'"),
        "tools/compile.sh": COMPILER,
        **{f"site/{name}": text for name, text in (files or {}).items()},
    }
    write_project(root, made)
    (root / "site" / "tools").symlink_to(root / "tools")
    return root / "site"


def runs(site: Path) -> int:
    """How often the compiler ran."""
    file = site.parent / "runs"
    return len(file.read_text().split()) if file.exists() else 0


def soon(condition: Callable[[], bool], within_s: float = 10.0) -> None:
    """Return once it holds."""
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def rests(site: Path, server: Served) -> int:
    """How often it ran, once it has not run for a while in which reloads would have come."""
    last, since = runs(site), time.monotonic()
    while time.monotonic() - since < 1.0:
        assert server.get("plain").status == 200
        if (now := runs(site)) != last:
            last, since = now, time.monotonic()
        assert last < 20, "it runs for ever"
    return last


def test_a_function_that_is_not_there_yet_is_built_served_and_built_again_when_saved(
    tmp_path: Path,
) -> None:
    site = project(tmp_path, f'[functions.made]\nbuild = "{BUILD}"\n')
    listed = json.loads(polyfn("list", "--cwd", str(site), "--json").stdout)["functions"]
    assert [(each["name"], each["valid"]) for each in listed] == [("made", True), ("plain", True)]
    with served(site) as server:
        says(server, "made", "one")
        assert rests(site, server) == 1
        (site / "src/made.js").write_text(js("'two'"))
        says(server, "made", "two")
        assert rests(site, server) == 2
        server.wait_for_output("built     made: sh tools/compile.sh")


def test_what_a_build_refuses_answers_502_in_its_words_and_is_mended_by_a_save(
    tmp_path: Path,
) -> None:
    toml = f"[functions.made]\nbuild = \"{BUILD}\"\n[functions.never]\nbuild = 'touch made-$$'\n"
    site = project(tmp_path, toml)
    with served(site) as server:
        says(server, "made", "one")
        fails(server, "never", 502, "there is no function 'never' in netlify/functions")
        (site / "src/made.js").write_text("WRONG\n")
        fails(server, "made", 502, "src/made.js:1:14: expected one of: right")
        assert "It ended with status 3." in server.get("made").body.decode()
        assert server.get("plain").body == b"plain"
        rests(site, server)
        (site / "src/made.js").write_text(js("'mended'"))
        says(server, "made", "mended")


def test_what_a_build_writes_among_its_sources_does_not_make_it_run_for_ever(
    tmp_path: Path,
) -> None:
    build = f"date +%N > generated.txt; touch locked.txt; {BUILD}; touch $(date +log-%N)"
    site = project(tmp_path, f'[functions.made]\nbuild = "{build}"\n')
    with served(site) as server:
        says(server, "made", "one")
        assert rests(site, server) <= 6
        before = runs(site)
        (site / "src/made.js").write_text(js("'two'"))
        says(server, "made", "two")
        assert before < rests(site, server) <= before + 6


def test_watch_says_which_files_count(tmp_path: Path) -> None:
    toml = f'[functions.made]\nbuild = "{BUILD}"\nwatch = ["src", "lib/**/*.txt"]\n'
    site = project(tmp_path, toml, {"lib/deep/a.txt": "a", "README.md": "read"})
    with served(site) as server:
        says(server, "made", "one")
        (site / "README.md").write_text("read me")
        (site / "netlify/functions/plain.js").write_text(js("'plainer'"))
        says(server, "plain", "plainer")
        assert rests(site, server) == 1
        (site / "lib/deep/a.txt").write_text("other")
        soon(lambda: runs(site) > 1)
        before = rests(site, server)
        (site / "src/new.js").write_text("")
        soon(lambda: runs(site) > before)


def test_what_git_ignores_does_not_count(tmp_path: Path) -> None:
    site = project(tmp_path, f'[functions.made]\nbuild = "{BUILD}"\n', {".gitignore": "out/\n"})
    subprocess.run(["git", "init", "-q", str(site)], check=True)
    assert polyfn("build", "made", "--cwd", str(site)).returncode == 0
    (site / "out").mkdir()
    (site / "out/x.o").write_text("x")
    assert polyfn("build", "made", "--cwd", str(site)).returncode == 0
    assert runs(site) == 1
    (site / "src/other.js").write_text("x")
    assert polyfn("build", "made", "--cwd", str(site)).returncode == 0
    assert runs(site) == 2


def test_a_build_runs_in_the_project_with_the_variables_of_builds(tmp_path: Path) -> None:
    build = "sh build.sh"
    script = """\
cat > netlify/functions/made.js <<END
exports.handler = async () => ({ statusCode: 200, body: '$FROM_BUILD $FROM_DEV $FROM_ME' });
END
test "$PWD" = "$(dirname "$PWD")/site" && own-program
"""
    files = {
        "netlify.toml": """\
            [build.environment]
            FROM_BUILD = "build"
            FROM_DEV = "no"
            FROM_ME = "no"
            [context.dev.environment]
            FROM_DEV = "dev"
            """,
        "build.sh": script,
        "node_modules/.bin/own-program": "#!/bin/sh\nexit 0\n",
    }
    site = project(tmp_path, f'[functions.made]\nbuild = "{build}"\n', files)
    (site / "node_modules/.bin/own-program").chmod(0o755)
    with served(site, env={"FROM_ME": "me"}) as server:
        says(server, "made", "build dev me")
        (site / "netlify.toml").write_text('[build.environment]\nFROM_BUILD = "other"\n')
        says(server, "made", "other  me")


def test_functions_that_one_command_makes_are_built_by_one_run(tmp_path: Path) -> None:
    build = "for each in a b; do sh tools/compile.sh src/made.js netlify/functions/$each.js; done"
    files = {f"netlify/functions/{name}.js": js("'old'") for name in "ab"}
    site = project(tmp_path, f'[functions."[ab]"]\nbuild = "{build}"\n', files)
    done = polyfn("build", "--cwd", str(site))
    assert done.returncode == 0, done.stderr
    assert runs(site) == 2  # one for each function
    assert b"3 of 3 functions are ready." in done.stdout
    assert js("'one'") == (site / "netlify/functions/a.js").read_text()


def test_the_sites_own_build_makes_functions_when_it_is_asked_for(tmp_path: Path) -> None:
    toml = f'[build]\ncommand = "echo building; {BUILD}"\n'
    site = project(tmp_path, "", {"netlify.toml": toml})
    with served(site) as server:
        server.wait_for_output("made: not in netlify/functions, and named in the site's build")
        assert server.get("made").status == 404
        done = polyfn("build", "--site", "--json", "--cwd", str(site))
        assert done.returncode == 0, done.stderr
        report = json.loads(done.stdout)
        assert report["site"]["ok"]
        assert [each["name"] for each in report["functions"]] == ["made", "plain"]
        says(server, "made", "one")
    (site / "src/made.js").write_text("WRONG\n")
    done = polyfn("build", "--site", "--cwd", str(site))
    assert done.returncode == 1
    assert b"src/made.js:1:14: expected one of: right" in done.stdout
    assert b"2 of 2 functions are ready." in done.stdout
    (site / "netlify.toml").unlink()
    assert polyfn("build", "--site", "--cwd", str(site)).returncode == 2


def test_a_build_that_runs_ends_with_the_server(tmp_path: Path) -> None:
    site = project(tmp_path, '[functions.made]\nbuild = "echo run > ../runs; sleep 600"\n')
    with served(site) as server:  # at its end nothing may be left
        soon(lambda: runs(site) == 1)
        assert server.get("plain").body == b"plain"
