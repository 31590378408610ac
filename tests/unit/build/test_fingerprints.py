"""What counts as a change of an input."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from polyfn.build.fingerprints import (
    NOTHING,
    UNREADABLE,
    Fingerprint,
    changed_since,
    renew,
    short,
    stamp_of,
    take,
    unchanged,
    without_fresh_stamp,
)
from tests.unit.build.file_clock import wait_past

if TYPE_CHECKING:
    from pathlib import Path

_LONG_AGO = (1, 1, 1, 1)


def test_file_counts_by_its_bytes(tmp_path: Path) -> None:
    file = tmp_path / "main.go"
    file.write_bytes(b"package main")
    before = take(str(file))

    file.write_bytes(b"package main")
    assert unchanged(before, renew(before))

    file.write_bytes(b"package maim")
    assert not unchanged(before, renew(before))


def test_untouched_file_is_not_read_again(tmp_path: Path) -> None:
    file = tmp_path / "main.go"
    file.write_bytes(b"package main")
    before = take(str(file))

    assert renew(before) is before


def test_bytes_replaced_by_as_many_of_the_same_age_are_seen(tmp_path: Path) -> None:
    file = tmp_path / "main.go"
    file.write_bytes(b"old")
    os.utime(file, ns=(10**18, 10**18))
    before = take(str(file))
    wait_past(file)

    file.write_bytes(b"new")
    os.utime(file, ns=(10**18, 10**18))

    assert stamp_of(file)[0] == before.stamp[0]
    assert not unchanged(before, renew(before))


@pytest.mark.parametrize("name", ["new.go", "node_modules", "über"])
def test_directory_counts_by_the_names_in_it(tmp_path: Path, name: str) -> None:
    (tmp_path / "main.go").write_text("1")
    before = take(str(tmp_path))

    (tmp_path / "main.go").write_text("2")
    assert unchanged(before, renew(before._replace(stamp=_LONG_AGO)))

    (tmp_path / name).mkdir()
    assert not unchanged(before, renew(before))

    (tmp_path / name).rmdir()
    assert unchanged(before, renew(before))


@pytest.mark.parametrize("name", [".main.go.swp", "main.go~", "#main.go#", "__pycache__", ".git"])
def test_what_editors_leave_in_a_directory_does_not_count(tmp_path: Path, name: str) -> None:
    before = take(str(tmp_path))

    (tmp_path / name).write_text("x")

    assert unchanged(before, take(str(tmp_path)))


def test_input_that_is_not_there_counts_until_it_is(tmp_path: Path) -> None:
    before = take(str(tmp_path / "go.work"))
    assert renew(before) is before

    (tmp_path / "go.work").write_text("go 1.21")

    assert not unchanged(before, renew(before))


def test_input_that_goes_away_is_a_change(tmp_path: Path) -> None:
    file = tmp_path / "main.go"
    file.write_text("package main")
    before = without_fresh_stamp(take(str(file)), time.time_ns())
    assert before.stamp == NOTHING

    file.unlink()

    assert not unchanged(before, renew(before))


def test_input_that_cannot_be_told_is_never_unchanged() -> None:
    unreadable = take("/tmp/nul\0byte")
    assert unreadable.digest == UNREADABLE

    assert not unchanged(unreadable, renew(unreadable))


def test_pipe_among_the_inputs_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    fingerprint = take(str(tmp_path / "pipe"))

    assert unchanged(fingerprint, take(str(tmp_path / "pipe")))


def test_link_counts_by_what_it_points_to(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("1")
    link.symlink_to(target)
    before = take(str(link))

    target.write_text("2")

    assert not unchanged(before, renew(before._replace(stamp=_LONG_AGO)))


def test_stamp_of_a_moment_ago_is_not_trusted_later(tmp_path: Path) -> None:
    file = tmp_path / "main.go"
    file.write_text("1")
    taken = take(str(file))

    assert without_fresh_stamp(taken, time.time_ns()).stamp == NOTHING
    assert without_fresh_stamp(taken, time.time_ns() + 3 * 10**9) is taken


def test_touch_in_the_very_moment_counts_as_later() -> None:
    fingerprint = Fingerprint("/x", "f", (1000, 2000, 1, 1))

    assert changed_since(fingerprint, 2000)
    assert not changed_since(fingerprint, 2001)


def test_short_digest_has_twelve_digits_of_the_content_only() -> None:
    assert short("f" + "d" * 32) == "d" * 12
