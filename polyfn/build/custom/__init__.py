"""Commands of the author's own that make functions: when they run, and what came of them.

polyfn knows nothing of what such a command does: it may call any compiler, and write anywhere. So
it is run again when a file that it may read is another one, and what it writes itself does not
count as that.
"""

from polyfn.build.custom.customs import Customs

__all__ = ["Customs"]
