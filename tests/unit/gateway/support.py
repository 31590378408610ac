"""Functions, fleets and requests, as small as the gateway's tests need them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from polyfn.gateway.request import Request, read_headers
from polyfn.gateway.stamp import Stamp
from polyfn.model import Function, FunctionConfig, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

STAMP = Stamp("01M81FXN3NN4X5TV7BSXBM1NPZ", 1_795_346_584_123, "22/Nov/2026:11:23:04 +0000")


def function(
    name: str, *, kind: Kind = Kind.SYNC, problem: str | None = None, **config: Any
) -> Function:
    """A function of that name; the other keywords go into its configuration."""
    return Function(
        name=name,
        runtime="node",
        main_file=Path(f"/project/netlify/functions/{name}.js"),
        source=Path(f"/project/netlify/functions/{name}.js"),
        project_root=Path("/project"),
        kind=kind,
        problem=problem,
        config=FunctionConfig(**config),
    )


@dataclass
class FixedFleet:
    """A fleet of given functions; tests change it as reloading does."""

    all: Sequence[Function]

    def functions(self) -> Sequence[Function]:
        return sorted(self.all, key=lambda each: each.name)

    def find(self, name: str) -> Function | None:
        return next((each for each in self.all if each.name == name), None)


def request(
    *headers: tuple[str, str],
    method: str = "GET",
    path: str = "/.netlify/functions/hello",
    query: str = "",
    client_ip: str = "203.0.113.7",
) -> Request:
    """A request with those header lines."""
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
    single, multi = read_headers(raw)
    return Request(method, path, query, single, multi, client_ip)


__all__ = ["STAMP", "FixedFleet", "function", "replace", "request"]
