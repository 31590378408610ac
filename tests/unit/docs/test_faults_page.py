"""The page about faults says what the fault table is tested for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.faults.table import SECTIONS, as_text

DOCS = Path(__file__).resolve().parents[3] / "docs"
FUNCTIONS = Path(__file__).resolve().parents[2] / "functions/faults/netlify/functions"


@pytest.mark.parametrize("title", SECTIONS)
def test_page_has_every_row_of_the_table(title: str) -> None:
    page = (DOCS / "reference/faults.md").read_text(encoding="utf-8")
    section = page.partition(f"## {title}\n")[2].partition("\n## ")[0]
    assert section.strip() == as_text(SECTIONS[title])


def test_page_is_found_from_the_first_one() -> None:
    assert "](reference/faults.md)" in (DOCS / "index.md").read_text(encoding="utf-8")


def test_every_function_that_fails_is_in_the_table_and_none_is_missing() -> None:
    rows = {
        fault.function(runtime)
        for faults in SECTIONS.values()
        for fault in faults
        for runtime in fault.outcomes
    }
    there = {path.stem for path in FUNCTIONS.iterdir() if path.name != "__pycache__"}
    assert there - {"hello"} == rows
