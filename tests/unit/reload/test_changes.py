"""What a batch of changes means for paths and directories."""

from __future__ import annotations

import pytest

from polyfn.reload.changes import LOST, Batch, Change


def test_a_name_that_appears_changes_its_directory_too() -> None:
    batch = Batch.of([Change("/p/a/new.go", names=True), Change("/p/b/old.go", names=False)])
    assert batch.touches(["/p/a", "/p/b", "/p/a/new.go", "/p/b/old.go"]) == [
        "/p/a",
        "/p/a/new.go",
        "/p/b/old.go",
    ]
    assert not batch.directories
    assert not batch.lost


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (Change("/p/a", names=True, is_directory=True), True),
        (Change("/p/a", names=False, is_directory=True), False),
        (Change("/p/a.js", names=True), False),
        (LOST, True),
    ],
)
def test_only_directories_that_come_or_go_change_what_is_watched(
    change: Change, expected: bool
) -> None:
    assert Batch.of([change]).directories is expected


def test_lost_events_mean_anything() -> None:
    batch = Batch.of([LOST])
    assert batch.lost
    assert batch.mends
    assert not batch.paths


@pytest.mark.parametrize(
    ("path", "is_near"),
    [
        ("/p/netlify/functions", True),
        ("/p/netlify", True),
        ("/p/net", False),
        ("/p/netlify/functions/a.js", True),
        ("/p/netlify/functions/a/index.js", True),
        ("/p/netlify/functions/a/lib/deep.js", False),
        ("/p/netlify/functions-internal/a.js", False),
        ("/p/other/a.js", False),
    ],
)
def test_near_is_the_directory_its_parents_and_so_many_levels_below(
    path: str, is_near: bool
) -> None:
    batch = Batch.of([Change(path, names=False)])
    assert batch.near("/p/netlify/functions", 2) is is_near


@pytest.mark.parametrize(
    ("path", "mends"),
    [("/p/a.ts", True), ("/p/go.sum", True), ("/p/a.log", False), ("/p/README.md", False)],
)
def test_only_sources_and_manifests_may_mend_a_function(path: str, mends: bool) -> None:
    assert Batch.of([Change(path, names=False)]).mends is mends
