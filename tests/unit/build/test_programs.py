"""What programs say of themselves, and what polyfn says when one is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from polyfn.build.toolchains import esbuild
from polyfn.build.toolchains.npm import in_short
from polyfn.build.toolchains.programs import ESBUILD, GO, NODE, PYTHON, program_named, version_in


def test_reference_page_names_the_versions_that_the_code_has() -> None:
    page = (Path(__file__).parents[3] / "docs/reference/toolchains.md").read_text()

    assert f"version {esbuild.VERSION}," in page
    for program in (GO, NODE, ESBUILD, PYTHON):
        row = next(line for line in page.splitlines() if line.startswith(f"| `{program.name}`"))
        assert f"| {program.oldest} |" in row


@pytest.mark.parametrize(
    ("output", "version"),
    [
        ("go version go1.26.8 linux/amd64", "1.26.8"),
        ("go version go1.27rc1 darwin/arm64", "1.27rc1"),
        ("go version devel go1.28-2c1d8f3 Mon Jan 5 linux/amd64", "1.28-2c1d8f3"),
        ("v20.20.2\n", "20.20.2"),
        ("0.28.2", "0.28.2"),
        ("Python 3.13.0rc2", "3.13.0rc2"),
        ("cc (Debian 12.2.0-14) 12.2.0", "12.2.0-14"),
        ("Usage: true [ignored]", None),
        ("", None),
    ],
)
def test_version_is_found_in_what_a_program_says(output: str, version: str | None) -> None:
    assert version_in(output) == version


@pytest.mark.parametrize(
    ("version", "accepted"),
    [("16.20.2", False), ("17.9", False), ("18.0.0", True), ("24.1.0", True), ("110.0", True)],
)
def test_node_is_accepted_from_18_on(version: str, accepted: bool) -> None:
    assert NODE.accepts(version) is accepted


def test_missing_program_is_named_with_the_command_that_gets_it() -> None:
    error = GO.missing()

    assert error.message.startswith("Go was not found on this machine")
    assert "pip install 'polyfn[go]'" in error.message


def test_program_that_was_found_and_refused_is_named_with_the_reason() -> None:
    error = NODE.missing(["/usr/bin/node is version 16.20.2, and polyfn needs 18 or newer"])

    assert "Node.js cannot be used: /usr/bin/node is version 16.20.2" in error.message
    assert "pip install 'polyfn[node]'" in error.message


def test_program_outside_the_table_takes_any_version() -> None:
    assert program_named("uv").accepts("0.1")
    assert program_named("go") is GO


def test_words_of_npm_are_shortened() -> None:
    output = """npm warn Unknown user config "x".
npm error code ENOTFOUND
npm error syscall getaddrinfo
npm error errno ENOTFOUND
npm error network request to https://registry.example/pkg failed, reason: getaddrinfo ENOTFOUND
npm error A complete log of this run can be found in: /home/ada/.npm/_logs/x-debug-0.log
"""
    assert in_short(output) == (
        "ENOTFOUND; syscall getaddrinfo; ENOTFOUND; network request to "
        "https://registry.example/pkg failed, reason: getaddrinfo ENOTFOUND"
    )


def test_words_of_an_older_npm_are_shortened_too() -> None:
    assert in_short("npm ERR! code E404\nnpm ERR! 404 Not Found\n") == "E404; 404 Not Found"


def test_what_npm_says_without_its_prefix_is_kept() -> None:
    assert in_short("  Segmentation fault\n") == "Segmentation fault"
