"""Whose handlers are called directly: what go.mod, go.work and vendor/ say."""

from __future__ import annotations

from pathlib import Path

import pytest

from polyfn.runtimes.go.direct import LIBRARY, direct_version
from polyfn.runtimes.go.modules import module_of

_PLAIN = f"module m\n\ngo 1.21\n\nrequire {LIBRARY} v1.54.0\n"


def version(root: Path, **env: str) -> str | None:
    """Of a function in ``root/f``, whatever a go.mod above says."""
    package = (root / "f").resolve()
    package.mkdir(exist_ok=True)
    return direct_version(module_of(package, {"TMPDIR": "/nowhere"}), env)


@pytest.mark.parametrize(
    "go_mod",
    [
        _PLAIN,
        _PLAIN.replace("require ", "require (\n\tother.com/x v1.0.0 // indirect\n\t") + ")\n",
        _PLAIN.replace("v1.54.0", "v1.54.0 // what we use"),
        _PLAIN + "\nreplace example.com/x => ../x\n",
        _PLAIN.replace("\n", "\r\n"),
    ],
)
def test_tested_version_that_is_required_plainly(tmp_path: Path, go_mod: str) -> None:
    (tmp_path / "go.mod").write_text(go_mod, newline="")
    assert version(tmp_path) == "1.54.0"


@pytest.mark.parametrize(
    "go_mod",
    [
        "module m\n",
        _PLAIN.replace("v1.54.0", "v1.54.1"),
        _PLAIN.replace("v1.54.0", "v1.54.0 // indirect"),
        _PLAIN.replace("v1.54.0", "v1.54.1-0.20240101000000-abcdefabcdef"),
        _PLAIN.replace("require", "// require"),
        _PLAIN.replace("require", "exclude"),
        _PLAIN + f"\nreplace {LIBRARY} => ../mine\n",
        _PLAIN + f"\nreplace (\n\t{LIBRARY} v1.54.0 => example.com/fork v1.0.0\n)\n",
        _PLAIN + f"\nrequire {LIBRARY} v1.53.0\n",
    ],
)
def test_whatever_else_asks_the_runtime_api(tmp_path: Path, go_mod: str) -> None:
    (tmp_path / "go.mod").write_text(go_mod)
    assert version(tmp_path) is None


def test_module_file_of_the_authors_choice_is_not_looked_for(tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text(_PLAIN)
    assert version(tmp_path, GOFLAGS="-modfile=other.mod") is None


def test_vendored_library_must_have_the_package(tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text(_PLAIN)
    listing = tmp_path / "vendor" / "modules.txt"
    listing.parent.mkdir()
    listing.write_text(f"# {LIBRARY} v1.54.0\n## explicit; go 1.18\n{LIBRARY}/events\n")
    assert version(tmp_path) is None
    listing.write_text(listing.read_text() + f"{LIBRARY}/lambda\n{LIBRARY}/lambdacontext\n")
    assert version(tmp_path) == "1.54.0"


def test_workspace_may_put_something_in_the_librarys_place(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "go.mod").write_text(_PLAIN)
    work = tmp_path / "go.work"
    work.write_text("go 1.21\n\nuse ./site\n")
    assert version(tmp_path / "site") == "1.54.0"
    work.write_text(f"go 1.21\n\nuse ./site\n\nreplace {LIBRARY} => ../mine\n")
    assert version(tmp_path / "site") is None
    assert version(tmp_path / "site", GOWORK="off") == "1.54.0"
    assert version(tmp_path / "site", GOWORK=str(work)) is None
