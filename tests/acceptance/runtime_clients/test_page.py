"""docs/reference/runtime-clients.md says what is tried here, and nothing else."""

from __future__ import annotations

from pathlib import Path

from tests.acceptance.runtime_clients import test_runtime_clients
from tests.acceptance.runtime_clients.features import FEATURES, as_text

PAGE = Path(__file__).resolve().parents[3] / "docs/reference/runtime-clients.md"


def test_page_has_the_table_of_what_is_tried() -> None:
    assert as_text() in PAGE.read_text(encoding="utf-8")


def test_every_feature_is_tried() -> None:
    assert all(hasattr(test_runtime_clients, f"test_{name}") for name in FEATURES)
