"""One repository with every way there is to be a function, or not to be one, and its whole list.

The list of the whole tree is compared as JSON, so a row too many, or a field that changes, fails.
"""

from __future__ import annotations

import json
import platform
from pathlib import Path

import pytest

from polyfn.discover import listing, scan
from polyfn.model import JSON
from polyfn.settings import load
from tests.acceptance.discovery_found import FOUND
from tests.acceptance.discovery_said import NETLIFY_TOML, POLYFN_TOML, SAID
from tests.acceptance.discovery_tree import write

pytestmark = pytest.mark.skipif(
    platform.system() != "Linux", reason="prebuilt functions are Linux executables"
)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("tree")
    (root / "netlify.toml").write_text(NETLIFY_TOML)
    (root / "polyfn.toml").write_text(POLYFN_TOML)
    for case in (*FOUND, *SAID):
        for name, content in case.files.items():
            path = root / name
            assert not path.exists(), f"{name} is in two cases"
            write(path, content)
    return root


def listed(root: Path) -> dict[str, JSON]:
    settings = load(root, environ={})
    assert settings.warnings == ()
    manifest = scan(settings)
    script, bootstrap = manifest.remarks
    assert "functions/script-without-a-name is a script, which is no function" in script
    assert "/not-executable/bootstrap is not executable" in bootstrap
    whole: dict[str, JSON] = json.loads(json.dumps(listing(manifest.functions, settings.root)))
    return whole


def test_whole_list_is_what_the_rules_say(tree: Path) -> None:
    rows = sorted(
        (each for case in (*FOUND, *SAID) for each in case.rows), key=lambda each: each["name"]
    )
    assert len(rows) >= 60
    found = listed(tree)
    assert [each["name"] for each in found["functions"]] == [each["name"] for each in rows]
    for got, expected in zip(found["functions"], rows, strict=True):
        assert got == expected
    assert found == {"functions": rows}


def test_scanning_again_says_the_same(tree: Path) -> None:
    assert listed(tree) == listed(tree)
