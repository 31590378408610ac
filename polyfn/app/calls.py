"""One call of a function from the command line: what is sent, what comes back, and who is told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from polyfn.build.progress import Event
    from polyfn.gateway.exchange import RequestRecord
    from polyfn.model import LogLine
    from polyfn.pool.inspector.news import News as DebuggerNews


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What to send.

    Attributes:
        target: Path and query, percent-encoded; empty is the function's own URL.
        headers: Name, value; repeated ones as often as they are sent.
        event: A raw event instead of a request, as JSON bytes; ``None``: build it from the request.
        payload: What an event brings to an event-driven function, as JSON bytes; ``None``: nothing.
    """

    function: str
    method: str = "GET"
    path: str = ""
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    event: bytes | None = None
    payload: bytes | None = None


class Listener(Protocol):
    """Is told what comes back, as it comes."""

    def write(self, line: LogLine) -> None:
        """The function wrote a line."""
        ...

    def on_build(self, event: Event) -> None:
        """Something is built or installed."""
        ...

    def on_debugger(self, news: DebuggerNews) -> None:
        """Something about a debugger."""
        ...

    def on_head(self, status: int, headers: tuple[tuple[str, str], ...]) -> None:
        """The answer begins."""
        ...

    def on_data(self, data: bytes) -> None:
        """The next bytes of its body."""
        ...


@dataclass(slots=True)
class Outcome:
    """What became of a call.

    Attributes:
        status: Of the answer.
        record: Where its time went; ``None`` when another process answered.
        failed_jobs: How many calls failed that nobody waited for.
    """

    status: int = 0
    record: RequestRecord | None = None
    failed_jobs: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """The HTTP request that carries a call; ``admin`` when it needs the server's token."""

    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    admin: bool = False

    @property
    def target(self) -> str:
        """Path and query, as they stand in a request line."""
        return f"{self.path}?{self.query}" if self.query else self.path

    def authorized(self, token: str) -> Self:
        """With the server's token, where it needs that."""
        if not self.admin:
            return self
        return replace(self, headers=(*self.headers, ("authorization", f"Bearer {token}")))

    def framed_headers(self) -> list[tuple[str, str]]:
        """Its headers, with the length of a body that there is."""
        headers = list(self.headers)
        if self.body or self.method in ("POST", "PUT", "PATCH"):
            headers.append(("content-length", str(len(self.body))))
        return headers
