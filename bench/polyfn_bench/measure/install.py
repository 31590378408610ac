"""Installing polyfn into a new environment, without toolchains: megabytes, packages, seconds."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING

from polyfn_bench import disk
from polyfn_bench.figures import BenchError, Figure, Row, Section
from polyfn_bench.goals import GOALS
from polyfn_bench.peers import record
from polyfn_bench.programs import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from polyfn_bench.lab import Lab

_LIMIT_S = 600
_NOT_COUNTED = frozenset({"pip", "setuptools", "wheel"})


def measure(lab: Lab) -> Section:
    """From the package index that pip is configured for; pip itself is not counted."""
    lab.progress.say("pip install into a new environment")
    place = lab.place("environment")
    python = str(place / "bin/python")
    _run(lab, [sys.executable, "-m", "venv", str(place)])
    before = disk.megabytes(place)
    began = time.perf_counter()
    _run(lab, [python, "-m", "pip", "install", "--quiet", str(ROOT)])
    seconds = time.perf_counter() - began
    listed = json.loads(_run(lab, [python, "-m", "pip", "list", "--format", "json"]))
    packages = {package["name"] for package in listed} - _NOT_COUNTED
    ours = {
        "size": disk.megabytes(place) - before,
        "packages": len(packages),
        "seconds": seconds,
    }
    return Section(tuple(_row(lab, name, value) for name, value in ours.items()))


def _row(lab: Lab, name: str, value: float) -> Row:
    title, unit = {
        "size": ("installed, without toolchains", "MB"),
        "packages": ("packages installed", ""),
        "seconds": ("installing", "s"),
    }[name]
    # One npm install brings both peers; nearly all of it is the Netlify CLI's.
    peers = {lab.peers[0].name: Figure.of([record()[name]])} if lab.peers else {}
    return Row(
        key=f"install.{name}",
        title=title,
        unit=unit,
        ours=Figure.of([value]),
        goal=GOALS.get(f"install.{name}"),
        peers=peers,
    )


def _run(lab: Lab, argv: Sequence[str]) -> bytes:
    done = lab.children.run(argv, cwd=lab.scratch, env=lab.env, limit_s=_LIMIT_S)
    if done.returncode != 0:
        raise BenchError(f"{' '.join(argv)} failed: {done.stderr.decode()[-500:]}")
    return done.stdout
