"""HTTP answers to a program."""

from __future__ import annotations

import json

from polyfn.runtime_api.replies import refusal, reply


def test_answer_has_its_length_and_is_json() -> None:
    head, _, body = reply(202, b"abc").partition(b"\r\n\r\n")
    assert body == b"abc"
    assert head.split(b"\r\n") == [
        b"HTTP/1.1 202 Accepted",
        b"Content-Type: application/json",
        b"Content-Length: 3",
    ]


def test_answer_says_when_the_connection_will_be_closed_and_carries_headers() -> None:
    head = reply(200, keep_alive=False, headers={"X": "é"}).decode("latin-1")
    assert "\r\nX: é\r\n" in head
    assert "\r\nConnection: close\r\n" in head


def test_header_that_no_header_can_be_is_escaped() -> None:
    assert b"X: \\u2026" in reply(200, headers={"X": "…"})


def test_refusal_has_type_and_message() -> None:
    assert json.loads(refusal("T", "m")) == {"errorType": "T", "errorMessage": "m"}
