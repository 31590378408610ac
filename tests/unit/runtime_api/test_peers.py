"""Which processes are a program's."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from polyfn.runtime_api.peers import descendants


def test_descendants_are_found_to_any_depth_and_each_once() -> None:
    parents = {2: 1, 3: 2, 4: 3, 5: 1, 6: 9, 7: 3}
    assert sorted(descendants(parents, [2])) == [2, 3, 4, 7]
    assert sorted(descendants(parents, [3, 2, 6])) == [2, 3, 4, 6, 7]
    assert list(descendants(parents, [42])) == [42]


@given(st.dictionaries(st.integers(1, 20), st.integers(1, 20)), st.integers(1, 20))
def test_any_table_even_one_with_rings_has_an_end(parents: dict[int, int], root: int) -> None:
    found = list(descendants(parents, [root]))
    assert len(found) == len(set(found))
    assert all(pid == root or parents[pid] in found for pid in found)
