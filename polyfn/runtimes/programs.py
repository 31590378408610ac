"""Starting programs that hold no runner of ours: they ask for their invocations by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from polyfn.model import LaunchSpec
from polyfn.runtimes.beside import beside, stamp

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# posix_spawn cannot change the directory; a shell can, and then is the program: 1 ms.
_SHELL: Final = "/bin/sh"
_IN_DIRECTORY: Final = 'cd -- "$1" && exec "$2"'


def launch(
    program: Path,
    *,
    cwd: str,
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
) -> LaunchSpec:
    """Say how to start a program that speaks the Lambda Runtime API.

    Args:
        cwd: The directory to start it in.
        environment: Variables that take the place of the function's.
        directory: Where what it loads lies: another version of that is another version of it.
    """
    files = beside(directory) if directory else ()
    return LaunchSpec(
        argv=(_SHELL, "-c", _IN_DIRECTORY, _SHELL, cwd, str(program)),
        frame_fds=None,
        start_env=environment or {},
        load={"handler": "", "beside": stamp(files)},
        depends_on=(program, program.resolve(), *files),
    )
