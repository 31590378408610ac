"""Which aws-lambda-go a module names, and whether its handlers can be called without its HTTP.

``docs/decisions/0015-go-hot-path.md`` has the reasons. Whatever is not plain to see is answered
with no: then the program asks the Lambda Runtime API for its events, which every version does.
"""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Final

from polyfn.runtimes.go.flags import setting

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from polyfn.runtimes.go.modules import Module

LIBRARY: Final = "github.com/aws/aws-lambda-go"

# Each is built and called in tests/process/test_go_direct.py.
DIRECT_VERSIONS: Final = frozenset(
    {
        "1.41.0", "1.46.0", "1.47.0", "1.48.0", "1.49.0", "1.50.0", "1.51.2", "1.52.0", "1.53.0",
        "1.54.0", "1.55.0", "1.55.1",
    }
)  # fmt: skip

_REQUIRED: Final = re.compile(
    rf"^[ \t]*(?:require[ \t]+)?{re.escape(LIBRARY)}[ \t]+v(\S+)[ \t]*(//.*)?$", re.MULTILINE
)
_REPLACED: Final = re.compile(rf"{re.escape(LIBRARY)}(?:[ \t]+v\S+)?[ \t]*=>")
_VENDORED: Final = f"\n{LIBRARY}/lambda\n"


def direct_version(module: Module, env: Mapping[str, str]) -> str | None:
    """The version whose handlers are called directly, such as ``1.54.0``; ``None``: they are not.

    The program itself looks whether it was linked with that version (runners/go/direct).
    """
    if "-modfile" in setting("GOFLAGS", env):
        return None
    try:
        required = _REQUIRED.findall((module.root / "go.mod").read_text("utf-8", "replace"))
    except OSError:
        return None
    if len(required) != 1 or "indirect" in required[0][1]:
        return None
    version: str = required[0][0]
    if version not in DIRECT_VERSIONS or not all(map(_leaves_alone, _deciders(module, env))):
        return None
    return version


def _leaves_alone(text: str) -> bool:
    """No replacement of the library; and, if the text lists what is vendored, the package is."""
    is_listing = text.startswith(("# ", "## "))
    return not _REPLACED.search(text) and (not is_listing or _VENDORED in text)


def _deciders(module: Module, env: Mapping[str, str]) -> Iterator[str]:
    """The texts of go.mod, of each go.work that may count, and of what is vendored beside them."""
    chosen = env.get("GOWORK", "")
    works = (
        []
        if chosen == "off"
        else [each / "go.work" for each in (module.root, *module.root.parents)]
    )
    if chosen not in ("", "off"):
        works = [module.root.joinpath(chosen)]
    for file in (module.root / "go.mod", module.root / "vendor/modules.txt"):
        yield from _text(file)
    for file in works:
        yield from _text(file)
        if file.is_file():
            yield from _text(file.with_name("vendor") / "modules.txt")


def _text(file: Path) -> Iterator[str]:
    with contextlib.suppress(OSError):
        yield file.read_text("utf-8", "replace")
