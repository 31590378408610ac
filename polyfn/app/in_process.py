"""A call without a server: the gateway answers it in this process, without a socket in between."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from polyfn.app.calls import Outcome
from polyfn.app.front import front_of
from polyfn.app.project import open_project
from polyfn.gateway import presence

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from polyfn.app.calls import HttpRequest, Listener
    from polyfn.gateway.exchange import RequestRecord
    from polyfn.pool.inspector.wish import Inspect
    from polyfn.settings import Settings


async def call_in_process(
    settings: Settings, request: HttpRequest, listener: Listener, inspect: Inspect | None = None
) -> Outcome:
    """Open the project, send the request, and wait for all that it has started.

    Args:
        inspect: The function, if a debugger is to attach to it.

    Raises:
        PolyfnError: The answer was cut, or no debugger can attach.
    """
    outcome = Outcome()
    bugs: list[Exception] = []

    def on_request(record: RequestRecord) -> None:
        outcome.record = record

    token = presence.new_token()
    async with open_project(
        settings,
        sink=listener,
        listener=listener.on_build,
        inspect=inspect,
        on_debugger=listener.on_debugger,
    ) as project:
        project.open_inspectors()
        app = front_of(
            project, token=token, on_request=on_request, on_bug=lambda _, bug: bugs.append(bug)
        )
        exchange = _Exchange(request.authorized(token), listener)
        await app(exchange.scope(settings), exchange.receive, exchange.send)
        await project.jobs.join()
        outcome.failed_jobs = project.jobs.failed
    outcome.status = exchange.status
    if bugs:
        raise bugs[0]
    if exchange.was_cut and outcome.record is not None and outcome.record.error is not None:
        raise outcome.record.error
    return outcome


class _Exchange:
    """One request to an ASGI callable, without a socket in between."""

    def __init__(self, request: HttpRequest, listener: Listener) -> None:
        self._request = request
        self._listener = listener
        self._sent = False
        self.status = 0
        self.was_cut = False

    def scope(self, settings: Settings) -> MutableMapping[str, Any]:
        host = f"localhost:{settings.serve.port}"
        headers = [("host", host), *self._request.framed_headers()]
        return {
            "type": "http",
            "http_version": "1.1",
            "method": self._request.method,
            "scheme": "http",
            "path": self._request.path,
            "raw_path": self._request.path.encode("latin-1", "replace"),
            "query_string": self._request.query.encode("latin-1", "replace"),
            "headers": [
                (name.lower().encode("latin-1"), value.encode("latin-1", "replace"))
                for name, value in headers
            ],
            "client": ("127.0.0.1", 0),
            "state": {"cut": self._cut},
        }

    async def receive(self) -> MutableMapping[str, Any]:
        if self._sent:
            await asyncio.Event().wait()  # nobody leaves
        self._sent = True
        return {"type": "http.request", "body": self._request.body, "more_body": False}

    async def send(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            pairs = ((n.decode("latin-1"), v.decode("latin-1")) for n, v in message["headers"])
            self._listener.on_head(self.status, tuple(pairs))
        elif data := message.get("body"):
            self._listener.on_data(data)

    def _cut(self) -> None:
        self.was_cut = True
