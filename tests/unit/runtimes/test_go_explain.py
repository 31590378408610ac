"""Go: what the author reads when a build fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from polyfn.runtimes.go.explain import Explainer
from polyfn.runtimes.go.modules import Module

_EXPLAIN = Explainer(
    cwd=Path("/site/functions/hello"),
    project_root=Path("/site"),
    module=Module(path="example.com/site", root=Path("/site")),
)


@pytest.mark.parametrize(
    ("output", "text"),
    [
        ("", ""),
        ("go: downloading a v1\ngo: finding module for b\nbad\n", "bad\n"),
        ("./main.go:3:1: bad\n", "functions/hello/main.go:3:1: bad\n"),
        ("main.go:3:1: bad", "functions/hello/main.go:3:1: bad"),
        ("\t../../lib/x.go:1:2: other declaration", "\tlib/x.go:1:2: other declaration"),
        ("../../../away/x.go:1:2: bad", "/away/x.go:1:2: bad"),
        ("go: errors parsing ../../go.mod:", "go: errors parsing go.mod:"),
        ("in /site/functions/hello: found", "in functions/hello: found"),
        (
            "go vet ./... says 1.2.3 of x/../y and a..b",
            "go vet ./... says 1.2.3 of x/../y and a..b",
        ),
        (
            "found packages other (a.go) and main (zz_polyfn_bridge.go) in /site/functions/hello",
            "a.go is of package other: a function's files must say package main",
        ),
    ],
)
def test_paths_are_relative_to_the_project(output: str, text: str) -> None:
    assert _EXPLAIN(output) == text


@pytest.mark.parametrize(
    ("output", "advice"),
    [
        ("x.go:1:1: no required module provides package a.b/c; to add it:", "go get a.b/c"),
        ("missing go.sum entry for module providing package a.b/c", "go mod tidy"),
        ("go: updates to go.mod needed; to update it:", "go mod tidy"),
        ("go: inconsistent vendoring in /site:", "go mod vendor"),
        ("is contained in a module that is not one of the workspace modules", "go work use ."),
    ],
)
def test_command_that_helps_is_named_with_its_directory(output: str, advice: str) -> None:
    assert _EXPLAIN(output).splitlines()[-1] == f"To mend it: {advice}"
    module = Module(path="example.com/site", root=Path("/site/my functions"))
    explain = Explainer(cwd=_EXPLAIN.cwd, project_root=Path("/site"), module=module)
    assert explain(output).splitlines()[-1] == f"To mend it: cd 'my functions' && {advice}"


@pytest.mark.parametrize(
    "output",
    [
        "x.go:1:1: no required module provides package example.com/site/gone; to add it:",
        "x.go:1:1: undefined: x",
    ],
)
def test_no_command_is_named_where_none_helps(output: str) -> None:
    assert "To mend it" not in _EXPLAIN(output)


def test_missing_module_without_a_go_mod_asks_for_one() -> None:
    module = Module(path="function", root=_EXPLAIN.cwd, is_virtual=True)
    explain = Explainer(cwd=_EXPLAIN.cwd, project_root=Path("/site"), module=module)
    text = explain("main.go:5:2: cannot find module providing package a.b/c")
    assert text.endswith("To mend it: cd functions/hello && go mod init hello && go mod tidy")
    assert "To mend it" not in explain("main.go:5:2: undefined: x")


def test_other_causes_get_a_sentence() -> None:
    newer = _EXPLAIN("go: go.mod requires go >= 1.99 (running go 1.26.8; GOTOOLCHAIN=local)")
    assert "Install Go 1.99 or newer" in newer
    assert "func main" in _EXPLAIN("runtime.main_main·f: function main is undeclared in the main")
