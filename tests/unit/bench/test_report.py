"""The page and the picture of a run of the benchmark."""

from __future__ import annotations

from pathlib import Path

import pytest
from polyfn_bench import report, results

from tests.unit.bench.runs import PEER, a_run


def test_a_run_comes_back_from_json_as_it_was() -> None:
    assert results.from_json(results.to_json(a_run())) == a_run()


def test_the_page_shows_each_figure_beside_its_goal_and_the_peers() -> None:
    lines = report.text(a_run()).splitlines()
    row = "| requests/s, JS | 0.31 × | 0.30 to 0.35 | ≥ 0.3 × | ≥ 0.45 × | yes | 0.04 × |"
    assert any(line.startswith(row) for line in lines), lines
    header = next(line for line in lines if line.startswith("| what |"))
    assert f"| {PEER} |" in header
    assert any("does \\| not reload" in line for line in lines)
    assert any("waits could not be measured: 3 of 64 calls failed" in line for line in lines)
    assert any("2 cores: A processor; 8 GB; Linux 6.1" in line for line in lines)


def test_writing_the_page_again_keeps_what_was_written_by_hand(tmp_path: Path) -> None:
    page = tmp_path / "RESULTS.md"
    report.write(a_run(), page)
    assert "Nothing has been written yet" in page.read_text()
    by_hand = "All is well.\n\n- The rest, too.\n\n### Later\n\nMore."
    page.write_text(
        page.read_text().replace("Nothing has been written yet about this run.", by_hand)
    )
    report.write(a_run(), page)
    first = page.read_text()
    assert by_hand in first
    report.write(a_run(), page)
    assert page.read_text() == first


@pytest.mark.parametrize("ending", ["svg", "png"])
def test_the_picture_of_a_run_is_always_the_same(tmp_path: Path, ending: str) -> None:
    pytest.importorskip("matplotlib", reason="pip install -e '.[bench]'")
    from polyfn_bench import plot

    pictures = [tmp_path / f"{name}.{ending}" for name in ("one", "two")]
    for picture in pictures:
        plot.draw(a_run(), picture)
    one, two = (picture.read_bytes() for picture in pictures)
    assert one == two
    assert one.startswith(b"\x89PNG" if ending == "png" else b"<?xml")
