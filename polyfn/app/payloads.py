"""What an event-driven function is sent when it is called by hand; pure.

Netlify sends ``{payload, site}`` to functions that its own events trigger, and
``{event, instance_id, user}`` to those of Identity (docs.netlify.com, "Trigger functions on
events").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import orjson

from polyfn.errors import UsageError
from polyfn.model import Kind

if TYPE_CHECKING:
    from polyfn.model import JSON, Function
    from polyfn.settings import Settings

_BACKGROUND: Final = "-background"
_IDENTITY: Final = "identity-"
_NOBODY: Final = "00000000-0000-0000-0000-000000000000"


def body_of(function: Function, payload: JSON, settings: Settings) -> bytes:
    """The request body that brings a payload to a function.

    Raises:
        UsageError: The function is not triggered by events: it has a body of its own making.
    """
    if function.kind is not Kind.EVENT:
        raise UsageError(
            f"Function {function.name!r} is not triggered by an event, so there is no payload to "
            "wrap: send its body with --body."
        )
    event = function.name.removesuffix(_BACKGROUND)
    if event.startswith(_IDENTITY):
        name = event.removeprefix(_IDENTITY)
        return orjson.dumps({"event": name, "instance_id": _NOBODY, "user": payload})
    site = {
        "id": _NOBODY,
        "name": settings.root.name,
        "url": f"http://localhost:{settings.serve.port}",
    }
    return orjson.dumps({"payload": payload, "site": site})
