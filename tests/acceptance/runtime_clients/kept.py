"""What takes long to build or install, made once and kept in the user's cache."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

HOME = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "polyfn-tests"


def kept(name: str, of: Iterable[Path | str], make: Callable[[Path], None]) -> Path:
    """The directory that ``make`` fills, from an earlier run where nothing has changed since.

    Args:
        name: The beginning of the directory's name.
        of: What it is made of: files, by their bytes, and versions.
        make: Fills an empty directory; it may be moved afterwards.
    """
    digest = hashlib.sha256()
    for each in of:
        data = each.read_bytes() if isinstance(each, Path) else each.encode()
        digest.update(len(data).to_bytes(8, "big") + data)
    place = HOME / f"{name}-{digest.hexdigest()[:16]}"
    if not place.exists():
        HOME.mkdir(parents=True, exist_ok=True)
        making = Path(tempfile.mkdtemp(dir=HOME, prefix=f"{name}-"))
        try:
            make(making)
            with contextlib.suppress(OSError):  # another run was quicker
                making.rename(place)
        finally:
            shutil.rmtree(making, ignore_errors=True)
    return place
