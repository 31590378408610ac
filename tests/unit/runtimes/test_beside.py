"""What lies beside a program, and whether it is as it was."""

from __future__ import annotations

import os
from pathlib import Path

from polyfn.runtimes.beside import beside, stamp


def write(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)


def test_files_and_directories_count_but_none_hidden_or_installed(tmp_path: Path) -> None:
    write(tmp_path, "bootstrap", "lib/a.py", ".git/x", "node_modules/m/x.js", "__pycache__/a.pyc")
    (tmp_path / "linked").symlink_to(tmp_path / "lib")
    names = [str(path.relative_to(tmp_path)) for path in beside(tmp_path)]
    assert names == [".", "bootstrap", "lib", "lib/a.py", "linked"]


def test_a_million_files_are_not_looked_at(tmp_path: Path) -> None:
    write(tmp_path, *(f"data/{number}" for number in range(2100)))
    assert len(beside(tmp_path)) == 2001


def test_no_directory_has_nothing_beside(tmp_path: Path) -> None:
    assert beside(tmp_path / "none") == (tmp_path / "none",)


def test_stamp_tells_what_was_written_replaced_and_taken_away(tmp_path: Path) -> None:
    write(tmp_path, "a", "b", "c")
    seen = {stamp(beside(tmp_path))}
    assert {stamp(beside(tmp_path))} == seen
    (tmp_path / "a").write_text("longer")
    seen.add(stamp(beside(tmp_path)))
    os.utime(tmp_path / "b", ns=(1, 1))
    seen.add(stamp(beside(tmp_path)))
    (tmp_path / "c").unlink()
    seen.add(stamp(beside(tmp_path)))
    assert len(seen) == 4


def test_file_that_came_and_went_leaves_the_stamp_as_it_was(tmp_path: Path) -> None:
    write(tmp_path, "a")
    before = stamp(beside(tmp_path))
    write(tmp_path, "b")
    (tmp_path / "b").unlink()
    assert stamp(beside(tmp_path)) == before
