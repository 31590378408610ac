"""Programs in any language that speak the Lambda Runtime API: a directory with a ``bootstrap``.

That file name is AWS's (Lambda's ``provided`` runtimes), for Netlify knows no such functions.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from polyfn.model import EventFormat, SourceFacts
from polyfn.runtimes import executables, programs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from polyfn.model import BuildPlan, Concern, Function, LaunchSpec, Tool

_BOOTSTRAP: Final = "bootstrap"


class ProvidedRuntime:
    """Any language; see `polyfn.runtimes.contract.Runtime`."""

    name = "provided"
    rank = 3
    inspectable = False
    event_format = EventFormat.V1
    debugger = "gdb -p {pid}"

    def files(self, paths: list[Path]) -> dict[str, list[Path]]:
        """None: a file by itself is never such a function."""
        del paths
        return {}

    def mains(self, directory: Path, name: str) -> list[Path]:
        """The directory's ``bootstrap``, when it is executable."""
        del name  # the file is called the same in every function
        bootstrap = directory / _BOOTSTRAP
        return [bootstrap] if bootstrap.is_file() and os.access(bootstrap, os.X_OK) else []

    def inspect(self, main_file: Path) -> SourceFacts | None:
        """Nothing can be read from a program but whether this machine can start it."""
        return SourceFacts(handler="", problem=executables.start_problem(main_file))

    def tools(self, function: Function) -> tuple[str, ...]:
        """It needs nothing that polyfn knows of."""
        del function
        return ()

    def concerns(
        self, functions: Sequence[Function], tools: Mapping[str, Tool], env: Mapping[str, str]
    ) -> Iterator[Concern]:
        """Nothing can be told of a program."""
        del functions, tools, env
        return iter(())

    def plan(
        self, function: Function, tools: Mapping[str, Tool], env: Mapping[str, str]
    ) -> BuildPlan | None:
        """It runs as it is."""
        del function, tools, env
        return None

    def launch(self, function: Function, artifact: Path, tools: Mapping[str, Tool]) -> LaunchSpec:
        """Start it where it is: its directory is what Lambda calls the task root."""
        del tools  # the program runs by itself
        here = function.main_file.parent
        environment = {"LAMBDA_TASK_ROOT": str(here)}
        return programs.launch(artifact, cwd=str(here), environment=environment, directory=here)
