"""GO_VERSION as go takes it."""

from __future__ import annotations

import pytest

from polyfn.settings.go_version import is_met_by, steered, toolchain


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.22.3", "go1.22.3+auto"),
        ("go1.22.3", "go1.22.3+auto"),
        (" 1.22 ", "go1.22.0+auto"),
        ("1.22.x", "go1.22.0+auto"),
        ("1.19", "go1.19+auto"),
        ("1.20.14", "go1.20.14+auto"),
        ("1.25rc1", "go1.25rc1+auto"),
        ("", ""),
        ("latest", ""),
        ("1", ""),
        ("1.22.3; rm -rf /", ""),
    ],
)
def test_a_version_is_said_in_gos_own_way(text: str, expected: str) -> None:
    assert toolchain(text) == expected


@pytest.mark.parametrize(
    ("builds", "process", "expected"),
    [
        ({"GO_VERSION": "1.22.3"}, {}, "go1.22.3+auto"),
        ({}, {"GO_VERSION": "1.22.3"}, "go1.22.3+auto"),
        ({"GO_VERSION": "1.22.3", "GOTOOLCHAIN": "local"}, {}, "local"),
        ({"GO_VERSION": "1.22.3"}, {"GOTOOLCHAIN": "go1.23.0"}, None),
        ({"GO_VERSION": "newest"}, {}, None),
    ],
)
def test_a_toolchain_that_somebody_has_set_goes_on_counting(
    builds: dict[str, str], process: dict[str, str], expected: str | None
) -> None:
    assert steered(builds, process).get("GOTOOLCHAIN") == expected
    assert builds.items() <= steered(builds, process).items()


@pytest.mark.parametrize(
    ("text", "version", "met"),
    [
        ("1.26", "1.26.8", True),
        ("1.26.x", "1.26.8", True),
        ("1.26", "1.26", True),
        ("1.26.0", "1.26.8", False),
        ("1.2", "1.26.8", False),
        ("1.26rc1", "1.26.8", False),
        ("", "1.26.8", False),
    ],
)
def test_a_minor_version_is_met_by_any_of_its_patches(text: str, version: str, met: bool) -> None:
    assert is_met_by(text, version) is met
