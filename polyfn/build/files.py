"""Replaces a file at once and whole: whoever reads it sees the old one or the new one."""

from __future__ import annotations

import os
from threading import get_ident
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def replace_file(path: Path, data: bytes) -> None:
    """Write a file beside it, then put that in its place.

    Raises:
        OSError: It cannot be written; the old file is as it was.
    """
    scratch = path.with_name(f".{path.name}.{os.getpid()}-{get_ident()}")
    try:
        scratch.write_bytes(data)
        scratch.replace(path)
    except OSError:
        scratch.unlink(missing_ok=True)
        raise
