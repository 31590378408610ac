"""Programs that were built before, and scripts: whether this machine can run them.

zip-it-and-ship-it (``runtimes/detect_runtime.ts``) reads the same headers; it takes 64-bit x86 for
Linux only, polyfn takes what the machine it runs on takes.
"""

from __future__ import annotations

import os
import platform
import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

_ELF: Final = b"\x7fELF"
_MACH_O: Final = (b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe\x00\x00\x00\x02")
_SCRIPT: Final = b"#!"
_HEADER_BYTES: Final = 20
# Of a script's first line: Linux reads no more of it (BINPRM_BUF_SIZE).
_FIRST_LINE_BYTES: Final = 256
_EXECUTABLE, _SHARED_OBJECT = 2, 3

# Position-independent programs are shared objects too; libraries and Node's add-ons are named so.
_LIBRARY_NAME: Final = re.compile(r"\.so(\.\d+)*$|\.node$")

# Such files are not opened to see whether they are programs.
_NO_PROGRAMS: Final = frozenset(
    {".go", ".js", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts", ".py", ".json", ".md", ".txt"}
)

# e_machine of the ELF specification, by Go's names.
_MACHINES: Final = {
    3: "386", 21: "ppc64le", 22: "s390x", 40: "arm", 62: "amd64",
    183: "arm64", 243: "riscv64", 258: "loong64",
}  # fmt: skip
_HOSTS: Final = {
    "x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64", "i386": "386",
    "i686": "386", "armv6l": "arm", "armv7l": "arm", "ppc64le": "ppc64le", "s390x": "s390x",
    "riscv64": "riscv64", "loongarch64": "loong64",
}  # fmt: skip


class Target(NamedTuple):
    """What a program was built for, in Go's words; ``arch`` is empty where it is not known."""

    system: str
    arch: str


def is_program(path: Path) -> bool:
    """Whether a file is a program for some machine; what cannot be read is none."""
    return path.suffix not in _NO_PROGRAMS and target_of(path) is not None


def is_script(path: Path) -> bool:
    """Whether a file without an extension is a script that may be run."""
    return not path.suffix and os.access(path, os.X_OK) and _first_bytes(path)[:2] == _SCRIPT


def problem(path: Path) -> str | None:
    """Say why a program cannot run here, or ``None``."""
    target = target_of(path)
    here = _HOSTS.get(platform.machine().lower(), "")
    if target is None:
        return f"{path.name} is no program"
    if target.system != "linux" or (here and target.arch != here):
        built = f"{target.system}/{target.arch or 'another processor'}"
        wanted = f"linux/{here or target.arch}"
        return f"{path.name} is a program for {built}: build it again for {wanted}{_in_go(wanted)}"
    return _permission_problem(path)


def start_problem(path: Path) -> str | None:
    """Say why a program or a script cannot be started here, or ``None``."""
    if target_of(path) is not None:
        return problem(path)
    first = _first_bytes(path)
    if not first.startswith(_SCRIPT):
        return f"{path.name} is neither a program nor a script: a script begins with #!/bin/sh"
    line = first.partition(b"\n")[0]
    if line.endswith(b"\r"):
        return f"{path.name} has lines that end with CR LF, which Linux cannot start: write LF"
    interpreter = os.fsdecode((line[len(_SCRIPT) :].split() or [b""])[0])
    if not os.path.isfile(interpreter):  # noqa: PTH113  # a Path cannot hold every line
        return f"{path.name} begins with #!{interpreter}, and there is no such program"
    return _permission_problem(path)


def _permission_problem(path: Path) -> str | None:
    if os.access(path, os.X_OK):
        return None
    return f"{path.name} is not executable: chmod +x {path.name}"


def _in_go(wanted: str) -> str:
    system, arch = wanted.split("/")
    return f" (in Go: GOOS={system} GOARCH={arch})"


def _first_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_FIRST_LINE_BYTES)
    except OSError:
        return b""


def target_of(path: Path) -> Target | None:
    """Read for what a program was built; ``None`` when it is none, or cannot be read."""
    header = _first_bytes(path)
    if header.startswith(_MACH_O):
        return Target("darwin", "")
    if not header.startswith(_ELF) or len(header) < _HEADER_BYTES:
        return None
    order: Final = "big" if header[5] == 2 else "little"  # ELFDATA2MSB
    kind = int.from_bytes(header[16:18], order)
    if kind == _EXECUTABLE or (kind == _SHARED_OBJECT and not _LIBRARY_NAME.search(path.name)):
        return Target("linux", _MACHINES.get(int.from_bytes(header[18:20], order), ""))
    return None
