"""What the function may import, and from where.

``sys.path`` is, in this order: the function's directory (as under AWS), ``PYTHONPATH``, the
standard library, the site-packages, and last the functions directory and the project's root, for
modules that functions share. Three rules go beyond a plain ``sys.path``:

- The few standard modules that the runner needs itself (`RUNNERS_OWN`) are always the real ones,
  as under AWS, where the runtime has imported them before the function.
- A *function* never hides a library: with ``email.py`` and ``stripe.py`` among the functions,
  ``import email`` or ``import stripe`` gets the library, where there is one of that name. (On AWS
  the other functions would not be there.) A shared module in the function's directory does hide it.
- A source file that was saved less than `SETTLED_S` ago is neither read from nor written to the
  bytecode cache: that compares whole seconds and sizes, and would miss a second save.
"""

from __future__ import annotations

import os
import sys
import time
from importlib import machinery

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import CodeType, ModuleType
    from typing import Any

RUNNER_DIR = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
STDLIB = [entry for entry in sys.path if entry != RUNNER_DIR]
SETTLED_S = 3

# fmt: off
RUNNERS_OWN = frozenset((
    "atexit", "binascii", "collections", "contextlib", "copyreg", "enum", "functools",
    "genericpath", "heapq", "io", "json", "keyword", "linecache", "logging", "operator", "os",
    "posixpath", "re", "reprlib", "select", "site", "sre_compile", "sre_constants", "sre_parse",
    "stat", "string", "textwrap", "threading", "time", "token", "tokenize", "traceback", "types",
    "warnings", "weakref",
))
# fmt: on
_HANDLERS = tuple(
    f"{start}{name}{end}".encode()
    for name in ("handler", "lambda_handler")
    for start, end in (("def ", "("), ("async def ", "("), ("", " ="), ("", "="))
)


class SettledLoader(machinery.SourceFileLoader):
    """Loads a source file; by way of the bytecode cache only when it has not just been saved.

    Args:
        note: Told of each file that is about to be loaded.
    """

    def __init__(self, name: str, path: str, note: Callable[[str], None]) -> None:
        super().__init__(name, path)
        self._note = note

    def get_code(self, fullname: str) -> CodeType | None:
        """Compile the file, or take it out of the cache."""
        self._note(self.path)
        return super().get_code(fullname)

    def path_stats(self, path: str) -> Mapping[str, Any]:
        """The file's time and size; refusing is how a loader says: without the cache.

        Raises:
            OSError: The file is too fresh.
        """
        stats = super().path_stats(path)
        if time.time() - stats["mtime"] < SETTLED_S:
            raise OSError(f"{path} was saved a moment ago")
        return stats


class Finder:
    """Stands first on ``sys.meta_path``: finds the function's module, and upholds the rules.

    Args:
        main: The function's own module.
        taken: The main file's name, when a library has it, too; else ``""``.
        beside: The directory whose files are other functions, or ``""``.
        library: ``sys.path`` without the function's own entries.
        on_logging: Called once `logging` has been imported.
    """

    def __init__(
        self,
        *,
        main: machinery.ModuleSpec,
        taken: str,
        beside: str,
        library: Sequence[str],
        on_logging: Callable[[], None],
    ) -> None:
        self._main = main
        self._taken = taken
        self._beside = beside
        self._library = library
        self._on_logging = on_logging

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> machinery.ModuleSpec | None:
        """Find a module, or leave it to the others on ``sys.meta_path``."""
        del target
        if path is not None:
            return None
        if name == self._main.name:
            return self._main
        if name in RUNNERS_OWN:
            spec = machinery.PathFinder.find_spec(name, STDLIB)
            if name == "logging" and spec is not None:
                spec.loader = _Then(spec.loader, self._on_logging)  # type: ignore[assignment]
            return spec
        if name == self._taken or (self._beside and _is_function(self._beside, name)):
            return machinery.PathFinder.find_spec(name, self._library)
        return None


class _Then:
    """A loader that does one thing more after it has run the module."""

    def __init__(self, loader: Any, then: Callable[[], None]) -> None:
        self._loader = loader
        self._then = then

    def exec_module(self, module: ModuleType) -> None:
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        self._then()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)


def use_settled_loader(note: Callable[[str], None]) -> None:
    """Have every directory that comes into use from now on import by `SettledLoader`."""

    def source_loader(name: str, path: str) -> SettledLoader:
        return SettledLoader(name, path, note)

    details: list[tuple[Any, list[str]]] = [
        (machinery.ExtensionFileLoader, machinery.EXTENSION_SUFFIXES),
        (source_loader, machinery.SOURCE_SUFFIXES),
        (machinery.SourcelessFileLoader, machinery.BYTECODE_SUFFIXES),
    ]
    sys.path_hooks[-1:] = [machinery.FileFinder.path_hook(*details)]


def add_site(site_packages: Sequence[str] | None) -> None:
    """Do what ``-S`` left out: site-packages with their ``.pth`` files, ``exit`` and its like.

    Args:
        site_packages: The directories to take, in place of the interpreter's own.
    """
    import site  # noqa: PLC0415 - half a millisecond that booting need not wait for

    if site_packages is None:
        site.main()
        return
    for directory in site_packages:
        site.addsitedir(directory)
    site.setquit()
    site.setcopyright()
    site.sethelper()


def library_has(name: str) -> bool:
    """Whether a module of that name is there before the function's own directory is added."""
    if name in sys.modules or name in sys.builtin_module_names:
        return True
    spec = machinery.PathFinder.find_spec(name)
    return spec is not None and spec.has_location


def python_path(env: Mapping[str, str]) -> list[str]:
    """The directories of ``PYTHONPATH``, which ``-I`` has ignored."""
    return [os.path.abspath(each) for each in env.get("PYTHONPATH", "").split(os.pathsep) if each]  # noqa: PTH100


def _is_function(directory: str, name: str) -> bool:
    """Whether ``NAME.py`` in a directory of functions is one itself, by its text."""
    try:
        with open(f"{directory}/{name}.py", "rb") as file:  # noqa: PTH123
            return any(line.startswith(_HANDLERS) for line in file)
    except OSError:
        return False
