"""What every go command of a build gets: flags and environment, the author's joined with ours."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from polyfn.settings import go_version

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# As zip-it-and-ship-it builds (runtimes/go/builder.ts). The tag leaves out aws-lambda-go's net/rpc.
_TAG: Final = "lambda.norpc"
_RPC_TAG: Final = "polyfn.rpc"  # runners/go/bridge/rpc.go
_LINKER: Final = "-s -w"
# The last pattern that matches counts. The standard library stays as everybody's cache has it: to
# compile it once more takes half a minute, and few look into it.
_UNOPTIMISED: Final = ("-gcflags=all=-N -l", "-gcflags=std=")

_SALTED: Final = (
    "GOFLAGS", "GOENV", "GOEXPERIMENT", "GODEBUG", "GOTOOLCHAIN", "GOWORK", "GOPATH", "GOROOT",
    "GOMODCACHE", "GOFIPS140", "GO386", "GOAMD64", "GOARM", "GOARM64", "GOPPC64", "GORISCV64",
    "CGO_ENABLED", "CGO_CFLAGS", "CGO_CPPFLAGS", "CGO_CXXFLAGS", "CGO_LDFLAGS", "CC", "CXX",
)  # fmt: skip


_NAMED_TOOLCHAIN: Final = re.compile(r"go(1\.\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """Flags in which the author's own, of GOFLAGS, are joined with polyfn's.

    A flag on the command line replaces one in GOFLAGS, so tags and linker flags would be lost.
    """

    tags: str
    linker: str
    compiler: tuple[str, ...] = ()


def joined_flags(env: Mapping[str, str], *, rpc: bool = False, debug: bool = False) -> Flags:
    """Join the author's tags and linker flags with polyfn's.

    Args:
        rpc: Whether the runner must be able to serve a library that speaks net/rpc only.
        debug: Whether a debugger is to find its way: names and lines stay, nothing is optimised.
    """
    tags, linker = [_TAG, _RPC_TAG] if rpc else [_TAG], "" if debug else _LINKER
    authors, compiler = list[str](), _UNOPTIMISED if debug else ()
    for name, value in _split(setting("GOFLAGS", env)):
        if name == "tags":
            authors = value.replace(",", " ").split()
        elif name == "ldflags":
            linker = f"{'' if debug else _LINKER} {value}".strip()
        elif name == "gcflags":
            compiler = ()  # the author's own count
    return Flags(tags=",".join([*tags, *authors]), linker=linker, compiler=compiler)


def build_env(env: Mapping[str, str], cwd: Path, *, is_virtual: bool) -> dict[str, str]:
    """The environment of a go command.

    The program runs on this machine, so a target to cross-compile for is left out. CGO_ENABLED is
    0, as on Netlify, unless it is set.
    """
    kept = {k: v for k, v in env.items() if k not in ("GOOS", "GOARCH", "GO111MODULE")}
    # Go takes PWD for the directory when it is the same place: links in it would miss the overlay.
    made = {"CGO_ENABLED": setting("CGO_ENABLED", env) or "0", **kept, "PWD": str(cwd)}
    return {**made, "GOWORK": "off"} if is_virtual else made


def without_idle_switch(env: Mapping[str, str], version: str) -> Mapping[str, str]:
    """The environment, without a switch to another Go where the machine's is what is asked for.

    Args:
        version: The machine's.
    """
    wish = env.get(go_version.VARIABLE, "")
    ours = env.get(go_version.TOOLCHAIN) == go_version.toolchain(wish)
    if not ours or not go_version.is_met_by(wish, version):
        return env
    return {name: value for name, value in env.items() if name != go_version.TOOLCHAIN}


def version_used(env: Mapping[str, str], version: str) -> str:
    """The Go that builds: the one that GOTOOLCHAIN names, else the machine's."""
    found = _NAMED_TOOLCHAIN.match(setting(go_version.TOOLCHAIN, env))
    return found[1] if found else version


def salt(env: Mapping[str, str]) -> tuple[str, ...]:
    """What of the environment changes a result."""
    values = ((name, setting(name, env)) for name in _SALTED)
    return tuple(f"{name}={value}" for name, value in values if value)


def setting(name: str, env: Mapping[str, str]) -> str:
    """A variable of Go's, also when it was set with ``go env -w``; empty when it is not set."""
    if name in env:
        return env[name]
    config = env.get("XDG_CONFIG_HOME") or f"{env.get('HOME', '')}/.config"
    file = Path(env.get("GOENV") or f"{config}/go/env")
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ""
    start = f"{name}="
    return next((line.removeprefix(start) for line in lines if line.startswith(start)), "")


def _split(goflags: str) -> Iterator[tuple[str, str]]:
    try:
        words = shlex.split(goflags)
    except ValueError:  # a quote that does not end: go says so itself
        return
    for word in words:
        name, _, value = word.lstrip("-").partition("=")
        yield name, value
