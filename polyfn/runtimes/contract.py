"""What polyfn asks of a language: how its functions are named, built and started."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from polyfn.model import (
        BuildPlan,
        Concern,
        EventFormat,
        Function,
        LaunchSpec,
        SourceFacts,
        Tool,
    )


class Runtime(Protocol):
    """One language. Adding one is a module beside this and a line in `polyfn.runtimes`."""

    name: str
    """What `polyfn list` shows: ``node``, ``python`` …"""

    rank: int
    """Which runtime wins when two have a function of the same name: the lowest (Go, JS, Python)."""

    inspectable: bool
    """Whether its runner takes LOAD's ``inspect``: debuggers may attach to its functions."""

    event_format: EventFormat
    """What its functions get for an HTTP request, unless settings say otherwise."""

    debugger: str
    """What attaches to its processes, ``{pid}`` standing for one; empty: nothing does.

    Then `FunctionConfig.debug` may be set: `plan` and `launch` make room for it.
    """

    def files(self, paths: list[Path]) -> dict[str, list[Path]]:
        """Pick this language's functions among the files of one directory.

        Args:
            paths: The regular files (links followed) at the functions directory's top level.

        Returns:
            Name → files that would be that function, the winner first.
        """
        ...

    def mains(self, directory: Path, name: str) -> list[Path]:
        """Files that may be the main one of a function directory, the winner first; often none."""
        ...

    def inspect(self, main_file: Path) -> SourceFacts | None:
        """Read what the source says of itself, without running it.

        Returns:
            ``None`` when the file turns out to be no function, such as a Python module without a
            handler.
        """
        ...

    def tools(self, function: Function) -> tuple[str, ...]:
        """Names of the programs that building and starting it need, such as ``("go",)``."""
        ...

    def concerns(
        self, functions: Sequence[Function], tools: Mapping[str, Tool], env: Mapping[str, str]
    ) -> Iterator[Concern]:
        """What functions of this language need and do not have: `polyfn doctor` shows it.

        Args:
            functions: All of this language.
            tools: The programs that were found; not all that they need may be there.
            env: The environment that builds start from.
        """
        ...

    def plan(
        self, function: Function, tools: Mapping[str, Tool], env: Mapping[str, str]
    ) -> BuildPlan | None:
        """How to build it; ``None`` when the source runs as it is.

        Args:
            tools: Those that `tools` has named for it.
            env: The environment that the build's commands start from.
        """
        ...

    def launch(self, function: Function, artifact: Path, tools: Mapping[str, Tool]) -> LaunchSpec:
        """How to start its runner.

        Args:
            artifact: The built file, or the main file when nothing was built.
        """
        ...
