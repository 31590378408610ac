"""LOADED: every file that an edit of would change the function, and no other."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from conftest import Start, Write
from polyfn.wire import messages as m
from runner_process import RunnerProcess, failure, value

HANDLER = "\ndef handler(event, context): return 1"


def loaded(runner: RunnerProcess) -> list[str]:
    """All files told so far, in order."""
    told = [each for each in runner.messages if isinstance(each, m.Loaded)]
    return [file for each in told for file in each.files]


def names(runner: RunnerProcess, root: Path) -> list[str]:
    return sorted(os.path.relpath(file, root) for file in loaded(runner))


def test_modules_and_packages_are_told_before_ready(
    serve: Start, write: Write, tmp_path: Path
) -> None:
    write("from . import deep", "pack/__init__.py")
    write("", "pack/deep/__init__.py")
    write("import one", "pack/unused.py")
    write("", "space/part.py")
    write("import json, logging, asyncio.queues", "one.py")
    runner = serve(f"import one, pack, space.part{HANDLER}")
    assert names(runner, tmp_path) == [
        "hello.py",
        "one.py",
        "pack/__init__.py",
        "pack/deep/__init__.py",
        "space/part.py",
    ]


def test_source_is_told_also_when_its_bytecode_is_loaded(
    start: Start, write: Write, tmp_path: Path
) -> None:
    file = write(f"import one{HANDLER}")
    for each in (write("", "one.py"), file):
        os.utime(each, (1_000_000_000, 1_000_000_000))
    for _ in range(2):
        runner = start()
        runner.load(file)
        assert names(runner, tmp_path) == ["hello.py", "one.py"]
    assert list((tmp_path / "__pycache__").glob("one.*.pyc"))


def test_installed_packages_are_told(serve: Start, write: Write, tmp_path: Path) -> None:
    write("", "site/lib/__init__.py")
    runner = serve(f"import lib{HANDLER}", site_packages=[str(tmp_path / "site")])
    assert names(runner, tmp_path) == ["hello.py", "site/lib/__init__.py"]


def test_real_paths_are_told_of_links(serve: Start, write: Write, tmp_path: Path) -> None:
    write("", "elsewhere/pack/__init__.py")
    write("", "elsewhere/single.py")
    (tmp_path / "pack").symlink_to("elsewhere/pack")
    (tmp_path / "single.py").symlink_to("elsewhere/single.py")
    runner = serve(f"import pack, single{HANDLER}")
    assert names(runner, tmp_path) == [
        "elsewhere/pack/__init__.py",
        "elsewhere/single.py",
        "hello.py",
    ]


def test_import_inside_a_call_is_told_once_after_the_answer(
    serve: Start, write: Write, tmp_path: Path
) -> None:
    write("", "late.py")
    runner = serve("def handler(event, context):\n    import late, wave\n    return 1")
    assert names(runner, tmp_path) == ["hello.py"]
    assert value(runner.call()) == 1
    assert runner.expect(m.Loaded).files == [str(tmp_path / "late.py")]
    assert value(runner.call()) == 1
    assert len(loaded(runner)) == 2


@pytest.mark.parametrize(
    ("files", "error_type"),
    [
        ({"hello.py": "import one", "one.py": "1 / 0"}, "Runtime.ImportModuleError"),
        ({"hello.py": "import one", "one.py": "def ("}, "Runtime.UserCodeSyntaxError"),
        ({"hello.py": "import one", "one.py": "import nowhere"}, "Runtime.ImportModuleError"),
        ({"hello.py": "import one", "one.py": ""}, "Runtime.HandlerNotFound"),
        ({"hello.py": "import one", "one.py": "raise SystemExit(3)"}, "Runtime.ExitError"),
    ],
)
def test_broken_modules_are_told_before_the_error(
    start: Start, write: Write, tmp_path: Path, files: dict[str, str], error_type: str
) -> None:
    for name, source in files.items():
        write(source, name)
    runner = start()
    assert failure(runner.load(tmp_path / "hello.py"))["errorType"] == error_type
    assert names(runner, tmp_path) == ["hello.py", "one.py"]
    assert isinstance(runner.messages[-1], m.Error)


def test_module_whose_failure_is_swallowed_is_told(
    serve: Start, write: Write, tmp_path: Path
) -> None:
    write("1 / 0", "one.py")
    runner = serve(f"try:\n    import one\nexcept Exception:\n    one = None{HANDLER}")
    assert names(runner, tmp_path) == ["hello.py", "one.py"]


def test_load_that_never_ends_is_told(start: Start, write: Write, tmp_path: Path) -> None:
    write("while True: pass", "one.py")
    runner = start()
    runner.expect(m.Hello)
    runner.begin_load(write("import one"))
    assert runner.expect(m.Loaded).files == [str(tmp_path / "hello.py"), str(tmp_path / "one.py")]


def test_odd_things_among_the_modules_do_no_harm(
    serve: Start, write: Write, tmp_path: Path
) -> None:
    write("raise RuntimeError('it was woken')", "lazy.py")
    source = """
        import importlib.util, sys, types
        class Odd:
            __slots__ = ()
            def __getattr__(self, name): raise RuntimeError(name)
        for file in (5, None, "relative.py", "<frozen x>"):
            sys.modules[f"odd {file}"] = types.ModuleType("odd")
            sys.modules[f"odd {file}"].__file__ = file
        sys.modules.update({"odd": Odd(), "none": None, "class": Odd})
        spec = importlib.util.find_spec("lazy")
        spec.loader = importlib.util.LazyLoader(spec.loader)
        sys.modules["lazy"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules["lazy"])
    """
    runner = serve(source.replace("\n        ", "\n") + HANDLER)
    assert value(runner.call()) == 1
    assert names(runner, tmp_path) == ["hello.py", "lazy.py"]


@pytest.mark.skipif(sys.platform != "linux", reason="file names are Unicode there")
def test_name_that_is_not_utf8_is_left_out(serve: Start, tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff")).mkdir()
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff/one.py")).touch()
    directory = f"os.fsdecode(os.fsencode({str(tmp_path)!r}) + b'/\\xff')"
    runner = serve(f"import os, sys\nsys.path.append({directory})\nimport one{HANDLER}")
    assert names(runner, tmp_path) == ["hello.py"]


def test_more_files_than_a_list_holds_come_in_several_messages(
    serve: Start, tmp_path: Path
) -> None:
    source = (
        "import sys, types\nfor n in range(5000):\n    each = sys.modules[f'm{n}'] = "
        f"types.ModuleType('m')\n    each.__file__ = f'{tmp_path}/{{n}}.py'"
    )
    runner = serve(source + HANDLER)
    assert len(set(loaded(runner))) == len(loaded(runner)) == 5001
