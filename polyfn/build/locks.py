"""File locks that end with their process, however it ends.

Where the platform has none (Windows), every polyfn behaves as if it were alone.
"""

from __future__ import annotations

import sys

if sys.platform == "win32":

    def try_lock(descriptor: int) -> bool:
        """Pretend to have locked."""
        return descriptor >= 0

else:
    import fcntl

    def try_lock(descriptor: int) -> bool:
        """Lock an open file for this process alone; ``False`` when another one has it."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
