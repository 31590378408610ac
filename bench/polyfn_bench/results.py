"""A whole run: what was measured, on what, with what; as JSON and back."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from polyfn_bench.figures import Figure, Goal, Point, Row
from polyfn_bench.machine import Machine

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """A run.

    Attributes:
        effort: ``full`` or ``quick``.
        versions: Of the programs and peers that took part, polyfn's among them.
        failed: Measurements that could not be made: name and reason.
    """

    machine: Machine
    effort: str
    seconds: float
    versions: Mapping[str, str]
    rows: tuple[Row, ...]
    points: tuple[Point, ...]
    failed: Mapping[str, str]


def to_json(results: Results) -> str:
    """A run as JSON; each row with its verdict in words."""
    content = asdict(results)
    for row, data in zip(results.rows, content["rows"], strict=True):
        data["reached"] = row.verdict.value
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def from_json(text: str) -> Results:
    """What `to_json` wrote."""
    content = json.loads(text)
    return Results(
        **{
            **content,
            "machine": Machine(**content["machine"]),
            "rows": tuple(map(_row, content["rows"])),
            "points": tuple(map(_point, content["points"])),
        }
    )


def _row(data: dict[str, Any]) -> Row:
    del data["reached"]
    goal = data["goal"]
    return Row(
        **{
            **data,
            "ours": _figure(data["ours"]),
            "goal": goal and Goal(**goal),
            "peers": {name: _figure(value) for name, value in data["peers"].items()},
        }
    )


def _point(data: dict[str, Any]) -> Point:
    figures = {key: Figure(**value) for key, value in data.items() if isinstance(value, dict)}
    return Point(**{**data, **figures})


def _figure(data: dict[str, float] | str) -> Figure | str:
    return data if isinstance(data, str) else Figure(**data)
