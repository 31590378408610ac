"""A manifest comes back as it was written, and anything else counts as empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyfn.build import manifest
from polyfn.build.fingerprints import UNREADABLE, Fingerprint
from polyfn.build.manifest import Entry

if TYPE_CHECKING:
    from pathlib import Path

_STAMP = (1, 2, 3, 4)


def _entry(*inputs: Fingerprint) -> Entry:
    return Entry(
        id="00c0ffee-1",
        key="k",
        version="v",
        output="out/bootstrap",
        output_stamp=_STAMP,
        inputs=inputs,
    )


def test_entries_come_back_in_their_order(tmp_path: Path) -> None:
    first = _entry(Fingerprint("/a/b.go", "f00", _STAMP), Fingerprint("/a", "d00", _STAMP))
    second = _entry()

    manifest.write(tmp_path, [first, second])

    assert manifest.read(tmp_path) == (first, second)
    assert [str(path) for path in first.paths()] == ["/a/b.go", "/a"]


def test_edition_is_another_one_after_each_write(tmp_path: Path) -> None:
    editions = {manifest.edition(tmp_path)}
    for _ in range(3):
        manifest.write(tmp_path, [_entry()])
        editions.add(manifest.edition(tmp_path))

    assert len(editions) == 4


def test_file_name_of_stray_bytes_makes_the_artifact_unfit_for_reuse(tmp_path: Path) -> None:
    manifest.write(tmp_path, [_entry(Fingerprint("/a/\udcff.go", "f00", _STAMP))])

    (entry,) = manifest.read(tmp_path)

    assert entry.inputs[0].digest == UNREADABLE


def test_no_manifest_is_an_empty_one(tmp_path: Path) -> None:
    assert manifest.read(tmp_path / "nowhere") == ()


@pytest.mark.parametrize(
    "change",
    [
        {"id": "../../etc"},
        {"id": 3},
        {"key": None},
        {"output_stamp": [1, 2]},
        {"inputs": [[1, "f", [1, 2, 3, 4]]]},
        {"inputs": [["/a", "f"]]},
        {"inputs": 7},
    ],
)
def test_entry_with_a_wrong_field_is_no_entry(tmp_path: Path, change: dict[str, object]) -> None:
    manifest.write(tmp_path, [_entry()])
    path = tmp_path / manifest.FILE_NAME
    data = orjson.loads(path.read_bytes())
    data["entries"][0].update(change)
    path.write_bytes(orjson.dumps(data))

    assert manifest.read(tmp_path) == ()


def test_manifest_of_another_format_counts_as_empty(tmp_path: Path) -> None:
    (tmp_path / manifest.FILE_NAME).write_bytes(b'{"format": 2, "entries": [{}]}')

    assert manifest.read(tmp_path) == ()


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(
    st.binary()
    | _json.map(orjson.dumps)
    | st.lists(_json).map(lambda entries: orjson.dumps({"format": 1, "entries": entries}))
)
def test_damaged_manifest_counts_as_empty(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    home = tmp_path_factory.getbasetemp()
    (home / manifest.FILE_NAME).write_bytes(data)

    assert manifest.read(home) == ()
