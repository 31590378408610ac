"""Go: functions built with `go build`, and with polyfn's runner compiled into them.

An author's program is an unmodified ``lambda.Start``. ``go build -overlay`` adds two packages to
its module, and one file that imports them to package main, without a byte written beside the
source: `polyfn.runtimes.go.overlay`. What they do at run time stands in
``runners/go/bridge/bridge.go``.
"""

from polyfn.runtimes.go.runtime import GoRuntime

__all__ = ["GoRuntime"]
