"""How a Go function is built."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from polyfn.model import BuildPlan, Command
from polyfn.runtimes.go import flags, inputs
from polyfn.runtimes.go.explain import FETCHES, Explainer
from polyfn.runtimes.go.joint import joined as joined_plan
from polyfn.runtimes.go.library import may_need_rpc
from polyfn.runtimes.go.modules import module_of
from polyfn.runtimes.go.overlay import overlay_for

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from polyfn.model import Function, Tool


def build_plan(function: Function, go: Tool, env: Mapping[str, str]) -> BuildPlan:
    """Plan ``go build`` in the function's directory, then ask what it has used.

    Args:
        env: The environment that the commands start from.
    """
    package, root = function.main_file.parent.resolve(), function.project_root.resolve()
    env = flags.without_idle_switch(env, go.version)
    module = module_of(package, env)
    overlay = overlay_for(package, module, flags.version_used(env, go.version), env)
    joined = flags.joined_flags(
        env, rpc=may_need_rpc(module, root, env), debug=function.config.debug
    )
    # No version control stamp: it changes at each commit, and calls git.
    common = ("-buildvcs=false", *overlay.flags, f"-tags={joined.tags}")
    go_env = flags.build_env(env, package, is_virtual=module.is_virtual)
    command = partial(Command, cwd=package, env=go_env)
    plan = BuildPlan(
        function=function.name,
        title=f"go build {_shown(package, root)}",
        files=overlay.files,
        commands=(
            command(
                argv=(
                    *(str(go.path), "build", *common, *joined.compiler),
                    f"-ldflags={joined.linker}",
                    *("-o", "{work}/bootstrap", "."),
                )
            ),
            command(
                argv=(str(go.path), "list", "-deps", *common, "-f", inputs.TEMPLATE, "."),
                stdout_to=inputs.LISTING,
                # Both may write a go.mod then, and go refuses one that another has just written.
                beside=not (module.is_virtual or "-mod=mod" in flags.setting("GOFLAGS", env)),
            ),
        ),
        output="bootstrap",
        inputs=partial(
            inputs.read_inputs,
            virtual=overlay.virtual,
            deciders=inputs.deciding_files(module, root, env),
        ),
        salt=("go", go.version, overlay.digest, *flags.salt(env)),
        explain=Explainer(
            cwd=package, project_root=root, module=module, cgo=go_env["CGO_ENABLED"] != "0"
        ),
        fetches=FETCHES,
    )
    return joined_plan(plan, module)


def _shown(package: Path, root: Path) -> str:
    inside = package.is_relative_to(root)
    return f"./{package.relative_to(root).as_posix()}" if inside else str(package)
