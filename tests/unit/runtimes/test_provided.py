"""Directories with a ``bootstrap``: found, listed, and how they are started."""

from __future__ import annotations

from pathlib import Path

import pytest

from polyfn.model import Function, SourceFacts
from polyfn.runtimes.contract import Runtime
from polyfn.runtimes.provided import ProvidedRuntime

PROVIDED: Runtime = ProvidedRuntime()


def test_bootstrap_makes_a_directory_a_function(tmp_path: Path) -> None:
    assert PROVIDED.mains(tmp_path, "hello") == []
    bootstrap = script(tmp_path, b"#!/bin/sh\n")
    assert PROVIDED.mains(tmp_path, "hello") == [bootstrap]
    assert PROVIDED.inspect(bootstrap) == SourceFacts(handler="")
    bootstrap.chmod(0o644)
    assert PROVIDED.mains(tmp_path, "hello") == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"#!/bin/sh\r\n", "lines that end with CR LF"),
        (b"#! /no/such/shell -e\n", "begins with #!/no/such/shell, and there is no such"),
        (b"#!", "begins with #!, and there is no such"),
        (b"echo hello\n", "neither a program nor a script"),
        (b"", "neither a program nor a script"),
        (b"\xcf\xfa\xed\xfe" + bytes(60), "for darwin/another processor: build it again"),
    ],
)
def test_bootstrap_that_cannot_be_started_says_why(
    tmp_path: Path, content: bytes, words: str
) -> None:
    facts = PROVIDED.inspect(script(tmp_path, content))
    assert facts is not None
    assert facts.problem is not None
    assert words in facts.problem


def script(directory: Path, content: bytes) -> Path:
    path = directory / "bootstrap"
    path.write_bytes(content)
    path.chmod(0o755)
    return path


def test_bootstrap_by_itself_is_no_function(tmp_path: Path) -> None:
    bootstrap = tmp_path / "bootstrap"
    bootstrap.touch(0o755)
    assert PROVIDED.files([bootstrap]) == {}


def test_it_starts_in_its_own_directory_as_it_is(tmp_path: Path) -> None:
    main_file = tmp_path / "hello" / "bootstrap"
    of = Function(
        name="hello",
        runtime="provided",
        main_file=main_file,
        source=main_file.parent,
        project_root=tmp_path,
    )
    assert PROVIDED.tools(of) == ()
    assert PROVIDED.plan(of, {}, {}) is None
    spec = PROVIDED.launch(of, main_file, {})
    assert spec.frame_fds is None
    assert spec.argv[-2:] == (str(main_file.parent), str(main_file))
    assert spec.start_env == {"LAMBDA_TASK_ROOT": str(main_file.parent)}


def test_what_lies_beside_it_makes_another_version(tmp_path: Path) -> None:
    bootstrap = script(tmp_path, b"#!/bin/sh\n")
    of = Function(
        name="hello",
        runtime="provided",
        main_file=bootstrap,
        source=tmp_path,
        project_root=tmp_path.parent,
    )
    (tmp_path / "app.py").write_text("1")
    before = PROVIDED.launch(of, bootstrap, {})
    assert before == PROVIDED.launch(of, bootstrap, {})
    assert {tmp_path, tmp_path / "app.py"} < set(before.depends_on)
    (tmp_path / "app.py").write_text("22")
    assert before != PROVIDED.launch(of, bootstrap, {})
