"""The direct way through the gateway: a buffered call, from request to answer, without a coroutine.

Only the plain case goes it to its end: the function is known and prepared, the caller waits, the
answer comes whole. Everything else is handed to the ASGI callable, from the start or with what has
come of it so far, so that errors, streams and jobs have one way. What is decided on both ways, is
decided by the same functions.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from polyfn.errors import PolyfnError, Throttled
from polyfn.gateway import builders, invocations
from polyfn.gateway.exchange import Exchange
from polyfn.gateway.request import read
from polyfn.gateway.responses import reply
from polyfn.gateway.router import LISTINGS
from polyfn.model import Buffered, Value
from polyfn.pool.exits import NeverBegun

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from polyfn.gateway.exchange import Receive, Scope, Send
    from polyfn.gateway.gateway import Gateway
    from polyfn.gateway.responses import RawHeaders, Reply
    from polyfn.gateway.router import Match
    from polyfn.model import Result
    from polyfn.ports import Caller
    from polyfn.settings.values import Limits

    App = Callable[[Scope, Receive, Send], Awaitable[None]]

# Heads of clients: some kilobytes with cookies. What is longer is rare, and is read each time.
_LONGEST_KEPT: Final = 4096
_MOST_KEPT: Final = 256


class Head(NamedTuple):
    """What the head of a request says, and who sent it; as in an ASGI scope, where that has it."""

    method: str
    raw_path: bytes
    query_string: bytes
    headers: RawHeaders
    client: tuple[str, int] | None
    scheme: str
    http_version: str
    expects_100: bool
    keep_alive: bool


class Sender(Protocol):
    """The server's end of one request that was taken."""

    def answer(self, reply: Reply) -> None:
        """Send a whole response; nothing happens when the client has left."""
        ...

    def hand_over(self, app: App) -> None:
        """Let an ASGI callable answer the request, body included."""
        ...


class Drafts:
    """The invocations of the last heads, as far as the next one with the same head shares them.

    A client asks again and again with the same head: to find it here costs a tenth of reading it.
    """

    __slots__ = ("_gateway", "_known")

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._known: dict[tuple[object, ...], _Known] = {}

    def of(self, head: Head) -> _Known:
        """What is known of a head; its route is always looked up, for functions change.

        Raises:
            PolyfnError: Nobody answers it, or it is malformed.
        """
        method, raw_path, query, headers, client, scheme, http_version, _, _ = head
        key = (method, raw_path, query, tuple(headers), client and client[0], scheme, http_version)
        known = self._known.get(key)
        gateway = self._gateway
        if (
            known is not None
            and known.limits is gateway.limits
            and _same(known.match, gateway.router.match(method, known.path))
        ):
            return known
        known = self._read(head)
        if sum(map(len, map(b"".join, headers))) + len(raw_path) + len(query) <= _LONGEST_KEPT:
            if len(self._known) >= _MOST_KEPT:
                self._known.clear()
            self._known[key] = known
        return known

    def _read(self, head: Head) -> _Known:
        method, raw_path, query, headers, client, scheme, http_version, _, _ = head
        request = read(method, raw_path, query, headers, client, http_version, scheme)
        gateway = self._gateway
        limits = gateway.limits
        match = gateway.router.match(method, request.path)
        draft = invocations.draft(request, match, site=gateway.site, limits=limits)
        plain = (
            invocations.waited_for(match.function)
            and request.path not in LISTINGS
            and not builders.is_asked(request.path)
        )
        return _Known(request.path, match, draft, limits, plain)


def _same(one: Match, other: Match) -> bool:
    return one is other or one == other


class _Known(NamedTuple):
    """A head that was read; ``plain``: the direct way is for it."""

    path: str
    match: Match
    draft: invocations.Draft
    limits: Limits
    plain: bool


class Direct(Protocol):
    """Takes requests that may need no coroutine."""

    def take(self, head: Head, body: bytes, sender: Sender) -> bool:
        """Begin to answer a request that is here with its whole body.

        Returns:
            Whether it was taken; if not, nothing has happened, and it is for ASGI.
        """
        ...


class DirectCalls:
    """Takes requests for functions: a `Direct`.

    Args:
        gateway: Where everything else is answered.
        caller: Delivers events.
    """

    def __init__(self, gateway: Gateway, caller: Caller) -> None:
        self.gateway = gateway
        self._caller = caller
        self._drafts = Drafts(gateway)

    def take(self, head: Head, body: bytes, sender: Sender) -> bool:
        """Begin a call, and answer ``sender`` when it ends; ``False``: it must go the other way."""
        try:
            return self._take(head, body, sender)
        except Exception:  # noqa: BLE001  # the other way comes upon it again, and tells it
            return False

    def _take(self, head: Head, body: bytes, sender: Sender) -> bool:
        path, match, draft, limits, plain = self._drafts.of(head)
        if not plain or len(body) > limits.max_request_bytes:
            return False
        exchange = _Taken(self, head, path, match, sender)
        invocation = invocations.finish(draft, body, exchange.stamp)
        return self._caller.call(invocation, exchange.timing, exchange.settled)


class _Taken(Exchange):
    """One request on the direct way."""

    __slots__ = ("_gateway", "_sender")

    def __init__(
        self, calls: DirectCalls, head: Head, path: str, match: Match, sender: Sender
    ) -> None:
        gateway = calls.gateway
        super().__init__(head.method, path, head.headers, gateway.clock)
        self.function = match.function.name
        self._gateway = gateway
        self._sender = sender

    def settled(self, outcome: Result | PolyfnError) -> None:
        """Answer with what has come of the call; never raises."""
        try:
            answer = self._reply(outcome)
        except Exception as error:  # noqa: BLE001  # the gateway tells it, be it a bug or not
            self._hand_over(error)
            return
        if answer is None:
            self._hand_over(outcome)
            return
        self.status = answer.status
        self.sign(answer.headers)
        self._sender.answer(answer)
        self._gateway.on_request(self.record())

    def _reply(self, outcome: Result | PolyfnError) -> Reply | None:
        """The response; ``None`` when it cannot be said at once."""
        if type(outcome) is Value:
            outcome = self._gateway.judged(outcome, self.function)
        if type(outcome) is not Buffered:
            return None
        max_bytes = self._gateway.limits.max_response_bytes
        return reply(outcome, method=self.method, function=self.function, max_bytes=max_bytes)

    def _hand_over(self, outcome: Result | Exception) -> None:
        if self._was_never_run(outcome):
            self._sender.hand_over(self._gateway)
        else:
            self._sender.hand_over(partial(self._gateway.go_on, self, outcome))

    def _was_never_run(self, outcome: Result | Exception) -> bool:
        """Whether the other way, which can build, start and try again, may yet do better."""
        if isinstance(outcome, NeverBegun):
            return True
        failed = isinstance(outcome, PolyfnError) and not isinstance(outcome, Throttled)
        return failed and self.timing.cold is None
