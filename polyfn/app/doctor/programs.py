"""The programs that functions need: which are here, which are not, and who is without them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from polyfn.app.doctor.findings import Finding, Status
from polyfn.build.toolchains.programs import program_named
from polyfn.errors import ToolchainMissing
from polyfn.model import Tool
from polyfn.runtimes import RUNTIMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from polyfn.build.toolchains import Toolchains
    from polyfn.model import Concern, Function

Outcome = Tool | ToolchainMissing | None
"""What looking for a program comes to; ``None``: it is fetched when it is needed first."""

_FETCHED: Final = "not here yet: npm fetches it when it is needed first"
_NOT_HERE: Final = {"node": f"the version that the project asks for is {_FETCHED}"}

_ALWAYS: Final = ("python", "node", "npm", "esbuild", "go")
_HELPFUL: Final = {"python": "uv", "go": "git"}
"""Programs that nobody needs, but that are worth knowing of beside a language's own."""


def users_of_tools(functions: Iterable[Function]) -> dict[str, list[Function]]:
    """Program → the functions that need it; those that cannot be served need nothing; pure."""
    users: dict[str, list[Function]] = {}
    for function in functions:
        if function.valid:
            for name in RUNTIMES[function.runtime].tools(function):
                users.setdefault(name, []).append(function)
    return users


async def look_for(
    functions: Sequence[Function], toolchains: Toolchains, names: Iterable[str]
) -> dict[str, Outcome]:
    """Look for programs, all at once; nothing is fetched. Name → what came of it."""
    users = users_of_tools(functions)
    tasks = {
        name: asyncio.ensure_future(_look(name, users.get(name, []), toolchains)) for name in names
    }
    await asyncio.gather(*tasks.values())
    return {name: task.result() for name, task in tasks.items()}


async def examine_programs(
    functions: Sequence[Function], toolchains: Toolchains
) -> tuple[list[Finding], dict[str, Tool]]:
    """Look at every program that matters to polyfn.

    Returns:
        A finding for each, and the programs that are here.
    """
    users = users_of_tools(functions)
    helpful = [other for name, other in _HELPFUL.items() if name in users]
    outcomes = await look_for(functions, toolchains, [*_ALWAYS, *helpful])
    if not isinstance(outcomes["esbuild"], Tool):  # npm has to get it
        users["npm"] = users.get("esbuild", [])
    findings = [judge(name, outcomes[name], names_of(users.get(name, []))) for name in outcomes]
    return findings, {name: each for name, each in outcomes.items() if isinstance(each, Tool)}


def judge(name: str, outcome: Outcome, users: tuple[str, ...]) -> Finding:
    """What a program's presence or absence means for those who need it; pure."""
    title = program_named(name).title
    if isinstance(outcome, Tool):
        remark = f"\n{outcome.remark}" if outcome.remark else ""
        return Finding(
            check=name,
            title=title,
            status=Status.WARNING if remark and users else Status.OK,
            message=f"{outcome.version}  {outcome.path}  ({outcome.origin}){remark}",
            functions=users,
            tool=outcome,
        )
    if outcome is None:
        return Finding(
            check=name,
            title=title,
            status=Status.OK if users else Status.INFO,
            message=_NOT_HERE.get(name, _FETCHED),
            functions=users,
        )
    return Finding(
        check=name,
        title=title,
        status=Status.ERROR if users else Status.INFO,
        message=outcome.problem,
        command=outcome.command or None,
        functions=users,
    )


def examine_concerns(
    functions: Sequence[Function], tools: Mapping[str, Tool], env: Mapping[str, str]
) -> list[Finding]:
    """What each language says of its functions: packages, versions."""
    return [
        _concern_as_finding(name, concern)
        for name, runtime in RUNTIMES.items()
        for concern in runtime.concerns(
            [each for each in functions if each.valid and each.runtime == name], tools, env
        )
    ]


def in_one_line(missing: Sequence[Finding]) -> str:
    """What is missing, for who has no time to read more; pure.

    Args:
        missing: Errors, at least one.
    """
    first, *others = missing
    said = f"{first.message}: {_many(len(first.functions), 'function')} will answer 502"
    if first.command:
        said += f"; get it with: {first.command}"
    if others:
        return f"{said}; and {_many(len(others), 'more problem')}: polyfn doctor"
    return f"{said} (polyfn doctor)"


async def _look(name: str, users: Sequence[Function], toolchains: Toolchains) -> Outcome:
    """Look for a program where each of its users would; the first that goes without it counts."""
    outcome: Outcome = None
    for near in _places(users):
        try:
            outcome = await toolchains.look(name, near=near)
        except ToolchainMissing as error:
            return error
    return outcome


def _places(users: Sequence[Function]) -> list[Path | None]:
    return list(dict.fromkeys(each.main_file.parent for each in users)) or [None]


def _concern_as_finding(language: str, concern: Concern) -> Finding:
    return Finding(
        check=f"{language}-packages",
        title="packages",
        status=Status.ERROR if concern.is_certain else Status.WARNING,
        message=concern.problem,
        command=concern.command or None,
        functions=concern.functions,
    )


def names_of(functions: Iterable[Function]) -> tuple[str, ...]:
    """Their names, in their order."""
    return tuple(each.name for each in functions)


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
