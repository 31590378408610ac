"""Events of function URLs and load balancers, and those that have all fields."""

from __future__ import annotations

from typing import Any

from polyfn.gateway.router import Match
from polyfn.model import EventFormat
from tests.unit.gateway.support import STAMP, function, request
from tests.unit.gateway.test_events import BROWSER, IDENTITY, OURS, event_of

PATH = "/.netlify/functions/hello"
ASKED = request(
    *BROWSER,
    ("x-tag", "a"),
    ("x-tag", "b"),
    ("cookie", "a=1; b=2"),
    method="POST",
    query="a=1&a=2&b=%20&&c",
)


def event_in(event_format: EventFormat, asked: Any = ASKED, **parameters: str) -> dict[str, Any]:
    of = function("hello", event_format=event_format)
    resource = f"{PATH}/{{proxy+}}" if parameters else PATH
    return event_of(asked, Match(of, None, resource, parameters))


def test_function_url_leaves_cookies_in_the_headers_and_knows_no_parameters() -> None:
    event = event_in(EventFormat.URL, proxy="x")
    of_version_2 = event_in(EventFormat.V2)
    assert event["headers"].pop("cookie") == "a=1; b=2"
    assert event == of_version_2
    assert event["cookies"] == ["a=1", "b=2"]
    assert event_in(EventFormat.URL, request(*BROWSER)) == event_in(
        EventFormat.V2, request(*BROWSER)
    )


def test_load_balancers_event_field_by_field() -> None:
    headers = {
        "host": "example.test:9999",
        "user-agent": "curl/8",
        "x-tag": "b",
        "cookie": "a=1; b=2",
        "x-forwarded-for": "203.0.113.7",
        "x-forwarded-port": "9999",
        "x-forwarded-proto": "http",
        **OURS,
    }
    group = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/hello/polyfn"
    assert event_in(EventFormat.ALB) == {
        "requestContext": {"elb": {"targetGroupArn": group}},
        "httpMethod": "POST",
        "path": PATH,
        "queryStringParameters": {"a": "2", "b": "%20", "c": ""},
        "multiValueQueryStringParameters": {"a": ["1", "2"], "b": ["%20"], "c": [""]},
        "headers": headers,
        "multiValueHeaders": {
            **{name: [value] for name, value in headers.items()},
            "x-tag": ["a", "b"],
        },
        "body": None,
        "isBase64Encoded": False,
    }


def test_load_balancer_adds_to_whom_a_request_was_forwarded_for() -> None:
    asked = request(("host", "[::1]"), ("x-forwarded-for", "10.0.0.1"))
    headers = event_in(EventFormat.ALB, asked)["headers"]
    assert headers["x-forwarded-for"] == "10.0.0.1, 203.0.113.7"
    assert headers["x-forwarded-port"] == "80"


def test_event_for_go_has_version_1_as_it_is_and_what_version_2_adds_in_capitals() -> None:
    event = event_in(EventFormat.ALL, proxy="x")
    first, second = (event_in(each, proxy="x") for each in (EventFormat.V1, EventFormat.V2))
    context = event.pop("requestContext")
    assert _folded(event, second) == {
        name: second[name]
        for name in ("version", "routeKey", "rawPath", "rawQueryString", "cookies")
    }
    assert _folded(context, second["requestContext"]) == {
        name: second["requestContext"][name] for name in ("http", "routeKey", "time", "timeEpoch")
    }
    assert context.pop("identity") == {
        name: value for name, value in IDENTITY.items() if value is not None
    }
    del first["requestContext"]["identity"]
    assert context == first.pop("requestContext")
    assert event == first


def test_event_for_go_without_cookies_has_none() -> None:
    event = event_in(EventFormat.ALL, request(*BROWSER))
    assert "Cookies" not in event
    assert event["requestContext"]["requestTimeEpoch"] == STAMP.epoch_ms


def _folded(event: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Take out what begins with a capital; returned under the names of the other event."""
    names = {name.lower(): name for name in other}
    capital = [name for name in event if name[0].isupper()]
    return {names[name.lower()]: event.pop(name) for name in capital}
