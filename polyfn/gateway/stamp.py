"""What marks a request: its id, and its time in the forms that events and headers need."""

from __future__ import annotations

import base64
import os
import time
from typing import Final, NamedTuple

_MONTHS: Final = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_BASE32: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# Ten bits at a time: half as many steps as one character at a time.
_PAIRS: Final = tuple(high + low for high in _BASE32 for low in _BASE32)
_TO_CROCKFORD: Final = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", _BASE32.encode())
_RANDOM_BYTES: Final = 10
_RANDOM_CHARACTERS: Final = 16
_AT_ONCE: Final = 256


class Stamp(NamedTuple):
    """When a request came, and what it is called.

    Attributes:
        request_id: A ULID, as Netlify's (netlify/cli, src/utils/request-id.ts).
        epoch_ms: UTC.
        request_time: The same in the common log format, as API Gateway writes it.
    """

    request_id: str
    epoch_ms: int
    request_time: str


class Clock:
    """Wall time; formats it once a second, not once a request."""

    __slots__ = ("_http_date", "_ids", "_request_time", "_second")

    def __init__(self) -> None:
        self._ids = RequestIds()
        self._second = -1
        self._request_time = ""
        self._http_date = b""

    def stamp(self) -> Stamp:
        """Mark a request that comes in now."""
        now = time.time()
        if int(now) != self._second:
            self._format(int(now))
        epoch_ms = int(now * 1000)
        return Stamp(self._ids.new(epoch_ms), epoch_ms, self._request_time)

    def http_date(self) -> bytes:
        """The value of a ``date`` header sent now."""
        now = int(time.time())
        if now != self._second:
            self._format(now)
        return self._http_date

    def _format(self, second: int) -> None:
        utc = time.gmtime(second)
        month = _MONTHS[utc.tm_mon - 1]
        self._request_time = time.strftime(f"%d/{month}/%Y:%H:%M:%S +0000", utc)
        date = time.strftime(f"{_DAYS[utc.tm_wday]}, %d {month} %Y %H:%M:%S GMT", utc)
        self._http_date = date.encode()
        self._second = second


class RequestIds:
    """Makes ULIDs: 26 characters that sort by time, 80 bits of them random.

    Random bytes are asked for many ids at once, and the slow half of the time is remembered.
    """

    __slots__ = ("_high", "_high_text", "_pool")

    def __init__(self) -> None:
        self._high = -1
        self._high_text = ""
        self._pool: list[str] = []

    def new(self, epoch_ms: int) -> str:
        """The id of a request that came at that time."""
        pool = self._pool or self._refill()
        high = epoch_ms >> 20
        if high != self._high:
            self._high = high
            self._high_text = "".join([_PAIRS[high >> shift & 1023] for shift in (20, 10, 0)])
        return (
            f"{self._high_text}{_PAIRS[epoch_ms >> 10 & 1023]}{_PAIRS[epoch_ms & 1023]}{pool.pop()}"
        )

    def _refill(self) -> list[str]:
        text = base64.b32encode(os.urandom(_RANDOM_BYTES * _AT_ONCE)).translate(_TO_CROCKFORD)
        characters = text.decode()
        self._pool = [
            characters[at : at + _RANDOM_CHARACTERS]
            for at in range(0, len(characters), _RANDOM_CHARACTERS)
        ]
        return self._pool
