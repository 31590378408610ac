"""The ASGI callable: takes a request to its function, and the answer back.

`polyfn.gateway.direct` does the same for the plain case, sooner.

A buffered call goes on when its client leaves (webhook senders hang up early); a stream that nobody
reads is closed. Nothing that goes wrong with the client reaches the invoker.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import orjson

from polyfn.errors import MethodNotAllowed, PolyfnError
from polyfn.gateway import builders, invocations, streams
from polyfn.gateway.errors import error_reply, own_bug
from polyfn.gateway.exchange import AsgiExchange, ClientLeftError
from polyfn.gateway.judge import judge
from polyfn.gateway.request import from_scope
from polyfn.gateway.responses import Reply, reply
from polyfn.gateway.router import LISTINGS, PREFIX, Router
from polyfn.gateway.site import Site
from polyfn.gateway.stamp import Clock
from polyfn.model import Streamed, Value
from polyfn.settings.stream_limits import stream_max_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from polyfn.gateway.exchange import Exchange, Receive, RequestRecord, Scope, Send
    from polyfn.model import Buffered, Result
    from polyfn.ports import Fleet, Invoker, JobQueue
    from polyfn.settings.values import Limits

_LIST_METHODS: Final = ("GET", "HEAD")
_ACCEPTED: Final = 202


class Gateway:
    """Serves a fleet over HTTP.

    The server puts a ``cut`` into each scope's ``state``: it ends the connection in the middle of
    an answer.

    Args:
        compat: ``netlify-dev`` answers 500 where the Netlify CLI does.
        on_request: Gets a record of each request, after its last byte; must not raise.
        on_bug: Gets the request id and the exception when polyfn itself failed; must not raise.
    """

    def __init__(
        self,
        *,
        fleet: Fleet,
        invoker: Invoker,
        jobs: JobQueue,
        limits: Limits,
        on_request: Callable[[RequestRecord], None],
        on_bug: Callable[[str, Exception], None],
        site: Site | None = None,
        compat: str | None = None,
    ) -> None:
        self._fleet = fleet
        self.router = Router(fleet)
        self._invoker = invoker
        self._jobs = jobs
        self.limits = limits
        self.on_request = on_request
        self._on_bug = on_bug
        self.site = site or Site()
        self.compat = compat
        self.clock = Clock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        exchange = AsgiExchange(scope, receive, send, self.clock)
        await self._conduct(exchange, self._answer(exchange))

    async def go_on(
        self,
        before: Exchange,
        outcome: Result | Exception,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        """Answer a request whose function has been called already, with what came of it."""
        exchange = AsgiExchange(scope, receive, send, self.clock)
        exchange.go_on_from(before)
        await self._conduct(exchange, self._deliver(exchange, outcome))

    async def _conduct(self, exchange: AsgiExchange, work: Coroutine[None, None, None]) -> None:
        try:
            try:
                await work
            except PolyfnError as error:
                await self._fail(exchange, error)
        except ClientLeftError:
            return
        except Exception as bug:  # noqa: BLE001  # the room's edge: it is logged, and told as a bug
            self._on_bug(exchange.stamp.request_id, bug)
            await self._fail(exchange, own_bug(exchange.stamp.request_id))
        self.on_request(exchange.record())

    async def _answer(self, exchange: AsgiExchange) -> None:
        request = from_scope(exchange.scope)
        if request.path in LISTINGS:
            await exchange.answer(self._list(request.method))
            return
        match = self.router.match(request.method, request.path)
        function = match.function
        exchange.function = function.name
        max_bytes = invocations.max_body_bytes(function, self.limits)
        body = await exchange.read_body(request.headers, max_bytes)
        invocation = invocations.build(
            request, body, match, exchange.stamp, site=self.site, limits=self.limits
        )
        if builders.is_asked(request.path) and invocations.waited_for(function):
            asked = builders.asked(invocation)
            result = await self._invoker.invoke(asked, exchange.timing)
            builders.check(result, request.method, function.name)
            await self._deliver(exchange, result)
        elif invocations.waited_for(function):
            result = await self._invoker.invoke(invocation, exchange.timing)
            await self._deliver(exchange, result)
        else:
            await self._jobs.enqueue(invocation)
            await exchange.answer(Reply(_ACCEPTED, [(b"content-length", b"0")], b""))

    def _list(self, method: str) -> Reply:
        if method not in _LIST_METHODS:
            raise MethodNotAllowed(
                f"{PREFIX} lists the functions; it does not answer {method}.", allow=_LIST_METHODS
            )
        body = orjson.dumps({"functions": self.router.names()})
        length = b"%d" % len(body)
        headers = [(b"content-type", b"application/json"), (b"content-length", length)]
        return Reply(200, headers, body)

    async def _deliver(self, exchange: AsgiExchange, result: Result | Exception) -> None:
        if isinstance(result, Exception):
            raise result
        function = exchange.function
        if isinstance(result, Streamed):
            max_bytes = stream_max_bytes(self._fleet.find(function), self.limits)
            await streams.answer(exchange, result, max_bytes=max_bytes)
            return
        answer = self.judged(result, function) if isinstance(result, Value) else result
        max_bytes = self.limits.max_response_bytes
        await exchange.answer(
            reply(answer, method=exchange.method, function=function, max_bytes=max_bytes)
        )

    def judged(self, value: Value, function: str) -> Buffered:
        """Read the response that a handler's value is; payload format 2.0 takes any value."""
        found = self._fleet.find(function)
        as_body = found is not None and found.config.event_format.takes_any_value
        return judge(value.json, function, as_body=as_body)

    async def _fail(self, exchange: AsgiExchange, error: PolyfnError) -> None:
        """Tell the client; once its answer has begun, the only way is to cut it."""
        exchange.error = error
        if exchange.status:
            exchange.cut()
            return
        answer = error_reply(
            error,
            request_id=exchange.stamp.request_id,
            accept=exchange.header(b"accept") or "",
            compat=self.compat,
            function=self._fleet.find(exchange.function) if exchange.function else None,
        )
        if exchange.header(b"expect"):  # a body that was not asked for may never come
            answer.headers.append((b"connection", b"close"))
        await exchange.answer(answer)
