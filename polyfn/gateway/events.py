"""A request → the event a handler gets; `docs/reference/events.md` lists every field.

Version 1 is Netlify's own shape (netlify/cli, src/lib/functions/server.ts) together with what
API Gateway's REST proxy adds to it, so that programs written to either find their fields. Version 2
is the shape of API Gateway's HTTP API and of Lambda function URLs. A modern function's event has
only what its `Request` and `context` are made of, by the names of version 1.

An event is made in two steps: a draft, which is the same for every request with the same head, and
what is this request's own, which is put into the draft's text. So a draft can be used again.
"""

from __future__ import annotations

import os
import re
from operator import itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import unquote

import orjson

from polyfn.gateway import fetchable
from polyfn.gateway.body import kind_of
from polyfn.gateway.query import parse
from polyfn.gateway.stamp import Stamp
from polyfn.model import Api, BodyKind, EventFormat

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from polyfn.gateway.request import Request
    from polyfn.gateway.router import Match
    from polyfn.gateway.site import Site
    from polyfn.model import JSON, Function

_ACCOUNT: Final = "123456789012"
_API: Final = "polyfn"
_STAGE: Final = "$default"
_NOBODY: Final[dict[str, JSON]] = {
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
    "user": None,
    "userArn": None,
}


# Stand in a draft for what is each request's own. No client can guess and send them.
_ID_MARK: Final = f"id-{os.urandom(12).hex()}"
_TIME_MARK: Final = f"time-{os.urandom(12).hex()}"
_EPOCH_MARK: Final = f"epoch-{os.urandom(12).hex()}"
_MARKED: Final = Stamp(_ID_MARK, 0, _TIME_MARK)
_MARKS: Final = (_ID_MARK.encode(), _TIME_MARK.encode(), f'"{_EPOCH_MARK}"'.encode())
_ANY_MARK: Final = re.compile(b"(" + b"|".join(_MARKS) + b")")
_NO_BODY: Final = b',"body":null,"isBase64Encoded":false}'


class Draft(NamedTuple):
    """An event without what is one request's own.

    Attributes:
        text: JSON, without its last brace, as a format with places for what is missing.
        pick: Puts id, time and epoch into the order of those places.
        content_type: Of the body that comes with it.
    """

    text: bytes
    pick: Callable[[tuple[bytes, bytes, bytes]], tuple[bytes, ...]]
    content_type: str | None


class Payload(NamedTuple):
    """An event as a runner takes it.

    Attributes:
        event: JSON; without ``body`` and ``isBase64Encoded`` unless ``kind`` is RAW.
        body: As it came, beside the event.
    """

    event: bytes
    body: bytes
    kind: BodyKind


def build(request: Request, body: bytes, match: Match, stamp: Stamp, site: Site) -> Payload:
    """Build the event for a request.

    Args:
        match: Whom it is for, and where in its URL space.
        stamp: The request's id and time.
        site: What the headers that we set say.
    """
    return finish(draft(request, match, site), body, stamp)


def draft(request: Request, match: Match, site: Site) -> Draft:
    """Write down what a request's head says.

    Raises:
        MethodNotAllowed, MalformedRequest: A modern function cannot be given such a request.
    """
    make = _maker(match.function)
    pieces = _ANY_MARK.split(orjson.dumps(make(request, match, _MARKED, site))[:-1])
    text = b"%b".join(piece.replace(b"%", b"%%") for piece in pieces[::2])
    pick = itemgetter(*map(_MARKS.index, pieces[1::2]))
    return Draft(text, pick, request.headers.get("content-type"))


def finish(begun: Draft, body: bytes, stamp: Stamp) -> Payload:
    """Put into a draft what is the request's own."""
    text, pick, content_type = begun
    kind = kind_of(body, content_type)
    request_id, epoch_ms, request_time = stamp
    text %= pick((request_id.encode(), request_time.encode(), b"%d" % epoch_ms))
    return Payload(text + (_NO_BODY if kind is BodyKind.RAW else b"}"), body, kind)


def _maker(function: Function) -> Callable[[Request, Match, Stamp, Site], dict[str, JSON]]:
    if function.api is Api.MODERN:
        return _modern
    return _v2 if function.config.event_format is EventFormat.V2 else _v1


def _modern(request: Request, match: Match, stamp: Stamp, site: Site) -> dict[str, JSON]:
    fetchable.check(request)
    return {
        "httpMethod": request.method,
        "rawUrl": _raw_url(request),
        "headers": {**request.headers, **_our_headers(stamp, request.client_ip, site)},
        "route": match.route,
        "params": match.parameters if match.route else {},
    }


def _raw_url(request: Request) -> str:
    url = f"{request.scheme}://{request.host}{request.path}"
    return f"{url}?{request.query}" if request.query else url


def _v1(request: Request, match: Match, stamp: Stamp, site: Site) -> dict[str, JSON]:
    method, path, query, headers, multi_headers, client_ip, protocol, _ = request
    ours = _our_headers(stamp, client_ip, site)
    queries = parse(query) if query else {}
    host = headers.get("host") or "localhost"
    return {
        "path": path,
        "httpMethod": method,
        "headers": {**headers, **ours},
        "multiValueHeaders": {**multi_headers, **{name: [ours[name]] for name in ours}},
        "queryStringParameters": {name: ", ".join(queries[name]) for name in queries},
        "multiValueQueryStringParameters": queries,
        "rawUrl": _raw_url(request),
        "rawQuery": query,
        "route": match.route,
        "resource": match.resource,
        "pathParameters": _decoded(match.parameters) or None,
        "stageVariables": None,
        "requestContext": {
            "accountId": _ACCOUNT,
            "apiId": _API,
            "domainName": host,
            "domainPrefix": host.partition(".")[0],
            "extendedRequestId": stamp.request_id,
            "httpMethod": method,
            "identity": {
                **_NOBODY,
                "sourceIp": client_ip,
                "userAgent": headers.get("user-agent"),
            },
            "path": path,
            "protocol": protocol,
            "requestId": stamp.request_id,
            "requestTime": stamp.request_time,
            "requestTimeEpoch": _EPOCH_MARK,
            "resourceId": _API,
            "resourcePath": match.resource,
            "stage": _STAGE,
        },
    }


def _v2(request: Request, match: Match, stamp: Stamp, site: Site) -> dict[str, JSON]:
    method, path, query, headers, multi_headers, client_ip, protocol, _ = request
    joined = {name: ",".join(values) for name, values in multi_headers.items() if name != "cookie"}
    host = headers.get("host") or "localhost"
    event: dict[str, JSON] = {
        "version": "2.0",
        "routeKey": _STAGE,
        "rawPath": path,
        "rawQueryString": query,
        "headers": {**joined, **_our_headers(stamp, client_ip, site)},
        "queryStringParameters": {
            name: ",".join(values) for name, values in (parse(query) if query else {}).items()
        },
        "requestContext": {
            "accountId": _ACCOUNT,
            "apiId": _API,
            "domainName": host,
            "domainPrefix": host.partition(".")[0],
            "http": {
                "method": method,
                "path": path,
                "protocol": protocol,
                "sourceIp": client_ip,
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": stamp.request_id,
            "routeKey": _STAGE,
            "stage": _STAGE,
            "time": stamp.request_time,
            "timeEpoch": _EPOCH_MARK,
        },
    }
    if "cookie" in headers:
        event["cookies"] = [each.strip() for each in headers["cookie"].split(";") if each.strip()]
    if match.parameters:
        event["pathParameters"] = _decoded(match.parameters)
    return event


def _decoded(parameters: Mapping[str, str]) -> dict[str, JSON]:
    return {name: unquote(value) for name, value in parameters.items()}


def _our_headers(stamp: Stamp, client_ip: str, site: Site) -> dict[str, str]:
    return {
        **site.headers,
        "client-ip": client_ip,
        "x-nf-client-connection-ip": client_ip,
        "x-nf-request-id": stamp.request_id,
    }
