"""The Runtime API for one program: its own address, its invocations, its answers."""

from __future__ import annotations

import asyncio
import socket
import time
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from polyfn.runtime_api import failures
from polyfn.runtime_api.answers import MODE_HEADER, Body, Report, Stream, Whole
from polyfn.runtime_api.connection import Connection
from polyfn.runtime_api.events import assemble, extras_of, headers_of
from polyfn.runtime_api.extensions import Extensions
from polyfn.runtime_api.peers import belongs
from polyfn.runtime_api.prelude import CONTENT_TYPE
from polyfn.runtime_api.replies import refusal
from polyfn.runtime_api.requests import Ask, asked
from polyfn.runtime_api.states import State, Step, after, forbidden
from polyfn.wire import messages as m

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from polyfn.errors import ProtocolViolation
    from polyfn.runtime_api.connection import Request, Taker

VARIABLE: Final = "AWS_LAMBDA_RUNTIME_API"
_LOOPBACK: Final = "127.0.0.1"
# A connection that breaks is most often the program's end, which tells more.
_BROKEN_AFTER_S: Final = 0.25
_SUBSCRIPTIONS: Final = {Ask.LOGS: "Logs", Ask.TELEMETRY: "Telemetry"}


class Host:
    """Serves one program; to its owner it says what a runner says by frames.

    It listens from the beginning, so that its address can be among the variables that the program
    starts with. Only the program's own processes are answered.

    Attributes:
        waiting: Connections whose `next` has no event yet, the last one last.
    """

    def __init__(self) -> None:
        self._socket = socket.create_server((_LOOPBACK, 0))
        self._server: asyncio.Server | None = None
        self._connections: set[Connection] = set()
        self._group = 0
        self._terminate: Callable[[], None] = _nothing
        self._on_message: Callable[[m.FromRunner], None]
        self._on_end: Callable[[ProtocolViolation | None], None]
        self._state = State.STARTED
        self._number = 0
        self._arn = ""
        self._next: m.Invoke | None = None  # from its coming to its ending
        self._unread = self._held = False
        self._deadline_ms = 0
        self._last_id = ""
        self.waiting: list[Connection] = []
        self._stream: Stream | None = None
        self._extensions = Extensions({})
        self._draining = self._exited = self._ended = False

    @property
    def address(self) -> str:
        """Where it listens: host and port."""
        host, port = self._socket.getsockname()
        return f"{host}:{port}"

    @property
    def connections(self) -> int:
        """How many the program has open."""
        return len(self._connections)

    def belongs_to(self, group: int, terminate: Callable[[], None]) -> None:
        """Tell whose it is.

        Args:
            group: The program's process group: only its processes, and theirs, are answered.
            terminate: Asks the program to end.
        """
        self._group, self._terminate = group, terminate

    # What the pool asks of it: as of a channel of frames

    def listen(
        self,
        on_message: Callable[[m.FromRunner], None],
        on_end: Callable[[ProtocolViolation | None], None],
    ) -> None:
        """Tell somebody else from now on."""
        self._on_message, self._on_end = on_message, on_end

    async def open(self) -> None:
        """Begin to answer; the program needs no more than to be started to be ready for LOAD."""
        loop = asyncio.get_running_loop()
        self._on_message(m.Hello(0, b"{}"))
        self._server = await loop.create_server(lambda: Connection(self), sock=self._socket)

    def load(self, spec: Mapping[str, Any]) -> None:
        """Take what invocations need of LOAD; the program has got the rest as variables."""
        self._arn = spec["arn"]
        about = {"functionName": spec["function"], "functionVersion": spec["version"]}
        self._extensions = Extensions({**about, "handler": spec["handler"]})

    def invoke(
        self,
        *,
        request_id: str,
        remaining_ms: int,
        want: int,
        event: bytes,
        body_kind: int,
        body: bytes | None,
        extras: bytes | None,
    ) -> int:
        """Have the program get an event; its number in messages."""
        self._number += 1
        fields = (self._number, request_id, remaining_ms, want, event, body_kind, body, extras)
        self._next = m.Invoke(*fields)
        self._unread = True
        self._deadline_ms = int(time.time() * 1000) + remaining_ms
        if self.waiting:
            self._hand_out(self.waiting.pop())
        return self._number

    def cancel(self, number: int) -> None:
        """Nobody reads that stream any more."""
        if self._stream is not None and number == self._number:
            self._stream.cancel()

    def drain(self) -> None:
        """Have it end after what runs."""
        self._draining = True
        self._leave()

    def close_input(self) -> None:
        """Have it end."""
        self._terminate()

    def exited(self) -> None:
        """It has: what it has sent is still read, and nobody else gets in."""
        self._exited = True
        if self._server is not None:
            self._server.close()
        self._end()

    def close(self) -> None:
        """Let go of everything."""
        if self._server is not None:
            self._server.close()
        self._socket.close()
        for each in list(self._connections):
            each.close()

    def pause(self) -> None:
        """Take no more of its stream for now."""
        if self._stream is not None:
            self._stream.pause()

    def resume(self) -> None:
        """Go on."""
        if self._stream is not None:
            self._stream.resume()

    def widen(self) -> None:
        """A socket has room as it is."""

    def narrow(self) -> None:
        """See `widen`."""

    def has_unread(self) -> bool:
        """Whether the program has not asked for what it was to get."""
        return self._unread

    def has_lost(self) -> bool:
        """Nothing is sent to a program that has not asked for it."""
        return False

    # What its connections ask

    def admits(self, connection: Connection, transport: asyncio.Transport) -> bool:
        """Whether the peer is the program, or a process of its."""
        self._connections.add(connection)
        local, peer = transport.get_extra_info("sockname"), transport.get_extra_info("peername")
        admitted = peer is not None and belongs(local, peer, self._group)
        if not admitted:
            self._on_message(m.Log(0, _STDERR, "warn", _STRANGER))
        return admitted

    def begin(self, connection: Connection, request: Request) -> Taker:
        """A request has come; who takes its body."""
        found = asked(request.method, request.target)
        if isinstance(found, int):
            told = f"polyfn serves no {request.method} {request.target}"
            return Body(lambda _: connection.refuse(found, "InvalidPath", told))
        match found.ask:
            case Ask.NEXT:
                return Body(lambda _: self._ask(connection))
            case Ask.RESPONSE | Ask.ERROR:
                return self._answer(connection, request, found.ask, found.request_id)
            case Ask.INIT_ERROR:
                return self._init_error(connection, request)
            case Ask.REGISTER:
                return Body(partial(self._extensions.register, connection, request.headers))
            case Ask.EVENT_NEXT:
                return Body(lambda _: self._extensions.wait(connection, request.headers))
            case Ask.EXTENSION_ERROR:
                return Body(lambda _: self._extensions.report(connection, request.headers))
        return Body(lambda _: _no_subscription(connection, _SUBSCRIPTIONS[found.ask]))

    def gone(self, connection: Connection) -> None:
        """A connection is closed."""
        self._connections.discard(connection)
        self._extensions.gone(connection)
        if connection in self.waiting:
            self.waiting.remove(connection)
        self._end()

    def _ask(self, connection: Connection) -> None:
        """`next`: the event that is there, or that comes."""
        if self._stream is not None and self._stream.cancelled:
            self._stream.leave()
        is_first = self._state is State.STARTED
        if not self._step(Step.NEXT, connection):
            return
        if self._state is State.RUNNING:
            self._send_event(connection)
            return
        self.waiting.append(connection)
        if is_first:
            self._on_message(m.Ready(0, b"{}"))
        elif self._held:
            self._held = False
            self._on_message(m.Release(self._number))
        if self._unread:
            self._hand_out(self.waiting.pop())
        self._leave()

    def _hand_out(self, connection: Connection) -> None:
        self._state = after(self._state, Step.HANDED_OUT) or self._state
        self._unread = False
        self._send_event(connection)
        if self._next is not None and len(self._extensions):
            tracing = {"type": "X-Amzn-Trace-Id", "value": extras_of(self._next).get("trace_id")}
            self._extensions.invoked(
                {
                    "deadlineMs": self._deadline_ms,
                    "requestId": self._next.request_id,
                    "invokedFunctionArn": self._arn,
                    "tracing": tracing,
                }
            )

    def _send_event(self, connection: Connection) -> None:
        if self._next is None:
            return
        self._last_id = self._next.request_id
        event = assemble(self._next.event, self._next.body_kind, self._next.body)
        connection.reply(200, event, headers_of(self._next, self._arn, self._deadline_ms))

    def _answer(self, connection: Connection, request: Request, ask: Ask, request_id: str) -> Taker:
        if request_id != self._last_id:
            return _refused(connection, 400, "InvalidRequestID", "Invalid request ID")
        mode = request.headers.get(MODE_HEADER, "").lower()
        if ask is Ask.RESPONSE and mode not in ("", "buffered", "streaming"):
            told = "Invalid function response mode"
            return _refused(connection, 400, "InvalidFunctionResponseMode", told)
        step = Step.ERROR if ask is Ask.ERROR else Step.ANSWER
        following = after(self._state, step)
        if following is None:
            return _refused(connection, 403, *self._forbidden(step))
        self._state = following
        if ask is Ask.ERROR:
            return Report(connection, request.headers, self._failed, self.broken)
        content_type = request.headers.get("content-type", "")
        if mode == "streaming" or content_type == CONTENT_TYPE:
            self._stream = Stream(self, connection, self._number, content_type)
            return self._stream
        return Whole(self, connection, self._number)

    def _init_error(self, connection: Connection, request: Request) -> Taker:
        following = after(self._state, Step.INIT_ERROR)
        if following is None:
            return _refused(connection, 403, *self._forbidden(Step.INIT_ERROR))
        self._state = following
        return Report(connection, request.headers, self._not_loaded, _nothing_of)

    def _not_loaded(self, reason: failures.Reported) -> None:
        self._on_message(m.Error(0, reason.json, fatal=True))

    def _failed(self, reason: failures.Reported) -> None:
        self.whole(m.Error(self._number, reason.json, reason.is_panic))

    # What its answers tell

    def tell(self, message: m.FromRunner) -> None:
        """What came of an answer that goes on."""
        self._on_message(message)

    def whole(self, ending: m.FromRunner) -> None:
        """An invocation has its ending."""
        self._state = after(self._state, Step.WHOLE) or self._state
        self._next = self._stream = None
        # Its next `next` says that it is done: until then it may still work, or be about to exit.
        self._held = not (isinstance(ending, m.Error) and ending.fatal)
        if self._held:
            self._on_message(m.Hold(self._number))
        self._on_message(ending)
        self._leave()

    def broken(self, answer: object) -> None:
        """A connection broke in an answer: it may be sent again, unless some of it is out."""
        if self._stream is not None and answer is self._stream:
            loop = asyncio.get_running_loop()
            loop.call_later(_BROKEN_AFTER_S, self._cut, self._stream)
        else:
            self._state = after(self._state, Step.BROKEN) or self._state

    def _cut(self, stream: Stream) -> None:
        if not self._exited:
            stream.cut(failures.failure("Function.StreamError", _BROKE))

    def _step(self, step: Step, connection: Connection) -> bool:
        following = after(self._state, step)
        if following is None:
            connection.refuse(403, *self._forbidden(step))
            return False
        self._state = following
        return True

    def _forbidden(self, step: Step) -> tuple[str, str]:
        return "InvalidStateTransition", forbidden(self._state, step)

    def _leave(self) -> None:
        if self._draining and self._next is None and not self._held:
            self._terminate()

    def _end(self) -> None:
        """Say once that no message can follow: it has exited, and what it sent is read."""
        if self._exited and not self._connections and not self._ended:
            self._ended = True
            self._on_end(None)


_STDERR: Final = 2
_STRANGER: Final = (
    "Another process has asked this function's Runtime API, and was refused: only the processes of "
    "the instance are answered."
)
_BROKE: Final = "the program broke off its response"


def _refused(connection: Connection, status: int, kind: str, message: str) -> Taker:
    return Body(lambda _: connection.refuse(status, kind, message))


def _no_subscription(connection: Connection, api: str) -> None:
    # As the emulator answers: a refusal would stop many a program that does without.
    connection.reply(202, refusal(f"{api}.NotSupported", f"{api} API is not supported"))


def _nothing() -> None:
    """It has no process yet."""


def _nothing_of(report: object) -> None:
    """A report that did not come whole changes nothing: the program has failed, and will exit."""
    del report
