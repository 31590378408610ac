"""How a command that is a line of text is run: as netlify/build runs ``[build] command``.

With bash, in the project's directory, with the programs of ``node_modules/.bin`` on the PATH
(netlify/build, ``plugins_core/build_command.js``: ``shell: 'bash'``, ``preferLocal``).
"""

from __future__ import annotations

import os
import shutil
import signal
from contextlib import nullcontext
from typing import TYPE_CHECKING, Final

from polyfn.build import process

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from polyfn.build.process import Guard

_SHELLS: Final = ("bash", "sh")
_SHOWN: Final = 72
_MAX_WORDS: Final = 16_000


async def failure_of(
    command: str,
    *,
    cwd: Path,
    env: Mapping[str, str],
    limit_s: float,
    guard: Guard = nullcontext,
) -> str:
    """Run a command to its end.

    Args:
        cwd: The project's directory.
        env: The environment that builds start from.
        guard: Is told of its process group.

    Returns:
        Why it failed: its own words, and how it ended. Empty when it ended well.
    """
    variables = _with_own_programs(env, cwd)
    shell = _shell(variables)
    try:
        outcome = await process.run(
            (shell, "-c", command), cwd=cwd, env=variables, limit_s=limit_s, guard=guard
        )
    except OSError as error:
        return f"{shell} cannot be started: {error}"
    if outcome.status == 0 and not outcome.timed_out:
        return ""
    how = f"It was stopped after {limit_s:g} s." if outcome.timed_out else _ending(outcome.status)
    return f"{_words(outcome.output)}{how}"


def shown(command: str) -> str:
    """A command as it is named on one line."""
    first, *more = command.strip().splitlines() or [""]
    return f"{first[:_SHOWN]} …" if more or len(first) > _SHOWN else first


def _shell(env: Mapping[str, str]) -> str:
    path = env.get("PATH", os.defpath)
    return next(filter(None, (shutil.which(each, path=path) for each in _SHELLS)), "/bin/sh")


def _with_own_programs(env: Mapping[str, str], cwd: Path) -> dict[str, str]:
    places = [str(each / "node_modules" / ".bin") for each in (cwd, *cwd.parents)]
    path = os.pathsep.join([*places, env.get("PATH", os.defpath)])
    return {"NETLIFY_LOCAL": "true", **env, "PATH": path, "PWD": str(cwd)}


def _words(output: str) -> str:
    """The end of what it wrote: there the reason stands."""
    text = output.strip()
    if len(text) > _MAX_WORDS:
        text = f"[… {len(text) - _MAX_WORDS} characters before this …]\n{text[-_MAX_WORDS:]}"
    return f"{text}\n" if text else ""


def _ending(status: int) -> str:
    if status >= 0:
        return f"It ended with status {status}."
    try:
        return f"It was killed by {signal.Signals(-status).name}."
    except ValueError:
        return f"It was killed by signal {-status}."
