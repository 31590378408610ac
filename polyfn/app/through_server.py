"""A call through the server that runs for this project, over HTTP."""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING

from polyfn.app.calls import Outcome
from polyfn.errors import FunctionError, Unavailable

if TYPE_CHECKING:
    from polyfn.app.calls import HttpRequest, Listener
    from polyfn.gateway.presence import Presence

_PIECE_BYTES = 64 * 1024


def call_through_server(
    running: Presence, request: HttpRequest, listener: Listener, patience_s: float | None
) -> Outcome:
    """Send the request, and tell what comes back.

    Args:
        patience_s: How long to wait for each part of the answer; ``None``: for ever.

    Raises:
        FunctionError: The answer was cut.
        Unavailable: The server does not answer.
    """
    request = request.authorized(running.token)
    connection = http.client.HTTPConnection(running.host, running.port, timeout=patience_s)
    try:
        connection.putrequest(request.method, request.target, skip_accept_encoding=True)
        for name, value in request.framed_headers():
            connection.putheader(name, value.encode("latin-1", "replace"))
        connection.endheaders(request.body or None)
        response = connection.getresponse()
        listener.on_head(response.status, tuple(response.getheaders()))
        while piece := response.read1(_PIECE_BYTES):
            listener.on_data(piece)
        if response.length:  # it announced more than came
            raise http.client.IncompleteRead(b"")
        return Outcome(status=response.status)
    except http.client.HTTPException as error:
        raise FunctionError(
            f"The answer was cut: {error!r}. The log of `polyfn serve` says why."
        ) from error
    except TimeoutError as error:
        raise Unavailable(f"No answer within {patience_s:g} s.") from error
    except OSError as error:
        raise Unavailable(
            f"The server at {running.host}:{running.port} (pid {running.pid}) cannot be reached: "
            f"{error}. Stop it, and polyfn calls the function by itself."
        ) from error
    finally:
        connection.close()
