"""The lab: what every measurement needs, and nothing measured."""

from __future__ import annotations

import contextlib
import os
import tempfile
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from polyfn_bench import peers
from polyfn_bench.children import Children
from polyfn_bench.programs import Programs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from polyfn_bench.effort import Effort
    from polyfn_bench.peers import Peer
    from polyfn_bench.progress import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Lab:
    """Where measurements are made.

    Attributes:
        scratch: A directory that goes with the lab.
        env: The environment of all that is started.
        peers: Those that are installed and wanted.
    """

    effort: Effort
    programs: Programs
    children: Children
    scratch: Path
    env: Mapping[str, str]
    peers: tuple[Peer, ...]
    progress: Progress
    _numbers: count[int]

    def place(self, name: str) -> Path:
        """A path in the scratch directory that nobody else was given."""
        return self.scratch / f"{next(self._numbers)}-{name}"


@contextlib.contextmanager
def opened(effort: Effort, progress: Progress, *, with_peers: bool) -> Iterator[Lab]:
    """A lab; at the end nothing of it is left."""
    env = _environment()
    installed = peers.installed() if with_peers else ()
    with tempfile.TemporaryDirectory(prefix="polyfn-bench-") as scratch, Children() as children:
        yield Lab(
            effort=effort,
            programs=Programs(env),
            children=children,
            scratch=Path(scratch),
            env=env,
            peers=installed,
            progress=progress,
            _numbers=count(),
        )


def _environment() -> dict[str, str]:
    """Ours without what would change what is measured, such as a NODE_OPTIONS."""
    steering = ("POLYFN_", "NODE_", "PYTHON", "NETLIFY_", "GOFLAGS", "GOMAXPROCS", "UV_")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(steering)}
    cache = {key: os.environ[key] for key in ("POLYFN_CACHE",) if key in os.environ}
    return kept | cache
