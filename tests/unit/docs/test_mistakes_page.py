"""The page about mistakes says what the table of mistakes is tested for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.mistakes.table import SECTIONS, as_text

DOCS = Path(__file__).resolve().parents[3] / "docs"


@pytest.mark.parametrize("title", SECTIONS)
def test_page_has_every_row_of_the_table(title: str) -> None:
    page = (DOCS / "howto/mistakes.md").read_text(encoding="utf-8")
    section = page.partition(f"## {title}\n")[2].partition("\n## ")[0]
    assert section.strip() == as_text(SECTIONS[title])


@pytest.mark.parametrize("page", ["index.md", "reference/errors.md"])
def test_page_is_found_from_others(page: str) -> None:
    assert "howto/mistakes.md)" in (DOCS / page).read_text(encoding="utf-8")
