"""The peers: the Netlify CLI and functions-framework, once ``bench/install-peers`` was run."""

from __future__ import annotations

import http.client
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from polyfn_bench.figures import BenchError
from polyfn_bench.programs import FLOORS, PEERS
from polyfn_bench.servers import FUNCTIONS, Server, started

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from polyfn_bench.lab import Lab

T = TypeVar("T")

RECORD = PEERS / "installed.json"
MODULES = PEERS / "node_modules"
_WORDS = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Another way to serve functions on one's own machine.

    Attributes:
        functions: Those of our projects that it can serve.
        whole_project: Whether it serves a project, lists it and watches it; functions-framework
            serves one function of one file.
    """

    name: str
    version: str
    functions: frozenset[str]
    whole_project: bool

    def path(self, function: str) -> str:
        """Where a function answers."""
        return FUNCTIONS + function if self.whole_project else "/"

    def serve(self, lab: Lab, project: Path, function: str) -> AbstractContextManager[Server]:
        """Serve a project until that function answered; functions-framework has only that one."""
        node = record()["node"]
        if self.name == NETLIFY:
            argv = [node, *netlify("functions:serve"), "--offline", "--port", "{port}"]
        else:
            script = MODULES / "@google-cloud/functions-framework/build/src/main.js"
            source = f"--source={FLOORS / 'framework.js'}"
            argv = [node, str(script), f"--target={function}", source, "--port", "{port}"]
        return started(lab, argv, ready=self.path(function), cwd=project, env=environment(lab))


NETLIFY = "netlify-cli"
FRAMEWORK = "functions-framework"


def installed() -> tuple[Peer, ...]:
    """Those that can be measured here."""
    if not RECORD.is_file():
        return ()
    versions = record()["versions"]
    js = frozenset({"js", "js-work"})
    every = js | {"modern", "ts", "go", "outside", "ts-work", "go-work"}
    return (
        Peer(name=NETLIFY, version=versions[NETLIFY], functions=every, whole_project=True),
        Peer(name=FRAMEWORK, version=versions[FRAMEWORK], functions=js, whole_project=False),
    )


def attempt(measure: Callable[[], T]) -> T | str:
    """What was measured of a peer, or in words why it could not be: that is a result, too."""
    try:
        return measure()
    except BenchError as error:
        return str(error).partition("\n")[0][:_WORDS]
    except (OSError, http.client.HTTPException, subprocess.TimeoutExpired) as error:
        return type(error).__name__


def record() -> dict[str, Any]:
    """What ``bench/install-peers`` wrote: node, versions, seconds, packages, size in MB."""
    content: dict[str, Any] = json.loads(RECORD.read_text(encoding="utf-8"))
    return content


def netlify(command: str) -> list[str]:
    """The words after Node's that run a command of the Netlify CLI."""
    return [str(MODULES / "netlify-cli/bin/run.js"), command]


def environment(lab: Lab) -> dict[str, str]:
    """No questions, no update check, and settings in the scratch directory, not in the user's."""
    home = str(lab.scratch)
    return {
        **lab.env,
        "CI": "1",
        "HOME": home,
        "XDG_CONFIG_HOME": home,
        "NO_UPDATE_NOTIFIER": "1",
        # Go's caches are found by HOME as well, and stay the user's.
        "GOPATH": lab.env.get("GOPATH", str(Path.home() / "go")),
        "GOCACHE": lab.env.get("GOCACHE", str(Path.home() / ".cache/go-build")),
    }
