"""What polyfn shows of secrets: their names, never their values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

MIN_LENGTH: Final = 8
"""Shorter values are shown: masking ``true`` or ``8080`` in a text would mask half of it."""

MASK: Final = "********"

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SECRET: Final = re.compile(
    r"\w*(secret|token|password|passwd|passphrase|credential|(api|access|auth|private|secret)key)s?"
    r"|keys?|pass|pwd|creds|auth|authorization|jwt|salt|dsn|signature|private|cookie"
)
_ADDRESS: Final = re.compile(r"url|uri|connection")
_STORE: Final = re.compile(
    r"database|db|mongo|mongodb|postgres|postgresql|pg|mysql|mariadb|mssql|redis|amqp|rabbitmq|broker"
    r"|smtp|webhook|hook"
)
_PLACES: Final = frozenset({"PWD", "OLDPWD"})


def looks_secret(name: str) -> bool:
    """Say whether a variable's name is one that secrets have: ``API_KEY``, ``dbPassword``.

    Addresses of databases and hooks count: they carry a password.
    """
    words = [word.lower() for word in _WORD.findall(name)]
    has_address = any(map(_ADDRESS.fullmatch, words)) and any(map(_STORE.fullmatch, words))
    return name not in _PLACES and (has_address or any(map(_SECRET.fullmatch, words)))


def masked(name: str, value: str) -> str:
    """Write a variable's value as polyfn may print it."""
    return MASK if len(value) >= MIN_LENGTH and looks_secret(name) else value


def mask_in(text: str, environment: Mapping[str, str]) -> str:
    """Mask the secrets of an environment wherever they occur in a text that polyfn prints."""
    secrets = {value for name, value in environment.items() if masked(name, value) == MASK}
    for value in sorted(secrets - {MASK}, key=len, reverse=True):
        text = text.replace(value, MASK)
    return text
