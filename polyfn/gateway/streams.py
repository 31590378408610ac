"""A streamed answer on its way out: chunk by chunk, as fast as the client takes them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol, cast

from polyfn.errors import BadResponse, ResponseTooLarge
from polyfn.gateway.responses import Reply, has_body, stream_head

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from polyfn.gateway.exchange import AsgiExchange, Receive, Send
    from polyfn.model import Streamed


class _Closable(Protocol):
    async def aclose(self) -> None: ...


async def answer(exchange: AsgiExchange, streamed: Streamed, *, max_bytes: int) -> None:
    """Answer a request, whose body has been read, with a stream.

    Args:
        max_bytes: Of the whole stream; 0 is no limit.

    Raises:
        FunctionError: Its head is impossible, or it was cut: so must be the connection then.
    """
    function = exchange.function
    try:
        headers = stream_head(streamed.status, streamed.headers, function=function)
    except BadResponse:
        await close(streamed)
        raise
    if exchange.method == "HEAD" or not has_body(streamed.status):
        await close(streamed)
        await exchange.answer(Reply(streamed.status, headers, b""))
        return
    await exchange.start(streamed.status, headers)
    await pump(streamed, exchange.receive, exchange.send, function=function, max_bytes=max_bytes)


async def pump(
    answer: Streamed, receive: Receive, send: Send, *, function: str, max_bytes: int
) -> None:
    """Send a stream's chunks to the client and end the response when they end.

    When the client leaves, or anything fails, reading stops and the stream is closed, so that the
    function hears of it. The time limit is the invoker's: past it the stream raises.

    Args:
        receive: Tells when the client leaves; the request's body must have been read.
        max_bytes: Of the whole stream; 0 is no limit.

    Raises:
        FunctionError: The stream was cut, or is over the limit: the connection must be cut too.
    """
    sending = asyncio.ensure_future(_send_all(answer.chunks, send, function, max_bytes))
    leaving = asyncio.ensure_future(_left(receive))
    try:
        await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if sending.done():
            sending.result()
    finally:
        await _cancelled(sending, leaving)
        await close(answer)


async def close(answer: Streamed) -> None:
    """Stop reading a stream; closing one that has ended changes nothing."""
    await cast("_Closable", answer.chunks).aclose()


async def _send_all(
    chunks: AsyncIterator[bytes], send: Send, function: str, max_bytes: int
) -> None:
    sent = 0
    async for chunk in chunks:
        sent += len(chunk)
        if max_bytes and sent > max_bytes:
            raise ResponseTooLarge(
                f"Function {function!r} streamed more than {max_bytes:,} bytes: the stream was "
                "cut. Set `stream_max` for it, or under [limits] for all streams, in polyfn.toml; "
                "0 is no limit."
            )
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _cancelled(*tasks: asyncio.Future[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
