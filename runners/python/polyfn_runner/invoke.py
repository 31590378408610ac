"""One invocation: the event made whole, the handler called, its value or its failure sent."""

from __future__ import annotations

import os
import sys
from binascii import b2a_base64

from polyfn_runner import context, errors, jsontext, messages, process, result, stream

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from polyfn_runner.channel import Channel
    from polyfn_runner.frames import Message
    from polyfn_runner.inbox import Inbox
    from polyfn_runner.loader import Handler
    from polyfn_runner.logs import Logs

_PLAIN = frozenset((dict, str, list, int, float, bool, bytes, tuple, type(None)))
_TRACE_ID = "_X_AMZN_TRACE_ID"
_NO_EXTRAS: dict[str, Any] = {}
_EXIT_INTERRUPTED = 130


class Invoker:
    """Calls the handler, and keeps what is the same in every call."""

    def __init__(
        self,
        handler: Handler,
        facts: dict[str, str],
        root: str,
        inbox: Inbox,
        channel: Channel,
        logs: Logs,
    ) -> None:
        self._handler = handler
        self._facts = facts
        self._root = root
        self._inbox = inbox
        self._channel = channel
        self._logs = logs
        self._traced = False

    def invoke(self, message: Message) -> None:
        """Run one INVOKE to its ending; a handler that wants the process to end gets its will."""
        number = message[1]
        self._channel.begin(number, message[2])
        status = None
        try:
            frame = _frame(self._answer(message))
        except BaseException as error:  # noqa: BLE001 - whatever the author raises is reported
            told, status = _judge(error, self._facts["function_name"])
            encoded = errors.encode(told, self._root)
            frame = messages.frame(messages.ERROR, number, encoded, status is not None)
        self._logs.finish()
        self._channel.finish(frame)
        if status is not None:
            process.leave(status)

    def _answer(self, message: Message) -> tuple[Any, ...]:
        """The message that ends the invocation."""
        _, number, request_id, remaining_ms, want, event, body_kind, body, extras = message
        told = self._extras(extras)
        value = self._handler(
            _event(event, body_kind, body),
            context.LambdaContext(
                self._facts,
                request_id,
                remaining_ms,
                told.get("client_context"),
                told.get("identity") or {},
            ),
        )
        if type(value) not in _PLAIN:
            value = _awaited(value)
            if hasattr(type(value), "__next__") or hasattr(type(value), "__anext__"):
                return self._stream(value, number, want)
        kind, *fields = result.answer(value, want)
        return (kind, number, *fields)

    def _extras(self, extras: bytes | None) -> dict[str, Any]:
        """What came beside the event; the trace id goes into the environment, as under AWS."""
        if self._traced:
            os.environ.pop(_TRACE_ID, None)
            self._traced = False
        if extras is None:
            return _NO_EXTRAS
        told: dict[str, Any] = jsontext.loads(extras)
        if told.get("trace_id"):
            os.environ[_TRACE_ID] = told["trace_id"]
            self._traced = True
        return told

    def _stream(self, source: Any, number: int, want: int) -> tuple[Any, ...]:
        if want != result.HTTP:
            joining = stream.Joining()
            self._pour(source, joining.put, number)
            return messages.VALUE, number, result.value_json(joining.value())
        streaming = stream.Streaming(self._channel, number)
        self._pour(source, streaming.put, number)
        streaming.end()
        return messages.END, number

    def _pour(self, source: Any, put: Callable[[Any], None], number: int) -> None:
        called_off = False

        def cancelled() -> bool:
            nonlocal called_off
            called_off = called_off or self._inbox.cancelled(number)
            return called_off

        if hasattr(type(source), "__anext__"):
            from polyfn_runner import loops  # noqa: PLC0415 - 60 ms that only asyncio users pay

            coroutine = stream.pour_async(source, put, cancelled)
            loops.run_until_called_off(coroutine, self._inbox.fd, cancelled)
        else:
            stream.pour(source, put, cancelled)


def _frame(answer: tuple[Any, ...]) -> bytes:
    try:
        return messages.frame(*answer)
    except UnicodeEncodeError as error:
        raise result.unmarshallable(error) from error


def _awaited(value: Any) -> Any:
    while hasattr(type(value), "__await__"):
        from polyfn_runner import loops  # noqa: PLC0415 - as above

        value = loops.run(value)
    return value


def _event(event: bytes, body_kind: int, body: bytes | None) -> Any:
    """The event, its body put back into it (`runners/PROTOCOL.md`, INVOKE)."""
    try:
        value = jsontext.loads(event)
        if body is not None:
            is_text = body_kind == messages.TEXT
            value["body"] = (
                str(body, "utf-8") if is_text else b2a_base64(body, newline=False).decode("ascii")
            )
            value["isBase64Encoded"] = not is_text
    except (ValueError, TypeError, RecursionError) as error:
        raise errors.Failed(
            "Runtime.UnmarshalError", f"Unable to unmarshal input: {error}"
        ) from error
    return value


def _judge(error: BaseException, function: str) -> tuple[BaseException, int | None]:
    """What to report, and the status to exit with when the process is to end."""
    if isinstance(error, SystemExit):
        if not isinstance(error.code, (int, type(None))):
            print(error.code, file=sys.stderr)  # noqa: T201 - as Python itself does
        return errors.exited(function, error.code), errors.exit_status(error.code)
    if isinstance(error, KeyboardInterrupt):
        return error, _EXIT_INTERRUPTED
    if isinstance(error, messages.TooLong):
        return errors.Failed("Function.ResponseSizeTooLarge", str(error)), None
    return error, None
