"""The environment of one function: the project's, its own additions and limits, and Lambda's."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from polyfn.model import Api

if TYPE_CHECKING:
    from collections.abc import Mapping

    from polyfn.model import Function
    from polyfn.settings.values import Settings

_ALWAYS: Final = (
    "PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "LANG", "LANGUAGE", "LC_*", "TZ", "TMPDIR",
    "SSL_CERT_FILE", "SSL_CERT_DIR", "SYSTEMROOT", "TEMP", "TMP",
)  # fmt: skip
"""What a program needs to run at all: a list of variables in ``environment`` does not hide it."""


def function_environment(
    settings: Settings, function: Function, *, url: str | None = None, log_stream: str = ""
) -> dict[str, str]:
    """Say what a function sees; pure.

    Lambda's names are those of AWS's page "Defined runtime environment variables"; those that only
    name a managed runtime or hold credentials are left out. ``LAMBDA_TASK_ROOT`` is the project.

    Args:
        settings: The project's settings.
        function: The function.
        url: The site's address, such as ``http://localhost:9999``; taken from settings by default.
        log_stream: The name to give the instance's log stream; the function's own by default.

    Returns:
        The whole environment: name → value.
    """
    config = function.config
    project = _limited(settings.environment, config.environment_only)
    defaults = {
        "CONTEXT": settings.context,
        "URL": url or f"http://localhost:{settings.serve.port}",
        "SITE_NAME": settings.root.name or "site-name",
        "AWS_REGION": "us-east-1",
        "TZ": "UTC",
    }
    chosen = {**defaults, **project, **config.environment}
    return {
        "AWS_DEFAULT_REGION": chosen["AWS_REGION"],
        **chosen,
        **_lambda(settings, function, log_stream),
        "NETLIFY_DEV": "true",
    }


def _limited(environment: Mapping[str, str], only: tuple[str, ...] | None) -> dict[str, str]:
    if only is None:
        return dict(environment)
    patterns = (*_ALWAYS, *only)
    return {
        name: value
        for name, value in environment.items()
        if any(fnmatchcase(name, pattern) for pattern in patterns)
    }


def _lambda(settings: Settings, function: Function, log_stream: str) -> dict[str, str]:
    handler = function.handler if function.api is Api.LAMBDA and function.handler else "handler"
    return {
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(
            function.config.memory_mb or settings.limits.memory_mb
        ),
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": log_stream or f"[$LATEST]{function.name}",
        "LAMBDA_TASK_ROOT": str(settings.root),
        "_HANDLER": f"{function.name}.{handler}",
    }
