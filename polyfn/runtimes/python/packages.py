"""Whether the packages that a project asks for can be there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from polyfn.model import Concern

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from polyfn.model import Function, Tool

_REQUIREMENTS: Final = "requirements.txt"


def without_environment(functions: Sequence[Function], python: Tool | None) -> Iterator[Concern]:
    """A project that asks for packages, and whose functions run on polyfn's own interpreter.

    Args:
        functions: All Python functions of one project.
    """
    if not functions or python is None:
        return
    root = functions[0].project_root
    if not python.path.is_relative_to(root) and _asks_for_some(root / _REQUIREMENTS):
        yield Concern(
            problem=f"{_REQUIREMENTS} asks for packages, and the project has no .venv: its "
            "functions run on polyfn's own Python, without them",
            command=f"python3 -m venv .venv && .venv/bin/pip install -r {_REQUIREMENTS}",
            functions=tuple(each.name for each in functions),
            is_certain=False,
        )


def _asks_for_some(requirements: Path) -> bool:
    try:
        lines = requirements.read_text("utf-8", "replace").splitlines()
    except OSError:
        return False
    return any(line.strip() and not line.lstrip().startswith("#") for line in lines)
