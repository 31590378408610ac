"""``GO_VERSION``: which Go builds use, said in the way in which go itself takes it.

Netlify's build image installs that version and puts it on the PATH (netlify/build-image,
``run-build-functions.sh``, by gimme). Go has fetched other versions of itself since 1.21: with
``GOTOOLCHAIN=go1.22.3+auto`` it is that one, or a newer one where a go.mod asks for it ("Go
Toolchains", go.dev/doc/toolchain).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLE: Final = "GO_VERSION"
TOOLCHAIN: Final = "GOTOOLCHAIN"
_VERSION: Final = re.compile(r"(?:go)?(1)\.(\d+)(?:\.(\d+|x))?((?:rc|beta)\d+)?")
# From then on the first release of a minor version is called .0.
_ZERO_SINCE: Final = 21


def steered(builds: Mapping[str, str], process: Mapping[str, str]) -> dict[str, str]:
    """What builds see on top of polyfn's own environment, with go told which version to be.

    A ``GOTOOLCHAIN`` that somebody has set goes on counting.

    Args:
        builds: What they see without that.
        process: polyfn's own environment.
    """
    seen = {**process, **builds}
    wanted = toolchain(seen.get(VARIABLE, ""))
    return dict(builds) if TOOLCHAIN in seen or not wanted else {**builds, TOOLCHAIN: wanted}


def toolchain(text: str) -> str:
    """``GOTOOLCHAIN`` for a ``GO_VERSION``; empty when that names no version."""
    version = asked_for(text)
    return f"go{version}+auto" if version else ""


def asked_for(text: str) -> str:
    """The release that a ``GO_VERSION`` means, such as ``1.22.0`` for ``1.22``; or nothing."""
    found = _VERSION.fullmatch(text.strip())
    if found is None:
        return ""
    major, minor, patch, pre = found.groups()
    if pre and patch is None:
        return f"{major}.{minor}{pre}"
    if patch in (None, "x"):
        patch = "0" if int(minor) >= _ZERO_SINCE else None
    return ".".join(filter(None, (major, minor, patch)))


def is_met_by(text: str, version: str) -> bool:
    """Whether a Go is what a ``GO_VERSION`` without a patch number means: any of that minor."""
    found = _VERSION.fullmatch(text.strip())
    if found is None or found[3] not in (None, "x") or found[4]:
        return False
    return version == f"1.{found[2]}" or version.startswith(f"1.{found[2]}.")
