"""The Python runner: loads one function's handler and calls it (`runners/PROTOCOL.md`).

It runs on CPython 3.9 to 3.14 with nothing but the standard library. A cold start is mostly
imports, so the hot files import only what every function needs; `json`, `logging`, `traceback` and
`asyncio` are loaded when a function first needs them (each of them costs 5 to 60 ms).

::

    main ── boots, LOAD, the loop over INVOKE
     ├── frames, messages, msgpack    bytes ↔ messages
     ├── channel                      the one writer of frames; whose log line is it
     ├── process, imports, loader     environment, sys.path, the module and its handler
     ├── invoke, context, result      one call: event in, RESULT or VALUE out
     ├── stream, loops                generators and coroutines
     └── logs, errors, jsontext       print and logging, exceptions, JSON
"""

VERSION = "0.1.0"
PROTOCOL = 1
