"""What answers requests for a project, whether they come through a socket or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from polyfn.gateway.admin import Admin, Front
from polyfn.gateway.direct import DirectCalls
from polyfn.gateway.gateway import Gateway

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyfn.app.project import Project
    from polyfn.gateway.exchange import RequestRecord
    from polyfn.settings import Settings


def front_of(
    project: Project,
    *,
    token: str,
    on_request: Callable[[RequestRecord], None],
    on_bug: Callable[[str, Exception], None],
) -> Front:
    """The ASGI callable of a project: its functions, and what the token's holder may ask for.

    It goes by the project's settings, those that come later included.

    Args:
        on_request: Gets a record of each request that was answered.
        on_bug: Gets the request id and the exception when polyfn itself failed.
    """
    limits = project.settings.limits
    fleet = project.fleet
    gateway = Gateway(
        fleet=fleet,
        invoker=fleet,
        jobs=project.jobs,
        limits=limits,
        on_request=on_request,
        on_bug=on_bug,
        compat=project.settings.serve.compat,
    )
    admin = Admin(
        fleet=fleet,
        invoker=fleet,
        limits=limits,
        token=token,
        state=project.state,
        on_request=on_request,
    )

    def apply(settings: Settings) -> None:
        gateway.limits = admin.limits = settings.limits
        gateway.compat = settings.serve.compat

    project.on_settings = apply
    return Front(gateway, admin, DirectCalls(gateway, fleet))
