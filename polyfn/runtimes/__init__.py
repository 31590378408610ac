"""The languages: one module each, and the table of them."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from polyfn.runtimes.go import GoRuntime
from polyfn.runtimes.node import NodeRuntime
from polyfn.runtimes.provided import ProvidedRuntime
from polyfn.runtimes.python import PythonRuntime

if TYPE_CHECKING:
    from collections.abc import Mapping

    from polyfn.runtimes.contract import Runtime

_ALL: Final[tuple[Runtime, ...]] = (
    GoRuntime(),
    NodeRuntime(),
    PythonRuntime(),
    ProvidedRuntime(),
)

RUNTIMES: Final[Mapping[str, Runtime]] = MappingProxyType({each.name: each for each in _ALL})
"""Name → language, in the order in which they win over each other."""
