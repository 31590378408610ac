"""LOAD: the module as AWS would import it, the handler in it, and what is said when it fails."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from conftest import Start, Write
from polyfn.wire import messages as m
from runner_process import failure, load_spec, value


def test_module_sees_itself_as_under_aws(serve: Start, tmp_path: Path) -> None:
    runner = serve(
        """
        import os, sys
        def handler(event, context):
            return [__name__, __file__, __package__, sys.path[0], sys.modules[__name__].__file__,
                    os.getcwd(), "__main__" == __name__]
        """,
        cwd="/",
    )
    file = str(tmp_path / "hello.py")
    assert value(runner.call()) == ["hello", file, "", str(tmp_path), file, "/", False]


@pytest.mark.parametrize("name", ["handler", "lambda_handler"])
@pytest.mark.parametrize("wanted", ["", "same"])
def test_handler_is_found_under_both_names(serve: Start, name: str, wanted: str) -> None:
    runner = serve(f"def {name}(event, context): return 5", handler=name if wanted else "")
    assert value(runner.call()) == 5


def test_handler_under_a_name_of_its_own_is_the_one_that_is_called(serve: Start) -> None:
    runner = serve("def handler(e, c): return 1\ndef other(e, c): return 2", handler="other")
    assert value(runner.call()) == 2


def test_handler_may_be_any_callable_that_was_imported_or_made(serve: Start, write: Write) -> None:
    write("class App:\n    def __call__(self, event, context): return 'app'", "app.py")
    runner = serve("from app import App\nhandler = App()")
    assert value(runner.call()) == "app"


def test_siblings_and_packages_are_imported(serve: Start, write: Write) -> None:
    write("from . import two\nfrom .two import NUMBER", "parts/__init__.py")
    write("NUMBER = 2", "parts/two.py")
    write("NUMBER = 1", "one.py")
    runner = serve("import one, parts\ndef handler(e, c): return [one.NUMBER, parts.two.NUMBER]")
    assert value(runner.call()) == [1, 2]


@pytest.mark.parametrize("main", ["hello.py", "main.py", "index.py", "lambda_function.py"])
def test_directory_function_imports_from_its_directory(
    serve: Start, write: Write, main: str
) -> None:
    write("NUMBER = 3", "hello/part.py")
    runner = serve(
        "import part\ndef handler(e, c): return [part.NUMBER, __name__]", name=f"hello/{main}"
    )
    assert value(runner.call()) == [3, main.removesuffix(".py")]


def test_package_function_imports_relatively_and_by_its_own_name(
    serve: Start, write: Write
) -> None:
    write("from .deep import more\nNUMBER = 4", "my-hello/part.py")
    write("", "my-hello/deep/__init__.py")
    write("from .. import part\nfrom ..other import OTHER", "my-hello/deep/more.py")
    write("OTHER = 5", "my-hello/other.py")
    runner = serve(
        "from . import part\nfrom .other import OTHER\nimport other\n"
        "def handler(e, c): return [part.NUMBER, OTHER, other.OTHER, __name__, __package__]",
        name="my-hello/__init__.py",
    )
    assert value(runner.call()) == [4, 5, 5, "my-hello", "my-hello"]


def test_file_with_a_dot_in_its_name_is_loaded(serve: Start) -> None:
    runner = serve("def handler(e, c): return __name__", name="v1.2/v1.2.py")
    assert value(runner.call()) == "v1_2"


def test_exit_and_its_like_are_there_although_the_start_was_without_site(serve: Start) -> None:
    runner = serve("def handler(e, c): return [callable(exit), callable(quit), callable(help)]")
    assert value(runner.call()) == [True, True, True]


def test_missing_package_is_named_with_the_command_that_gets_it(start: Start, write: Write) -> None:
    runner = start()
    told = failure(runner.load(write("import os\n\nimport yaml\n")))
    assert told["errorType"] == "Runtime.ImportModuleError"
    assert told["errorMessage"].startswith(
        "Unable to import module 'hello': No module named 'yaml'"
    )
    assert told["errorMessage"].endswith("-m pip install PyYAML")
    assert told["trace"][1].endswith('hello.py", line 3, in <module>')
    assert len(told["trace"]) == 4 or "import yaml" in told["trace"][2]
    assert runner.exit_status() == 1


def test_relative_import_in_a_plain_file_is_explained(start: Start, write: Write) -> None:
    told = failure(start().load(write("from . import part")))
    assert told["errorType"] == "Runtime.ImportModuleError"
    assert "import its neighbours by their names" in told["errorMessage"]


def test_name_that_a_module_lacks_is_reported_as_python_says_it(start: Start, write: Write) -> None:
    told = failure(start().load(write("from os import nothing")))
    assert "cannot import name 'nothing' from 'os'" in told["errorMessage"]


def test_module_that_raises_is_an_import_error_with_its_frames(start: Start, write: Write) -> None:
    write("def work():\n    return {}['DB_URL']", "part.py")
    told = failure(start().load(write("import part\nSETTING = part.work()\n")))
    assert told["errorType"] == "Runtime.ImportModuleError"
    assert told["errorMessage"] == "Unable to import module 'hello': KeyError: 'DB_URL'"
    files = [line for line in told["trace"] if line.startswith("  File")]
    assert files == [
        '  File "hello.py", line 2, in <module>',
        '  File "part.py", line 2, in work',
    ]


@pytest.mark.parametrize("at", ["hello.py", "part.py"])
def test_syntax_error_is_reported_with_file_and_line(start: Start, write: Write, at: str) -> None:
    broken = write("x = 1\ndef broken(:\n    pass\n", at)
    main = broken if at == "hello.py" else write("import part")
    told = failure(start().load(main))
    assert told["errorType"] == "Runtime.UserCodeSyntaxError"
    assert told["errorMessage"].startswith("Syntax error in module 'hello': ")
    assert told["errorMessage"].endswith(f"({at}:2)")
    assert any("def broken(:" in line for line in told["trace"])


def test_missing_handler_names_what_is_there(start: Start, write: Write) -> None:
    told = failure(start().load(write("def main(): pass\ndef work(): pass\n_x = print")))
    assert told["errorType"] == "Runtime.HandlerNotFound"
    assert told["errorMessage"].startswith("Handler 'handler' missing on module 'hello': ")
    assert "defines main, work; add def handler(event, context)" in told["errorMessage"]
    told = failure(start().load(write("def main(): pass\n"), handler="lambda_handler"))
    assert told["errorMessage"].startswith("Handler 'lambda_handler' missing on module 'hello': ")
    told = failure(start().load(write("x = 1\n")))
    assert "defines nothing that can be called" in told["errorMessage"]


def test_handler_that_cannot_be_called_is_not_one(start: Start, write: Write) -> None:
    told = failure(start().load(write("handler = {'a': 1}")))
    assert told["errorType"] == "Runtime.HandlerNotFound"
    assert "is a dict, which cannot be called" in told["errorMessage"]


def test_handler_name_that_is_none_is_malformed(start: Start, write: Write) -> None:
    told = failure(start().load(write("def handler(e, c): pass"), handler="hello.handler"))
    assert told["errorType"] == "Runtime.MalformedHandlerName"


def test_missing_file_is_an_import_error(start: Start, tmp_path: Path) -> None:
    told = failure(start().load(tmp_path / "gone.py"))
    assert told["errorType"] == "Runtime.ImportModuleError"
    assert "gone.py" in told["errorMessage"]


@pytest.mark.parametrize(("code", "status"), [("3", 3), ("0", 1), ("", 1), ("'no'", 1)])
def test_sys_exit_while_loading_is_an_exit_error(
    start: Start, write: Write, code: str, status: int
) -> None:
    runner = start()
    told = failure(runner.load(write(f"import sys\nprint('bye', end='')\nsys.exit({code})")))
    assert told["errorType"] == "Runtime.ExitError"
    assert runner.exit_status() == status
    assert runner.logs() == [(0, "", "bye")]


def test_directory_that_is_not_there_fails_the_load(start: Start, write: Write) -> None:
    told = failure(start().load(write("def handler(e, c): pass"), cwd="/nowhere/at/all"))
    assert told["errorType"] == "FileNotFoundError"
    assert "/nowhere/at/all" in told["errorMessage"]


def test_environment_is_replaced_before_the_module_is_loaded(serve: Start) -> None:
    runner = serve(
        """
        import os, subprocess, sys, time
        SEEN = dict(os.environ)
        ZONE = time.tzname[0]
        def handler(event, context):
            child = subprocess.run(["env"], capture_output=True, text=True).stdout
            return {"seen": SEEN, "zone": ZONE, "child": sorted(child.split())}
        """,
        env={"A": "grün", "TZ": "XYZ-3", "PATH": "/usr/bin:/bin"},
    )
    told = value(runner.call())
    assert told["seen"] == {"A": "grün", "TZ": "XYZ-3", "PATH": "/usr/bin:/bin"}
    assert told["zone"] == "XYZ"
    assert told["child"] == ["A=grün", "PATH=/usr/bin:/bin", "TZ=XYZ-3"]


def test_load_of_another_protocol_is_refused_by_name(start: Start, write: Write) -> None:
    runner = start()
    runner.expect(m.Hello)
    spec = load_spec(write("def handler(e, c): pass"))
    runner.send(runner.connection.load({**spec, "protocol": 2}))
    error = runner.expect(m.Ready, m.Error)
    assert failure(error)["errorType"] == "Runner.ProtocolMismatch"
    assert "protocol 2, this runner speaks 1" in failure(error)["errorMessage"]
    assert error.fatal
    assert runner.exit_status() == 1


def test_every_failure_to_load_is_fatal_and_ends_the_process(start: Start, write: Write) -> None:
    runner = start()
    error = runner.load(write("1 / 0"))
    assert error.fatal
    assert error.id == 0
    runner.read_to_end()
    assert runner.exit_status() == 1


def test_process_that_dies_while_loading_just_ends(start: Start, write: Write) -> None:
    runner = start()
    runner.expect(m.Hello)
    file = write("import os, signal\nprint('here')\nos.kill(os.getpid(), signal.SIGKILL)")
    runner.send(runner.connection.load(load_spec(file)))
    runner.read_to_end()
    assert runner.exit_status() == -signal.SIGKILL
    assert runner.logs() == [(0, "", "here")]
