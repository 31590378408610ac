from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyfn.errors import BadResponse, ResponseTooLarge
from polyfn.gateway.responses import Reply, reply, stream_head
from polyfn.model import Buffered

Pairs = tuple[tuple[str, str], ...]


def answered(
    body: bytes = b"hello",
    *headers: tuple[str, str],
    status: int = 200,
    method: str = "GET",
    is_base64: bool = False,
    max_bytes: int = 1000,
) -> Reply:
    answer = Buffered(status, headers, body, is_base64)
    return reply(answer, method=method, function="hello", max_bytes=max_bytes)


def header(answer: Reply, name: bytes) -> list[bytes]:
    return [value for each, value in answer.headers if each == name]


def test_answer_goes_out_with_its_headers_in_order_and_its_length() -> None:
    answer = answered(b"hi", ("Content-Type", "text/html"), ("X-Tag", "a"), ("x-tag", "b"))
    assert answer == Reply(
        200,
        [
            (b"content-type", b"text/html"),
            (b"x-tag", b"a"),
            (b"x-tag", b"b"),
            (b"content-length", b"2"),
        ],
        b"hi",
    )


def test_text_without_a_type_is_plain_text_and_no_body_has_no_type() -> None:
    assert header(answered(b"hi"), b"content-type") == [b"text/plain; charset=utf-8"]
    assert header(answered(b""), b"content-type") == []


def test_base64_is_decoded_and_without_a_type_is_a_stream_of_octets() -> None:
    answer = answered(base64.b64encode(b"\x00\xff"), is_base64=True)
    assert answer.body == b"\x00\xff"
    assert header(answer, b"content-length") == [b"2"]
    assert header(answer, b"content-type") == [b"application/octet-stream"]


@pytest.mark.parametrize(
    "text", [b"-_-_", b"+/+/", b"AAEC\nAwQF\r\n", b"AAECAw", b"AAECAw==", b" AAEC ", b""]
)
def test_base64_is_taken_as_node_takes_it(text: bytes) -> None:
    expected = base64.b64decode(text.translate(bytes.maketrans(b"-_", b"+/"), b" \r\n=") + b"==")
    assert answered(text, is_base64=True).body == expected


@pytest.mark.parametrize("text", [b"hello!", b"A", b"data:image/png;base64,AAEC", b"\xff\xff"])
def test_what_is_no_base64_is_refused(text: bytes) -> None:
    with pytest.raises(BadResponse, match=r"'hello'.*no base64"):
        answered(text, is_base64=True)


@given(st.binary())
def test_base64_brings_every_byte(body: bytes) -> None:
    answer = answered(base64.b64encode(body), is_base64=True, max_bytes=len(body))
    assert answer.body == body


@pytest.mark.parametrize("status", [200, 201, 299, 302, 404, 418, 500, 599])
def test_final_status_is_passed_on(status: int) -> None:
    assert answered(status=status).status == status


@pytest.mark.parametrize("status", [-1, 0, 99, 100, 101, 199, 600, 999, 2**32 - 1])
def test_other_status_is_refused(status: int) -> None:
    with pytest.raises(BadResponse, match=f"status {status}; it must be from 200 to 599"):
        answered(status=status)


@pytest.mark.parametrize("name", ["", "a b", "a:b", "a\r\nb", "a\0", "naïve", "(x)", "x\n"])
def test_header_name_that_is_no_token_is_refused(name: str) -> None:
    with pytest.raises(BadResponse, match="header named"):
        answered(b"", (name, "x"))


@pytest.mark.parametrize("value", ["a\r\nset-cookie: x", "a\nb", "a\0", "\x7f", "✓", "x\n"])
def test_header_value_that_http_cannot_carry_is_refused_and_named(value: str) -> None:
    with pytest.raises(BadResponse, match="'x-bad'"):
        answered(b"", ("x-bad", value))


def test_header_value_may_have_tabs_and_latin_1() -> None:
    assert header(answered(b"", ("x-ok", "a\té")), b"x-ok") == ["a\té".encode("latin-1")]


@pytest.mark.parametrize(
    "name",
    ["Connection", "Keep-Alive", "Transfer-Encoding", "Upgrade", "TE", "Trailer",
     "Proxy-Connection", "X-NF-Request-ID"],
)  # fmt: skip
def test_header_about_the_connection_is_not_the_functions(name: str) -> None:
    assert header(answered(b"hi", (name, "chunked")), name.lower().encode()) == []


def test_length_is_ours_whatever_the_function_says() -> None:
    assert header(answered(b"hi", ("content-length", "999")), b"content-length") == [b"2"]


def test_answer_to_head_tells_the_length_of_what_get_would_send() -> None:
    assert header(answered(b"hi", method="HEAD"), b"content-length") == [b"2"]
    told = answered(b"", ("Content-Length", "1234"), method="HEAD")
    assert header(told, b"content-length") == [b"1234"]
    lied = answered(b"", ("Content-Length", "-1"), method="HEAD")
    assert header(lied, b"content-length") == [b"0"]
    plain = answered(b"", ("x-a", "b"), method="HEAD")
    assert header(plain, b"content-length") == [b"0"]


@pytest.mark.parametrize("status", [204, 304])
def test_status_without_a_body_drops_it_with_its_length(status: int) -> None:
    answer = answered(b"ignored", status=status)
    assert answer.body == b""
    assert header(answer, b"content-length") == []


def test_size_limit_counts_decoded_bytes() -> None:
    assert answered(b"x" * 10, max_bytes=10).body == b"x" * 10
    assert len(answered(base64.b64encode(b"x" * 10), is_base64=True, max_bytes=10).body) == 10
    with pytest.raises(ResponseTooLarge, match="'hello' answered with 1,001 bytes"):
        answered(b"x" * 1001)
    with pytest.raises(ResponseTooLarge, match="11 bytes"):
        answered(base64.b64encode(b"x" * 11), is_base64=True, max_bytes=10)


def test_head_of_a_stream_keeps_no_length_and_has_a_type() -> None:
    headers: Pairs = (("Content-Length", "5"), ("X-A", "b"))
    assert stream_head(200, headers, function="hello") == [
        (b"x-a", b"b"),
        (b"content-type", b"text/plain; charset=utf-8"),
    ]
    typed: Pairs = (("Content-Type", "text/event-stream"),)
    assert stream_head(200, typed, function="hello") == [(b"content-type", b"text/event-stream")]
    assert stream_head(204, (), function="hello") == []


def test_head_of_a_stream_is_checked_too() -> None:
    with pytest.raises(BadResponse):
        stream_head(999, (), function="hello")
    with pytest.raises(BadResponse):
        stream_head(200, (("x", "a\nb"),), function="hello")
