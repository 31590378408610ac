"""Which directories are watched."""

from __future__ import annotations

from pathlib import Path

from polyfn.reload import tree
from polyfn.settings import Settings


def settings(root: Path, functions: str = "netlify/functions") -> Settings:
    return Settings(
        root=root,
        functions_dir=root / functions,
        internal_dir=root / ".netlify" / "functions-internal",
        state_dir=root / ".polyfn",
        files=(root / "netlify.toml", root.parent / "elsewhere" / ".env"),
    )


def make(root: Path, *directories: str) -> None:
    for each in directories:
        (root / each).mkdir(parents=True)


def relative(found: set[str], root: Path) -> set[str]:
    return {str(Path(each).relative_to(root)) for each in found if Path(each).is_relative_to(root)}


def test_the_project_without_what_is_installed_or_generated(tmp_path: Path) -> None:
    root = tmp_path / "project"
    make(root, "src/deep", "netlify/functions/a", "node_modules/x/lib", ".git/objects", "venv/lib")
    make(root, "src/__pycache__", ".netlify/functions-internal/gen", ".polyfn/builds")
    assert relative(tree.of_project(settings(root)), root) == {
        ".",
        "src",
        "src/deep",
        "netlify",
        "netlify/functions",
        "netlify/functions/a",
        "node_modules",
        ".netlify/functions-internal",
        ".netlify/functions-internal/gen",
    }


def test_of_directories_that_are_not_there_the_nearest_parent(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    found = tree.of_project(settings(root, str(tmp_path / "other" / "functions")))
    assert found == {str(root), str(tmp_path)}


def test_a_link_to_a_directory_is_not_followed(tmp_path: Path) -> None:
    root = tmp_path / "project"
    make(root, "a")
    (root / "a" / "loop").symlink_to(root)
    assert relative(tree.of_project(settings(root)), root) == {".", "a"}


def test_of_files_their_parents_and_the_directories_among_them(tmp_path: Path) -> None:
    make(tmp_path, "package")
    files = [str(tmp_path / "package"), str(tmp_path / "gone" / "a.js")]
    assert tree.of_files(files) == {
        str(tmp_path),
        str(tmp_path / "package"),
        str(tmp_path / "gone"),
    }
