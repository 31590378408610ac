"""What a function is: where it was found, and what source and settings say of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
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
    """The shape of the event.

    Netlify's, which is API Gateway's REST API's, is v1; its HTTP API's is v2. Then those of
    Lambda's function URLs, of load balancers, and one with the fields of all, for languages that
    decode an event into a type.
    """

    V1 = "v1"
    V2 = "v2"
    URL = "url"
    ALB = "alb"
    ALL = "all"

    @property
    def takes_any_value(self) -> bool:
        """Whether a value without ``statusCode`` is a response: payload format 2.0."""
        return self in {EventFormat.V2, EventFormat.URL}


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
    debug: bool = False
    """Whether it is built for a debugger, and has any time it wants."""
    build: str | None = None
    """The author's own command that makes the function, or part of it; run by a shell."""
    watch: tuple[str, ...] = ()
    """Patterns of the files, relative to the project, that `build` reads; empty: all of them."""


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
