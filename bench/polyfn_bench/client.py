"""An HTTP client for single calls: what a load generator is too coarse for."""

from __future__ import annotations

import contextlib
import http.client
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from polyfn_bench.figures import BenchError

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXT = {"content-type": "text/plain"}
_POLL_S = 0.002


@dataclass(frozen=True, slots=True)
class Answer:
    """A response, whole, and how long it took."""

    status: int
    body: bytes
    took_s: float


class Client:
    """One connection that is kept open."""

    def __init__(self, port: int, timeout_s: float = 60) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)

    def call(self, path: str, body: bytes | None = None) -> Answer:
        """GET a path, or POST a body to it."""
        began = time.perf_counter()
        self._connection.request("POST" if body else "GET", path, body, TEXT if body else {})
        response = self._connection.getresponse()
        answered = response.read()
        return Answer(response.status, answered, time.perf_counter() - began)

    def close(self) -> None:
        """End the connection."""
        self._connection.close()


@contextlib.contextmanager
def connected(port: int, timeout_s: float = 60) -> Iterator[Client]:
    """A client, closed at the end."""
    client = Client(port, timeout_s)
    try:
        yield client
    finally:
        client.close()


def call(port: int, path: str, body: bytes | None = None, *, timeout_s: float = 60) -> Answer:
    """One request over a connection of its own."""
    with connected(port, timeout_s) as client:
        return client.call(path, body)


def check(port: int, path: str, expected: bytes = b"ok") -> None:
    """See that a path answers with what it should.

    Raises:
        BenchError: It does not; the message has what came instead.
    """
    try:
        answer = call(port, path)
    except (OSError, http.client.HTTPException) as error:
        raise BenchError(f"{path} does not answer: {error!r}") from error
    if (answer.status, answer.body) != (200, expected):
        raise BenchError(f"{path} answers {answer.status} {answer.body[:200]!r}")


def until_answer(port: int, path: str, body: bytes, within_s: float) -> float | None:
    """Call a path again and again until that body comes.

    Returns:
        When it came, by `time.perf_counter`, or ``None`` when it did not come in time.
    """
    deadline = time.perf_counter() + within_s
    while time.perf_counter() < deadline:
        with contextlib.suppress(OSError, http.client.HTTPException):
            if call(port, path).body == body:
                return time.perf_counter()
        time.sleep(_POLL_S)
    return None
