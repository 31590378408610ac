"""Which Node.js a project asks for, and where it says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from polyfn.build.toolchains.wishes import Wishes

if TYPE_CHECKING:
    from pathlib import Path


def _origin(root: Path, env: dict[str, str] | None = None, typed: str = "") -> tuple[str, str]:
    wish = Wishes(root, env or {}, typed).now()
    return (wish.text, wish.origin) if wish else ("", "")


def test_who_says_nothing_wishes_nothing(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"name": "site"}')
    (tmp_path / ".nvmrc").write_text("\n# not decided yet\n")
    assert Wishes(tmp_path, {}, "").now() is None


def test_places_count_in_netlify_s_order_after_what_was_typed(tmp_path: Path) -> None:
    env = {"NODE_VERSION": "4", "AWS_LAMBDA_JS_RUNTIME": "nodejs0.x"}
    (tmp_path / "package.json").write_text('{"engines": {"node": ">=5"}}')
    (tmp_path / ".node-version").write_text("v3\n")
    (tmp_path / ".nvmrc").write_text("# ours\n\n  2 # for now\n")

    assert _origin(tmp_path, env, "1") == ("nodejs0.x", "AWS_LAMBDA_JS_RUNTIME")
    del env["AWS_LAMBDA_JS_RUNTIME"]
    assert _origin(tmp_path, env, "1") == ("1", "NODE_VERSION")
    assert _origin(tmp_path, env) == ("2", ".nvmrc")
    (tmp_path / ".nvmrc").unlink()
    assert _origin(tmp_path, env) == ("v3", ".node-version")
    (tmp_path / ".node-version").unlink()
    assert _origin(tmp_path, env) == ("4", "NODE_VERSION")
    assert _origin(tmp_path) == (">=5", "engines in package.json")


def test_only_engines_is_no_order(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"engines": {"node": "20"}}')
    wish = Wishes(tmp_path, {}, "").now()
    assert wish is not None
    assert not wish.is_firm
    typed = Wishes(tmp_path, {}, "20").now()
    assert typed is not None
    assert typed.is_firm


@pytest.mark.parametrize(
    "manifest", ["", "{", "[]", '{"engines": []}', '{"engines": {"node": 20}}', "\x00"]
)
def test_manifest_that_says_it_wrong_says_nothing(tmp_path: Path, manifest: str) -> None:
    (tmp_path / "package.json").write_text(manifest)
    assert Wishes(tmp_path, {}, "").now() is None


def test_files_count_up_to_the_top_of_the_repository(tmp_path: Path) -> None:
    site = tmp_path / "repository/sites/one"
    site.mkdir(parents=True)
    (tmp_path / ".nvmrc").write_text("16")
    assert _origin(site) == ("", "")
    (tmp_path / "repository/.git").mkdir()
    assert _origin(site) == ("", "")
    (tmp_path / "repository/.nvmrc").write_text("18")
    assert _origin(site) == ("18", ".nvmrc")
    (site / ".nvmrc").write_text("20")
    assert _origin(site) == ("20", ".nvmrc")
    assert Wishes(site, {}, "").files == [
        *(place / ".nvmrc" for place in (site, site.parent, site.parent.parent)),
        *(place / ".node-version" for place in (site, site.parent, site.parent.parent)),
    ]


def test_files_are_read_again_when_they_have_changed(tmp_path: Path) -> None:
    wishes = Wishes(tmp_path, {}, "")
    assert wishes.now() is None
    file = tmp_path / ".nvmrc"
    for text in ("18", "20.1.0"):
        file.write_text(text)
        wish = wishes.now()
        assert wish is not None
        assert wish.text == text
        assert wishes.now() is wish
    file.unlink()
    assert wishes.now() is None
