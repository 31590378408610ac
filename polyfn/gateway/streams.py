"""A streamed answer on its way out: chunk by chunk, as fast as the client takes them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol, cast

from polyfn.errors import ResponseTooLarge

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from polyfn.gateway.exchange import Receive, Send
    from polyfn.model import Streamed


class _Closable(Protocol):
    async def aclose(self) -> None: ...


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
