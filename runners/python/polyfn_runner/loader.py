"""Loads the function's module and finds the handler in it."""

from __future__ import annotations

import os
import sys
from importlib import machinery

from polyfn_runner import errors, imports

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

    Handler = Callable[[Any, Any], Any]

HANDLER_NAMES = ("handler", "lambda_handler")


def load(
    spec: dict[str, Any], on_logging: Callable[[], None], note: Callable[[str], None]
) -> Handler:
    """Set the import path, import the main file and return the handler.

    Args:
        spec: LOAD's; beside the protocol's own keys ``site_packages`` (list of directories that
            replace the interpreter's own, or absent), ``search`` (list of directories to look in
            last) and ``shared_directory`` (whether files beside the main file are other functions).
        on_logging: Called once `logging` is there.
        note: Told of each source file that is about to be loaded.

    Raises:
        LoadFailed: It does not load; ``SystemExit`` and ``KeyboardInterrupt`` pass.
    """
    main_file = spec["main_file"]
    wanted = spec["handler"]
    if wanted and not wanted.isidentifier():
        raise errors.LoadFailed(
            "Runtime.MalformedHandlerName",
            f"'{wanted}' cannot be the name of a handler: give the name of a module-level function",
        )
    module = _import_main(spec, main_file, on_logging, note)
    return _find_handler(module, wanted, errors.shown(main_file, spec["root"]))


def _import_main(
    spec: dict[str, Any],
    main_file: str,
    on_logging: Callable[[], None],
    note: Callable[[str], None],
) -> ModuleType:
    directory, file = os.path.split(main_file)
    imports.use_settled_loader(note)
    imports.add_site(spec.get("site_packages"))
    sys.path[:0] = imports.python_path(spec["env"])
    is_package = file == "__init__.py"
    stem = os.path.basename(directory) if is_package else file.rpartition(".")[0]  # noqa: PTH119
    # A name that a library has is the library's, or the function could not import it.
    name, taken = stem.replace(".", "_"), ""
    if imports.library_has(name):
        name, taken = f"{name}_function", name
    finder = imports.Finder(
        main=_module_spec(name, main_file, directory if is_package else None, note),
        taken=taken,
        beside=directory if spec.get("shared_directory") else "",
        library=list(sys.path),
        on_logging=on_logging,
    )
    sys.meta_path.insert(0, finder)
    sys.path.insert(0, directory)
    sys.path += [each for each in spec.get("search", ()) if each not in sys.path]
    if "logging" in sys.modules:
        on_logging()
    try:
        __import__(name)
    except Exception as error:
        raise errors.load_failed(stem, error, spec["root"]) from error
    return sys.modules[name]


def _module_spec(
    name: str, file: str, package: str | None, note: Callable[[str], None]
) -> machinery.ModuleSpec:
    loader = imports.SettledLoader(name, file, note)
    spec = machinery.ModuleSpec(name, loader, origin=file, is_package=package is not None)
    spec.has_location = True
    if package is not None:
        spec.submodule_search_locations = [package]
    return spec


def _find_handler(module: ModuleType, wanted: str, main_file: str) -> Handler:
    names = (wanted,) if wanted else HANDLER_NAMES
    for name in names:
        handler = getattr(module, name, None)
        if callable(handler):
            found: Handler = handler
            return found
        if handler is not None:
            raise errors.LoadFailed(
                "Runtime.HandlerNotFound",
                f"'{name}' in {main_file} is a {type(handler).__name__}, which cannot be called: "
                f"make it a function, def {name}(event, context)",
            )
    there = [name for name, value in vars(module).items() if callable(value) and name[0] != "_"]
    raise errors.LoadFailed(
        "Runtime.HandlerNotFound",
        f"Handler '{names[0]}' missing on module '{module.__name__}': {main_file} defines "
        f"{', '.join(sorted(there)[:10]) or 'nothing that can be called'}; "
        f"add def {names[0]}(event, context)",
    )
