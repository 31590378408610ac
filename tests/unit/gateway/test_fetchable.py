"""What no Request can stand for is the client's mistake, not the function's."""

from __future__ import annotations

import pytest

from polyfn.errors import MalformedRequest, MethodNotAllowed
from polyfn.gateway import fetchable
from tests.unit.gateway.support import request


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS", "PROPFIND", "QUERY"])
@pytest.mark.parametrize(
    "host", ["localhost:9999", "example.test", "127.0.0.1", "[::1]:80", "a_b.test:", "grüße.test"]
)
def test_what_can_be_a_request_passes(method: str, host: str) -> None:
    fetchable.check(request(("host", host), method=method))


@pytest.mark.parametrize("method", ["CONNECT", "TRACE", "TRACK"])
def test_forbidden_method_is_not_allowed(method: str) -> None:
    with pytest.raises(MethodNotAllowed, match=f"cannot be called with {method}") as caught:
        fetchable.check(request(method=method))
    assert "POST" in caught.value.allow


@pytest.mark.parametrize("host", ["a b", "[::", "a/b", "http://x", "a@b", "a:b", "a?b", "a#b", "%"])
def test_host_that_is_none_is_malformed(host: str) -> None:
    with pytest.raises(MalformedRequest, match="names no host"):
        fetchable.check(request(("host", host)))
