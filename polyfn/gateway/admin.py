"""``/_polyfn/``: what other commands of the same user ask a running server for.

Every request carries the token of `polyfn.gateway.presence`. ``POST /_polyfn/invoke/NAME`` hands
the body over as the raw event, byte for byte, and answers with the handler's value as JSON.
``GET /_polyfn/state`` tells what runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

import orjson

from polyfn.errors import Forbidden, MalformedRequest, PolyfnError, UnknownFunction
from polyfn.gateway import invocations, streams
from polyfn.gateway.errors import error_reply
from polyfn.gateway.exchange import AsgiExchange, ClientLeftError
from polyfn.gateway.responses import Reply
from polyfn.gateway.stamp import Clock
from polyfn.model import Invocation, Streamed, Value, Want
from polyfn.settings.stream_limits import stream_max_bytes

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from polyfn.gateway.direct import Direct, Head, Sender
    from polyfn.gateway.exchange import Receive, RequestRecord, Scope, Send
    from polyfn.model import JSON
    from polyfn.ports import Fleet, Invoker
    from polyfn.settings.values import Limits

    App = Callable[[Scope, Receive, Send], Awaitable[None]]

PREFIX: Final = "/_polyfn/"
INVOKE: Final = f"{PREFIX}invoke/"
STATE: Final = f"{PREFIX}state"
_RAW_PREFIX: Final = PREFIX.encode()


class Admin:
    """The ASGI callable behind ``/_polyfn/``.

    Args:
        token: What requests must carry as ``Authorization: Bearer TOKEN``.
        state: What runs, as JSON.
        on_request: Gets a record of each call that was answered; must not raise.
    """

    def __init__(
        self,
        *,
        fleet: Fleet,
        invoker: Invoker,
        limits: Limits,
        token: str,
        state: Callable[[], JSON],
        on_request: Callable[[RequestRecord], None],
    ) -> None:
        self._fleet = fleet
        self._state = state
        self._invoker = invoker
        self.limits = limits
        self._authorization = f"Bearer {token}".encode()
        self._on_request = on_request
        self._clock = Clock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        exchange = AsgiExchange(scope, receive, send, self._clock)
        try:
            self._authorize(exchange)
            if scope["path"] == STATE and exchange.method == "GET":
                await exchange.answer(_json_reply(orjson.dumps(self._state())))
                return  # no call: nobody need read of it
            await self._invoke(exchange)
        except ClientLeftError:
            return
        except PolyfnError as error:
            exchange.error = error
            if exchange.status:
                exchange.cut()
            else:
                await exchange.answer(error_reply(error, request_id=exchange.stamp.request_id))
        self._on_request(exchange.record())

    async def _invoke(self, exchange: AsgiExchange) -> None:
        path: str = exchange.scope["path"]
        if not path.startswith(INVOKE) or exchange.method != "POST":
            raise UnknownFunction(f"{PREFIX} has no {exchange.method} {path}.")
        exchange.function = path.removeprefix(INVOKE)
        function = self._fleet.find(exchange.function)
        timeout_s = (
            invocations.time_limit_s(function, self.limits) if function else self.limits.timeout_s
        )
        headers = {
            name.decode("latin-1"): value.decode("latin-1")
            for name, value in exchange.scope["headers"]
        }
        event = await exchange.read_body(headers, self.limits.max_request_bytes)
        invocation = Invocation(
            function=exchange.function,
            request_id=exchange.stamp.request_id,
            event=_checked(event),
            timeout_s=timeout_s,
            want=Want.VALUE,
        )
        result = await self._invoker.invoke(invocation, exchange.timing)
        if isinstance(result, Streamed):
            max_bytes = stream_max_bytes(function, self.limits)
            await streams.answer(exchange, result, max_bytes=max_bytes)
        else:
            json = result.json if isinstance(result, Value) else b"null"
            await exchange.answer(_json_reply(json))

    def _authorize(self, exchange: AsgiExchange) -> None:
        import hmac  # noqa: PLC0415 - with OpenSSL behind it, and most servers are never asked

        given = (exchange.header(b"authorization") or "").encode("latin-1")
        if not hmac.compare_digest(given, self._authorization):
            raise Forbidden(
                f"{PREFIX} needs the token that stands in .polyfn/server.json; "
                "`polyfn invoke` sends it by itself."
            )


class Front:
    """One ASGI callable of two, by the path; what the gateway may take directly, it is given.

    Args:
        direct: Takes the gateway's requests; none of ``/_polyfn/`` gets there.
    """

    def __init__(self, gateway: App, admin: App, direct: Direct) -> None:
        self._gateway = gateway
        self._admin = admin
        self._direct = direct

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Answer one HTTP request."""
        chosen = self._admin if scope["path"].startswith(PREFIX) else self._gateway
        return chosen(scope, receive, send)

    def take(self, head: Head, body: bytes, sender: Sender) -> bool:
        """Take one HTTP request directly, as `polyfn.gateway.direct` has it."""
        path = head.raw_path
        if path.startswith(_RAW_PREFIX) or (b"%" in path and unquote(path).startswith(PREFIX)):
            return False
        return self._direct.take(head, body, sender)


def _json_reply(body: bytes) -> Reply:
    length = b"%d" % len(body)
    return Reply(200, [(b"content-type", b"application/json"), (b"content-length", length)], body)


def _checked(event: bytes) -> bytes:
    try:
        orjson.loads(event)
    except orjson.JSONDecodeError as error:
        raise MalformedRequest(f"The event is not JSON: {error}.") from error
    return event
