"""Node.js versions that version managers have installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from polyfn.build.toolchains import managers

if TYPE_CHECKING:
    from pathlib import Path


def _installed(env: dict[str, str]) -> list[tuple[str, str]]:
    """Those under the test's own home: the machine may have some in /usr/local."""
    found = managers.installed(env)
    return [
        (version, each.origin) for version, each in found if each.path.is_relative_to(env["HOME"])
    ]


def _program(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.touch(mode=0o755)


@pytest.mark.parametrize(
    ("place", "origin"),
    [
        (".nvm/versions/node/v{}/bin/node", "nvm"),
        (".config/nvm/versions/node/v{}/bin/node", "nvm"),
        (".local/share/fnm/node-versions/v{}/installation/bin/node", "fnm"),
        (".volta/tools/image/node/{}/bin/node", "volta"),
        (".asdf/installs/nodejs/{}/bin/node", "asdf"),
        (".local/share/mise/installs/node/{}/bin/node", "mise"),
        ("n/n/versions/node/{}/bin/node", "n"),
        (".nodenv/versions/{}/bin/node", "nodenv"),
    ],
)
def test_version_is_found_where_its_manager_keeps_it(
    tmp_path: Path, place: str, origin: str
) -> None:
    _program(tmp_path / place.format("20.11.1"))
    assert _installed({"HOME": str(tmp_path)}) == [("20.11.1", origin)]


def test_home_may_be_elsewhere(tmp_path: Path) -> None:
    _program(tmp_path / "mine/versions/node/v22.1.0/bin/node")
    env = {"HOME": str(tmp_path), "NVM_DIR": str(tmp_path / "mine")}
    assert _installed(env) == [("22.1.0", "nvm")]


def test_newest_comes_first_by_number_not_by_letter(tmp_path: Path) -> None:
    for version in ("9.9.9", "20.9.0", "20.11.1", "18.0.0"):
        _program(tmp_path / f".nvm/versions/node/v{version}/bin/node")
    (tmp_path / ".nvm/versions/node/.cache").mkdir()
    found = _installed({"HOME": str(tmp_path)})
    assert [version for version, _ in found] == ["20.11.1", "20.9.0", "18.0.0", "9.9.9"]


def test_command_is_that_of_the_manager_that_the_user_has(tmp_path: Path) -> None:
    env = {"HOME": str(tmp_path), "N_PREFIX": str(tmp_path / "none")}
    assert managers.command_for("20", env) == "npm install --save-dev node@20"
    (tmp_path / ".volta/tools/image/node").mkdir(parents=True)
    assert managers.command_for("20", env) == "volta install node@20"
    (tmp_path / ".nvm/versions/node").mkdir(parents=True)
    assert managers.command_for("20", env) == "nvm install 20"
