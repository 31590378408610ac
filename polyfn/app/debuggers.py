"""Where debuggers may attach in the server that runs for a project."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from polyfn.gateway import presence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from polyfn.gateway.presence import Presence
    from polyfn.model import JSON
    from polyfn.settings import Settings

_ANSWERS_WITHIN_S = 2.0


def debuggers_of(settings: Settings) -> Mapping[str, str]:
    """Name → WebSocket URL, or ``pid:`` and a process.

    Empty where no server runs, or none was started with ``--inspect`` or ``--debug``.
    """
    running = presence.find(settings.state_dir)
    if running is None:
        return {}
    try:
        rows = _state(running)["functions"]
        debuggers = {row["name"]: row["debugger"] for row in rows if row["debugger"]}
        return {name: each["url"] for name, each in debuggers.items() if each["url"]}
    except (OSError, ValueError, KeyError, TypeError):
        return {}  # it ends just now, or is of another version


def _state(running: Presence) -> JSON:
    import http.client  # noqa: PLC0415 - only where a server runs

    from polyfn.gateway.admin import STATE  # noqa: PLC0415 - likewise

    connection = http.client.HTTPConnection(running.host, running.port, timeout=_ANSWERS_WITHIN_S)
    try:
        connection.request("GET", STATE, headers={"Authorization": f"Bearer {running.token}"})
        return orjson.loads(connection.getresponse().read())
    except http.client.HTTPException as error:
        raise ValueError from error
    finally:
        connection.close()
