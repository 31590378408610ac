"""The values that travel between rooms: frozen, without behaviour."""

from polyfn.model.builds import (
    Artifact,
    BuildPlan,
    Command,
    Concern,
    Joint,
    LastWords,
    LaunchSpec,
    Tool,
)
from polyfn.model.calls import (
    BodyKind,
    Buffered,
    Invocation,
    LogLine,
    Result,
    Streamed,
    Timing,
    Value,
    Want,
)
from polyfn.model.functions import (
    JSON,
    Api,
    EventFormat,
    Function,
    FunctionConfig,
    Kind,
    SourceFacts,
)

__all__ = [
    "JSON",
    "Api",
    "Artifact",
    "BodyKind",
    "Buffered",
    "BuildPlan",
    "Command",
    "Concern",
    "EventFormat",
    "Function",
    "FunctionConfig",
    "Invocation",
    "Joint",
    "Kind",
    "LastWords",
    "LaunchSpec",
    "LogLine",
    "Result",
    "SourceFacts",
    "Streamed",
    "Timing",
    "Tool",
    "Value",
    "Want",
]
