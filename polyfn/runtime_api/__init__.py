"""The Lambda Runtime API (2018-06-01), for programs that ask for their invocations over HTTP.

`Host` serves one program. To the pool it says what a runner says by frames, in the same messages.
"""

from polyfn.runtime_api.host import VARIABLE, Host

__all__ = ["VARIABLE", "Host"]
