"""The Node.js that a project asks for: found, fetched, or missed in words."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from polyfn.build.progress import ToolDiffers, ToolInstalled, ToolInstalling
from polyfn.build.toolchains import Toolchains
from polyfn.build.toolchains.finder import user_cache
from tests import npm

if TYPE_CHECKING:
    from polyfn.build.progress import Event

_OTHER_LINES = ("18", "22")
_OFFLINE = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ETIMEDOUT", "within", "ENETUNREACH")


@pytest.fixture(scope="module")
def node() -> tuple[Path, str]:
    """The machine's own: the program and its version."""
    script = "console.log(process.execPath + ' ' + process.versions.node)"
    told = subprocess.run([npm.node(), "-e", script], capture_output=True, text=True, check=True)
    path, version = told.stdout.split()
    return Path(path), version


class Lab:
    """A project, with a PATH on which the machine's Node.js is or is not."""

    def __init__(self, root: Path, node: Path | None) -> None:
        self.root = root
        self.events: list[Event] = []
        (root / "bin").mkdir()
        if node is not None:
            (root / "bin/node").symlink_to(node)
        self.env = {
            "PATH": str(root / "bin"),
            "HOME": str(root),
            "POLYFN_CACHE": str(root / "cache"),
        }

    def toolchains(self, typed: str = "", **env: str) -> Toolchains:
        return Toolchains(
            self.root, {**self.env, **env}, listener=self.events.append, node_version=typed
        )

    @property
    def remarks(self) -> list[str]:
        return [each.message for each in self.events if isinstance(each, ToolDiffers)]


async def test_version_of_a_manager_is_taken_before_another_line_of_the_path(
    tmp_path: Path,
) -> None:
    lab = Lab(tmp_path, None)
    version = "98.1.0"  # no other place has it
    other = lab.root / "bin/node"
    other.write_text("#!/bin/sh\necho v99.0.0\n")  # which does not say what it stands for either
    other.chmod(0o755)
    kept = tmp_path / f".nvm/versions/node/v{version}/bin/node"
    kept.parent.mkdir(parents=True)
    kept.write_text(f"#!/bin/sh\necho v{version}\n")
    kept.chmod(0o755)
    (tmp_path / ".nvmrc").write_text(version.partition(".")[0])

    tool = await lab.toolchains().find("node")

    assert (tool.path, tool.version, tool.origin) == (kept, version, "nvm")
    assert tool.remark == ""
    assert lab.events == []


async def test_version_of_the_path_that_is_asked_for_is_taken(
    tmp_path: Path, node: tuple[Path, str]
) -> None:
    path, version = node
    lab = Lab(tmp_path, path)
    for text in (f"v{version}", version.partition(".")[0], ">=18", "node", f"{version[:3]}x"):
        (tmp_path / ".node-version").write_text(text)
        tool = await lab.toolchains().find("node")
        assert (tool.path, tool.remark) == (path, ""), text


async def test_another_version_of_the_line_will_do_and_an_exact_one_is_better(
    tmp_path: Path, node: tuple[Path, str]
) -> None:
    path, version = node
    major = version.partition(".")[0]
    lab = Lab(tmp_path, path)
    (tmp_path / ".nvmrc").write_text(f"{major}.0.0")
    assert (await lab.toolchains().find("node")).remark == ""
    (tmp_path / ".nvmrc").write_text(f">={major}.999.0 <{int(major) + 1}")
    assert (await lab.toolchains().find("node")).remark != ""


async def test_node_package_of_the_project_counts(tmp_path: Path, node: tuple[Path, str]) -> None:
    lab = Lab(tmp_path, None)
    own = tmp_path / "node_modules/node/bin/node"
    own.parent.mkdir(parents=True)
    shutil.copy(node[0], own)
    tool = await lab.toolchains(typed=node[1]).find("node")
    assert (tool.path, tool.origin) == (own, "node_modules")


async def test_version_that_cannot_be_had_is_missed_once_with_the_way_to_get_it(
    tmp_path: Path, node: tuple[Path, str]
) -> None:
    path, version = node
    lab = Lab(tmp_path, path)
    (tmp_path / ".nvm/versions/node").mkdir(parents=True)
    (tmp_path / ".nvmrc").write_text("99")
    toolchains = lab.toolchains()

    tool = await toolchains.find("node")
    assert await toolchains.find("node") == tool

    assert tool.path == path
    assert lab.remarks == [tool.remark]
    assert tool.remark.startswith(f".nvmrc asks for Node.js 99: functions run on {version}")
    assert tool.remark.endswith("get it with: nvm install 99")


async def test_wish_that_changes_counts_at_once(tmp_path: Path, node: tuple[Path, str]) -> None:
    lab = Lab(tmp_path, node[0])
    toolchains = lab.toolchains()
    (tmp_path / ".nvmrc").write_text("99")
    assert (await toolchains.find("node")).remark != ""
    (tmp_path / ".nvmrc").write_text(node[1])
    assert (await toolchains.find("node")).remark == ""
    assert tmp_path / ".nvmrc" in toolchains.depends_on(["node"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("16", "because polyfn needs 18 or newer"),
        ("nonsense", ".nvmrc says 'nonsense', which is no version of Node.js"),
    ],
)
async def test_wish_that_cannot_be_met_says_why(
    tmp_path: Path, node: tuple[Path, str], text: str, words: str
) -> None:
    lab = Lab(tmp_path, node[0])
    (tmp_path / ".nvmrc").write_text(text)
    assert words in (await lab.toolchains().find("node")).remark


async def test_engines_warns_and_fetches_nothing(tmp_path: Path, node: tuple[Path, str]) -> None:
    lab = Lab(tmp_path, node[0])
    (tmp_path / "package.json").write_text('{"engines": {"node": ">=99"}}')
    env = {**os.environ, "HOME": lab.env["HOME"]}
    tool = await lab.toolchains(**env).find("node")
    assert "engines in package.json asks for Node.js >=99" in tool.remark
    assert [type(each) for each in lab.events] == [ToolDiffers]


async def test_without_a_registry_another_version_runs_and_npm_says_why(
    tmp_path: Path, node: tuple[Path, str]
) -> None:
    if shutil.which("npm") is None:
        pytest.skip("this machine has no npm")
    lab = Lab(tmp_path, node[0])
    toolchains = lab.toolchains(
        typed="98", PATH=os.environ["PATH"], npm_config_registry="http://127.0.0.1:9"
    )
    assert await toolchains.look("node") is None
    tool = await toolchains.find("node")
    assert tool.version == node[1]
    assert "ECONNREFUSED" in tool.remark
    assert [type(each) for each in lab.events] == [ToolInstalling, ToolDiffers]


async def test_version_that_is_nowhere_is_fetched_once_and_kept(
    tmp_path: Path, node: tuple[Path, str]
) -> None:
    """Into this user's own cache: another run of these tests need not fetch it again."""
    if shutil.which("npm") is None:
        pytest.skip("this machine has no npm")
    line = next(each for each in _OTHER_LINES if not node[1].startswith(f"{each}."))
    env = {**os.environ, "POLYFN_CACHE": str(user_cache(os.environ))}
    lab = Lab(tmp_path, None)
    first, second = (lab.toolchains(typed=line, **env) for _ in range(2))

    tool, same = await asyncio.gather(first.find("node"), second.find("node"))

    if any(word in tool.remark for word in _OFFLINE):
        pytest.skip("npm does not reach its registry")
    assert tool == same
    assert tool.version.startswith(f"{line}.")
    assert sum(isinstance(each, ToolInstalled) for each in lab.events) <= 1
    told = await asyncio.create_subprocess_exec(tool.path, "--version", stdout=subprocess.PIPE)
    assert (await told.communicate())[0] == f"v{tool.version}\n".encode()
    assert (await lab.toolchains(typed=line, **env).look("node")) == tool
