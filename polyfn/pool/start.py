"""Starting a child for a function, the way its program speaks."""

from __future__ import annotations

import asyncio
import signal
from functools import partial
from typing import TYPE_CHECKING, Final

from polyfn.pool.channel import Channel
from polyfn.pool.child import Child
from polyfn.runtime_api import VARIABLE, Host

if TYPE_CHECKING:
    from polyfn.pool.child import Listener
    from polyfn.pool.deployment import Deployment
    from polyfn.pool.process import Process
    from polyfn.pool.spawner import Spawner

# As long as Lambda waits for programs with an internal extension ("Shutdown phase").
_SHUTDOWN_S: Final = 0.5


def start_child(deployment: Deployment, spawner: Spawner, owner: Listener) -> Child:
    """Start one; it has to be opened.

    Raises:
        Unavailable: The system refused to start it, or there is nothing to start.
    """
    deployment.check()
    launch, environment = deployment.launch, deployment.spawn_environment
    if launch.frame_fds is not None:
        process, pipes = spawner.spawn(launch.argv, environment, launch.frame_fds)
        return Child(process, Channel(pipes), pipes.log, owner)
    host = Host()
    try:
        process, pipes = spawner.spawn(launch.argv, {**environment, VARIABLE: host.address}, None)
    except BaseException:
        host.close()
        raise
    host.belongs_to(process.pid, partial(_end, process))
    return Child(process, host, pipes.log, owner)


def _end(process: Process) -> None:
    """Ask a program that runs nothing to end, and end it: a handler of SIGTERM may go on."""
    process.signal_group(signal.SIGTERM)
    asyncio.get_running_loop().call_later(_SHUTDOWN_S, _kill, process)


def _kill(process: Process) -> None:
    if not process.exited.done():
        process.signal_group(signal.SIGKILL)
