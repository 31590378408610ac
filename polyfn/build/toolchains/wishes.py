"""Which Node.js a project asks for, and where it says so.

Netlify's build image takes ``.nvmrc``, else ``.node-version``, else ``NODE_VERSION``
(netlify/build-image, `run-build-functions.sh`, `install_node`); for functions
``AWS_LAMBDA_JS_RUNTIME`` is above all. Here a ``NODE_VERSION`` that polyfn itself was started with
comes before the files, as everything does that is said for one run; and ``engines``, which Netlify
does not read, comes last.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import orjson

from polyfn.build.fingerprints import stamp_of
from polyfn.build.toolchains import ranges

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from polyfn.build.fingerprints import Stamp
    from polyfn.build.toolchains.ranges import Range

_VARIABLE: Final = "NODE_VERSION"
_LAMBDA: Final = "AWS_LAMBDA_JS_RUNTIME"
_FILES: Final = (".nvmrc", ".node-version")
_ENGINES: Final = "engines in package.json"
_MAX_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True)
class Wish:
    """What a project asks for.

    Attributes:
        text: As it stands there.
        origin: Where it stands, in words.
        range: What it means; ``None`` when it means no version.
    """

    text: str
    origin: str
    range: Range | None

    @property
    def is_firm(self) -> bool:
        """Whether it says which to take; ``engines`` says which will do, and npm only warns."""
        return self.origin != _ENGINES


class Wishes:
    """What one project asks for; its files are read again when they have changed.

    Args:
        root: The project's directory; files are looked for from there up to the repository's top.
        env: The build's environment.
        typed: ``NODE_VERSION`` as polyfn itself was started with, or empty.

    Attributes:
        files: Those in which a wish may stand and nothing else, whether they are there or not.
    """

    def __init__(self, root: Path, env: Mapping[str, str], typed: str) -> None:
        self._env = env
        self._typed = typed
        self._places = _places(root)
        self.files = [place / name for name in _FILES for place in self._places]
        self._manifests = [place / "package.json" for place in self._places]
        self._stamps: list[Stamp] = []
        self._wish: Wish | None = None

    def now(self) -> Wish | None:
        """The wish that counts."""
        stamps = [stamp_of(path) for path in (*self.files, *self._manifests)]
        if stamps != self._stamps:
            self._stamps, self._wish = stamps, self._read()
        return self._wish

    def _read(self) -> Wish | None:
        for text, origin in self._said():
            if text:
                return Wish(text, origin, ranges.parse(text))
        return None

    def _said(self) -> Iterator[tuple[str, str]]:
        yield self._env.get(_LAMBDA, "").strip(), _LAMBDA
        yield self._typed.strip(), _VARIABLE
        for path in self.files:
            yield _first_line(path), path.name
        yield self._env.get(_VARIABLE, "").strip(), _VARIABLE
        for path in self._manifests:
            yield _engine(path), _ENGINES


def _places(root: Path) -> list[Path]:
    """A directory and those above it in the same repository; itself alone outside of any."""
    for depth, place in enumerate((root, *root.parents)):
        if (place / ".git").exists():
            return [root, *root.parents][: depth + 1]
    return [root]


def _first_line(path: Path) -> str:
    """What a file says, without comments."""
    for line in _read(path).decode("utf-8", "replace").splitlines():
        if text := line.partition("#")[0].strip():
            return text
    return ""


def _engine(manifest: Path) -> str:
    try:
        wanted = orjson.loads(_read(manifest))["engines"]["node"]
    except (ValueError, KeyError, TypeError):
        return ""
    return wanted.strip() if isinstance(wanted, str) else ""


def _read(path: Path) -> bytes:
    try:
        with path.open("rb", 0) as file:
            return file.read(_MAX_BYTES)
    except OSError:
        return b""
