"""Settings as values: resolved once, then handed around."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from polyfn.model import JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one call, one instance, and all of them may take; 0 means none where it says so."""

    timeout_s: float = 30.0
    background_timeout_s: float = 900.0
    scheduled_timeout_s: float = 30.0
    stream_timeout_s: float = 10.0  # 0: none
    stream_max_bytes: int = 20 * 1024 * 1024  # 0: none
    init_timeout_s: float = 10.0
    max_request_bytes: int = 6_291_556
    max_response_bytes: int = 6_291_556
    max_background_bytes: int = 256 * 1024
    max_header_bytes: int = 64 * 1024
    max_uri_bytes: int = 16 * 1024
    memory_mb: int = 1024
    total_memory_mb: int = 0  # 0: three quarters of the machine's
    instances: int = 200
    instances_per_function: int = 100
    queue: int = 1000
    queue_timeout_s: float = 30.0
    idle_timeout_s: float = 300.0
    drain_s: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Serve:
    """How `polyfn serve` works.

    Attributes:
        spares: How many runners of each kind wait, booted, for the next start.
    """

    host: str = "127.0.0.1"
    port: int = 9999
    compat: str | None = None
    watch: bool = True
    keep_good: bool = False
    spares: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """How background functions are run.

    Attributes:
        retry_after_s: How long to wait before each retry; as many retries as entries.
    """

    retry_after_s: tuple[float, ...] = (60.0, 120.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """What the command line says of settings; ``None`` where it says nothing.

    Attributes:
        cwd: The project's directory, if one was named; it is not searched for then.
        functions: The functions directory, relative to ``cwd``, or to where the search starts.
        env_files: More files of variables, over all other files; the last wins.
        debug: Functions to build for a debugger, or ``*``.
        context: The deploy context.
    """

    cwd: Path | None = None
    functions: Path | None = None
    host: str | None = None
    port: int | None = None
    timeout_s: float | None = None
    env_files: tuple[Path, ...] = ()
    compat: str | None = None
    watch: bool | None = None
    keep_good: bool | None = None
    spares: int | None = None
    debug: tuple[str, ...] = ()
    context: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionRule:
    """One ``[functions."GLOB"]`` table.

    Attributes:
        origin: The file it stands in, for error messages.
        values: Keys → values, checked, keys as `polyfn.model.FunctionConfig` fields name them;
            ``environment`` is a table (it adds) or a tuple of entries (they limit).
    """

    pattern: str
    origin: str
    values: Mapping[str, JSON]

    @property
    def place(self) -> str:
        """The file and its table, such as ``polyfn.toml [functions."api-*"]``."""
        table = "[functions]" if self.pattern == "*" else f'[functions."{self.pattern}"]'
        return f"{self.origin} {table}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that files, environment and flags say of a project.

    Attributes:
        root: The project's directory: ``[build] base`` has been applied.
        functions_dir: Where functions are found; absolute; it need not exist.
        internal_dir: ``.netlify/functions-internal``; scanned too.
        state_dir: ``.polyfn/`` under the root.
        function_rules: Least to most specific; netlify.toml's before polyfn.toml's. What a
            function's source says comes over them.
        overrides: Rules over what the source says: of the environment, then of flags.
        environment: What functions see, before per-function additions: name → value.
        environment_origins: name → the places that set it, in words, the one that counts first.
        build_environment: What builds see on top of polyfn's own environment.
        site_command: ``[build] command`` of netlify.toml, which builds the site.
        warnings: What was ignored in files, in words for a person.
        files: Where settings were looked for, whether there is such a file or not; absolute.
    """

    root: Path
    functions_dir: Path
    internal_dir: Path
    state_dir: Path
    context: str = "dev"
    serve: Serve = field(default_factory=Serve)
    limits: Limits = field(default_factory=Limits)
    background: Background = field(default_factory=Background)
    function_rules: tuple[FunctionRule, ...] = ()
    overrides: tuple[FunctionRule, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    environment_origins: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    build_environment: Mapping[str, str] = field(default_factory=dict)
    site_command: str | None = None
    warnings: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()
