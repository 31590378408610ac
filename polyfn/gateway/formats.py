"""The shapes in which a function may get an HTTP request; `docs/reference/events.md` lists them.

Version 1 is Netlify's own shape (netlify/cli, src/lib/functions/server.ts) together with what
API Gateway's REST proxy adds to it, so that programs written to either find their fields. Version 2
is API Gateway's HTTP API's, ``url`` that of Lambda's function URLs, ``alb`` that of load balancers.

Go programs decode an event into the type that they were written for, so they get one with the
fields of all. What only version 2 has is written with a capital letter there: encoding/json takes
that for the same field, while a program that looks which keys there are, such as
awslabs/aws-lambda-go-api-proxy's ``SwitchableAPIGatewayRequest``, finds those of version 1 alone.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from polyfn.gateway.query import parse, split
from polyfn.model import EventFormat

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from polyfn.gateway.request import Request
    from polyfn.gateway.router import Match
    from polyfn.gateway.site import Site
    from polyfn.gateway.stamp import Stamp
    from polyfn.model import JSON

    Maker = Callable[[Request, Match, Stamp, Site], dict[str, JSON]]

EPOCH_MARK: Final = f"epoch-{os.urandom(12).hex()}"
"""Stands where the request's time in milliseconds belongs."""
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
_DEFAULT_PORTS: Final = {"http": "80", "https": "443"}


def _version_1(request: Request, match: Match, stamp: Stamp, site: Site) -> dict[str, JSON]:
    event = _common_1(request, match, stamp, site)
    event["requestContext"]["identity"] = {**_NOBODY, **event["requestContext"]["identity"]}
    return event


def _common_1(request: Request, match: Match, stamp: Stamp, site: Site) -> dict[str, JSON]:
    """Version 1, but of who asks only what is known."""
    method, path, query, headers, multi_headers, client_ip, protocol, _ = request
    ours = our_headers(stamp, client_ip, site)
    queries = parse(query) if query else {}
    return {
        "path": path,
        "httpMethod": method,
        "headers": {**headers, **ours},
        "multiValueHeaders": {**multi_headers, **{name: [ours[name]] for name in ours}},
        "queryStringParameters": {name: ", ".join(queries[name]) for name in queries},
        "multiValueQueryStringParameters": queries,
        "rawUrl": raw_url(request),
        "rawQuery": query,
        "route": match.route,
        "resource": match.resource,
        "pathParameters": decoded(match.parameters) or None,
        "stageVariables": None,
        "requestContext": {
            **_place(request, stamp),
            "extendedRequestId": stamp.request_id,
            "httpMethod": method,
            "identity": {"sourceIp": client_ip, "userAgent": headers.get("user-agent")},
            "path": path,
            "protocol": protocol,
            "requestTime": stamp.request_time,
            "requestTimeEpoch": EPOCH_MARK,
            "resourceId": _API,
            "resourcePath": match.resource,
        },
    }


def _version_2(request: Request, match: Match, stamp: Stamp, site: Site) -> dict[str, JSON]:
    event = _function_url(request, match, stamp, site)
    event["headers"].pop("cookie", None)
    if match.parameters:
        event["pathParameters"] = decoded(match.parameters)
    return event


def _function_url(request: Request, match: Match, stamp: Stamp, site: Site) -> dict[str, JSON]:
    """Version 2 as function URLs send it.

    They leave cookies in the headers, too, and aws-lambda-go's ``lambdaurl`` looks for them only
    there (aws/aws-lambda-go, issue 597, and lambdaurl/testdata).
    """
    del match  # a function URL knows no routes
    _, path, query, headers, multi_headers, client_ip, _, _ = request
    joined = {name: ",".join(values) for name, values in multi_headers.items()}
    if "cookie" in headers:
        joined["cookie"] = headers["cookie"]
    event: dict[str, JSON] = {
        "version": "2.0",
        "routeKey": _STAGE,
        "rawPath": path,
        "rawQueryString": query,
        "headers": {**joined, **our_headers(stamp, client_ip, site)},
        "queryStringParameters": {
            name: ",".join(values) for name, values in (parse(query) if query else {}).items()
        },
        "requestContext": {
            **_place(request, stamp),
            "http": _http(request),
            "routeKey": _STAGE,
            "time": stamp.request_time,
            "timeEpoch": EPOCH_MARK,
        },
    }
    if "cookie" in headers:
        event["cookies"] = _cookies(headers["cookie"])
    return event


def _load_balancer(request: Request, match: Match, stamp: Stamp, site: Site) -> dict[str, JSON]:
    """What a load balancer sends, with multi-value headers and without.

    It does not decode a query; of what comes more than once, the last counts where there is room
    for one (docs.aws.amazon.com, "Lambda functions as targets for Application Load Balancers").
    """
    method, path, query, headers, multi_headers, client_ip, _, scheme = request
    _, _, port = request.host.rpartition("]")[2].partition(":")
    came_from = multi_headers.get("x-forwarded-for", [])
    set_by_it = {
        "x-forwarded-for": ", ".join([*came_from, client_ip]),
        "x-forwarded-port": port or _DEFAULT_PORTS[scheme],
        "x-forwarded-proto": scheme,
        **our_headers(stamp, client_ip, site),
    }
    many = {**multi_headers, **{name: [value] for name, value in set_by_it.items()}}
    if "cookie" in headers:
        many["cookie"] = [headers["cookie"]]
    queries = split(query)
    group = f"targetgroup/{match.function.name}/{_API}"
    return {
        "requestContext": {
            "elb": {"targetGroupArn": f"arn:aws:elasticloadbalancing:us-east-1:{_ACCOUNT}:{group}"}
        },
        "httpMethod": method,
        "path": path,
        "queryStringParameters": {name: values[-1] for name, values in queries.items()},
        "multiValueQueryStringParameters": queries,
        "headers": {name: values[-1] for name, values in many.items()},
        "multiValueHeaders": many,
    }


def _everything(request: Request, match: Match, stamp: Stamp, site: Site) -> dict[str, JSON]:
    event = _common_1(request, match, stamp, site)
    event["requestContext"] |= {
        "Http": _http(request),
        "RouteKey": _STAGE,
        "Time": stamp.request_time,
        "TimeEpoch": EPOCH_MARK,
    }
    event |= {
        "Version": "2.0",
        "RouteKey": _STAGE,
        "RawPath": request.path,
        "RawQueryString": request.query,
    }
    if "cookie" in request.headers:
        event["Cookies"] = _cookies(request.headers["cookie"])
    return event


MAKERS: Final[Mapping[EventFormat, Maker]] = {
    EventFormat.V1: _version_1,
    EventFormat.V2: _version_2,
    EventFormat.URL: _function_url,
    EventFormat.ALB: _load_balancer,
    EventFormat.ALL: _everything,
}
"""Format → what makes events of it, without ``body`` and ``isBase64Encoded``."""


def _place(request: Request, stamp: Stamp) -> dict[str, JSON]:
    """What the request contexts of both versions say of the API."""
    host = request.headers.get("host") or "localhost"
    return {
        "accountId": _ACCOUNT,
        "apiId": _API,
        "domainName": host,
        "domainPrefix": host.partition(".")[0],
        "requestId": stamp.request_id,
        "stage": _STAGE,
    }


def _http(request: Request) -> dict[str, JSON]:
    return {
        "method": request.method,
        "path": request.path,
        "protocol": request.protocol,
        "sourceIp": request.client_ip,
        "userAgent": request.headers.get("user-agent", ""),
    }


def _cookies(header: str) -> list[str]:
    return [each.strip() for each in header.split(";") if each.strip()]


def raw_url(request: Request) -> str:
    """The whole URL as it was sent."""
    url = f"{request.scheme}://{request.host}{request.path}"
    return f"{url}?{request.query}" if request.query else url


def decoded(parameters: Mapping[str, str]) -> dict[str, JSON]:
    """Path parameters without their percent-encoding."""
    return {name: unquote(value) for name, value in parameters.items()}


def our_headers(stamp: Stamp, client_ip: str, site: Site) -> dict[str, str]:
    """What clients cannot set."""
    return {
        **site.headers,
        "client-ip": client_ip,
        "x-nf-client-connection-ip": client_ip,
        "x-nf-request-id": stamp.request_id,
    }
