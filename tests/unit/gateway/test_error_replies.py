from __future__ import annotations

import html
import inspect
import re

import orjson
import pytest

from polyfn import errors
from polyfn.errors import (
    HandlerFailed,
    MethodNotAllowed,
    PolyfnError,
    Throttled,
    ToolchainMissing,
)
from polyfn.gateway.errors import NETLIFY_DEV, error_reply, own_bug, status_of
from polyfn.gateway.responses import Reply

BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"


def every_class() -> list[type[PolyfnError]]:
    found = (each for each in vars(errors).values() if inspect.isclass(each))
    return [each for each in found if issubclass(each, PolyfnError)]


def of(kind: type[PolyfnError], message: str = "what happened") -> PolyfnError:
    if kind is MethodNotAllowed:
        return MethodNotAllowed(message, allow=("GET", "HEAD"))
    return kind(message)


def headers_of(answer: Reply) -> dict[bytes, bytes]:
    assert len(dict(answer.headers)) == len(answer.headers)
    return dict(answer.headers)


@pytest.mark.parametrize("kind", every_class())
def test_every_error_has_the_same_json_shape(kind: type[PolyfnError]) -> None:
    answer = error_reply(of(kind), request_id="R1")
    assert answer.status == kind.status
    headers = headers_of(answer)
    assert headers[b"content-type"] == b"application/json"
    assert headers[b"content-length"] == b"%d" % len(answer.body)
    assert orjson.loads(answer.body) == {
        "errorType": kind.type,
        "errorMessage": "what happened",
        "trace": [],
        "requestId": "R1",
    }


def test_authors_error_keeps_its_name_and_trace() -> None:
    error = HandlerFailed("boom", trace=("at a.js:1:2", "at b.js:3:4"), type_="TypeError")
    body = orjson.loads(error_reply(error, request_id="R1").body)
    assert (body["errorType"], body["trace"]) == ("TypeError", ["at a.js:1:2", "at b.js:3:4"])


def test_half_a_surrogate_pair_in_a_message_does_not_hide_it() -> None:
    error = HandlerFailed("bad \ud800 text", trace=("\udc00",), type_="\ud800")
    body = orjson.loads(error_reply(error, request_id="R1").body)
    assert body["errorMessage"] == "bad ? text"
    assert b"bad ? text" in error_reply(error, request_id="R1", accept=BROWSER).body


def test_refused_method_comes_with_what_is_allowed() -> None:
    assert headers_of(error_reply(of(MethodNotAllowed), request_id="R1"))[b"allow"] == b"GET, HEAD"


def test_throttled_call_is_told_when_to_come_again() -> None:
    answer = error_reply(Throttled("full", retry_after_s=7), request_id="R1")
    assert (answer.status, headers_of(answer)[b"retry-after"]) == (429, b"7")


def test_browser_gets_a_page_with_the_same_facts_and_nothing_to_fetch() -> None:
    error = HandlerFailed(
        "<script>alert(1)</script> & more", trace=("at <anonymous>",), type_="Type<Error>"
    )
    answer = error_reply(error, request_id="R1", accept=BROWSER)
    headers = headers_of(answer)
    assert answer.status == 502
    assert headers[b"content-type"] == b"text/html; charset=utf-8"
    assert headers[b"content-length"] == b"%d" % len(answer.body)
    assert headers[b"content-security-policy"].startswith(b"default-src 'none'")
    page = answer.body.decode()
    assert "<script" not in page
    for fact in (error.message, error.error_type, "at <anonymous>", "R1", "502 Bad Gateway"):
        assert html.escape(fact) in page
    assert not re.search(r"(src|href)=|url\(|@import", page)
    assert "prefers-color-scheme: dark" in page


def test_page_without_a_trace_has_no_empty_place_for_it() -> None:
    answer = error_reply(HandlerFailed("boom"), request_id="R1", accept=BROWSER)
    assert b"<h2>Trace" not in answer.body


def test_page_says_the_status_in_words_for_every_error() -> None:
    for kind in every_class():
        answer = error_reply(of(kind), request_id="R1", accept=BROWSER)
        assert f"<title>{kind.status} {kind.type}</title>".encode() in answer.body


def test_own_bug_tells_the_request_id_and_nothing_else() -> None:
    answer = error_reply(own_bug("R1"), request_id="R1")
    body = orjson.loads(answer.body)
    assert (answer.status, body["errorType"], body["trace"]) == (500, "Polyfn.Error", [])
    assert "R1" in body["errorMessage"]


CLI_500 = [
    errors.FunctionError, errors.HandlerFailed, errors.InstanceDied, errors.LoadFailed,
    errors.BuildFailed, errors.BadResponse, errors.TimedOut, errors.InitTimedOut,
    ToolchainMissing, errors.ProtocolViolation,
]  # fmt: skip


@pytest.mark.parametrize("kind", every_class())
def test_compat_answers_500_where_the_netlify_cli_does(kind: type[PolyfnError]) -> None:
    expected = 500 if kind in CLI_500 else kind.status
    assert status_of(of(kind), NETLIFY_DEV) == expected
    assert error_reply(of(kind), request_id="R", compat=NETLIFY_DEV).status == expected
    assert status_of(of(kind)) == kind.status
