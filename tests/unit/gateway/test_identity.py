from __future__ import annotations

import base64

import orjson
import pytest

from polyfn.gateway.identity import client_context

ORIGIN = "http://localhost:9999"


def token(claims: object) -> str:
    parts = ({"alg": "HS256"}, claims)
    encoded = [base64.urlsafe_b64encode(orjson.dumps(part)).rstrip(b"=").decode() for part in parts]
    return ".".join([*encoded, "signature"])


def test_bearer_token_becomes_identity_user_and_both_again_as_base64() -> None:
    claims = {"sub": "1234", "email": "jürgen@example.test", "app_metadata": {"roles": ["admin"]}}
    raw = client_context(f"Bearer {token(claims)}", ORIGIN)
    assert raw is not None
    context = orjson.loads(raw)
    assert context["user"] == claims
    assert context["identity"]["url"] == "http://localhost:9999/.netlify/identity"
    assert context["identity"]["token"].count(".") == 2
    again = orjson.loads(base64.b64decode(context["custom"]["netlify"]))
    assert again == {"identity": context["identity"], "user": claims}


def test_scheme_is_read_without_case() -> None:
    assert client_context(f"bearer {token({'sub': 'x'})}", ORIGIN) is not None


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer opaque-api-key",
        "Bearer a.b",
        "Bearer a.b.c.d",
        "Bearer a.!!!.c",
        "Bearer a.é.c",
        f"Bearer {token(['not', 'an', 'object'])}",
        f"Basic {token({'sub': 'x'})}",
    ],
)
def test_anything_else_is_left_to_the_function(authorization: str | None) -> None:
    assert client_context(authorization, ORIGIN) is None
