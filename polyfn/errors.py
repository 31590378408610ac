"""Every deliberate error polyfn raises, in one tree.

::

    PolyfnError
    ├── FunctionError           the user's code failed: it is told what, and where
    │   ├── HandlerFailed       the handler threw, panicked or returned an error
    │   ├── InstanceDied        the process ended in the middle of an invocation
    │   ├── LoadFailed          the module does not load, or has no handler
    │   ├── BuildFailed         the compiler said no
    │   ├── BadResponse         the handler returned something that is no response
    │   ├── ResponseTooLarge    more than the buffered limit came back
    │   ├── TimedOut            past the function's time limit
    │   ├── InitTimedOut        loading took too long
    │   └── InvalidFunction     found on disk, but its name or configuration is refused
    ├── RequestError            the caller's request cannot be taken
    │   ├── MalformedRequest, UnknownFunction, MethodNotAllowed, Forbidden
    │   └── RequestTooLarge, HeadersTooLarge, UriTooLong
    ├── PlatformError           the machine or polyfn has no place or no means
    │   ├── Throttled           no instance came free within the queue limit
    │   ├── Unavailable         polyfn is stopping, or there is nobody to take it
    │   ├── ToolchainMissing    no Go, Node, esbuild … on this machine
    │   └── AddressInUse        somebody else listens there
    ├── UsageError              wrong command line, or wrong settings file
    │   └── SettingsError
    └── ProtocolViolation       a runner said what it may not say; its instance is killed

Each class has three constants: ``type`` (AWS's own name where one exists), ``status`` (HTTP) and
``exit_code`` (the command line's exit status). `docs/reference/errors.md` lists them all.
"""

from __future__ import annotations

from typing import ClassVar


class PolyfnError(Exception):
    """An error with a name, an HTTP status and an exit status.

    Args:
        message: What happened, to which function, and what to do next.
        trace: The author's own stack frames, one line each; empty when there is none.
        type_: Overrides the class's ``type``, for errors that carry the user's own name.
    """

    type: ClassVar[str] = "Polyfn.Error"
    status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 70

    def __init__(
        self, message: str, *, trace: tuple[str, ...] = (), type_: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.trace = trace
        self.error_type = type_ or self.type


class FunctionError(PolyfnError):
    """The user's code failed."""

    type = "Function.Error"
    status = 502
    exit_code = 1


class HandlerFailed(FunctionError):
    """The handler threw, panicked or returned an error; ``error_type`` is the author's."""


class InstanceDied(FunctionError):
    """The process ended in the middle of an invocation."""

    type = "Runtime.ExitError"


class LoadFailed(FunctionError):
    """The module does not load; ``error_type`` is AWS's, such as ``Runtime.HandlerNotFound``."""

    type = "Runtime.ImportModuleError"


class BuildFailed(FunctionError):
    """The compiler refused the source; the message holds its own words."""

    type = "Build.Failed"


class BadResponse(FunctionError):
    """The handler returned something that is no HTTP response."""

    type = "Function.InvalidResponse"


class ResponseTooLarge(FunctionError):
    """A buffered response is over the limit."""

    type = "Function.ResponseSizeTooLarge"


class TimedOut(FunctionError):
    """The invocation went past its time limit."""

    type = "Sandbox.Timedout"
    status = 504


class InitTimedOut(FunctionError):
    """Loading the function went past the initialisation limit."""

    type = "Sandbox.InitTimedout"


class InvalidFunction(FunctionError):
    """The function was found, but its name or configuration is refused."""

    type = "Function.Invalid"
    status = 400
    exit_code = 3


class RequestError(PolyfnError):
    """The caller's request cannot be taken."""

    type = "Request.Malformed"
    status = 400
    exit_code = 2


class MalformedRequest(RequestError):
    """The request is not well-formed: bad percent-encoding, for one."""


class UnknownFunction(RequestError):
    """No function has that name."""

    type = "Function.NotFound"
    status = 404
    exit_code = 4


class MethodNotAllowed(RequestError):
    """The function's ``method`` does not list the request's; ``allow`` does."""

    type = "Request.MethodNotAllowed"
    status = 405

    def __init__(self, message: str, *, allow: tuple[str, ...]) -> None:
        super().__init__(message)
        self.allow = allow


class Forbidden(RequestError):
    """The request lacks the right to ask for it."""

    type = "Request.Forbidden"
    status = 403


class RequestTooLarge(RequestError):
    """The request's body is over the limit."""

    type = "Request.EntityTooLarge"
    status = 413


class HeadersTooLarge(RequestError):
    """The request's headers are over the limit."""

    type = "Request.HeadersTooLarge"
    status = 431


class UriTooLong(RequestError):
    """The request's target is over the limit."""

    type = "Request.UriTooLong"
    status = 414


class PlatformError(PolyfnError):
    """The machine or polyfn has no place, or no means."""

    type = "Platform.Error"
    status = 503
    exit_code = 9


class Throttled(PlatformError):
    """No instance came free within the queue limit."""

    type = "Function.Throttled"
    status = 429
    exit_code = 8

    def __init__(self, message: str, *, retry_after_s: int = 1) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Unavailable(PlatformError):
    """There is nobody to take the call: polyfn is stopping, or a room is closed."""

    type = "Platform.Unavailable"


class ToolchainMissing(PlatformError):
    """A program that the function needs is not on this machine; the message says how to get it.

    Args:
        problem: The message's first half: what was found, or not.
        command: What to type to get it; empty when there is no such command.
    """

    type = "Platform.ToolchainMissing"
    status = 502
    exit_code = 5

    def __init__(self, message: str, *, problem: str = "", command: str = "") -> None:
        super().__init__(message)
        self.problem = problem or message
        self.command = command


class AddressInUse(PlatformError):
    """Another program listens on that address."""

    type = "Platform.AddressInUse"
    exit_code = 6


class UsageError(PolyfnError):
    """The command line is wrong."""

    type = "Usage.Error"
    exit_code = 2


class SettingsError(UsageError):
    """A settings file is wrong; the message names file, key and what is allowed."""

    type = "Settings.Error"
    exit_code = 7


class ProtocolViolation(PolyfnError):
    """A runner sent what the protocol does not allow; its instance is killed."""

    type = "Runner.ProtocolViolation"
    status = 502
    exit_code = 1
