"""Runtime clients and programs on them: built or installed for real, or why they cannot be."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from polyfn.build.toolchains import Toolchains
from tests.acceptance.runtime_clients.kept import HOME, kept
from tests.npm import npm
from tests.process.go_support import LIBRARY, go_env, go_tool

ROOT = Path(__file__).resolve().parents[3]
SOURCES = ROOT / "tests/functions/clients"
EXAMPLE = ROOT / "examples/rust"
# Under the versions that docs/reference/runtime-clients.md names.
AWSLAMBDARIC = "4.2.2"
AWS_LAMBDA_RIC = "4.0.2"
RIC_NODE = "22"
GO_NEWEST = "1.55.1"
GO_OLDEST = "1.18.0"
# version → the oldest Go that takes it, and the two sums of go.sum.
_GO = {
    GO_OLDEST: (
        "1.21",
        "13AfxzFoPlFjOzXHbRnKuTbteCzHbu4YQgKONNhWcmo=",
        "FEwgPLE6+8wcGBTe5cJN3JWurd1Ztm9zN4jsXsjzKKw=",
    ),
    GO_NEWEST: (
        "1.26",
        "We2cCp4BwqqH/JW+bEEo1FhgG71rslvjfi4y7KmlrR0=",
        "V+NzkHNR6vBC8C1PDloqSLE+7jYWFiPvJJFiCiTm8nE=",
    ),
}
_PATIENCE_S = 600
_CRATE = re.compile(r'name = "(.+)"\nversion = "(.+)"')


def crate_version(name: str) -> str:
    """Of a crate that the programs in Rust are locked to."""
    versions: dict[str, str] = dict(_CRATE.findall((SOURCES / "rust/Cargo.lock").read_text()))
    return versions[name]


@cache
def cargo() -> dict[str, str]:
    """The environment in which Rust is built: quickly, and what it depends on once for all."""
    _needed("cargo", "Rust")
    _needed("cc", "a C compiler, which Rust links with")
    return {
        "CARGO_TARGET_DIR": str(HOME / "cargo-target"),
        "CARGO_PROFILE_RELEASE_OPT_LEVEL": "0",
    }


@cache
def rust(crate: Path, program: str) -> Path:
    """A program of a crate."""
    env = {**os.environ, **cargo()}
    version = subprocess.run(["cargo", "--version"], capture_output=True, text=True, check=True)
    sources = [
        each for each in sorted(crate.rglob("*")) if each.suffix in {".rs", ".toml", ".lock"}
    ]

    def build(directory: Path) -> None:
        copied = crate_copied(crate, directory / "crate")
        _run("cargo", "build", "--release", "--locked", "--bin", program, cwd=copied, env=env)
        shutil.copy(Path(env["CARGO_TARGET_DIR"]) / "release" / program, directory)

    return kept("rust", [program, *sources, version.stdout], build) / program


def crate_copied(crate: Path, to: Path) -> Path:
    """A copy of a crate whose files are new: cargo takes an old one for built, wherever it is."""
    skipped = shutil.ignore_patterns("target", ".polyfn", "netlify")
    return shutil.copytree(crate, to, ignore=skipped, copy_function=shutil.copyfile)


@cache
def go(version: str) -> Path:
    """A Go program as `go build` makes it, with none of polyfn's in it."""
    tool = go_tool()
    language, content, go_mod = _GO[version]
    if tuple(map(int, tool.version.split(".")[:2])) < tuple(map(int, language.split("."))):
        pytest.skip(f"aws-lambda-go {version} needs Go {language}")
    sources = sorted((SOURCES / "go").glob("*.go"))
    module = f"module clients\n\ngo {language}\n\nrequire {LIBRARY} v{version}\n"
    tags = "oldest" if version == GO_OLDEST else "newest"

    def build(directory: Path) -> None:
        for source in sources:
            shutil.copy(source, directory)
        (directory / "go.mod").write_text(module)
        (directory / "go.sum").write_text(
            f"{LIBRARY} v{version} h1:{content}\n{LIBRARY} v{version}/go.mod h1:{go_mod}\n"
        )
        _run(
            str(tool.path), "build", "-ldflags=-s -w", "-tags", tags, "-o", "program", ".",
            cwd=directory, env=go_env(CGO_ENABLED="0"),
        )  # fmt: skip

    return kept("go", [*sources, module, tags, tool.version], build) / "program"


@cache
def awslambdaric() -> Path:
    """Where AWS's client for Python is installed."""
    if importlib.util.find_spec("pip") is None:
        pytest.skip("there is no pip in this environment to install awslambdaric with")

    def install(directory: Path) -> None:
        pip = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        _run(*pip, "--target", str(directory), f"awslambdaric=={AWSLAMBDARIC}")

    python = f"{sys.implementation.cache_tag} {platform.platform()}"
    return kept("awslambdaric", [AWSLAMBDARIC, python], install)


@cache
def ric_node() -> Path:
    """The Node.js that AWS's client for it needs: the machine's, or the one polyfn fetches."""
    found = asyncio.run(Toolchains(ROOT, os.environ, node_version=RIC_NODE).find("node"))
    if not found.version.startswith(f"{RIC_NODE}."):
        pytest.skip(f"aws-lambda-ric {AWS_LAMBDA_RIC} needs Node.js {RIC_NODE}: {found.remark}")
    return found.path


@cache
def aws_lambda_ric() -> Path:
    """AWS's client for Node.js, whose curl and C++ client npm compiles: about a minute."""
    for tool, what in {"cmake": "CMake", "make": "make", "c++": "a C++ compiler"}.items():
        _needed(tool, what)
    node = ric_node()
    env = {
        **os.environ,
        "PATH": os.pathsep.join([str(node.parent), os.environ["PATH"]]),
        "npm_config_nodedir": str(node.parent.parent),  # where the headers are
    }

    def install(directory: Path) -> None:
        (directory / "package.json").write_text('{"private": true}')
        flags = ["--no-audit", "--no-fund"]
        _run(*npm(), "install", *flags, f"aws-lambda-ric@{AWS_LAMBDA_RIC}", cwd=directory, env=env)

    made = kept("aws-lambda-ric", [AWS_LAMBDA_RIC, platform.platform()], install)
    return made / "node_modules/aws-lambda-ric/index.mjs"


def _needed(tool: str, what: str) -> str:
    found = shutil.which(tool)
    if found is None:
        pytest.skip(f"there is no {tool} on the PATH: it needs {what}")
    return found


def _run(*command: str, cwd: Path | None = None, env: dict[str, str] | None = None) -> None:
    done = subprocess.run(
        command, cwd=cwd, env=env, timeout=_PATIENCE_S, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-4000:]
