"""A request → the event a handler gets; `docs/reference/events.md` lists every field.

Version 1 is Netlify's own shape (netlify/cli, src/lib/functions/server.ts) together with what
API Gateway's REST proxy adds to it, so that programs written to either find their fields. Version 2
is the shape of API Gateway's HTTP API and of Lambda function URLs.

This is the hottest Python in polyfn: dictionaries are built once and in place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import orjson

from polyfn.gateway.body import kind_of
from polyfn.gateway.query import parse
from polyfn.model import BodyKind, EventFormat

if TYPE_CHECKING:
    from polyfn.gateway.request import Request
    from polyfn.gateway.router import Match
    from polyfn.gateway.site import Site
    from polyfn.gateway.stamp import Stamp
    from polyfn.model import JSON

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
    kind = kind_of(body, request.headers.get("content-type"))
    if match.function.config.event_format is EventFormat.V2:
        event = _v2(request, match, stamp, site)
    else:
        event = _v1(request, match, stamp, site)
    if kind is BodyKind.RAW:
        event["body"] = None
        event["isBase64Encoded"] = False
    return Payload(orjson.dumps(event), body, kind)


def _v1(request: Request, match: Match, stamp: Stamp, site: Site) -> dict[str, JSON]:
    method, path, query, headers, multi_headers, client_ip, protocol, scheme = request
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
        "rawUrl": f"{scheme}://{host}{path}?{query}" if query else f"{scheme}://{host}{path}",
        "rawQuery": query,
        "route": match.route,
        "resource": match.resource,
        "pathParameters": match.parameters or None,
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
            "requestTimeEpoch": stamp.epoch_ms,
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
            "timeEpoch": stamp.epoch_ms,
        },
    }
    if "cookie" in headers:
        event["cookies"] = [each.strip() for each in headers["cookie"].split(";") if each.strip()]
    if match.parameters:
        event["pathParameters"] = match.parameters
    return event


def _our_headers(stamp: Stamp, client_ip: str, site: Site) -> dict[str, str]:
    return {
        **site.headers,
        "client-ip": client_ip,
        "x-nf-client-connection-ip": client_ip,
        "x-nf-request-id": stamp.request_id,
    }
