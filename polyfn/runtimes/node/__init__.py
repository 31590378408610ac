"""JavaScript and TypeScript: what Node runs runs as it is, the rest is bundled by esbuild first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from polyfn.model import Api, EventFormat, LaunchSpec
from polyfn.runtimes import start_variables
from polyfn.runtimes.assets import RUNNERS, runner_file
from polyfn.runtimes.node import insource, naming, packages, spares

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from polyfn.model import BuildPlan, Concern, Function, SourceFacts, Tool


# In the report of a crash (`process.abort()`, out of memory), which Node itself writes; the frames
# of errors are the runner's to choose.
_OWN_FRAMES: Final = re.compile(
    rf"\s*\d+: (?:0x[0-9a-f]+ .*|.*\((?:node:|{re.escape(str(RUNNERS))}/).*\)|"
    rf"{re.escape(str(RUNNERS))}/.*|node:.*)$"
)


class NodeRuntime:
    """Implements `polyfn.runtimes.contract.Runtime`."""

    name = "node"
    rank = 1
    inspectable = True
    event_format = EventFormat.V1
    debugger = ""

    def files(self, paths: list[Path]) -> dict[str, list[Path]]:
        """Pick the functions among a directory's files, by extension."""
        return naming.files(paths)

    def mains(self, directory: Path, name: str) -> list[Path]:
        """A function directory's main files."""
        return naming.mains(directory, name)

    def inspect(self, main_file: Path) -> SourceFacts | None:
        """Read a file's exports and ``config``; any such file is a function."""
        return insource.read(main_file)

    def tools(self, function: Function) -> tuple[str, ...]:
        """Node, and esbuild for what Node does not run as it is."""
        return ("node", "esbuild") if _is_bundled(function) else ("node",)

    def concerns(
        self, functions: Sequence[Function], tools: Mapping[str, Tool], env: Mapping[str, str]
    ) -> Iterator[Concern]:
        """Packages and ``included_files`` that are not there, or not where Netlify wants them."""
        del tools, env
        from polyfn.runtimes.node.dev_only import dev_only  # noqa: PLC0415 - as in `plan`
        from polyfn.runtimes.node.included import not_there  # noqa: PLC0415
        from polyfn.runtimes.node.installed import not_installed  # noqa: PLC0415

        yield from not_installed(functions)
        yield from dev_only(functions)
        yield from not_there(functions)

    def plan(
        self, function: Function, tools: Mapping[str, Tool], env: Mapping[str, str]
    ) -> BuildPlan | None:
        """Bundle TypeScript, and JavaScript that Node does not run as it is.

        ES module syntax in a plain ``.js`` is loaded by the runner also where Node does not do so
        by itself, before 20.19 (`runners/node/load/module_syntax.cjs`).
        """
        if "esbuild" not in tools:  # nobody asked for it: `tools` has looked at the source
            return None
        from polyfn.runtimes.node import bundle  # noqa: PLC0415 - only builds wait for it

        return bundle.plan(function, tools, env)

    def launch(self, function: Function, artifact: Path, tools: Mapping[str, Tool]) -> LaunchSpec:
        """Start our Node runner; `runners/node/README.md` says what its LOAD needs."""
        is_modern = function.api is Api.MODERN
        return LaunchSpec(
            argv=(str(tools["node"].path), str(runner_file("node/runner.cjs"))),
            start_env={"POLYFN_WARM": "modern"} if is_modern else {},
            start_defaults=start_variables.KEEP_PAGES,
            spare=spares.environment,
            load={
                "main_file": str(artifact),
                "source_file": str(function.main_file),
                "source_maps": True,
                **({"api": "modern"} if is_modern else {"handler": function.handler}),
            },
            depends_on=tuple(packages.manifests(function.main_file.parent)),
            own_lines=_OWN_FRAMES,
        )


def _is_bundled(function: Function) -> bool:
    main = function.main_file
    if main.suffix in naming.TYPESCRIPT:
        return True
    from polyfn.runtimes.node.as_it_is import runs_as_it_is  # noqa: PLC0415 - only builds wait for it

    return not runs_as_it_is(main, function.config.node_bundler)
