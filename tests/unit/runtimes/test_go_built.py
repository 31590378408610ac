"""Go programs that were built before: which aws-lambda-go is in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from polyfn.errors import LoadFailed
from polyfn.runtimes.go.built import check_library, outdated_library

LIBRARY = "dep\tgithub.com/aws/aws-lambda-go"


@pytest.mark.parametrize(
    ("info", "version"),
    [
        (f"path\texample.com/x\n{LIBRARY}\tv1.13.2\th1:SuCy=\n", "v1.13.2"),
        (f"mod\tx\n{LIBRARY}\tv1.17.0\th1:Og=\nbuild\t-ldflags=-s\n", "v1.17.0"),
        (f"mod\tx\n{LIBRARY}\tv1.18.0\th1:Og=\n", None),
        (f"mod\tx\n{LIBRARY}\tv1.13.2\n=>\tgithub.com/me/aws-lambda-go\tv1.49.0\th1:O=\n", None),
        ("mod\tx\ndep\tgithub.com/aws/aws-lambda-go-api-proxy\tv0.5.0\th1:Og=\n", None),
        ("nothing of the kind", None),
        ("", None),
    ],
)
def test_version_is_read_where_it_is_too_old(
    tmp_path: Path, info: str, version: str | None
) -> None:
    program = tmp_path / "hello"
    program.write_bytes(b"\x7fELF" + b"\0" * 5000 + info.encode() + b"\0" * 5000 if info else b"")
    assert outdated_library(program) == version


def test_program_that_is_gone_is_left_to_whoever_starts_it(tmp_path: Path) -> None:
    assert outdated_library(tmp_path / "hello") is None


def test_program_that_is_too_old_is_refused_with_both_ways_out(tmp_path: Path) -> None:
    program = tmp_path / "hello"
    program.write_text(f"\n{LIBRARY}\tv1.11.0\th1:SuCy=\n")
    with pytest.raises(
        LoadFailed, match=r"'hello' was built with .* v1\.11\.0.*@latest.*main\.go"
    ) as it:
        check_library("hello", program)
    assert it.value.error_type == "Runtime.UnsupportedLibrary"
