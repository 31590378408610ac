"""What can be said of one function: each key's spelling in source and in TOML, and its values.

All spellings end in the fields of `polyfn.model.FunctionConfig`, so that one rule merges them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from polyfn.model import EventFormat
from polyfn.settings import checks
from polyfn.settings.checks import NotAllowed
from polyfn.settings.cron import schedule
from polyfn.settings.variables import environment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from polyfn.model import JSON
    from polyfn.settings.checks import Reader

METHODS: Final = ("GET", "POST", "PUT", "PATCH", "OPTIONS", "DELETE", "HEAD")
_RATE_ACTIONS: Final = ("rate_limit", "rewrite")
_RATE_KEEPERS: Final = ("domain", "ip")
BUNDLERS: Final = ("esbuild", "nft", "zisi", "none")


@dataclass(frozen=True, slots=True)
class Key:
    """Where a key's value goes, and who reads it.

    Attributes:
        field: A field of `polyfn.model.FunctionConfig`; empty when polyfn has no use for it.
        read: Turns the raw value into the field's, or raises `NotAllowed`.
    """

    field: str
    read: Reader


def methods(value: JSON) -> tuple[str, ...]:
    """One HTTP method or several, in any case; upper-case comes out."""
    read = tuple(_upper(each) for each in _listed(value))
    if not set(read) <= set(METHODS):
        raise NotAllowed(f"must be one or a list of {', '.join(METHODS)}")
    return tuple(dict.fromkeys(read))


def paths(value: JSON) -> tuple[str, ...]:
    """One path or several, each beginning with a slash; repeats are dropped."""
    read = _listed(value)
    if not all(_is_path(each) for each in read):
        raise NotAllowed('must be a path that begins with "/", or a list of them')
    return tuple(dict.fromkeys(read))


def patterns(value: JSON) -> tuple[str, ...]:
    """Files and directories of the project, with ``*``, ``?`` and ``**``; one or several."""
    read = checks.texts(_listed(value))
    if any(each.startswith("/") for each in read):
        raise NotAllowed('must be paths relative to the project, such as "cmd/hello"')
    return read


def export(value: JSON) -> str:
    """The name of an exported function, such as ``hello``, or ``api.hello`` of an object."""
    if not isinstance(value, str) or not all(part.isidentifier() for part in value.split(".")):
        raise NotAllowed("must be the name of what the file exports, such as hello")
    return value


def rate_limit(value: JSON) -> Mapping[str, JSON]:
    """A limit as Netlify enforces it (zip-it-and-ship-it, `rate_limit.ts`); polyfn does not."""
    limit = value if isinstance(value, dict) else {}
    keepers = _listed(limit.get("aggregateBy", "domain"))
    right = (
        all(_is_number(limit.get(key)) for key in ("windowSize", "windowLimit"))
        and limit.get("action", "rate_limit") in _RATE_ACTIONS
        and limit.get("algorithm", "sliding_window") == "sliding_window"
        and bool(keepers)
        and all(each in _RATE_KEEPERS for each in keepers)
        and isinstance(limit.get("to", ""), str)
    )
    if not right:
        raise NotAllowed(
            "must be an object with the numbers `windowSize` and `windowLimit`, and perhaps "
            '`aggregateBy` ("domain", "ip" or a list of them), `action` ("rate_limit" or '
            '"rewrite"), `to` (a text) and `algorithm` ("sliding_window")'
        )
    return limit


def _is_number(value: JSON) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _listed(value: JSON) -> tuple[JSON, ...]:
    return tuple(value) if isinstance(value, (list, tuple)) else (value,)


def _upper(value: JSON) -> JSON:
    return value.upper() if isinstance(value, str) else ""


def _is_path(value: JSON) -> bool:
    return isinstance(value, str) and value.startswith("/") and "\0" not in value


IN_SOURCE: Final[Mapping[str, Key]] = {
    "path": Key("routes", paths),
    "excludedPath": Key("excluded_routes", paths),
    "method": Key("methods", methods),
    "preferStatic": Key("prefer_static", checks.boolean),
    "schedule": Key("schedule", schedule),
    "background": Key("background", checks.boolean),
    "name": Key("display_name", checks.text),
    "generator": Key("generator", checks.text),
    "timeout": Key("timeout_s", checks.seconds),
    "memory": Key("memory_mb", checks.megabytes),
    "includedFiles": Key("included_files", checks.texts),
    "externalNodeModules": Key("external_node_modules", checks.texts),
    "nodeBundler": Key("node_bundler", checks.one_of(*BUNDLERS, "esbuild_zisi")),
    "rateLimit": Key("rate_limit", rate_limit),
}
"""Keys of `export const config` and of a Python `config`; every other key is the author's own."""

NETLIFY: Final[Mapping[str, Key]] = {
    "schedule": Key("schedule", schedule),
    "background": Key("background", checks.boolean),
    "timeout": Key("timeout_s", checks.seconds),
    "memory": Key("memory_mb", checks.megabytes),
    "included_files": Key("included_files", checks.texts),
    "external_node_modules": Key("external_node_modules", checks.texts),
    "node_bundler": Key("node_bundler", checks.one_of(*BUNDLERS)),
    "ignored_node_modules": Key("", checks.texts),
    "deno_import_map": Key("", checks.text),
    "region": Key("", checks.text),
    "vcpu": Key("", lambda value: value),
}
"""Keys of ``[functions."GLOB"]`` in netlify.toml (netlify/build, `functions_config.js`)."""

POLYFN: Final[Mapping[str, Key]] = {
    **{key: value for key, value in NETLIFY.items() if value.field},
    "stream_timeout": Key("stream_timeout_s", checks.seconds_or_none),
    "stream_max": Key("stream_max_bytes", checks.size_or_none),
    "concurrency": Key("concurrency", checks.count(1, 1000)),
    "handler": Key("handler", export),
    "path": Key("routes", paths),
    "method": Key("methods", methods),
    "event_format": Key("event_format", checks.one_of(*(each.value for each in EventFormat))),
    "environment": Key("environment", environment),
    "build": Key("build", checks.text),
    "watch": Key("watch", patterns),
}
"""Keys of ``[functions."GLOB"]`` in polyfn.toml: Netlify's that mean something here, and ours."""
