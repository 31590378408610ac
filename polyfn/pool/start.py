"""Starting a child for a function, the way its program speaks."""

from __future__ import annotations

import signal
from functools import partial
from typing import TYPE_CHECKING

from polyfn.pool.channel import Channel
from polyfn.pool.child import Child
from polyfn.runtime_api import VARIABLE, Host

if TYPE_CHECKING:
    from polyfn.pool.child import Listener
    from polyfn.pool.deployment import Deployment
    from polyfn.pool.spawner import Spawner


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
    host.belongs_to(process.pid, partial(process.signal_group, signal.SIGTERM))
    return Child(process, host, pipes.log, owner)
