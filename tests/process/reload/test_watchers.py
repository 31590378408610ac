"""Both watchers against the real file system: the same contract."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from polyfn.reload.changes import Change
from polyfn.reload.inotify import InotifyWatcher
from polyfn.reload.observer import ObserverWatcher
from polyfn.reload.watching import Watcher, watcher


class Seen:
    """Remembers changes, and waits for them."""

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self._more = threading.Condition()

    def put(self, change: Change) -> None:
        with self._more:
            self.changes.append(change)
            self._more.notify_all()

    def wait_for(self, path: Path, *, names: bool | None = None) -> None:
        def there() -> bool:
            return any(
                change.path == str(path) and names in (None, change.names)
                for change in self.changes
            )

        with self._more:
            assert self._more.wait_for(there, 10), (path, self.changes)

    def of(self, path: Path) -> list[Change]:
        return [change for change in self.changes if change.path == str(path)]


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture(params=[InotifyWatcher, ObserverWatcher])
def watching(request: pytest.FixtureRequest, seen: Seen) -> Iterator[Watcher]:
    make: Callable[[Callable[[Change], None]], Watcher] = request.param
    with make(seen.put) as made:
        yield made


def test_content_and_names_are_told_apart(tmp_path: Path, watching: Watcher, seen: Seen) -> None:
    file = tmp_path / "a.js"
    file.write_text("1")
    watching.watch({str(tmp_path)})
    file.write_text("2")
    seen.wait_for(file, names=False)
    (tmp_path / "b.js").write_text("1")
    seen.wait_for(tmp_path / "b.js", names=True)
    file.unlink()
    seen.wait_for(file, names=True)
    (tmp_path / "deeper").mkdir()
    seen.wait_for(tmp_path / "deeper", names=True)


def test_a_file_that_is_moved_into_place_is_seen(
    tmp_path: Path, watching: Watcher, seen: Seen
) -> None:
    file, draft = tmp_path / "a.js", tmp_path / ".a.js.swp"
    file.write_text("1")
    watching.watch({str(tmp_path)})
    draft.write_text("2")
    draft.replace(file)
    seen.wait_for(file, names=True)


def test_directories_that_are_not_there_are_left_out(
    tmp_path: Path, watching: Watcher, seen: Seen
) -> None:
    watching.watch({str(tmp_path / "missing"), str(tmp_path)})
    (tmp_path / "a.js").write_text("1")
    seen.wait_for(tmp_path / "a.js")
    assert watching.refused is None


def test_what_is_not_watched_any_more_is_not_told(
    tmp_path: Path, watching: Watcher, seen: Seen
) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    watching.watch({str(one), str(two)})
    watching.watch({str(two)})
    (one / "a.js").write_text("1")
    (two / "b.js").write_text("1")
    seen.wait_for(two / "b.js")
    assert not seen.of(one / "a.js")
    watching.add([str(one)])
    (one / "c.js").write_text("1")
    seen.wait_for(one / "c.js")


def test_a_directory_that_comes_back_is_watched_again(tmp_path: Path, seen: Seen) -> None:
    home = tmp_path / "home"
    home.mkdir()
    with InotifyWatcher(seen.put) as watching:
        watching.watch({str(home), str(tmp_path)})
        home.rmdir()
        seen.wait_for(home, names=True)
        home.mkdir()
        deadline = time.monotonic() + 10
        while not seen.of(home / "a.js"):
            assert time.monotonic() < deadline
            watching.watch({str(home), str(tmp_path)})
            (home / "a.js").write_text("1")


def test_a_directory_that_was_moved_is_watched_where_it_is(tmp_path: Path, seen: Seen) -> None:
    home, away = tmp_path / "home", tmp_path / "away"
    home.mkdir()
    with InotifyWatcher(seen.put) as watching:
        watching.watch({str(home)})
        home.rename(away)
        watching.watch({str(away)})
        (away / "a.js").write_text("1")
        seen.wait_for(away / "a.js")
        assert not seen.of(home / "a.js")


def test_one_directory_under_two_paths_is_told_under_both(tmp_path: Path, seen: Seen) -> None:
    home, link = tmp_path / "home", tmp_path / "link"
    home.mkdir()
    link.symlink_to(home)
    with InotifyWatcher(seen.put) as watching:
        watching.watch({str(home), str(link)})
        (home / "a.js").write_text("1")
        seen.wait_for(home / "a.js")
        seen.wait_for(link / "a.js")
        watching.watch({str(link)})
        (home / "b.js").write_text("1")
        seen.wait_for(link / "b.js")
        assert not seen.of(home / "b.js")


def test_a_link_is_whole_when_it_is_made(tmp_path: Path, seen: Seen) -> None:
    (tmp_path / "target").mkdir()
    source = tmp_path / "target" / "a.js"
    source.write_text("1")
    with watcher(seen.put) as watching:
        watching.watch({str(tmp_path)})
        (tmp_path / "soft.js").symlink_to(source)
        os.link(source, tmp_path / "hard.js")
        seen.wait_for(tmp_path / "soft.js", names=True)
        seen.wait_for(tmp_path / "hard.js", names=True)


def test_a_file_that_is_being_written_is_told_once_it_is_closed(tmp_path: Path, seen: Seen) -> None:
    file = tmp_path / "a.js"
    with InotifyWatcher(seen.put) as watching:
        watching.watch({str(tmp_path)})
        with file.open("w") as open_file:
            open_file.write("half")
            open_file.flush()
            (tmp_path / "b.js").write_text("1")
            seen.wait_for(tmp_path / "b.js")
            assert not seen.of(file)
        seen.wait_for(file, names=True)
