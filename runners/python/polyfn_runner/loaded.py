"""The files that the function was loaded from, for LOADED.

``sys.modules`` has what was imported, but not a module that failed; the loader of source files sees
those as well, and says so by `Loaded.note`. The standard library and the runner itself are left
out: nobody edits them.
"""

from __future__ import annotations

import os
import sys
from _thread import RLock

from polyfn_runner import messages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from polyfn_runner.channel import Channel

_OWN = os.path.realpath(os.path.dirname(os.path.dirname(__file__))) + os.sep  # noqa: PTH120
_LIBRARY = os.path.realpath(os.path.dirname(os.__file__)) + os.sep  # noqa: PTH120
_INSTALLED = (f"{_LIBRARY}site-packages{os.sep}", f"{_LIBRARY}dist-packages{os.sep}")


class Loaded:
    """Tells each file once."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._lock = RLock()
        self._settled = False
        self._noted: list[str] = []
        self._modules: set[str] = set()
        self._told: set[str] = set()
        self._real_directories: dict[str, str] = {}

    def begin(self) -> None:
        """What is there now is the runner's and its libraries'; the function comes now."""
        self._modules = set(sys.modules)

    def note(self, file: str) -> None:
        """That source file is about to be loaded."""
        self._noted.append(file)

    def tell(self) -> None:
        """Send what has come since the last time; quick when nothing has."""
        if self._noted or len(sys.modules) != len(self._modules):
            with self._lock:
                self._settled = True
                self._tell()

    def tell_early(self) -> None:
        """Send what has come so far, from another thread: loading takes long, or never ends."""
        with self._lock:
            if not self._settled:
                self._tell()

    def _tell(self) -> None:
        noted, self._noted = self._noted, []
        files = [*noted, *self._new_modules()]
        fresh = list(filter(None, map(self._news, files)))
        for start in range(0, len(fresh), messages.MAX_LIST):
            part = fresh[start : start + messages.MAX_LIST]
            self._channel.send(messages.LOADED, 0, part)

    def _new_modules(self) -> list[str]:
        """The files of the modules that were not there the last time."""
        before, modules = self._modules, sys.modules.copy()
        self._modules = set(modules)
        return [_file(module) for name, module in modules.items() if name not in before]

    def _news(self, file: str) -> str:
        """The real path, if it is to be told, else nothing."""
        if not os.path.isabs(file):  # noqa: PTH117
            return ""
        real = self._real(file)
        if real in self._told or not _is_authors(real) or not _is_utf8(real):
            return ""
        self._told.add(real)
        return real

    def _real(self, file: str) -> str:
        """Like `os.path.realpath`, in a tenth of its time: files share their directories."""
        directory, name = os.path.split(file)
        known = self._real_directories.get(directory)
        if known is None:
            known = self._real_directories[directory] = os.path.realpath(directory)
        real = f"{known}{os.sep}{name}"
        return os.path.realpath(real) if os.path.islink(real) else real  # noqa: PTH114


def _file(module: Any) -> str:
    """Where a module comes from, without waking one that is loaded when it is first used."""
    try:
        file = object.__getattribute__(module, "__dict__").get("__file__")
    except AttributeError:
        return ""
    return file if isinstance(file, str) else ""


def _is_authors(file: str) -> bool:
    if file.startswith(_LIBRARY):
        return file.startswith(_INSTALLED)
    return not file.startswith(_OWN)


def _is_utf8(file: str) -> bool:
    try:
        file.encode()
    except UnicodeEncodeError:
        return False
    return True
