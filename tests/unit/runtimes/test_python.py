"""The Python runtime: which files are functions, what they say of themselves, how they start."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

import pytest

from polyfn.model import Function, SourceFacts, Tool
from polyfn.runtimes import RUNTIMES
from polyfn.runtimes.contract import Runtime
from polyfn.runtimes.python import PythonRuntime, insource

RUNTIME: Runtime = PythonRuntime()


def read(source: str) -> SourceFacts | None:
    return insource.read(textwrap.dedent(source).encode())


def config_of(source: str) -> SourceFacts:
    facts = read(f"def handler(event, context): ...\n{textwrap.dedent(source)}")
    assert facts is not None
    return facts


def test_table_holds_every_language_in_the_order_in_which_they_win() -> None:
    assert list(RUNTIMES) == ["go", "node", "python", "provided"]
    assert RUNTIMES["python"].name == "python"
    ranks = [runtime.rank for runtime in RUNTIMES.values()]
    assert ranks == sorted(ranks)
    assert RUNTIMES["python"].rank == 2


def test_files_are_named_by_their_stem(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("hello.py", "v1.2.py", "__init__.py", "a.pyc", "b.js")]
    assert RUNTIME.files(paths) == {"hello": [paths[0]], "v1.2": [paths[1]]}


def test_main_files_come_in_the_documented_order(tmp_path: Path) -> None:
    directory = tmp_path / "hello"
    directory.mkdir()
    assert RUNTIME.mains(directory, "hello") == []
    names = ["hello.py", "main.py", "index.py", "lambda_function.py", "__init__.py"]
    for name in reversed(names):
        (directory / name).touch()
        found = [path.name for path in RUNTIME.mains(directory, "hello")]
        assert found == names[names.index(name) :]
    (directory / "index.py").unlink()
    (directory / "index.py").mkdir()
    assert directory / "index.py" not in RUNTIME.mains(directory, "hello")


def test_directory_called_like_a_main_file_has_it_once(tmp_path: Path) -> None:
    (tmp_path / "main").mkdir()
    (tmp_path / "main" / "main.py").touch()
    assert RUNTIME.mains(tmp_path / "main", "main") == [tmp_path / "main" / "main.py"]


@pytest.mark.parametrize(
    "source",
    [
        "def handler(event, context): ...",
        "async def handler(event, context): ...",
        "handler = make()",
        "handler = lambda event, context: None",
        "handler = app.lambda_handler",
        "a, handler = make()",
        "(a, [handler]) = make()",
        "a = handler = make()",
        "handler: Handler = make()",
        "from app import handler",
        "from app import main as handler",
        "import handler",
        "import app.handlers as handler",
        "try:\n    from fast import handler\nexcept ImportError:\n    def handler(e, c): ...",
        "try:\n    pass\nexcept ImportError:\n    handler = make()",
        "try:\n    pass\nfinally:\n    handler = make()",
        "if DEBUG:\n    pass\nelif x:\n    handler = make()",
        "if __name__ == '__main__':\n    pass\nelse:\n    handler = make()",
        "with x:\n    for y in z:\n        while w:\n            def handler(e, c): ...",
        "match x:\n    case 1:\n        def handler(e, c): ...",
        "@decorated\ndef handler(event, context): ...",
        "def lambda_handler(event, context): ...\ndef handler(event, context): ...",
    ],
)
def test_file_with_a_handler_is_a_function(source: str) -> None:
    assert read(source) == SourceFacts(handler="handler")


@pytest.mark.parametrize(
    "source", ["def lambda_handler(e, c): ...", "from a import lambda_handler"]
)
def test_handler_may_have_the_name_of_awss_console(source: str) -> None:
    assert read(source) == SourceFacts(handler="lambda_handler")


@pytest.mark.parametrize(
    "source",
    [
        "",
        "def main(): ...",
        "def main():\n    def handler(event, context): ...",
        "class App:\n    def handler(self, event): ...",
        "class handler: ...",
        "from app import handler as main",
        "from app import *",
        "handler: Handler",
        "app.handler = make()",
        "handler = None",
        "handler = {'a': 1}",
        "handler = logging.StreamHandler()",
        "handler = logging.handlers.RotatingFileHandler('x')",
        "handler = StreamHandler()",
        "handler = handlers.SysLogHandler()",
        "handler: Handler = logging.NullHandler()",
        "if __name__ == '__main__':\n    handler = make()",
        "if TYPE_CHECKING:\n    from app import handler",
        "if typing.TYPE_CHECKING:\n    from app import handler",
        "print('handler')",
        "def broken(:",
    ],
)
def test_file_without_a_handler_is_a_shared_module(source: str) -> None:
    assert read(source) is None


@pytest.mark.parametrize(
    "source",
    [
        b"def handler(event, context):\n    return (",
        b"x = (\nasync  def handler(e, c): pass",
        b"from app import a, handler\nx = (",
        b"handler = make(\n",
        b"def handler(e, c): pass\n\0",
        b"def handler(e, c): pass\nx = '\xff'",
        b"def handler(e, c): return " + b"(" * 1000,
    ],
)
def test_broken_file_that_seems_to_have_a_handler_is_a_function(source: bytes) -> None:
    assert insource.read(source) == SourceFacts(handler="handler")


def test_config_is_read_without_running_the_code() -> None:
    facts = config_of(
        """
        import os
        LIMIT: int = 5
        PATHS = ["/a", "/b"]
        BASE = {"name": "Base", "timeout": 1}
        config: dict = {
            **BASE,
            "path": PATHS,
            "timeout": LIMIT,
            "method": ("GET", "POST"),
            "background": False,
            "rateLimit": {"windowLimit": -1, "windowSize": 1.5, "action": None},
        }
        """
    )
    assert facts.problem is None
    assert facts.config == {
        "name": "Base",
        "path": ["/a", "/b"],
        "timeout": 5,
        "method": ["GET", "POST"],
        "background": False,
        "rateLimit": {"windowLimit": -1, "windowSize": 1.5, "action": None},
    }


@pytest.mark.parametrize(
    "value",
    ["os.environ['X']", "make()", "15 * 60", "f'{x}'", "UNKNOWN", "LOOP", "[make()]", "b'x'", "-X"],
)
def test_value_that_needs_the_code_to_run_is_a_problem_that_names_its_key(value: str) -> None:
    facts = config_of(f"LOOP = [LOOP]\nconfig = {{'path': '/a', 'timeout': {value}}}")
    assert facts.problem is not None
    assert facts.problem.startswith("`timeout` in its config cannot be read: write it out")
    assert facts.config == {"path": "/a"}


@pytest.mark.parametrize(
    "source",
    [
        "config = load()",
        "config = Config(path='/x')",
        "config = None",
        "config: Config",
        "config['path'] = '/x'",
        "def f():\n    config = {'path': '/x'}",
        "config = {'db': os.environ['DB'], 'retries': make()}",
        "config = {**unknown, **load(), 1: 2, None: 3}",
    ],
)
def test_config_of_the_programs_own_is_left_alone(source: str) -> None:
    facts = config_of(source)
    assert (facts.config, facts.problem) == ({}, None)


def test_dict_that_spreads_itself_comes_to_an_end() -> None:
    assert config_of("config = {**config, 'path': '/a'}").config == {"path": "/a"}


def test_last_config_counts() -> None:
    assert config_of("config = {'path': '/a'}\nconfig = {'path': '/b'}").config == {"path": "/b"}


def test_config_of_a_broken_file_is_read_while_it_is_whole() -> None:
    facts = config_of("def broken(:\nconfig = {\n    'path': '/a',\n    'timeout': 5,\n}\n")
    assert facts == SourceFacts(handler="handler", config={"path": "/a", "timeout": 5})
    assert config_of("def broken(:\nconfig = {\n    'path': '/a',\n").config == {}


def test_odd_escapes_in_the_source_are_no_warning_of_ours() -> None:
    assert read("def handler(e, c): return '\\d'") == SourceFacts()


def test_inspect_reads_the_file(tmp_path: Path) -> None:
    file = tmp_path / "hello.py"
    file.write_text("# coding: latin-1\nx = '\xfc'\ndef handler(e, c): ...", encoding="latin-1")
    assert RUNTIME.inspect(file) == SourceFacts()
    with pytest.raises(FileNotFoundError):
        RUNTIME.inspect(tmp_path / "gone.py")


def test_nothing_is_built_and_an_interpreter_is_needed(tmp_path: Path) -> None:
    function = _function(tmp_path, "hello.py")
    assert RUNTIME.tools(function) == ("python",)
    assert RUNTIME.plan(function, {}, {}) is None


def test_runner_is_started_by_the_interpreter_at_the_path_it_was_found(tmp_path: Path) -> None:
    link = tmp_path / ".venv" / "bin" / "python"
    link.parent.mkdir(parents=True)
    link.symlink_to(sys.executable)
    tool = Tool(name="python", path=link, version="3.12.1", origin="the project's .venv")
    function = _function(tmp_path, "hello.py")
    launch = RUNTIME.launch(function, function.main_file, {"python": tool})
    assert launch.argv[0] == str(link)
    assert launch.argv[1:-1] == ("-I", "-S", "-X", "utf8")
    assert Path(launch.argv[-1]).is_file()
    assert launch.frame_fds == (3, 4)
    assert launch.load == {
        "main_file": str(function.main_file),
        "handler": "handler",
        "shared_directory": True,
        "search": [str(tmp_path)],
    }


def test_directory_function_may_import_what_lies_beside_its_directory(tmp_path: Path) -> None:
    tool = Tool(name="python", path=Path(sys.executable), version="3.12.1", origin="polyfn's own")
    function = _function(tmp_path, "hello/main.py")
    launch = RUNTIME.launch(function, function.main_file, {"python": tool})
    assert launch.load["shared_directory"] is False
    assert launch.load["search"] == [str(tmp_path / "functions"), str(tmp_path)]


def _function(root: Path, main: str) -> Function:
    main_file = root / "functions" / main
    source = main_file if main_file.parent.name == "functions" else main_file.parent
    return Function(
        name="hello", runtime="python", main_file=main_file, source=source, project_root=root
    )
