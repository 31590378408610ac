"""Variables that a process takes in at its start: what a spare must have been started with.

Setting them later, as LOAD does, comes too late: the dynamic linker, the C library, ICU and OpenSSL
have looked at them by then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAMES: Final = ("GLIBC_TUNABLES", "LANG", "LANGUAGE")
_PREFIXES: Final = ("LD_", "DYLD_", "MALLOC_", "LC_", "OPENSSL_", "SSL_CERT_")
_INJECTED: Final = ("LD_PRELOAD", "LD_AUDIT", "DYLD_INSERT_LIBRARIES")
"""Code of the author's that runs at once, and may look at any variable there is."""

KEEP_PAGES: Final = {"MALLOC_TRIM_THRESHOLD_": "67108864", "MALLOC_MMAP_THRESHOLD_": "33554432"}
"""Has glibc keep the memory of a long body for the next: up to 64 MiB, in pieces of up to 32 MiB.

Else each copy of each body is taken from the system anew, page by page: three quarters of what a
body of 6 MB cost a Python runner (docs/decisions/0010-large-bodies.md).
"""


def select(
    environment: Mapping[str, str], *, names: tuple[str, ...] = (), prefixes: tuple[str, ...] = ()
) -> dict[str, str] | None:
    """Pick what a spare must have of a function's variables (`polyfn.model.LaunchSpec.spare`).

    Args:
        names: Those of the language itself.
        prefixes: What others of the language begin with.
    """
    if any(environment.get(name) for name in _INJECTED):
        return None
    wanted, beginnings = {*_NAMES, *names}, (*_PREFIXES, *prefixes)
    return {
        name: value
        for name, value in environment.items()
        if name in wanted or name.startswith(beginnings)
    }
