"""A request → the event a handler gets, in the format that its function wants (`formats`).

A modern function's event has only what its `Request` and `context` are made of, by the names of
version 1.

An event is made in two steps: a draft, which is the same for every request with the same head, and
what is this request's own, which is put into the draft's text. So a draft can be used again.
"""

from __future__ import annotations

import os
import re
from operator import itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple

import orjson

from polyfn.gateway import fetchable
from polyfn.gateway.body import kind_of
from polyfn.gateway.formats import EPOCH_MARK, MAKERS, our_headers, raw_url
from polyfn.gateway.stamp import Stamp
from polyfn.model import Api, BodyKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyfn.gateway.formats import Maker
    from polyfn.gateway.request import Request
    from polyfn.gateway.router import Match
    from polyfn.gateway.site import Site
    from polyfn.model import JSON, Function

# Stand in a draft for what is each request's own. No client can guess and send them.
_ID_MARK: Final = f"id-{os.urandom(12).hex()}"
_TIME_MARK: Final = f"time-{os.urandom(12).hex()}"
_MARKED: Final = Stamp(_ID_MARK, 0, _TIME_MARK)
_MARKS: Final = (_ID_MARK.encode(), _TIME_MARK.encode(), f'"{EPOCH_MARK}"'.encode())
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


def _maker(function: Function) -> Maker:
    if function.api is Api.MODERN:
        return _modern
    return MAKERS[function.config.event_format]


def _modern(request: Request, match: Match, stamp: Stamp, site: Site) -> dict[str, JSON]:
    fetchable.check(request)
    return {
        "httpMethod": request.method,
        "rawUrl": raw_url(request),
        "headers": {**request.headers, **our_headers(stamp, request.client_ip, site)},
        "route": match.route,
        "params": match.parameters if match.route else {},
    }
