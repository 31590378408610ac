"""Code at a module's top level that throws, ends the process or never comes to its end."""

from __future__ import annotations

from tests.acceptance.mistakes.rows import IMPORT, JS, MJS, TS, Mistake, told

_JS = "\nexports.handler = async () => ({ statusCode: 200 });\n"
_MODULE = "\nexport const handler = async () => ({ statusCode: 200 });\n"
_EXIT = "Runtime.ExitError"
_INIT = "Sandbox.InitTimedout"

TOP_LEVEL = (
    Mistake(
        name="throw",
        what="a `throw`",
        sources={
            JS: f"throw new TypeError('no luck');{_JS}",
            MJS: f"throw new TypeError('no luck');{_MODULE}",
            TS: f"throw new TypeError('no luck');{_MODULE}",
        },
        told=told(
            IMPORT, "{file} threw while it was loading: TypeError: no luck", place="{file}:1:7"
        ),
    ),
    Mistake(
        name="variable",
        what="a variable that is not set: `new URL(process.env.SHOP_URL)`",
        sources={
            JS: f"const url = new URL(process.env.SHOP_URL);{_JS}",
            TS: f"const url = new URL(process.env.SHOP_URL!);{_MODULE}",
        },
        told=told(
            IMPORT,
            "Invalid URL",
            "SHOP_URL is not set",
            ".env",
            "`polyfn env`",
            place="{file}:1:13",
        ),
    ),
    Mistake(
        name="variable-list",
        what="the same: `process.env.NAMES.split(',')`",
        sources={JS: f"const names = process.env.NAMES.split(',');{_JS}"},
        told=told(
            IMPORT,
            "Cannot read properties of undefined (reading 'split')",
            "NAMES is not set",
            place="{file}:1:33",
        ),
    ),
    Mistake(
        name="await-never",
        what="an `await` of what can never happen",
        sources={
            MJS: f"await new Promise(() => {{}});{_MODULE}",
            TS: f"await new Promise(() => {{}});{_MODULE}",
        },
        told=told(IMPORT, "{file} can never finish loading", "top-level await"),
    ),
    Mistake(
        name="await-long",
        what="an `await` that takes longer than loading may",
        sources={MJS: f"await new Promise((done) => setTimeout(done, 60_000));{_MODULE}"},
        told=told(_INIT, "'{name}' did not load within 4 s ({file})", "Move slow work out"),
    ),
    Mistake(
        name="loop",
        what="a loop without end",
        sources={JS: f"while (true) {{}}{_JS}"},
        told=told(_INIT, "'{name}' did not load within 4 s ({file})", "Move slow work out"),
    ),
    Mistake(
        name="exit",
        what="`process.exit()`",
        sources={JS: f"process.exit();{_JS}", TS: f"process.exit();{_MODULE}"},
        told=told(
            _EXIT, "'{name}' exited with status 0 while it was loading", "must not end the process"
        ),
    ),
    Mistake(
        name="rejected",
        what="a promise that is rejected, and that nobody awaits",
        sources={
            MJS: (
                "Promise.reject(new RangeError('refused'));\n"
                f"await new Promise((done) => setTimeout(done, 500));{_MODULE}"
            ),
        },
        told=told("Runtime.UnhandledPromiseRejection", "RangeError: refused", place="{file}:1:16"),
    ),
)
