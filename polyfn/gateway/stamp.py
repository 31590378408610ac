"""What marks a request: its id, and its time in the forms that events and headers need."""

from __future__ import annotations

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
_SHIFTS: Final = tuple(range(120, -1, -10))


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

    __slots__ = ("_http_date", "_request_time", "_second")

    def __init__(self) -> None:
        self._second = -1
        self._request_time = ""
        self._http_date = b""

    def stamp(self) -> Stamp:
        """Mark a request that comes in now."""
        now = time.time()
        if int(now) != self._second:
            self._format(int(now))
        epoch_ms = int(now * 1000)
        return Stamp(new_request_id(epoch_ms), epoch_ms, self._request_time)

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


def new_request_id(epoch_ms: int) -> str:
    """A ULID: 26 characters that sort by time, 80 bits of them random."""
    number = epoch_ms << 80 | int.from_bytes(os.urandom(10), "big")
    return "".join([_PAIRS[number >> shift & 1023] for shift in _SHIFTS])
