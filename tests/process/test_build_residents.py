"""A compiler that stays: what it builds is what its command builds, and its death costs nothing."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from polyfn.build.attempt import Attempt
from polyfn.build.cache import Cache, plan_key
from polyfn.build.disk import Disk
from polyfn.build.residents import Residents
from polyfn.build.toolchains import Toolchains
from polyfn.errors import BuildFailed, ToolchainMissing
from polyfn.model import Function
from polyfn.runtimes.node import bundle
from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping

    from polyfn.build.manifest import Entry
    from polyfn.model import BuildPlan, Tool

_SAYS = "export const handler = async () => ({ statusCode: 200, body: `%s` });\n"


async def _tools(root: Path) -> dict[str, Tool]:
    toolchains = Toolchains(root, os.environ)
    try:
        return {name: await toolchains.find(name) for name in ("node", "esbuild")}
    except ToolchainMissing as error:
        pytest.skip(error.message)


class Lab:
    """Builds one TypeScript function, with whatever stays."""

    def __init__(self, root: Path, tools: Mapping[str, Tool], *, stay: bool, idle_s: float) -> None:
        self.main = root / "hello.ts"
        self.groups: set[int] = set()
        self.began: list[int] = []
        self._cache = Cache(root / ".polyfn")
        self._tools = tools
        self._disk = Disk()
        self.residents = Residents(self._disk, self.guard, stay=stay, pause_s=0, idle_s=idle_s)

    def plan(self, *, env: Mapping[str, str] = os.environ, version: str | None = None) -> BuildPlan:
        main = self.main
        function = Function(
            name="hello", runtime="node", main_file=main, source=main, project_root=main.parent
        )
        esbuild = self._tools["esbuild"]
        esbuild = replace(esbuild, version=version or esbuild.version)
        return bundle.plan(function, {**self._tools, "esbuild": esbuild}, dict(env))

    async def build(self, plan: BuildPlan) -> tuple[Entry, str]:
        """Build; the entry, and the bundle."""
        attempt = Attempt(
            self._cache, self._disk, plan, limit_s=60, guard=self.guard, residents=self.residents
        )
        entry, _ = await attempt.run(plan_key(plan), {})
        return entry, self._cache.path_of("hello", entry).read_text()

    async def settled(self) -> int:
        """Have esbuild stay, and wait until it does; its pid."""
        self.residents.want(self.plan())
        await eventually(lambda: self.groups)
        return min(self.groups)

    async def close(self) -> None:
        await self.residents.close()
        self._disk.close()

    @contextmanager
    def guard(self, group: int) -> Iterator[None]:
        self.groups.add(group)
        self.began.append(group)
        try:
            yield
        finally:
            self.groups.discard(group)


@asynccontextmanager
async def _lab(root: Path, *, stay: bool = True, idle_s: float = 600) -> AsyncIterator[Lab]:
    lab = Lab(root, await _tools(root), stay=stay, idle_s=idle_s)
    try:
        yield lab
    finally:
        await lab.close()
        assert lab.groups == set()


async def test_resident_builds_what_the_command_builds(tmp_path: Path) -> None:
    (tmp_path / "word.ts").write_text("export const word: string = 'one';\n")
    (tmp_path / "hello.ts").write_text("import { word } from './word';\n" + _SAYS % "${word}")
    async with _lab(tmp_path) as lab:
        plain, before = await lab.build(lab.plan())
        pid = await lab.settled()
        with _stopped(pid):  # it alone can have done it: it is waited for
            build = asyncio.create_task(lab.build(lab.plan()))
            done, _ = await asyncio.wait({build}, timeout=0.3)
            assert not done
        resident, after = await build
        assert after == before
        assert resident.paths() == plain.paths()
        assert lab.groups == {pid}


async def test_what_was_saved_last_is_built_each_time(tmp_path: Path) -> None:
    async with _lab(tmp_path) as lab:
        lab.main.write_text(_SAYS % "first")
        await lab.settled()
        for word in map(str, range(20)):
            lab.main.write_text(_SAYS % f"word {word}")
            assert f"word {word}" in (await lab.build(lab.plan()))[1]


async def test_error_has_the_same_words_as_without_a_resident(tmp_path: Path) -> None:
    async with _lab(tmp_path) as lab:
        lab.main.write_text("import { gone } from './gone';\nexport const handler = gone +;\n")
        with pytest.raises(BuildFailed) as plain:
            await lab.build(lab.plan())
        await lab.settled()
        with pytest.raises(BuildFailed) as resident:
            await lab.build(lab.plan())
    assert resident.value.message == plain.value.message
    assert "hello.ts:2" in plain.value.message


async def test_node_path_is_the_command_s_own(tmp_path: Path) -> None:
    package = tmp_path / "elsewhere/words/index.ts"
    package.parent.mkdir(parents=True)
    package.write_text("export const word: string = 'from afar';\n")
    async with _lab(tmp_path) as lab:
        lab.main.write_text("import { word } from 'words';\n" + _SAYS % "${word}")
        await lab.settled()
        env = {**os.environ, "NODE_PATH": str(tmp_path / "elsewhere")}
        _, text = await lab.build(lab.plan(env=env))
        assert "from afar" in text


async def test_resident_that_is_killed_at_work_is_replaced_and_the_build_succeeds(
    tmp_path: Path,
) -> None:
    async with _lab(tmp_path) as lab:
        lab.main.write_text(_SAYS % "whole")
        pid = await lab.settled()
        os.kill(pid, signal.SIGSTOP)
        build = asyncio.create_task(lab.build(lab.plan()))
        await asyncio.wait({build}, timeout=0.1)
        os.kill(pid, signal.SIGKILL)
        assert "whole" in (await build)[1]
        await eventually(lambda: pid not in lab.groups)
        assert await lab.settled() != pid


async def test_resident_of_another_version_is_replaced(tmp_path: Path) -> None:
    """The file of a program may become another version's: its service refuses our greeting."""
    async with _lab(tmp_path) as lab:
        lab.main.write_text(_SAYS % "built")
        wrong = lab.plan(version="0.0.1")
        lab.residents.want(wrong)
        await eventually(lambda: lab.began)
        await eventually(lambda: not lab.groups)
        assert "built" in (await lab.build(wrong))[1]
        pid = await lab.settled()
        assert psutil.pid_exists(pid)


async def test_nothing_stays_of_who_builds_once(tmp_path: Path) -> None:
    async with _lab(tmp_path, stay=False) as lab:
        lab.main.write_text(_SAYS % "once")
        lab.residents.want(lab.plan())
        await lab.build(lab.plan())
        assert lab.groups == set()


async def test_resident_that_nobody_asks_ends(tmp_path: Path) -> None:
    async with _lab(tmp_path, idle_s=0.05) as lab:
        lab.main.write_text(_SAYS % "rarely")
        await lab.settled()
        await eventually(lambda: not lab.groups)
        assert "rarely" in (await lab.build(lab.plan()))[1]


@contextmanager
def _stopped(pid: int) -> Iterator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)
