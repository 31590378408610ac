"""Faults of modules: those that throw, end or hang while they load, or cannot be built."""

from __future__ import annotations

from tests.acceptance.faults.rows import GO, JS, PYTHON, TS, Fault, everywhere, node, unloadable

_IMPORT = "Runtime.ImportModuleError"
_SYNTAX = "Runtime.UserCodeSyntaxError"
_EXIT = "Runtime.ExitError"
_BUILD = "Build.Failed"
_FUNCTIONS = "netlify/functions"

MODULES = (
    Fault(
        name="load-throw",
        what="throws while its module loads",
        outcomes={
            **node(unloadable(_IMPORT, "threw while it was loading: TypeError: on purpose")),
            PYTHON: unloadable(_IMPORT, "Unable to import module", "ValueError: on purpose"),
        },
    ),
    Fault(
        name="load-panic",
        what="panics while it initialises",
        outcomes={GO: unloadable(_EXIT, "panicked while it was loading", "on purpose")},
    ),
    Fault(
        name="load-syntax",
        what="has a syntax error",
        outcomes={
            JS: unloadable(_SYNTAX, f"{_FUNCTIONS}/js-load-syntax.js:3", "Unexpected token"),
            TS: unloadable(_BUILD, f"{_FUNCTIONS}/ts-load-syntax.ts:3:10", "Expected identifier"),
            PYTHON: unloadable(_SYNTAX, f"({_FUNCTIONS}/py-load-syntax.py:4)", "never closed"),
            GO: unloadable(_BUILD, f"{_FUNCTIONS}/go-load-syntax/main.go:15:9", "syntax error"),
        },
    ),
    Fault(
        name="load-forever",
        what="never finishes loading; the limit is 3 s",
        outcomes=everywhere(
            unloadable("Sandbox.InitTimedout", "did not load within 3 s", "Move slow work out")
        ),
    ),
    Fault(
        name="load-exit",
        what="ends its process while it loads",
        outcomes={
            **everywhere(
                unloadable(_EXIT, "exited with status 3 while it was loading", "top level")
            ),
            PYTHON: unloadable(_EXIT, "ended its process by sys.exit(3)", "top level"),
            GO: unloadable(_EXIT, "exited with status 3 while it was loading", "lambda.Start"),
        },
    ),
    Fault(
        name="missing-import",
        what="imports what is not there",
        outcomes={
            JS: unloadable(_IMPORT, "Cannot find package", "npm install left-padding-of-old"),
            TS: unloadable(_BUILD, "Could not resolve", "npm install left-padding-of-old"),
            PYTHON: unloadable(
                _IMPORT, "No module named 'left_padding_of_old'", "pip install left_padding_of_old"
            ),
            GO: unloadable(
                _BUILD, "no required module provides", "go get example.com/left/padding"
            ),
        },
    ),
)
