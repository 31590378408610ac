"""Which functions may take a Node that was started before anybody knew of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from polyfn.runtimes import start_variables

if TYPE_CHECKING:
    from collections.abc import Mapping

# Node's own, libuv's, those that NODE_USE_ENV_PROXY makes it look at, and HOME: `require` looks for
# .node_modules there.
_PREFIXES: Final = ("NODE_", "UV_")
_PROXIES: Final = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
_NAMES: Final = ("HOME", *_PROXIES, *map(str.lower, _PROXIES))
_HARMLESS: Final = (
    r"--(max-[\w-]+|stack-trace-limit|dns-result-order|unhandled-rejections|tls-[\w.-]+|conditions"
    r"|disable-warning)=\S+"
    r"|--(no-)?(warnings|deprecation|experimental-[\w-]+|enable-source-maps|preserve-symlinks"
    r"|network-family-autoselection|trace-(warnings|deprecation|uncaught)|expose-gc)"
)


def environment(function: Mapping[str, str]) -> dict[str, str] | None:
    """See `polyfn.model.LaunchSpec.spare`.

    ``NODE_OPTIONS`` may load code of the author's (``--require``), which would run without the
    function's variables, open a port (``--inspect``) or write a file at the exit (``--cpu-prof``):
    with any option that is not known to be harmless, there is no spare.
    """
    options = function.get("NODE_OPTIONS", "").split()
    if function.get("NODE_V8_COVERAGE"):
        return None
    if not all(re.fullmatch(_HARMLESS, option) for option in options):
        return None
    return start_variables.select(function, names=_NAMES, prefixes=_PREFIXES)
