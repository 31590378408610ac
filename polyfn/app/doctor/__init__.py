"""What this project needs of this machine, and what is missing. Looks, and installs nothing."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from polyfn.app.doctor.findings import Finding, Status, as_json, failed
from polyfn.app.doctor.machine import examine_machine
from polyfn.app.doctor.manifest import judge_manifest
from polyfn.app.doctor.programs import (
    examine_concerns,
    examine_programs,
    in_one_line,
    judge,
    look_for,
    names_of,
    users_of_tools,
)
from polyfn.build.toolchains import Toolchains
from polyfn.discover import scan
from polyfn.model import Tool

if TYPE_CHECKING:
    from collections.abc import Sequence

    from polyfn.model import Function
    from polyfn.settings import Settings

__all__ = ["Finding", "Status", "as_json", "examine", "failed", "in_one_line", "missing"]


async def examine(settings: Settings) -> list[Finding]:
    """Make all checks: of programs, of the project, of the machine."""
    manifest = scan(settings)
    env = {**os.environ, **settings.build_environment}
    typed = os.environ.get("NODE_VERSION", "")
    toolchains = Toolchains(settings.root, env, node_version=typed)
    programs, tools = await examine_programs(manifest.functions, toolchains)
    return [
        *programs,
        *judge_manifest(manifest, settings.functions_dir),
        *examine_concerns(manifest.functions, tools, env),
        *await examine_machine(settings),
    ]


async def missing(functions: Sequence[Function], toolchains: Toolchains) -> list[Finding]:
    """The errors alone, of those checks that are about functions."""
    users = users_of_tools(functions)
    outcomes = await look_for(functions, toolchains, users)
    tools = {name: each for name, each in outcomes.items() if isinstance(each, Tool)}
    findings = [judge(name, outcomes[name], names_of(users[name])) for name in users]
    findings += examine_concerns(functions, tools, toolchains.env)
    return [each for each in findings if each.status is Status.ERROR]
