"""Who wins, who is shadowed, and what is reported when a project is scanned."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from polyfn.discover import Manifest, listing, scan
from polyfn.discover.candidates import Candidate, choose
from polyfn.model import Api, Kind, SourceFacts
from polyfn.settings import FunctionRule
from tests.unit.discover.fakes import MODERN, FakeRuntime, settings_of, tree


def runtimes(*extra: FakeRuntime) -> dict[str, FakeRuntime]:
    found = (FakeRuntime("go", 0), FakeRuntime("js", 1), FakeRuntime("py", 2), *extra)
    return {each.name: each for each in found}


def scanned(root: Path, found: dict[str, FakeRuntime] | None = None, **changes: object) -> Manifest:
    return scan(settings_of(root, **changes), found or runtimes())


def rows(root: Path, manifest: Manifest) -> dict[str, tuple[str, list[str]]]:
    """Name → (main file, shadowed files)."""
    listed = listing(manifest.functions, root)["functions"]
    return {row["name"]: (row["main_file"], row["shadowed"]) for row in listed}


def test_project_without_a_functions_directory_has_none(tmp_path: Path) -> None:
    manifest = scanned(tmp_path)
    assert manifest == Manifest()
    assert manifest.find("hello") is None
    assert listing(manifest.functions, tmp_path) == {"functions": []}


def test_functions_are_sorted_and_found_by_their_exact_name(tmp_path: Path) -> None:
    tree(tmp_path / "functions", "b.js", "B.js", "a.js", "a-1.js", "c/c.js")
    manifest = scanned(tmp_path)
    assert [each.name for each in manifest.functions] == ["B", "a", "a-1", "b", "c"]
    found = manifest.find("b")
    assert found is not None
    assert found.main_file == found.source == tmp_path / "functions" / "b.js"
    found = manifest.find("c")
    assert found is not None
    assert found.source == tmp_path / "functions" / "c"
    assert manifest.find("A") is None


def test_only_the_top_level_is_scanned(tmp_path: Path) -> None:
    tree(tmp_path / "functions", "a/b/b.js", "a/other.js", "a/a/index.js", ".a.js", ".b/.b.js")
    assert scanned(tmp_path).functions == ()


def test_user_beats_generated_directory_beats_file_and_language_by_rank(tmp_path: Path) -> None:
    tree(tmp_path / "functions", "a/a.js", "a/index.js", "a/a.py", "a.js", "a.go", "a.1/a.1.js")
    tree(tmp_path / ".netlify/functions-internal", "a/a.go", "a.go", "b.js")
    manifest = scanned(tmp_path)
    assert rows(tmp_path, manifest) == {
        "a": (
            "functions/a/a.js",
            [
                "functions/a/index.js",
                "functions/a.1/a.1.js",
                "functions/a/a.py",
                "functions/a.go",
                "functions/a.js",
                ".netlify/functions-internal/a/a.go",
                ".netlify/functions-internal/a.go",
            ],
        ),
        "b": (".netlify/functions-internal/b.js", []),
    }


def test_file_that_two_languages_want_is_not_shadowed_by_itself() -> None:
    file = Path("/p/f/a")
    candidates = [
        Candidate(
            name="a",
            runtime=FakeRuntime(name, rank),
            main_file=file,
            source=file,
            is_internal=False,
            order=0,
            facts=SourceFacts(),
        )
        for name, rank in (("py", 2), ("js", 1))
    ]
    ((winner, shadowed),) = choose(candidates)
    assert (winner.runtime.name, shadowed) == ("js", ())


def test_file_that_turns_out_to_be_no_function_is_left_out(tmp_path: Path) -> None:
    tree(tmp_path / "functions", "a.py", "a.js", "shared.py", "d/d.py", "d/index.py")
    found = runtimes()
    found["py"].facts = {"a.py": None, "shared.py": None, "d.py": None}
    assert rows(tmp_path, scanned(tmp_path, found)) == {
        "a": ("functions/a.js", []),
        "d": ("functions/d/index.py", []),
    }


def test_link_to_a_file_counts_and_one_to_a_directory_does_not(tmp_path: Path) -> None:
    tree(tmp_path, "else/real.js", "else/dir/dir.js", "functions/a.js")
    here = tmp_path / "functions"
    (here / "linked.js").symlink_to(tmp_path / "else" / "real.js")
    (here / "dir").symlink_to(tmp_path / "else" / "dir")
    (here / "dangling.js").symlink_to(tmp_path / "nowhere")
    (here / "loop.js").symlink_to(here / "loop.js")
    os.mkfifo(here / "pipe.js")
    manifest = scanned(tmp_path)
    assert [each.name for each in manifest.functions] == ["a", "linked"]
    assert manifest.remarks == (
        f"{here}/dangling.js is a link to nothing",
        f"{here}/loop.js is a link to nothing",
    )


def test_functions_directory_that_cannot_be_read_is_reported(tmp_path: Path) -> None:
    tree(tmp_path, "functions")
    manifest = scanned(tmp_path)
    assert manifest.functions == ()
    assert manifest.remarks == (f"{tmp_path}/functions cannot be read: Not a directory",)


def test_script_in_the_place_of_a_program_is_reported(tmp_path: Path) -> None:
    tree(tmp_path / "functions", "a.js", "b/b.js", "b/b", "c/c", "d", "e", "tool.sh", "f/bootstrap")
    here = tmp_path / "functions"
    for name, mode in {
        "b/b": 0o755,
        "c/c": 0o755,
        "d": 0o755,
        "e": 0o644,
        "tool.sh": 0o755,
    }.items():
        (here / name).write_text("#!/bin/sh\n")
        (here / name).chmod(mode)
    manifest = scanned(tmp_path)
    assert [each.name for each in manifest.functions] == ["a", "b"]
    said = "is a script, which is no function: a prebuilt one is a program for Linux, and a script"
    assert manifest.remarks == (
        f"{here}/d {said} that speaks the Lambda Runtime API is called d/bootstrap",
        f"{here}/c/c {said} that speaks the Lambda Runtime API is called c/bootstrap",
        f"{here}/f/bootstrap is not executable, and so no function: chmod +x {here}/f/bootstrap",
    )


def test_what_a_language_cannot_read_is_reported(tmp_path: Path) -> None:
    tree(tmp_path / "functions", "a.js", "secret/secret.js", "b/b.js")
    found = runtimes()
    found["js"].broken = {"a.js", "secret"}
    found["py"].broken = {"secret"}
    manifest = scanned(tmp_path, found)
    assert [(each.name, each.problem) for each in manifest.functions] == [
        ("a", "a.js cannot be read: Permission denied"),
        ("b", None),
    ]
    assert manifest.remarks == (f"{tmp_path}/functions/secret cannot be read: Permission denied",)


def test_function_whose_name_is_not_allowed_is_listed_as_invalid(tmp_path: Path) -> None:
    tree(tmp_path / "functions", "a.b.js", "ok.js", "___netlify-entry-point.js")
    raw = os.fsencode(tmp_path / "functions") + b"/caf\xe9.js"
    Path(os.fsdecode(raw)).touch()
    manifest = scanned(tmp_path)
    assert [each.name for each in manifest.functions if each.valid] == ["ok"]
    invalid = [each for each in manifest.functions if not each.valid]
    assert [each.name for each in invalid] == ["___netlify-entry-point", "a.b", "caf\\udce9"]
    listed = listing(manifest.functions, tmp_path)
    assert json.loads(json.dumps(listed, ensure_ascii=False).encode()) == listed


def test_problem_of_the_source_is_the_functions(tmp_path: Path) -> None:
    tree(tmp_path / "functions", "a.js", "b.js")
    found = runtimes()
    found["js"].facts = {
        "a.js": SourceFacts(problem="its config cannot be read"),
        "b.js": SourceFacts(config={"timeout": -1}),
    }
    problems = [each.problem or "" for each in scanned(tmp_path, found).functions]
    assert problems[0] == "its config cannot be read"
    assert problems[1].startswith("`timeout` in the config of b must be")


def test_settings_and_source_are_merged(tmp_path: Path) -> None:
    tree(tmp_path / "functions", "a.js")
    found = runtimes()
    found["js"].facts = {
        "a.js": SourceFacts(api=MODERN.api, handler="default", config={"path": "/a"})
    }
    rule = FunctionRule(pattern="a", origin="polyfn.toml", values={"schedule": "@daily"})
    (function,) = scanned(tmp_path, found, function_rules=(rule,)).functions
    assert (function.api, function.handler) == (MODERN.api, "default")
    assert (function.kind, function.config.routes) == (Kind.SCHEDULED, ("/a",))
    assert function.project_root == tmp_path


def test_handler_that_settings_name_is_called_as_lambda_does(tmp_path: Path) -> None:
    tree(tmp_path / "functions", "a.js")
    found = runtimes()
    found["js"].facts = {"a.js": SourceFacts(api=MODERN.api, handler="default")}
    rule = FunctionRule(pattern="a", origin="polyfn.toml", values={"handler": "hello"})
    (function,) = scanned(tmp_path, found, function_rules=(rule,)).functions
    assert (function.api, function.handler) == (Api.LAMBDA, "hello")


def test_generated_function_may_have_its_config_beside_it(tmp_path: Path) -> None:
    inner = tmp_path / ".netlify/functions-internal"
    tree(inner, "a.js", "b/b.js", "c.js", "d.js", "e.js")
    tree(tmp_path / "functions", "f.js")
    document = {"version": 1, "config": {"generator": "frame@1", "timeout": 5}}
    (inner / "a.json").write_text(json.dumps(document))
    (inner / "b" / "b.json").write_text(json.dumps(document))
    (inner / "c.json").write_text(json.dumps({**document, "version": 2}))
    (inner / "d.json").write_text("{")
    (inner / "e.json").write_text('{"version": 1, "config": 5}')
    (tmp_path / "functions" / "f.json").write_text(json.dumps(document))
    found = runtimes()
    found["js"].facts = {"b.js": SourceFacts(config={"timeout": 6})}
    manifest = scanned(tmp_path, found)
    assert [(each.config.generator, each.config.timeout_s) for each in manifest.functions] == [
        ("frame@1", 5.0),
        ("frame@1", 6.0),
        (None, None),
        (None, None),
        (None, None),
        (None, None),
    ]


def with_paths(root: Path, **configs: dict[str, object]) -> Manifest:
    tree(root / "functions", *(f"{name}.js" for name in configs))
    found = runtimes()
    found["js"].facts = {
        f"{name}.js": SourceFacts(config=config) for name, config in configs.items()
    }
    return scanned(root, found)


def test_second_function_on_a_route_is_invalid_and_names_both_files(tmp_path: Path) -> None:
    manifest = with_paths(tmp_path, a={"path": ["/x", "/y"]}, b={"path": ["/z", "/Y/"]}, c={})
    first, second, third = manifest.functions
    assert (first.valid, third.valid) == (True, True)
    assert second.problem == (
        "`path` /Y/ is taken by functions/a.js (as /y) already: "
        "give functions/b.js another path, or other methods"
    )
    assert [(route, each.name) for route, each in manifest.routes] == [("/x", "a"), ("/y", "a")]


def test_routes_that_differ_only_in_the_names_of_parameters_are_one(tmp_path: Path) -> None:
    manifest = with_paths(tmp_path, a={"path": "/users/:id"}, b={"path": "/users/:name"})
    assert manifest.functions[0].valid
    assert manifest.functions[1].problem == (
        "`path` /users/:name is taken by functions/a.js (as /users/:id) already: "
        "give functions/b.js another path, or other methods"
    )


@pytest.mark.parametrize(
    ("mine", "theirs", "clash"),
    [
        (["GET"], ["POST"], False),
        (["GET", "POST"], ["POST"], True),
        (["GET"], [], True),
        ([], [], True),
    ],
)
def test_functions_may_share_a_route_by_method(
    tmp_path: Path, mine: list[str], theirs: list[str], clash: bool
) -> None:
    manifest = with_paths(
        tmp_path, a={"path": "/x", "method": mine}, b={"path": "/x", "method": theirs}
    )
    assert [each.valid for each in manifest.functions] == [True, not clash]


def test_invalid_function_takes_no_route(tmp_path: Path) -> None:
    manifest = with_paths(tmp_path, a={"path": "/", "timeout": 0}, b={"path": "/"})
    assert [each.valid for each in manifest.functions] == [False, True]


def test_generated_function_loses_a_route_to_the_users(tmp_path: Path) -> None:
    tree(tmp_path / "functions", "z.js")
    tree(tmp_path / ".netlify/functions-internal", "a.js")
    found = runtimes()
    found["js"].facts = dict.fromkeys(("a.js", "z.js"), SourceFacts(config={"path": "/x"}))
    assert [(each.name, each.valid) for each in scanned(tmp_path, found).functions] == [
        ("a", False),
        ("z", True),
    ]


def test_clash_outside_the_project_names_the_whole_path(tmp_path: Path) -> None:
    tree(tmp_path / "elsewhere", "a.js", "b.js")
    found = runtimes()
    found["js"].facts = dict.fromkeys(("a.js", "b.js"), SourceFacts(config={"path": "/x"}))
    root = tmp_path / "root"
    manifest = scanned(root, found, functions_dir=tmp_path / "elsewhere")
    assert f"{tmp_path}/elsewhere/a.js already" in (manifest.functions[1].problem or "")
    assert rows(root, manifest)["a"] == ("../elsewhere/a.js", [])


def test_row_has_every_field(tmp_path: Path) -> None:
    tree(tmp_path / "functions", "a.js", "b.js")
    found = runtimes()
    found["js"].facts = {"a.js": SourceFacts(config={"path": ["/x", "/y"], "timeout": 0})}
    listed = listing(scanned(tmp_path, found).functions, tmp_path, site="http://localhost:9999")
    invalid, valid = listed["functions"]
    assert invalid == {
        "name": "a",
        "runtime": "js",
        "main_file": "functions/a.js",
        "kind": "sync",
        "api": "lambda",
        "url": "http://localhost:9999/x",
        "routes": ["/x", "/y"],
        "schedule": None,
        "valid": False,
        "problem": "`timeout` in the config of a must be a number of seconds above 0, "
        'or text such as "90s" or "15m", not 0',
        "shadowed": [],
        "debugger": None,
        "excluded_routes": [],
        "methods": [],
        "prefer_static": False,
        "rate_limit": None,
        "display_name": None,
        "generator": None,
    }
    assert valid["url"] == "http://localhost:9999/.netlify/functions/b"
    assert (valid["valid"], valid["problem"]) == (True, None)


def test_internal_directory_may_be_the_functions_directory(tmp_path: Path) -> None:
    inner = tmp_path / ".netlify/functions-internal"
    tree(inner, "a.js")
    assert rows(tmp_path, scanned(tmp_path, functions_dir=inner)) == {
        "a": (".netlify/functions-internal/a.js", [])
    }
