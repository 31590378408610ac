"""A language for tests: files that end in the name of the language are its functions."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from polyfn.discover.names import function_name
from polyfn.model import Api, EventFormat, SourceFacts
from polyfn.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from polyfn.model import BuildPlan, Concern, Function, LaunchSpec, Tool


@dataclass
class FakeRuntime:
    """One language of tests.

    Attributes:
        facts: What `inspect` says of a file of that name; ``None``: it is no function.
        broken: Files and directories that cannot be read.
    """

    name: str
    rank: int
    facts: dict[str, SourceFacts | None] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    inspectable: bool = False
    event_format: EventFormat = EventFormat.V1
    debugger: str = ""

    def files(self, paths: list[Path]) -> dict[str, list[Path]]:
        mine = [path for path in paths if path.suffix == f".{self.name}"]
        return {function_name(path.name): [path] for path in mine}

    def mains(self, directory: Path, name: str) -> list[Path]:
        if directory.name in self.broken:
            raise PermissionError(13, "Permission denied", str(directory))
        candidates = [directory / f"{each}.{self.name}" for each in (name, "index")]
        return [path for path in candidates if path.is_file()]

    def inspect(self, main_file: Path) -> SourceFacts | None:
        if main_file.name in self.broken:
            raise PermissionError(13, "Permission denied", str(main_file))
        return self.facts.get(main_file.name, SourceFacts())

    def tools(self, function: Function) -> tuple[str, ...]:
        raise NotImplementedError

    def concerns(
        self, functions: Sequence[Function], tools: Mapping[str, Tool], env: Mapping[str, str]
    ) -> Iterator[Concern]:
        raise NotImplementedError

    def plan(
        self, function: Function, tools: Mapping[str, Tool], env: Mapping[str, str]
    ) -> BuildPlan | None:
        raise NotImplementedError

    def launch(self, function: Function, artifact: Path, tools: Mapping[str, Tool]) -> LaunchSpec:
        raise NotImplementedError


MODERN = SourceFacts(api=Api.MODERN, handler="default")


def settings_of(root: Path, **changes: object) -> Settings:
    """Settings of a project without any files."""
    values = {
        "root": root,
        "functions_dir": root / "functions",
        "internal_dir": root / ".netlify" / "functions-internal",
        "state_dir": root / ".polyfn",
        **changes,
    }
    return Settings(**values)  # type: ignore[arg-type]


def tree(root: Path, *files: str) -> Path:
    """Make empty files, with their directories."""
    for name in files:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    return root
