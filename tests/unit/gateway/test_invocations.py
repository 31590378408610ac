from __future__ import annotations

import orjson
import pytest

from polyfn.gateway import invocations
from polyfn.gateway.router import Match
from polyfn.gateway.site import Site
from polyfn.model import BodyKind, Function, Invocation, Kind, Want
from polyfn.settings.values import Limits
from tests.unit.gateway.support import STAMP, function, request
from tests.unit.gateway.test_identity import token

LIMITS = Limits(timeout_s=30, background_timeout_s=900, scheduled_timeout_s=31)


def build(called: Function, *headers: tuple[str, str], body: bytes = b"") -> Invocation:
    match = Match(called, None, called.url_path)
    return invocations.build(request(*headers), body, match, STAMP, site=Site(), limits=LIMITS)


@pytest.mark.parametrize(
    ("called", "seconds"),
    [
        (function("a"), 30),
        (function("a", timeout_s=2.5), 2.5),
        (function("a", kind=Kind.BACKGROUND), 900),
        (function("a", kind=Kind.BACKGROUND, timeout_s=60), 60),
        (function("a", kind=Kind.SCHEDULED), 31),
        (function("deploy-failed", kind=Kind.EVENT), 30),
        (function("deploy-failed-background", kind=Kind.EVENT), 900),
        (function("deploy-failed", kind=Kind.EVENT, background=True), 900),
    ],
)
def test_time_limit_is_the_functions_own_or_that_of_its_kind(
    called: Function, seconds: float
) -> None:
    assert invocations.time_limit_s(called, LIMITS) == seconds


def test_body_limit_is_smaller_for_what_nobody_waits_for() -> None:
    assert invocations.max_body_bytes(function("a"), LIMITS) == 6_291_556
    for kind in (Kind.BACKGROUND, Kind.SCHEDULED, Kind.EVENT):
        assert invocations.max_body_bytes(function("a", kind=kind), LIMITS) == 256 * 1024


def test_call_that_is_waited_for_wants_http_and_knows_its_user() -> None:
    authorization = "Bearer " + token({"email": "a@example.test"})
    invocation = build(
        function("a", timeout_s=3),
        ("host", "localhost:9999"),
        ("authorization", authorization),
        ("content-type", "text/plain"),
        body=b"hello",
    )
    assert invocation.function == "a"
    assert invocation.request_id == STAMP.request_id
    assert invocation.timeout_s == 3
    assert (invocation.body, invocation.body_kind) == (b"hello", BodyKind.TEXT)
    assert invocation.want is Want.HTTP
    assert invocation.client_context is not None
    context = orjson.loads(invocation.client_context)
    assert context["user"] == {"email": "a@example.test"}
    assert context["identity"]["url"] == "http://localhost:9999/.netlify/identity"
    assert orjson.loads(invocation.event)["headers"]["authorization"] == authorization


def test_call_without_a_token_has_no_client_context() -> None:
    assert build(function("a")).client_context is None


def test_call_that_nobody_waits_for_wants_no_http_and_has_no_client_context() -> None:
    invocation = build(
        function("a", kind=Kind.BACKGROUND), ("authorization", "Bearer " + token({"sub": "1"}))
    )
    assert invocation.want is Want.VALUE
    assert invocation.client_context is None
