"""Who uses which artifacts, told by locked files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from polyfn.build import leases
from polyfn.build.leases import Lease, others

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def mine(tmp_path: Path) -> Lease:
    return Lease(tmp_path)


@pytest.fixture
def theirs(tmp_path: Path) -> Iterator[Lease]:
    lease = Lease(tmp_path)
    yield lease
    lease.close()


def test_nobody_is_there_at_first(tmp_path: Path, mine: Lease) -> None:
    seen = others(tmp_path, mine)

    assert not seen.use("hello", "00c0ffee-1")
    assert seen.dead == ()


def test_what_another_one_holds_is_in_use_until_it_closes(
    tmp_path: Path, mine: Lease, theirs: Lease
) -> None:
    theirs.hold("hello", "00c0ffee-1")
    theirs.hold("hello", "00c0ffee-2")

    seen = others(tmp_path, mine)
    assert seen.use("hello", "00c0ffee-1")
    assert seen.use("hello", "00c0ffee-2")
    assert not seen.use("goodbye", "00c0ffee-1")

    theirs.close()
    assert not others(tmp_path, mine).use("hello", "00c0ffee-1")


def test_what_is_made_under_a_living_lease_is_in_use(
    tmp_path: Path, mine: Lease, theirs: Lease
) -> None:
    theirs.open()

    assert others(tmp_path, mine).use("hello", f"{theirs.id}-7")


def test_own_lease_is_not_among_the_others(tmp_path: Path, theirs: Lease) -> None:
    theirs.hold("hello", "00c0ffee-1")

    assert not others(tmp_path, theirs).use("hello", "00c0ffee-1")


def test_lease_that_nobody_locks_is_dead(tmp_path: Path, mine: Lease) -> None:
    left = tmp_path / leases.DIRECTORY / "deadbeef"
    left.parent.mkdir()
    left.write_text("hello/00c0ffee-1\n")

    seen = others(tmp_path, mine)

    assert seen.dead == (left,)
    assert not seen.use("hello", "00c0ffee-1")
    assert not seen.use("hello", "deadbeef-1")


def test_lease_whose_file_was_removed_is_made_again(
    tmp_path: Path, mine: Lease, theirs: Lease
) -> None:
    theirs.hold("hello", "00c0ffee-1")
    (tmp_path / leases.DIRECTORY / theirs.id).unlink()

    theirs.hold("hello", "00c0ffee-1")

    assert others(tmp_path, mine).use("hello", "00c0ffee-1")


def test_closing_twice_and_closing_unused_is_nothing(theirs: Lease) -> None:
    theirs.close()
    theirs.open()
    theirs.close()
    theirs.close()
