"""Exceptions as the supervisor is told of them: a type, a message, the author's own frames.

Types and sentences follow AWS's runtime (aws-lambda-python-runtime-interface-client,
`awslambdaric/bootstrap.py`: `_get_handler`, `make_error`, `handle_event_request`).
"""

from __future__ import annotations

import os
import sys

from polyfn_runner import jsontext
from polyfn_runner.imports import RUNNER_DIR

TYPE_CHECKING = False
if TYPE_CHECKING:
    import traceback

_IMPORTLIB = os.path.join(os.path.dirname(os.__file__), "importlib", "")  # noqa: PTH118, PTH120
MAX_MESSAGE = 65_536
_MAX_TRACE_LINES = 500

# Modules whose distribution has another name.
_DISTRIBUTIONS = {
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "Crypto": "pycryptodome",
    "cv2": "opencv-python",
    "dateutil": "python-dateutil",
    "dotenv": "python-dotenv",
    "jose": "python-jose",
    "jwt": "PyJWT",
    "MySQLdb": "mysqlclient",
    "OpenSSL": "pyOpenSSL",
    "PIL": "Pillow",
    "psycopg2": "psycopg2-binary",
    "sklearn": "scikit-learn",
    "slugify": "python-slugify",
    "yaml": "PyYAML",
}


class Failed(Exception):
    """A failure with a type and a message of the runner's own.

    Args:
        type_: AWS's name for it.
        message: What happened and what to do.
        trace: Lines of the author's frames.
    """

    def __init__(self, type_: str, message: str, trace: list[str] | None = None) -> None:
        super().__init__(message)
        self.type = type_
        self.message = message
        self.trace = trace or []


class LoadFailed(Failed):
    """The function does not load."""


def encode(error: BaseException, root: str = "") -> bytes:
    """The JSON of an ERROR message; it never fails, whatever the exception does.

    Args:
        root: The project's directory: paths inside it are shown relative to it.
    """
    if isinstance(error, Failed):
        return _encode(error.type, error.message, error.trace)
    try:
        lines = trace(error, root)
    except Exception:  # noqa: BLE001 - so may formatting it
        lines = []
    return _encode(type(error).__name__, _message(error), lines)


def load_failed(module: str, error: Exception, root: str) -> LoadFailed:
    """What an exception that comes out of importing the main file means."""
    if isinstance(error, SyntaxError):
        where = f"{shown(error.filename or '?', root)}:{error.lineno}"
        message = f"Syntax error in module '{module}': {error.msg} ({where})"
        return LoadFailed("Runtime.UserCodeSyntaxError", message, trace(error, root))
    message = f"Unable to import module '{module}': "
    if isinstance(error, ImportError):
        message += _message(error) + _advice(error)
    else:
        message += f"{type(error).__name__}: {_message(error)}"
    return LoadFailed("Runtime.ImportModuleError", message, trace(error, root))


def exited(function: str, code: object) -> Failed:
    """What `sys.exit` in a handler means."""
    return Failed(
        "Runtime.ExitError",
        f"Function '{function}' ended its process by sys.exit({code!r}): return a response instead",
    )


def exited_while_loading(function: str, code: object) -> Failed:
    """What `sys.exit` at import means."""
    return Failed(
        "Runtime.ExitError",
        f"Function '{function}' ended its process by sys.exit({code!r}) while it was loading: the "
        "top level of a module must not",
    )


def exit_status(code: object) -> int:
    """The exit status that `sys.exit` of that argument gives."""
    if code is None:
        return 0
    return code & 0xFF if isinstance(code, int) else 1


def shown(file: str, root: str) -> str:
    """A file relative to the project, when it is inside."""
    return file[len(root) + 1 :] if file.startswith(f"{root}{os.sep}") else file


def trace(error: BaseException, root: str = "") -> list[str]:
    """Python's own traceback in lines, without the frames of what calls or imports the author's.

    Empty when none of the author's frames is in it.
    """
    import traceback  # noqa: PLC0415 - 5 ms that only a failure pays

    told = traceback.TracebackException.from_exception(error)
    _keep_authors(told, set())
    if not told.stack and told.__cause__ is None and not isinstance(error, SyntaxError):
        return []
    lines = "".join(told.format()).rstrip("\n").split("\n")
    return [_relative(line, root) for line in lines[-_MAX_TRACE_LINES:]]


def _relative(line: str, root: str) -> str:
    """A frame's line, which in a group has a margin, with its file relative to the project."""
    margin, quote, rest = line.partition('File "')
    if not quote or margin.strip(" |+-"):
        return line
    return f"{margin}{quote}{shown(rest, root)}"


def _keep_authors(told: traceback.TracebackException, seen: set[int]) -> None:
    seen.add(id(told))
    frames = [frame for frame in told.stack if not _is_machinery(frame.filename)]
    while frames and _is_event_loop(frames[0].filename):
        del frames[0]
    while frames and _is_event_loop(frames[-1].filename):
        del frames[-1]
    told.stack[:] = frames
    for other in (told.__cause__, told.__context__, *(getattr(told, "exceptions", None) or ())):
        if other is not None and id(other) not in seen:
            _keep_authors(other, seen)


def _is_machinery(file: str) -> bool:
    """Whether a frame belongs to the runner, or to what imports modules."""
    return file.startswith((RUNNER_DIR + os.sep, "<frozen importlib", _IMPORTLIB))


def _is_event_loop(file: str) -> bool:
    """Whether a frame belongs to asyncio, which calls the author's coroutines."""
    loops = sys.modules.get("asyncio")
    return loops is not None and file.startswith(str(loops.__file__).rpartition(os.sep)[0])


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as other:  # noqa: BLE001 - the author's own __str__ may do anything
        return f"<its text cannot be had: {type(other).__name__}>"


def _advice(error: ImportError) -> str:
    missing = (error.name or "").partition(".")[0]
    if isinstance(error, ModuleNotFoundError) and missing:
        distribution = _DISTRIBUTIONS.get(missing, missing)
        return (
            f". If it is a package, name it in requirements.txt and install it for the Python that "
            f"runs this function: {sys.executable} -m pip install {distribution}"
        )
    if "relative import" in str(error):
        return ": the file is loaded as a module of its own; import its neighbours by their names"
    return ""


def _encode(type_: str, message: str, lines: list[str]) -> bytes:
    told = {"errorType": type_, "errorMessage": message[:MAX_MESSAGE], "trace": lines}
    return jsontext.dumps(told).encode("utf-8", "backslashreplace")
