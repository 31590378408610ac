"""What `next` brings."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyfn.runtime_api.events import assemble, headers_of
from polyfn.wire.messages import Invoke

_EVENT = b'{"path":"/x","headers":{"a":"}"}}'
_RAW, _TEXT, _BINARY = 0, 1, 2


def _invocation(extras: bytes | None) -> Invoke:
    return Invoke(1, "id", 1000, 1, _EVENT, _RAW, None, extras)


@given(st.text())
def test_text_is_the_events_body(text: str) -> None:
    body = text.encode("utf-8", "replace")
    event = json.loads(assemble(_EVENT, _TEXT, body))
    assert event == {**json.loads(_EVENT), "body": body.decode(), "isBase64Encoded": False}


@given(st.binary())
def test_bytes_are_the_events_body_in_base64(body: bytes) -> None:
    event = json.loads(assemble(_EVENT, _BINARY, body))
    assert base64.b64decode(event["body"]) == body
    assert event["isBase64Encoded"] is True


@pytest.mark.parametrize("event", [b"[1, 2.50]", b'"x"', b"null", b"{ }"])
def test_raw_event_is_handed_on_byte_for_byte(event: bytes) -> None:
    assert assemble(event, _RAW, None) == event


def test_headers_name_the_invocation_and_its_deadline() -> None:
    assert headers_of(_invocation(None), "arn:x", 1700000000123) == {
        "Lambda-Runtime-Aws-Request-Id": "id",
        "Lambda-Runtime-Deadline-Ms": "1700000000123",
        "Lambda-Runtime-Invoked-Function-Arn": "arn:x",
    }


def test_extras_are_headers_and_json_among_them_is_ascii() -> None:
    extras = json.dumps(
        {"client_context": {"name": "Zoë 🙂"}, "identity": {"i": 1}, "trace_id": "Root=1"}
    )
    headers = headers_of(_invocation(extras.encode()), "arn", 1)
    context = headers["Lambda-Runtime-Client-Context"]
    assert context.isascii()
    assert json.loads(context) == {"name": "Zoë 🙂"}
    assert json.loads(headers["Lambda-Runtime-Cognito-Identity"]) == {"i": 1}
    assert headers["Lambda-Runtime-Trace-Id"] == "Root=1"


def test_extras_that_say_nothing_and_unknown_ones_are_no_headers() -> None:
    extras = b'{"client_context": null, "identity": {}, "other": 1}'
    assert len(headers_of(_invocation(extras), "arn", 1)) == 3
