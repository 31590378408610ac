"""What a function may import, and from where."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from conftest import Start, Write
from polyfn.wire import messages as m
from runner_process import INTERPRETER, RUNNER, RunnerProcess, failure, load_spec, value


def test_path_is_in_the_documented_order(serve: Start, write: Write, tmp_path: Path) -> None:
    for name in ("mine", "site", "last", "env"):
        (tmp_path / name).mkdir()
    runner = serve(
        "import sys\ndef handler(e, c): return sys.path",
        name="mine/hello.py",
        cwd=str(tmp_path),
        env={"PYTHONPATH": "env"},
        site_packages=[str(tmp_path / "site")],
        search=[str(tmp_path / "last"), str(tmp_path / "mine")],
    )
    path = value(runner.call())
    assert path[:2] == [str(tmp_path / "mine"), str(tmp_path / "env")]
    assert path[-2:] == [str(tmp_path / "site"), str(tmp_path / "last")]
    assert not any("runners/python" in entry for entry in path)


def test_site_packages_work_with_their_pth_files(
    serve: Start, write: Write, tmp_path: Path
) -> None:
    write("NUMBER = 1", "site/library/__init__.py")
    write("NUMBER = 2", "elsewhere/linked.py")
    write(f"{tmp_path}/elsewhere\nimport sys; sys.from_pth = 3\n", "site/some.pth")
    runner = serve(
        "import library, linked, sys\n"
        "def handler(e, c): return [library.NUMBER, linked.NUMBER, sys.from_pth]",
        site_packages=[str(tmp_path / "site")],
    )
    assert value(runner.call()) == [1, 2, 3]


def test_without_site_packages_the_interpreters_own_are_used(serve: Start) -> None:
    runner = serve(
        "import sys\ndef handler(e, c): return [sys.path, sys.prefix]", site_packages=None
    )
    script = "import json, sys; print(json.dumps([sys.path, sys.prefix]))"
    done = subprocess.run([INTERPRETER, "-I", "-c", script], capture_output=True, check=True)
    path, prefix = value(runner.call())
    assert path[1:] == json.loads(done.stdout)[0]
    assert prefix == json.loads(done.stdout)[1]


def test_modules_that_the_runner_needs_are_the_standard_ones(serve: Start, write: Write) -> None:
    for name in ("json", "logging", "traceback", "tokenize", "re", "types", "base64"):
        write("raise RuntimeError('not mine')" if name != "base64" else "OWN = 1", f"{name}.py")
    runner = serve(
        """
        import base64, json, logging, re, types
        def handler(event, context):
            if event == 1: raise ValueError("x")
            logging.warning("w")
            return [json.dumps(1), base64.OWN]
        """
    )
    assert value(runner.call(2)) == ["1", 1]
    assert failure(runner.call(1))["errorType"] == "ValueError"


def test_all_that_the_runner_imports_late_is_among_the_modules_that_cannot_be_hidden() -> None:
    script = f"""
import sys
sys.path.insert(0, {str(RUNNER.parent)!r})
from polyfn_runner import imports, main
before = set(sys.modules)
import json, logging, site, traceback, warnings
late = {{name.partition(".")[0] for name in set(sys.modules) - before}}
assert "logging" in late
print(json.dumps(sorted(late - imports.RUNNERS_OWN - set(sys.builtin_module_names))))
"""
    command = [INTERPRETER, "-I", "-S", "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert [name for name in json.loads(done.stdout) if not name.startswith("_")] == []


def test_other_functions_do_not_hide_libraries_but_shared_modules_do(
    serve: Start, write: Write, tmp_path: Path
) -> None:
    write("def handler(event, context): return 'email'", "email.py")
    write("lambda_handler = print", "stripe.py")
    write("async def handler(event, context): pass\nNUMBER = 7", "only.py")
    write("OWN = 2", "calendar.py")
    write("OWN = 1", "site/stripe.py")
    runner = serve(
        """
        import calendar, email.message, stripe, only
        def handler(event, context):
            return [hasattr(email, "message"), stripe.OWN, calendar.OWN, only.NUMBER]
        """,
        site_packages=[str(tmp_path / "site")],
        shared_directory=True,
    )
    assert value(runner.call()) == [True, 1, 2, 7]


def test_in_a_directory_of_its_own_every_file_of_a_function_comes_first(
    serve: Start, write: Write
) -> None:
    write("def handler(): return 'mine'", "email.py")
    runner = serve("import email\ndef handler(e, c): return email.handler()")
    assert value(runner.call()) == "mine"


def test_function_that_is_called_like_a_library_may_import_it(
    serve: Start, write: Write, tmp_path: Path
) -> None:
    write("OWN = 1", "site/stripe/__init__.py")
    for name in ("stripe", "queue", "time", "json", "site"):
        runner = serve(
            f"import {name}\nclass Mine: pass\n"
            "def handler(e, c):\n"
            "    import sys\n"
            f"    return [{name}.__name__, __name__, sys.modules[Mine.__module__].Mine is Mine]",
            name=f"{name}.py",
            site_packages=[str(tmp_path / "site")],
        )
        assert value(runner.call()) == [name, f"{name}_function", True]


def test_modules_that_functions_share_are_found_last(
    serve: Start, write: Write, tmp_path: Path
) -> None:
    write("NUMBER = 1", "functions/shared.py")
    write("raise RuntimeError('a function')", "functions/queue.py")
    write("NUMBER = 2", "lib/db.py")
    runner = serve(
        "import shared, lib.db, queue\n"
        "def handler(e, c): return [shared.NUMBER, lib.db.NUMBER, hasattr(queue, 'Queue')]",
        name="functions/hello/main.py",
        search=[str(tmp_path / "functions"), str(tmp_path)],
    )
    assert value(runner.call()) == [1, 2, True]


def test_source_saved_twice_within_a_second_is_never_stale(
    start: Start, write: Write, tmp_path: Path
) -> None:
    for number in range(5):
        write(f"NUMBER = {number}", "part.py")
        main = write(f"import part\ndef handler(e, c): return [{number}, part.NUMBER]")
        assert value(_answer(start(), main)) == [number, number]
    assert not list(tmp_path.rglob("*.pyc"))


def test_settled_sources_are_cached(start: Start, write: Write, tmp_path: Path) -> None:
    for name in ("part.py", "hello.py"):
        file = write("import sys\ndef handler(e, c): return 1", name)
        os.utime(file, (1_600_000_000, 1_600_000_000))
    main = write("import part\nfrom part import handler")
    _answer(start(), main)
    assert [file.name.partition(".")[0] for file in tmp_path.rglob("*.pyc")] == ["part"]


def test_bytecode_is_not_written_where_the_environment_forbids_it(
    start: Start, write: Write, tmp_path: Path
) -> None:
    file = write("def handler(e, c): return 1")
    os.utime(file, (1_600_000_000, 1_600_000_000))
    _answer(start(), file, env={"PYTHONDONTWRITEBYTECODE": "1"})
    assert not list(tmp_path.rglob("*.pyc"))


def test_virtual_environments_own_packages_are_found(
    start: Start, write: Write, tmp_path: Path
) -> None:
    done = subprocess.run(
        [INTERPRETER, "-m", "venv", "--without-pip", "--symlinks", str(tmp_path / "env")],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    site = next((tmp_path / "env" / "lib").glob("python*/site-packages"))
    (site / "library.py").write_text("NUMBER = 5")
    runner = start(interpreter=str(tmp_path / "env" / "bin" / "python"))
    main = write(
        "import library, sys\ndef handler(e, c): return [library.NUMBER, sys.prefix]", "f/hello.py"
    )
    assert value(_answer(runner, main, site_packages=None)) == [5, str(tmp_path / "env")]


def _answer(runner: RunnerProcess, main: Path, **spec: object) -> object:
    """Load a function and call it once."""
    runner.expect(m.Hello)
    runner.send(runner.connection.load(load_spec(main, **spec)))
    ready = runner.expect(m.Ready, m.Error)
    assert isinstance(ready, m.Ready), ready
    return runner.call()
