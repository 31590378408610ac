"""What is told of where an exception came from: the author's frames, as paths of the project."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import Start, Write
from polyfn.wire import messages as m
from runner_process import failure

OURS = ("polyfn_runner", "<frozen", "importlib", "asyncio/")


def trace_of(told: dict[str, object]) -> list[str]:
    lines = told["trace"]
    assert isinstance(lines, list)
    shown = "\n".join(places(lines))
    assert not [each for each in OURS if each in shown], shown
    return lines


def places(lines: list[str]) -> list[str]:
    """The frames' places: file, line and name."""
    stripped = [line.lstrip(" |+-") for line in lines]
    return [line.removeprefix("File ") for line in stripped if line.startswith('File "')]


def test_paths_are_relative_to_the_project(serve: Start, write: Write, tmp_path: Path) -> None:
    write("def work():\n    raise KeyError('x')", "lib/part.py")
    runner = serve(
        "from lib.part import work\ndef handler(event, context): work()", root=str(tmp_path)
    )
    assert places(trace_of(failure(runner.call()))) == [
        '"hello.py", line 2, in handler',
        '"lib/part.py", line 2, in work',
    ]


def test_paths_outside_the_project_stay_whole(serve: Start, write: Write, tmp_path: Path) -> None:
    library = write("def work():\n    raise KeyError('x')", "site/library.py")
    runner = serve(
        "import library\ndef handler(event, context): library.work()",
        name="project/hello.py",
        site_packages=[str(tmp_path / "site")],
    )
    assert places(trace_of(failure(runner.call())))[1] == f'"{library}", line 2, in work'


def test_chained_exceptions_have_relative_paths_too(serve: Start) -> None:
    runner = serve(
        """
        def read(): raise OSError("no file")
        def handler(event, context):
            try:
                read()
            except OSError:
                raise ValueError("no settings")
        """
    )
    lines = trace_of(failure(runner.call()))
    assert places(lines) == [
        '"hello.py", line 5, in handler',
        '"hello.py", line 2, in read',
        '"hello.py", line 7, in handler',
    ]
    assert "During handling of the above exception" in "\n".join(lines)


def test_every_exception_of_a_group_is_told_with_its_place(serve: Start) -> None:
    runner = serve(
        """
        import asyncio
        async def one(): raise OSError("first")
        async def two(): raise KeyError("second")
        async def handler(event, context):
            async with asyncio.TaskGroup() as group:
                group.create_task(one())
                group.create_task(two())
        """
    )
    told = failure(runner.call())
    assert told["errorType"] == "ExceptionGroup"
    lines = told["trace"]
    text = "\n".join(lines)
    assert not [each for each in OURS if each in "".join(places(lines))]
    assert "OSError: first" in text
    assert "KeyError: 'second'" in text
    assert '"hello.py", line 3, in one' in places(lines)
    assert '"hello.py", line 4, in two' in places(lines)


def test_importing_while_called_shows_no_frames_of_the_importer(serve: Start, write: Write) -> None:
    write("import inner", "outer.py")
    write("raise RuntimeError('at the top')", "inner.py")
    runner = serve(
        """
        import importlib
        def handler(event, context): importlib.import_module("outer")
        """
    )
    assert places(trace_of(failure(runner.call()))) == [
        '"hello.py", line 3, in handler',
        '"outer.py", line 1, in <module>',
        '"inner.py", line 1, in <module>',
    ]


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("x = 1\nraise ValueError('no')", '"hello.py", line 2, in <module>'),
        ("x = 1\ndef handler(:", '"hello.py", line 2'),
        ("import outer", '"outer.py", line 2'),
    ],
)
def test_module_that_does_not_load_shows_the_line(
    start: Start, write: Write, source: str, place: str
) -> None:
    write("x = 1\nreturn {", "outer.py")
    answer = start().load(write(source))
    assert isinstance(answer, m.Error)
    assert places(trace_of(failure(answer)))[-1] == place


def test_syntax_error_is_named_with_its_relative_place(start: Start, write: Write) -> None:
    told = failure(start().load(write("x = 1\nreturn {")))
    assert "(hello.py:2)" in told["errorMessage"]


def test_missing_handler_names_the_relative_file(start: Start, write: Write) -> None:
    told = failure(
        start().load(write("def other(): pass", "api/hello.py"), root=str(write("", "x").parent))
    )
    assert "api/hello.py defines other" in told["errorMessage"]
