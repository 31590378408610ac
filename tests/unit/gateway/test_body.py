from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyfn.gateway.body import kind_of
from polyfn.model import BodyKind

TEXT_TYPES = [
    "text/plain",
    "text/html; charset=utf-8",
    "TEXT/CSV",
    "application/json",
    "application/json;charset=utf-8",
    "application/json ; charset=utf-8",
    "application/ld+json",
    "image/svg+xml",
    "application/csp-report",
    "application/graphql",
    "application/javascript",
    "application/x-www-form-urlencoded",
    "application/x-ndjson",
    "application/xml",
]
BINARY_TYPES = [
    "application/octet-stream",
    "application/pdf",
    "application/jsonp",
    "image/png",
    "multipart/form-data; boundary=text/plain",
    "json",
    "",
]


@pytest.mark.parametrize("content_type", TEXT_TYPES)
def test_body_of_a_text_type_is_text(content_type: str) -> None:
    assert kind_of("grüße".encode(), content_type) is BodyKind.TEXT


@pytest.mark.parametrize("content_type", BINARY_TYPES)
def test_body_of_another_type_is_binary_even_when_it_reads_as_text(content_type: str) -> None:
    assert kind_of(b"hello", content_type) is BodyKind.BINARY


@pytest.mark.parametrize(
    "content_type", ["text/plain; charset=iso-8859-1", "application/json", None]
)
def test_text_that_is_no_utf8_is_binary_so_that_no_byte_is_lost(content_type: str | None) -> None:
    assert kind_of(b"gr\xfc\xdfe", content_type) is BodyKind.BINARY


def test_body_without_a_type_is_text_when_it_is_utf8() -> None:
    assert kind_of("✓".encode(), None) is BodyKind.TEXT


@pytest.mark.parametrize("content_type", ["text/plain", "image/png", None])
def test_empty_body_is_none_whatever_its_type(content_type: str | None) -> None:
    assert kind_of(b"", content_type) is BodyKind.RAW


@given(st.binary(min_size=1), st.sampled_from([*TEXT_TYPES, *BINARY_TYPES, None]))
def test_text_is_only_what_comes_back_byte_for_byte(body: bytes, content_type: str | None) -> None:
    if kind_of(body, content_type) is BodyKind.TEXT:
        assert body.decode().encode() == body
