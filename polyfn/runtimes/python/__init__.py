"""Python: a file or a directory with a handler, run as it is by the project's own interpreter."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from polyfn.model import EventFormat, LaunchSpec
from polyfn.runtimes import start_variables
from polyfn.runtimes.assets import RUNNERS, runner_file
from polyfn.runtimes.python import insource

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from polyfn.model import BuildPlan, Concern, Function, SourceFacts, Tool

_SUFFIX: Final = ".py"
_PACKAGE: Final = "__init__.py"
# In the report of a crash, which the interpreter itself writes (`faulthandler`); the frames of
# exceptions are the runner's to choose.
_OWN_FRAMES: Final = re.compile(rf'  File "{re.escape(str(RUNNERS))}/[^"]*", line \d+ in \S+$')
_MAINS: Final = ("main.py", "index.py", "lambda_function.py", _PACKAGE)


class PythonRuntime:
    """Implements `polyfn.runtimes.contract.Runtime`."""

    name = "python"
    rank = 2
    inspectable = False
    event_format = EventFormat.V1
    debugger = ""

    def files(self, paths: list[Path]) -> dict[str, list[Path]]:
        """Each ``NAME.py``; `inspect` tells a function from a module that functions share."""
        return {
            path.stem: [path] for path in paths if path.suffix == _SUFFIX and path.name != _PACKAGE
        }

    def mains(self, directory: Path, name: str) -> list[Path]:
        """``NAME.py``, then the names that other tools and AWS's console give a main file."""
        candidates = dict.fromkeys(directory / each for each in (f"{name}{_SUFFIX}", *_MAINS))
        return [path for path in candidates if path.is_file()]

    def inspect(self, main_file: Path) -> SourceFacts | None:
        """Read the handler's name and ``config``; a file without a handler is no function."""
        return insource.read(main_file.read_bytes())

    def tools(self, function: Function) -> tuple[str, ...]:
        """An interpreter."""
        del function
        return ("python",)

    def concerns(
        self, functions: Sequence[Function], tools: Mapping[str, Tool], env: Mapping[str, str]
    ) -> Iterator[Concern]:
        """Packages that nobody has installed."""
        from polyfn.runtimes.python.packages import (  # noqa: PLC0415 - no start waits for it
            without_environment,
        )

        del env
        yield from without_environment(functions, tools.get("python"))

    def plan(
        self, function: Function, tools: Mapping[str, Tool], env: Mapping[str, str]
    ) -> BuildPlan | None:
        """Python runs as it is."""
        del function, tools, env
        return None

    def launch(self, function: Function, artifact: Path, tools: Mapping[str, Tool]) -> LaunchSpec:
        """Start our Python runner.

        The interpreter is named by the path it was found at, links and all: that is how it knows
        its virtual environment, and with it, when LOAD comes, its site-packages.
        """
        is_file = function.source == function.main_file
        beside = () if is_file else (str(function.source.parent),)
        return LaunchSpec(
            argv=(
                str(tools["python"].path),
                *("-I", "-S", "-X", "utf8"),
                str(runner_file("python/runner.py")),
            ),
            # ``-I`` has it ignore PYTHON*; what they say of imports the runner does at LOAD.
            spare=start_variables.select,
            start_defaults=start_variables.KEEP_PAGES,
            load={
                "main_file": str(artifact),
                "handler": function.handler,
                "shared_directory": is_file,
                "search": [*beside, str(function.project_root)],
            },
            own_lines=_OWN_FRAMES,
        )
