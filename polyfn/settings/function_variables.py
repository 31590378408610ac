"""The environment of one function: the project's, its own additions and limits, and Lambda's."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from polyfn.model import Api
from polyfn.settings.environment import OURS, PROCESS, Variable, laid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from polyfn.model import Function
    from polyfn.settings.values import Settings

_ALWAYS: Final = (
    "PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "LANG", "LANGUAGE", "LC_*", "TZ", "TMPDIR",
    "SSL_CERT_FILE", "SSL_CERT_DIR", "SYSTEMROOT", "TEMP", "TMP",
)  # fmt: skip
"""What a program needs to run at all: a list of variables in ``environment`` does not hide it."""

_SAID_OF_IT: Final = "what is said of the function"


def function_environment(
    settings: Settings, function: Function, *, url: str | None = None, log_stream: str = ""
) -> dict[str, str]:
    """Say what a function sees: name → value; see `function_variables`."""
    seen = function_variables(settings, function, url=url, log_stream=log_stream)
    return {name: each.value for name, each in seen.items()}


def function_variables(
    settings: Settings, function: Function, *, url: str | None = None, log_stream: str = ""
) -> dict[str, Variable]:
    """Say what a function sees, and where each value comes from; pure.

    Lambda's names are those of AWS's page "Defined runtime environment variables"; those that only
    name a managed runtime or hold credentials are left out. ``LAMBDA_TASK_ROOT`` is the project,
    and for a ``bootstrap`` the directory it lies in, where AWS's tutorial of custom runtimes looks
    for the file that ``_HANDLER`` names.

    Args:
        settings: The project's settings.
        function: The function.
        url: The site's address, such as ``http://localhost:9999``; taken from settings by default.
        log_stream: The name to give the instance's log stream; the function's own by default.

    Returns:
        The whole environment: name → value, with its origins.
    """
    config = function.config
    own = {
        name: Variable(value, config.environment_origins.get(name, (_SAID_OF_IT,)))
        for name, value in config.environment.items()
    }
    return _complete(
        _defaults(settings, url),
        _limited(_of_project(settings), config.environment_only),
        own,
        _ours(_lambda(settings, function, log_stream)),
        _always(settings) | _ours(_provided(function)),
    )


def project_variables(settings: Settings, *, url: str | None = None) -> dict[str, Variable]:
    """Say what all functions of a project see that do not limit it, in the same way; pure."""
    return _complete(_defaults(settings, url), _of_project(settings), _always(settings))


def _complete(*layers: Mapping[str, Variable]) -> dict[str, Variable]:
    whole = laid(layers)
    return {**_ours({"AWS_DEFAULT_REGION": whole["AWS_REGION"].value}), **whole}


def _defaults(settings: Settings, url: str | None) -> dict[str, Variable]:
    return _ours(
        {
            "CONTEXT": settings.context,
            "URL": url or f"http://localhost:{settings.serve.port}",
            "SITE_NAME": settings.root.name or "site-name",
            "AWS_REGION": "us-east-1",
            "TZ": "UTC",
        }
    )


def _always(settings: Settings) -> dict[str, Variable]:
    # By the third `purgeCache` of @netlify/functions knows that there is no cache to purge.
    return _ours(
        {
            "LAMBDA_TASK_ROOT": str(settings.root),
            "NETLIFY_DEV": "true",
            "NETLIFY_LOCAL": "true",
        }
    )


def _ours(values: Mapping[str, str]) -> dict[str, Variable]:
    return {name: Variable(value, (OURS,)) for name, value in values.items()}


def _of_project(settings: Settings) -> dict[str, Variable]:
    origins = settings.environment_origins
    return {
        name: Variable(value, origins.get(name, (PROCESS,)))
        for name, value in settings.environment.items()
    }


def _limited(
    variables: Mapping[str, Variable], only: tuple[str, ...] | None
) -> Mapping[str, Variable]:
    if only is None:
        return variables
    patterns = (*_ALWAYS, *only)
    return {
        name: each
        for name, each in variables.items()
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
        "_HANDLER": f"{function.name}.{handler}",
    }


def _provided(function: Function) -> dict[str, str]:
    """What differs for a ``bootstrap``: it finds its handler by itself, in its own directory."""
    if function.runtime != "provided":
        return {}
    return {
        "_HANDLER": function.handler or function.main_file.name,
        "LAMBDA_TASK_ROOT": str(function.main_file.parent),
    }
