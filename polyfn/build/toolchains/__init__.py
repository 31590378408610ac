"""Finds the programs that functions need: the project's own, the system's, or a wheel's.

`docs/reference/toolchains.md` says for each where it is looked for, and in which order.
"""

from polyfn.build.toolchains.finder import Toolchains

__all__ = ["Toolchains"]
