from __future__ import annotations

from typing import Any

import pytest

from polyfn.errors import MalformedRequest
from polyfn.gateway.request import from_scope, read_headers


def _scope(**changes: Any) -> dict[str, Any]:
    return {
        "method": "GET",
        "raw_path": b"/a%20b",
        "query_string": b"x=%C3%A9",
        "headers": [(b"host", b"example.test:9999"), (b"accept", b"*/*")],
        "client": ("203.0.113.7", 50000),
        "http_version": "1.1",
        "scheme": "http",
        **changes,
    }


def test_scope_becomes_text_with_its_encoding_untouched() -> None:
    request = from_scope(_scope())
    assert request.method == "GET"
    assert request.path == "/a%20b"
    assert request.query == "x=%C3%A9"
    assert request.headers == {"host": "example.test:9999", "accept": "*/*"}
    assert request.client_ip == "203.0.113.7"
    assert request.protocol == "HTTP/1.1"
    assert request.host == "example.test:9999"


def test_request_without_host_or_client_address_is_from_here() -> None:
    request = from_scope(_scope(headers=[], client=None))
    assert request.host == "localhost"
    assert request.client_ip == "127.0.0.1"


@pytest.mark.parametrize("bad", [b"/%", b"/%4", b"/%zz", b"/a%2", b"/%%41"])
def test_bad_percent_encoding_of_the_path_is_refused(bad: bytes) -> None:
    with pytest.raises(MalformedRequest, match="path"):
        from_scope(_scope(raw_path=bad))


def test_bad_percent_encoding_of_the_query_is_refused_and_the_advice_names_it() -> None:
    with pytest.raises(MalformedRequest, match=r"query.*'%ta'.*%25"):
        from_scope(_scope(query_string=b"discount=50%tax"))


def test_repeated_headers_are_joined_and_kept_apart() -> None:
    single, multi = read_headers([(b"x-tag", b"a"), (b"x-tag", b"b"), (b"x-tag", b"c, d")])
    assert single == {"x-tag": "a, b, c, d"}
    assert multi == {"x-tag": ["a", "b", "c, d"]}


def test_repeated_cookies_are_joined_as_cookies() -> None:
    single, multi = read_headers([(b"cookie", b"a=1"), (b"cookie", b"b=2")])
    assert single == {"cookie": "a=1; b=2"}
    assert multi == {"cookie": ["a=1", "b=2"]}


def test_header_that_may_stand_once_keeps_its_first_value() -> None:
    single, multi = read_headers([(b"content-type", b"text/plain"), (b"content-type", b"a/b")])
    assert single == {"content-type": "text/plain"}
    assert multi == {"content-type": ["text/plain", "a/b"]}


def test_what_only_netlify_may_say_is_dropped() -> None:
    raw = [(b"x-nf-geo", b"?"), (b"x-nf-made-up", b"?"), (b"client-ip", b"1.1.1.1"), (b"x-n", b"y")]
    assert read_headers(raw) == ({"x-n": "y"}, {"x-n": ["y"]})


def test_bytes_beyond_ascii_survive_as_latin_1() -> None:
    single, _ = read_headers([(b"x-name", bytes(range(0x80, 0x100)))])
    assert single["x-name"].encode("latin-1") == bytes(range(0x80, 0x100))
