"""The client context that a caller's JSON Web Token stands for."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Final

import orjson

if TYPE_CHECKING:
    from polyfn.model import JSON

# Stands where Netlify puts a short-lived token for its Identity service; says what it is.
_OPERATOR_TOKEN: Final = ".".join(
    base64.urlsafe_b64encode(part).rstrip(b"=").decode()
    for part in (
        b'{"alg":"none","typ":"JWT"}',
        b'{"source":"polyfn","note":"emulated locally, gives no access"}',
        b"",
    )
)


def client_context(authorization: str | None, origin: str) -> bytes | None:
    """Decode the token of an ``Authorization: Bearer …`` header; its signature is not verified.

    The shape is the Netlify CLI's (src/lib/functions/server.ts, ``buildClientContext``): the
    identity and the user's claims, and both again as base64 in ``custom.netlify``.

    Args:
        authorization: The header's value.
        origin: Scheme and host under which this server is reached.

    Returns:
        JSON, or ``None`` when there is no such token: it may be meant for the function itself.
    """
    user = _claims(authorization) if authorization else None
    if user is None:
        return None
    context = {
        "identity": {"url": f"{origin}/.netlify/identity", "token": _OPERATOR_TOKEN},
        "user": user,
    }
    netlify = base64.b64encode(orjson.dumps(context)).decode()
    return orjson.dumps({**context, "custom": {"netlify": netlify}})


def _claims(authorization: str) -> JSON:
    scheme, _, token = authorization.partition(" ")
    parts = token.split(".")
    if scheme.lower() != "bearer" or len(parts) != 3:
        return None
    payload = parts[1]
    try:
        claims = orjson.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (binascii.Error, ValueError):
        return None
    return claims if isinstance(claims, dict) else None
