"""The way into this room: from a function to what was built of it, and how to start that."""

from __future__ import annotations

import hashlib
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from polyfn.build.builder import LIMIT_S, Builder
from polyfn.build.cache import Cache
from polyfn.build.progress import ignore
from polyfn.build.toolchains import Toolchains
from polyfn.errors import InvalidFunction, ToolchainMissing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from polyfn.build.custom import Customs
    from polyfn.build.process import Guard
    from polyfn.build.progress import Listener
    from polyfn.model import Artifact, BuildPlan, Function, LaunchSpec, Tool
    from polyfn.runtimes.contract import Runtime
    from polyfn.settings.values import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A function that can be started.

    Attributes:
        function: As it is now that it is built: a command of the author's may have made it.
    """

    function: Function
    artifact: Artifact
    launch: LaunchSpec


class Workshop:
    """Prepares the functions of one project. Use it in ``async with``.

    Args:
        environ: polyfn's own environment.
        runtimes: Name → language; `polyfn.runtimes.RUNTIMES`.
        listener: Is told what is built and installed.
        parallel: Builds at once with the same program; as many as there are cores when ``None``.
        limit_s: How long one command of a build may take.
        guard: Is told of the process group of each command, for the case that polyfn is killed.
        stay: Whether compilers that can stay between builds, for those that follow.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        environ: Mapping[str, str],
        runtimes: Mapping[str, Runtime],
        listener: Listener = ignore,
        parallel: int | None = None,
        limit_s: float = LIMIT_S,
        guard: Guard = nullcontext,
        stay: bool = False,
    ) -> None:
        self._environ = environ
        self._listener = listener
        self._runtimes = runtimes
        self._builder = Builder(
            Cache(settings.state_dir),
            listener=listener,
            parallel=parallel,
            limit_s=limit_s,
            guard=guard,
            stay=stay,
        )
        self._customs: Customs | None = None
        self.configure(settings)

    def configure(self, settings: Settings) -> None:
        """Prepare by these settings from now on."""
        self._settings = settings
        self._env = {**self._environ, **settings.build_environment}
        self._salt = _digest(settings.build_environment)
        self.toolchains = Toolchains(
            settings.root,
            self._env,
            listener=self._listener,
            node_version=self._environ.get("NODE_VERSION", ""),
        )

    async def __aenter__(self) -> Self:
        await self._builder.__aenter__()
        return self

    async def __aexit__(self, *problem: object) -> None:
        await self._builder.__aexit__(*problem)

    async def prepare(self, function: Function) -> Prepared:
        """Find the tools, build what was saved last, and say how to start it.

        Raises:
            InvalidFunction: Discovery has refused the function.
            ToolchainMissing: A program that it needs is not on this machine.
            BuildFailed: The compiler said no.
            PlatformError: There is no place to build in.
        """
        if function.problem is not None:
            raise InvalidFunction(f"function '{function.name}' is invalid: {function.problem}")
        sources: tuple[Path, ...] = ()
        if function.config.build:
            self._customs = self._customs or self._builder.customs()
            made = await self._customs.make(function, self._settings, self._env, self._salt)
            function, sources = made.function, made.sources
        runtime = self._runtimes[function.runtime]
        tools = await self._tools(runtime, function)
        plan = runtime.plan(function, tools, self._env)
        artifact = await self._builder.build(function, self._salted(plan))
        launch = runtime.launch(function, artifact.path, tools)
        depends_on = (*launch.depends_on, *self.toolchains.depends_on(tools), *sources)
        launch = replace(launch, depends_on=depends_on)
        return Prepared(function=function, artifact=artifact, launch=launch)

    async def _tools(self, runtime: Runtime, function: Function) -> dict[str, Tool]:
        tools = {}
        for name in runtime.tools(function):
            try:
                tools[name] = await self.toolchains.find(name, near=function.main_file.parent)
            except ToolchainMissing as error:
                raise ToolchainMissing(
                    f"function '{function.name}' needs {name}: {error.message}"
                ) from error
        return tools

    def _salted(self, plan: BuildPlan | None) -> BuildPlan | None:
        """Build again when the project's build variables have changed."""
        return plan and replace(plan, salt=(*plan.salt, self._salt))


def _digest(variables: Mapping[str, str]) -> str:
    return hashlib.blake2b(repr(sorted(variables.items())).encode(), digest_size=16).hexdigest()
