"""What `polyfn invoke` is told, as one call: pure but for the files that it is told to read."""

from __future__ import annotations

import base64
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import orjson

from polyfn.app.calls import Call
from polyfn.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

_JSON_START = (b"{", b"[")


def build(
    name: str,
    *,
    body: str | None = None,
    method: str | None = None,
    path: str | None = None,
    queries: Sequence[str] = (),
    headers: Sequence[str] = (),
    event: str | None = None,
    payload: str | None = None,
    identity: str | None = None,
) -> Call:
    """Put a call together.

    Raises:
        UsageError: An option is malformed, contradicts another, or its file cannot be read.
    """
    if event is not None:
        if body or method or path or queries or headers or identity or payload:
            raise UsageError("--event is the whole event: no option of a request goes with it.")
        return Call(function=name, event=_json_bytes(event, "--event"))
    if payload is not None and body is not None:
        raise UsageError("--payload and --body both say what is sent: give one of them.")
    content = _sent(body, payload)
    pairs = [_header(each) for each in headers]
    if content is not None and not _has(pairs, "content-type") and _looks_like_json(content):
        pairs.append(("content-type", "application/json"))
    if identity is not None:
        pairs.append(("authorization", f"Bearer {_token(identity)}"))
    path, query = _path(path)
    return Call(
        function=name,
        method=(method or ("GET" if content is None else "POST")).upper(),
        path=path,
        query="&".join([*([query] if query else []), *(_query(each) for each in queries)]),
        headers=tuple(pairs),
        body=b"" if payload is not None else content or b"",
        payload=content if payload is not None else None,
    )


def response_json(status: int, headers: tuple[tuple[str, str], ...], body: bytes) -> bytes:
    """``{status, headers, body, isBase64Encoded}``; ``headers`` is a list of [name, value]."""
    try:
        text, encoded = body.decode(), False
    except UnicodeDecodeError:
        text, encoded = base64.b64encode(body).decode(), True
    return orjson.dumps(
        {
            "status": status,
            "headers": [list(pair) for pair in headers],
            "body": text,
            "isBase64Encoded": encoded,
        },
        option=orjson.OPT_INDENT_2,
    )


def _sent(body: str | None, payload: str | None) -> bytes | None:
    if payload is not None:
        return _json_bytes(payload, "--payload")
    return None if body is None else _content(body, "--body")


def _content(text: str, option: str) -> bytes:
    """Text as it is, ``@FILE``, or ``-`` for standard input."""
    if text == "-":
        return sys.stdin.buffer.read()
    if not text.startswith("@"):
        return text.encode()
    try:
        return Path(text[1:]).read_bytes()
    except OSError as error:
        raise UsageError(f"{option} {text}: the file cannot be read: {error.strerror}.") from error


def _json_bytes(text: str, option: str) -> bytes:
    content = _content(text, option)
    try:
        orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise UsageError(f"{option} is not JSON: {error}.") from error
    return content


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise UsageError(f"--header {text!r}: write it as 'Name: value'.")
    return name.strip(), value.strip()


def _query(text: str) -> str:
    name, _, value = text.partition("=")
    return f"{quote(name, safe='')}={quote(value, safe='')}"


def _path(path: str | None) -> tuple[str, str]:
    """Path and query of ``--path``, what is no ASCII percent-encoded."""
    if path is None:
        return "", ""
    if not path.startswith("/"):
        raise UsageError(f"--path {path!r} must begin with a slash.")
    encoded = quote(path, safe="/%:?&=+,;@!$'()*~[]#-._")
    before, _, query = encoded.partition("?")
    return before, query


def _has(pairs: Sequence[tuple[str, str]], name: str) -> bool:
    return any(each.lower() == name for each, _ in pairs)


def _looks_like_json(content: bytes) -> bool:
    if not content.lstrip().startswith(_JSON_START):
        return False
    try:
        orjson.loads(content)
    except orjson.JSONDecodeError:
        return False
    return True


def _token(identity: str) -> str:
    """An unsigned JWT: a development server reads its claims and checks no signature."""
    if identity.startswith("@"):
        claims = orjson.loads(_json_bytes(identity, "--identity"))
    else:
        claims = {
            "sub": "00000000-0000-4000-8000-000000000000",
            "email": identity,
            "app_metadata": {"provider": "email", "roles": []},
            "user_metadata": {},
        }
    return ".".join((_part({"alg": "none", "typ": "JWT"}), _part(claims), ""))


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(value)).rstrip(b"=").decode()
