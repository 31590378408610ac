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
    ("output", "advice"),
    [
        ("module lookup disabled by GOPROXY=off", "GOPROXY=off lets go fetch nothing"),
        ("verifying a.b/c@v1: checksum mismatch", "delete its lines in go.sum"),
        ('go: cannot find "go1.99.0" in PATH', "Install Go 1.99.0 or newer"),
        ('cgo: C compiler "gcc" not found: exec', "CGO_ENABLED=1 needs a C compiler"),
        ("malformed go.sum:\ngo.sum:1: wrong", "To mend it: rm go.sum && go mod tidy"),
        ("sync the vendor directory, run:\n\t\tgo work vendor", "To mend it: go work vendor"),
        ("a.b/c: import lookup disabled by -mod=vendor", "go mod tidy && go mod vendor"),
        ("module . listed in go.work file requires go >= 1.21", "To mend it: go work use"),
        (
            'x.go:3:8: unrecognized import path "git.corp/a": dial tcp: lookup: no such host',
            "git.corp/a cannot be fetched. If it is private, set GOPRIVATE=git.corp/a ",
        ),
        (
            "x.go:3:8: a.b/c@v1.2.3: reading https://proxy/a.b/c/@v/v1.2.3.zip: 404 Not Found",
            "set GOPRIVATE=a.b/c ",
        ),
        (
            'x.go:3:8: "../../lib" is relative, but relative import paths are not supported',
            'Import it by the path of its module: "example.com/site/lib"',
        ),
    ],
)
def test_what_the_last_line_says(output: str, advice: str) -> None:
    assert advice in _EXPLAIN(output).splitlines()[-1]


def test_packages_that_are_laid_over_the_authors_are_not_shown() -> None:
    lacks = "missing go.sum entry for module providing package a.b/c; to add:\n\tgo get me"
    ours = f"../../internal/polyfndirect/serve.go:4:2: {lacks}\n"
    assert _EXPLAIN(ours + ours) == f"{lacks}\nTo mend it: go mod tidy"
    assert _EXPLAIN(f"{ours}main.go:3:8: bad\n").startswith("functions/hello/main.go:3:8: bad\n")
    broken = "# example.com/site/internal/polyfnbridge\ninternal/polyfnbridge/a.go:1:2: bad\n"
    assert "polyfnbridge" in _EXPLAIN(broken)


def test_long_output_is_cut_at_a_line_and_the_advice_stays() -> None:
    missing = "main.go:3:8: no required module provides package a.b/c; to add it:\n"
    text = _EXPLAIN(missing + "main.go:1:1: bad\n" * 2000 + "x" * 9000)
    *_, last, more, advice = text.splitlines()
    assert last == "functions/hello/main.go:1:1: bad"
    assert more.endswith(" more lines …]")
    assert advice == "To mend it: go get a.b/c"
    assert len(text) < 11_000
    assert len(_EXPLAIN("x" * 9000)) < 500


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
