"""Building the site: ``[build] command`` of netlify.toml, which may make functions, too."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from polyfn.build.builder import LIMIT_S
from polyfn.build.custom import shell
from polyfn.build.progress import BuildFinished, BuildStarted, BuildStopped
from polyfn.errors import UsageError

if TYPE_CHECKING:
    from polyfn.build.process import Guard
    from polyfn.build.progress import Listener
    from polyfn.settings import Settings

_NAME = "site"


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteBuilt:
    """What came of it.

    Attributes:
        error: Why it failed, with its own words; empty when it did not.
    """

    command: str
    error: str
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether it ended well."""
        return not self.error


async def build_site(settings: Settings, guard: Guard, listener: Listener) -> SiteBuilt:
    """Run the command, in the project's directory, with the variables of builds.

    Raises:
        UsageError: There is no such command.
    """
    command = settings.site_command
    if command is None:
        raise UsageError("There is no site to build: netlify.toml has no `command` in [build].")
    title = f"{_NAME}: {shell.shown(command)}"
    listener(BuildStarted(function=_NAME, title=title))
    start = time.monotonic()
    env = {"CONTEXT": settings.context, **os.environ, **settings.build_environment}
    words = await shell.failure_of(
        command, cwd=settings.root, env=env, limit_s=LIMIT_S, guard=guard
    )
    seconds = time.monotonic() - start
    if words:
        listener(BuildStopped(function=_NAME, title=title, reason=words, seconds=seconds))
    else:
        listener(BuildFinished(function=_NAME, title=title, cached=False, seconds=seconds))
    return SiteBuilt(command=command, error=words, seconds=seconds)
