from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyfn.gateway import events
from polyfn.gateway.request import Request
from polyfn.gateway.router import Match
from polyfn.gateway.site import Site
from polyfn.model import Api, BodyKind, EventFormat
from tests.unit.gateway.support import STAMP, function, request

HELLO = function("hello")
HELLO_V2 = function("hello", event_format=EventFormat.V2)
AT_HOME = Match(HELLO, None, "/.netlify/functions/hello")
AT_HOME_V2 = Match(HELLO_V2, None, "/.netlify/functions/hello")
BROWSER = ("host", "example.test:9999"), ("user-agent", "curl/8")
SITE = Site(account_id="acc", site_id="site", geo={"city": "Zürich"})
OURS = {
    "client-ip": "203.0.113.7",
    "x-nf-account-id": "acc",
    "x-nf-client-connection-ip": "203.0.113.7",
    "x-nf-geo": base64.b64encode('{"city":"Zürich"}'.encode()).decode(),
    "x-nf-request-id": STAMP.request_id,
    "x-nf-site-id": "site",
}
IDENTITY = {
    "accessKey": None,
    "accountId": None,
    "apiKey": None,
    "apiKeyId": None,
    "caller": None,
    "clientCert": None,
    "cognitoAuthenticationProvider": None,
    "cognitoAuthenticationType": None,
    "cognitoIdentityId": None,
    "cognitoIdentityPoolId": None,
    "principalOrgId": None,
    "sourceIp": "203.0.113.7",
    "user": None,
    "userAgent": "curl/8",
    "userArn": None,
}


def event_of(asked: Request, match: Match = AT_HOME, body: bytes = b"") -> dict[str, Any]:
    event: dict[str, Any] = orjson.loads(events.build(asked, body, match, STAMP, SITE).event)
    return event


def test_event_of_a_modern_function_is_what_its_request_and_context_are_made_of() -> None:
    modern = replace(function("hello", event_format=EventFormat.V2), api=Api.MODERN)
    match = Match(modern, "/api/:id", "/api/:id", {"id": "a%20b"})
    asked = request(*BROWSER, ("x-two", "1, 2"), method="PUT", path="/api/a%20b", query="q=%C3%A9")
    payload = events.build(asked, b"\xff", match, STAMP, SITE)
    assert (payload.body, payload.kind) == (b"\xff", BodyKind.BINARY)
    assert orjson.loads(payload.event) == {
        "httpMethod": "PUT",
        "rawUrl": "http://example.test:9999/api/a%20b?q=%C3%A9",
        "headers": {**dict(BROWSER), "x-two": "1, 2", **OURS},
        "route": "/api/:id",
        "params": {"id": "a%20b"},
    }
    below = Match(modern, None, "/.netlify/functions/hello/{proxy+}", {"proxy": "x"})
    assert event_of(request(), below)["params"] == {}


@pytest.mark.parametrize("event_format", EventFormat)
def test_percent_signs_of_a_client_are_text(event_format: EventFormat) -> None:
    wild = "100%b %% %s %(id)b %25"
    match = Match(function("hello", event_format=event_format), None, "/x%b")
    event = event_of(request(("x-wild", wild), query="q=%25b"), match)
    assert event["headers"]["x-wild"] == wild
    as_sent = event_format is EventFormat.ALB
    assert event["queryStringParameters"] == {"q": "%25b" if as_sent else "%b"}
    assert event["headers"]["x-nf-request-id"] == STAMP.request_id


@pytest.mark.parametrize("event_format", EventFormat)
def test_draft_is_finished_for_one_request_after_the_other(event_format: EventFormat) -> None:
    asked = request(*BROWSER)
    match = Match(function("hello", event_format=event_format), None, "/x")
    draft = events.draft(asked, match, SITE)
    other = STAMP._replace(request_id="01OTHER", epoch_ms=7, request_time="then")
    for stamp in (STAMP, other, STAMP):
        assert events.finish(draft, b"", stamp) == events.build(asked, b"", match, stamp, SITE)
    assert b"01OTHER" in events.finish(draft, b"", other).event
    assert STAMP.request_id.encode() not in events.finish(draft, b"", other).event


def test_event_of_a_plain_get_field_by_field() -> None:
    assert event_of(request(*BROWSER)) == {
        "path": "/.netlify/functions/hello",
        "httpMethod": "GET",
        "headers": {"host": "example.test:9999", "user-agent": "curl/8", **OURS},
        "multiValueHeaders": {
            "host": ["example.test:9999"],
            "user-agent": ["curl/8"],
            **{name: [value] for name, value in OURS.items()},
        },
        "queryStringParameters": {},
        "multiValueQueryStringParameters": {},
        "body": None,
        "isBase64Encoded": False,
        "rawUrl": "http://example.test:9999/.netlify/functions/hello",
        "rawQuery": "",
        "route": None,
        "resource": "/.netlify/functions/hello",
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "polyfn",
            "domainName": "example.test:9999",
            "domainPrefix": "example",
            "extendedRequestId": STAMP.request_id,
            "httpMethod": "GET",
            "identity": IDENTITY,
            "path": "/.netlify/functions/hello",
            "protocol": "HTTP/1.1",
            "requestId": STAMP.request_id,
            "requestTime": STAMP.request_time,
            "requestTimeEpoch": STAMP.epoch_ms,
            "resourceId": "polyfn",
            "resourcePath": "/.netlify/functions/hello",
            "stage": "$default",
        },
    }


def test_repeated_query_keys_are_joined_and_kept_apart() -> None:
    event = event_of(request(*BROWSER, query="a=1&b=x+y&a=2%2C3"))
    assert event["queryStringParameters"] == {"a": "1, 2,3", "b": "x y"}
    assert event["multiValueQueryStringParameters"] == {"a": ["1", "2,3"], "b": ["x y"]}
    assert event["rawQuery"] == "a=1&b=x+y&a=2%2C3"
    assert event["rawUrl"] == (
        "http://example.test:9999/.netlify/functions/hello?a=1&b=x+y&a=2%2C3"
    )


def test_repeated_headers_are_joined_and_kept_apart() -> None:
    event = event_of(request(*BROWSER, ("x-tag", "a"), ("x-tag", "b")))
    assert event["headers"]["x-tag"] == "a, b"
    assert event["multiValueHeaders"]["x-tag"] == ["a", "b"]


def test_path_keeps_the_encoding_it_was_sent_in() -> None:
    path = "/.netlify/functions/hello/a%20b%2Fc/%C3%A9"
    match = Match(HELLO, None, "/.netlify/functions/hello/{proxy+}", {"proxy": "a b/c/é"})
    event = event_of(request(*BROWSER, path=path), match)
    assert event["path"] == path
    assert event["requestContext"]["path"] == path
    assert event["rawUrl"] == f"http://example.test:9999{path}"
    assert event["pathParameters"] == {"proxy": "a b/c/é"}


def test_route_stands_in_the_event_with_its_parameters() -> None:
    match = Match(HELLO, "/users/:id", "/users/:id", {"id": "42"})
    event = event_of(request(*BROWSER, path="/users/42"), match)
    assert event["route"] == event["resource"] == "/users/:id"
    assert event["pathParameters"] == {"id": "42"}


def test_client_cannot_set_what_netlify_says() -> None:
    lies = [(name, "lie") for name in (*OURS, "x-nf-anything")]
    event = event_of(request(*BROWSER, *lies))
    assert {name: event["headers"][name] for name in OURS} == OURS
    assert all(event["multiValueHeaders"][name] == [value] for name, value in OURS.items())
    assert "x-nf-anything" not in event["headers"]


def test_without_being_told_a_site_is_unlinked_and_somewhere() -> None:
    site = Site()
    assert site.headers["x-nf-site-id"] == site.headers["x-nf-account-id"] == "unlinked"
    geo = orjson.loads(base64.b64decode(site.headers["x-nf-geo"]))
    assert set(geo) == {"city", "country", "subdivision", "longitude", "latitude", "timezone"}


def test_request_without_host_or_user_agent_has_an_event_all_the_same() -> None:
    event = event_of(request())
    assert event["rawUrl"] == "http://localhost/.netlify/functions/hello"
    assert event["requestContext"]["identity"]["userAgent"] is None
    assert event_of(request(), AT_HOME_V2)["requestContext"]["http"]["userAgent"] == ""


@pytest.mark.parametrize("match", [AT_HOME, AT_HOME_V2])
def test_body_stands_beside_the_event(match: Match) -> None:
    asked = request(*BROWSER, ("content-type", "image/png"), method="POST")
    payload = events.build(asked, b"\x89PNG\x00", match, STAMP, SITE)
    assert (payload.body, payload.kind) == (b"\x89PNG\x00", BodyKind.BINARY)
    assert not {"body", "isBase64Encoded"} & set(orjson.loads(payload.event))


def test_version_2_field_by_field() -> None:
    asked = request(
        *BROWSER,
        ("x-tag", "a"),
        ("x-tag", "b"),
        ("cookie", "a=1; b=2"),
        ("cookie", "c=3"),
        method="POST",
        query="a=1&a=2&b=%20",
    )
    assert event_of(asked, AT_HOME_V2) == {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/.netlify/functions/hello",
        "rawQueryString": "a=1&a=2&b=%20",
        "cookies": ["a=1", "b=2", "c=3"],
        "headers": {"host": "example.test:9999", "user-agent": "curl/8", "x-tag": "a,b", **OURS},
        "queryStringParameters": {"a": "1,2", "b": " "},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "polyfn",
            "domainName": "example.test:9999",
            "domainPrefix": "example",
            "http": {
                "method": "POST",
                "path": "/.netlify/functions/hello",
                "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.7",
                "userAgent": "curl/8",
            },
            "requestId": STAMP.request_id,
            "routeKey": "$default",
            "stage": "$default",
            "time": STAMP.request_time,
            "timeEpoch": STAMP.epoch_ms,
        },
        "body": None,
        "isBase64Encoded": False,
    }


def test_version_2_names_parameters_and_leaves_out_cookies_that_are_not_there() -> None:
    match = Match(HELLO_V2, "/users/:id", "/users/:id", {"id": "42"})
    event = event_of(request(*BROWSER, path="/users/42"), match)
    assert event["pathParameters"] == {"id": "42"}
    assert "cookies" not in event


_header_values = st.text(st.characters(codec="latin-1", exclude_characters="\r\n\0"))


@given(
    st.binary(),
    st.sampled_from([None, "text/plain", "application/json", "image/png", "garbage"]),
    st.lists(_header_values, max_size=4),
    st.sampled_from([AT_HOME, AT_HOME_V2]),
)
def test_no_byte_of_a_request_is_lost(
    body: bytes, content_type: str | None, values: list[str], match: Match
) -> None:
    typed = [("content-type", content_type)] if content_type else []
    asked = request(*typed, *(("x-value", value) for value in values))
    payload = events.build(asked, body, match, STAMP, SITE)
    event = orjson.loads(payload.event)
    if payload.kind is BodyKind.RAW:
        assert (body, event["body"], event["isBase64Encoded"]) == (b"", None, False)
    elif payload.kind is BodyKind.TEXT:
        assert payload.body.decode().encode() == body
    else:
        assert payload.body == body
    if match is AT_HOME and values:
        assert event["multiValueHeaders"]["x-value"] == values
