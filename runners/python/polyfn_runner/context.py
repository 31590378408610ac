"""The second argument of a handler, with the attributes that AWS gives it.

After aws-lambda-python-runtime-interface-client, `awslambdaric/lambda_context.py`.
"""

from __future__ import annotations

from time import monotonic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


class _Record:
    """Named attributes, taken from a JSON object; those it lacks are ``None``."""

    __slots__: tuple[str, ...] = ()

    def __init__(self, values: Mapping[str, Any]) -> None:
        for name in self.__slots__:
            setattr(self, name, values.get(name))

    def __repr__(self) -> str:
        told = ",".join(f"{name}={getattr(self, name)}" for name in self.__slots__)
        return f"{type(self).__name__}([{told}])"


class CognitoIdentity:
    """Who called, when a Cognito identity did; else its two attributes are ``None``."""

    __slots__ = ("cognito_identity_id", "cognito_identity_pool_id")

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.cognito_identity_id = values.get("cognitoIdentityId")
        self.cognito_identity_pool_id = values.get("cognitoIdentityPoolId")

    __repr__ = _Record.__repr__


class Client(_Record):
    """The mobile application that called."""

    __slots__ = (  # noqa: RUF023 - AWS's order
        "installation_id",
        "app_title",
        "app_version_name",
        "app_version_code",
        "app_package_name",
    )


class ClientContext(_Record):
    """What the caller sent along; ``identity`` and ``user`` are Netlify's, the rest AWS's."""

    __slots__ = ("custom", "env", "client", "identity", "user")  # noqa: RUF023 - AWS's order

    client: Any

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        if isinstance(self.client, dict):
            self.client = Client(self.client)


class LambdaContext:
    """One invocation, as its handler sees it.

    Attributes:
        memory_limit_in_mb: A string, as on AWS.
        tenant_id: Always ``None``.
    """

    aws_request_id: str
    log_group_name: str
    log_stream_name: str
    function_name: str
    memory_limit_in_mb: str
    function_version: str
    invoked_function_arn: str

    def __init__(
        self,
        facts: Mapping[str, str],
        request_id: str,
        remaining_ms: int,
        client_context: Mapping[str, Any] | None,
        identity: Mapping[str, Any],
    ) -> None:
        self.aws_request_id = request_id
        self.__dict__.update(facts)
        self.tenant_id = None
        self.client_context = None if client_context is None else ClientContext(client_context)
        self.identity = CognitoIdentity(identity)
        self._deadline_s = monotonic() + remaining_ms / 1000

    def get_remaining_time_in_millis(self) -> int:
        """The time until the function is ended, in milliseconds; 0 when it is past."""
        return max(0, int((self._deadline_s - monotonic()) * 1000))

    def log(self, msg: object) -> None:
        """Write to the log; `print` does the same."""
        print(msg)  # noqa: T201 - the function's log is its standard output

    def __repr__(self) -> str:
        names = (
            "aws_request_id",
            *FACTS,
            "client_context",
            "identity",
            "tenant_id",
        )
        told = ",".join(f"{name}={getattr(self, name)}" for name in names)
        return f"{type(self).__name__}([{told}])"


FACTS = {
    "log_group_name": "log_group",
    "log_stream_name": "log_stream",
    "function_name": "function",
    "memory_limit_in_mb": "memory_mb",
    "function_version": "version",
    "invoked_function_arn": "arn",
}
"""Attributes that are the same in every invocation, and LOAD's keys for them."""


def facts(spec: Mapping[str, Any]) -> dict[str, str]:
    """What LOAD says that every context repeats."""
    return {name: str(spec[key]) for name, key in FACTS.items()}
