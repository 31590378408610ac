"""The Go runtime: which files are functions, how they are built, how they are started."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from polyfn.model import EventFormat, LaunchSpec, SourceFacts
from polyfn.runtimes import executables, programs
from polyfn.runtimes.go.built import check_library
from polyfn.runtimes.go.panics import REPORT_HEAD, PanicReader
from polyfn.runtimes.go.source import is_library, package_problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from polyfn.model import BuildPlan, Concern, Function, Tool

_SOURCE: Final = ".go"


class GoRuntime:
    """Go; see `polyfn.runtimes.contract.Runtime`.

    Which files count is zip-it-and-ship-it's rule (``runtimes/go/index.ts``): a directory with
    ``NAME.go`` or ``main.go``, or a program built before; never a ``.go`` file by itself.
    """

    name = "go"
    rank = 0
    inspectable = False
    event_format = EventFormat.ALL
    debugger = "dlv attach {pid}"

    def files(self, paths: list[Path]) -> dict[str, list[Path]]:
        """Pick programs that were built before."""
        found: dict[str, list[Path]] = {}
        for path in paths:
            if executables.is_program(path):
                found.setdefault(path.stem, []).append(path)
        return found

    def mains(self, directory: Path, name: str) -> list[Path]:
        """The main file, then a program that was built before.

        ``main.go`` beside ``NAME.go`` is part of the same program, so it is no second candidate.
        """
        sources = (directory / f"{name}.go", directory / "main.go")
        program = directory / name
        return [
            *[path for path in sources if path.is_file()][:1],
            *([program] if program.is_file() and executables.is_program(program) else []),
        ]

    def inspect(self, main_file: Path) -> SourceFacts | None:
        """Check that it can be run: a package main, or a program for this machine."""
        if main_file.suffix == _SOURCE:
            if is_library(main_file):
                return None
            problem = package_problem(main_file)
        else:
            problem = executables.problem(main_file)
        return SourceFacts(handler="", problem=problem)

    def tools(self, function: Function) -> tuple[str, ...]:
        """Source needs ``go``; a program needs nothing."""
        return ("go",) if _is_source(function) else ()

    def concerns(
        self, functions: Sequence[Function], tools: Mapping[str, Tool], env: Mapping[str, str]
    ) -> Iterator[Concern]:
        """Modules that ask for a newer Go."""
        from polyfn.runtimes.go.language import too_new  # noqa: PLC0415 - as in `plan`

        yield from too_new(list(filter(_is_source, functions)), tools.get("go"), env)

    def plan(
        self, function: Function, tools: Mapping[str, Tool], env: Mapping[str, str]
    ) -> BuildPlan | None:
        """How to build it."""
        if not _is_source(function):
            return None
        # 8 ms of every start, and most projects have nothing to build in Go.
        from polyfn.runtimes.go.plan import build_plan  # noqa: PLC0415

        return build_plan(function, tools["go"], env)

    def launch(self, function: Function, artifact: Path, tools: Mapping[str, Tool]) -> LaunchSpec:
        """Start the built program, which holds its own runner.

        Go packages read their environment and their directory while they initialise: the program
        starts with both, and does not wait for LOAD to bring them.

        A program that was built before holds no runner: it asks over the Lambda Runtime API.

        Raises:
            LoadFailed: One whose aws-lambda-go does not speak it.
        """
        del tools  # the program runs by itself
        if not _is_source(function):
            check_library(function.name, artifact)
            own = function.source if function.source != function.main_file else None
            return programs.launch(artifact, cwd=str(function.project_root), directory=own)
        panics = PanicReader(project_root=function.project_root.resolve())
        return LaunchSpec(
            argv=(str(artifact),),
            start_env={
                "POLYFN_CWD": str(function.project_root),
                **({"POLYFN_DEBUG": "1"} if function.config.debug else {}),
            },
            load={
                "main_file": str(artifact),
                "handler": "",
                "root": str(function.project_root.resolve()),
                "main_dir": str(function.main_file.parent.resolve()),
            },
            shown_line=panics.shown_line,
            report_head=REPORT_HEAD,
            explain_end=panics,
        )


def _is_source(function: Function) -> bool:
    return function.main_file.suffix == _SOURCE
