"""What to do next, where the error's own message does not say it."""

from __future__ import annotations

from typing import Final

from polyfn import errors

_SAVE: Final = "Mend it and save: polyfn loads the new version, and the next call gets that."
_ADVICE: Final[dict[type[errors.PolyfnError], str]] = {
    errors.HandlerFailed: _SAVE,
    errors.InstanceDied: f"A fresh process takes the next call. {_SAVE}",
    errors.LoadFailed: f"Every call fails like this until a version loads. {_SAVE}",
    errors.BuildFailed: f"Every call fails like this until a version builds. {_SAVE}",
    errors.InitTimedOut: f"Every call tries to load it again. {_SAVE}",
    errors.BadResponse: _SAVE,
    errors.ResponseTooLarge: _SAVE,
    errors.InvalidFunction: _SAVE,
    errors.UnknownFunction: "/.netlify/functions/ lists the functions that there are.",
    errors.Throttled: "Load the page again in a moment.",
    errors.Unavailable: "Load the page again once polyfn runs.",
}


def advice(error: errors.PolyfnError) -> str:
    """One or two sentences; empty when the message has said all there is to say."""
    for kind in type(error).__mro__:
        if kind in _ADVICE:
            return _ADVICE[kind]
    return ""
