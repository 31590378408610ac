"""Plans of shell scripts, for tests of what runs them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import psutil

from polyfn.model import BuildPlan, Command, Function

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path


def function(root: Path, name: str = "hello") -> Function:
    """A function whose source is one file under ``root``."""
    main = root / "functions" / f"{name}.txt"
    return Function(name=name, runtime="text", main_file=main, source=main, project_root=root)


def plan(
    of: Function,
    script: str = "cat functions/* > {work}/out",
    *,
    inputs: Sequence[Path] | None = None,
    title: str = "concatenate",
    output: str = "out",
    files: Mapping[str, str] | None = None,
    salt: tuple[str, ...] = (),
    stdout_to: str | None = None,
    env: Mapping[str, str] | None = None,
    explain: Callable[[str], str] = str,
) -> BuildPlan:
    """A plan that runs a script in the project's directory; its input is the main file."""
    command = Command(
        argv=("/bin/sh", "-c", script),
        cwd=of.project_root,
        env=dict(os.environ) if env is None else env,
        stdout_to=stdout_to,
    )
    needed = [of.main_file] if inputs is None else list(inputs)
    return BuildPlan(
        function=of.name,
        title=title,
        commands=(command,),
        output=output,
        inputs=lambda _: needed,
        files=files or {},
        salt=salt,
        explain=explain,
    )


def lines(path: Path) -> list[str]:
    """The lines that scripts have written so far."""
    return path.read_text().splitlines() if path.exists() else []


def alive(pid: int) -> bool:
    """Whether a process is there and runs; a zombie is for its parent to reap."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
