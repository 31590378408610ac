"""Memory for bodies of megabytes: kept from one to the next, given back after a while without.

glibc returns the top of its heap to the system as soon as a body is freed, and takes it anew, page
by page, for the next copy: 5,800 page faults for a body of 6 MB, half of what it cost
(docs/decisions/0010-large-bodies.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import ctypes

# malloc.h's numbers of M_TRIM_THRESHOLD and M_MMAP_THRESHOLD.
_TRIM_THRESHOLD: Final = -1
_MMAP_THRESHOLD: Final = -3
_KEPT_BYTES: Final = 64 * 1024 * 1024
_ON_HEAP_BYTES: Final = 32 * 1024 * 1024  # the highest that glibc takes


def keep() -> None:
    """From now on keep what is freed; may be called again and again. Without glibc: nothing."""
    libc = _libc()
    if libc is not None and hasattr(libc, "mallopt"):
        libc.mallopt(_TRIM_THRESHOLD, _KEPT_BYTES)
        libc.mallopt(_MMAP_THRESHOLD, _ON_HEAP_BYTES)


def give_back() -> None:
    """Give the system what is kept and not in use: milliseconds, for tens of megabytes."""
    libc = _libc()
    if libc is not None and hasattr(libc, "malloc_trim"):
        libc.malloc_trim(0)


def _libc() -> ctypes.CDLL | None:
    import ctypes  # noqa: PLC0415 - 5 ms of a start, for what only long bodies need

    try:
        return ctypes.CDLL(None)
    except (OSError, TypeError):  # Windows
        return None
