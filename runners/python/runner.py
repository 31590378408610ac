"""Serve one Python function over polyfn's frames: the program that `polyfn` starts.

Start it as ``python -I -S -X utf8 runner.py``: isolated and without ``site`` it is up in half the
time, and what the function may import is decided at LOAD (see `polyfn_runner.imports`).
"""

import sys

if __name__ == "__main__":
    sys.path.insert(0, __file__.rpartition("/")[0] or ".")
    from polyfn_runner.main import main

    del sys.path[0]
    main()
