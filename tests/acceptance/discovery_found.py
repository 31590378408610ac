"""Where functions are found, who wins, and how they are called: files, and the rows they make."""

from __future__ import annotations

from tests.acceptance.discovery_tree import (
    ESM,
    GO,
    HERE,
    INTERNAL,
    JS,
    LAMBDA_PY,
    LIBRARY,
    MODERN,
    PY,
    SCRIPT,
    SHARED_PY,
    TS,
    Case,
    Executable,
    Link,
    here,
    row,
)

FOUND = [
    # --- files -----------------------------------------------------------------------------------
    Case(
        "JavaScript and TypeScript files, by each extension",
        {
            f"{HERE}/file-js.js": JS,
            f"{HERE}/file-mjs.mjs": ESM,
            f"{HERE}/file-cjs.cjs": JS,
            f"{HERE}/file-ts.ts": TS,
            f"{HERE}/file-tsx.tsx": TS,
            f"{HERE}/file-mts.mts": TS,
            f"{HERE}/file-cts.cts": TS,
        },
        [
            row(f"file-{each}", "node", f"file-{each}.{each}")
            for each in ("js", "mjs", "cjs", "ts", "tsx", "mts", "cts")
        ],
    ),
    Case(
        "of several files of one name the first extension wins, and the others are shadowed",
        {f"{HERE}/order.{each}": TS for each in ("cts", "mts", "tsx", "ts", "cjs", "mjs", "js")},
        [
            row(
                "order",
                "node",
                "order.js",
                shadowed=here(
                    "order.mjs", "order.cjs", "order.ts", "order.tsx", "order.mts", "order.cts"
                ),
            )
        ],
    ),
    Case(
        "a Python file with a handler, of either name, is a function; one without is a module",
        {
            f"{HERE}/py-file.py": PY,
            f"{HERE}/py-lambda.py": LAMBDA_PY,
            f"{HERE}/py_shared.py": SHARED_PY,
        },
        [row("py-file", "python", "py-file.py"), row("py-lambda", "python", "py-lambda.py")],
    ),
    Case("a loose Go file is no function", {f"{HERE}/loose.go": GO}),
    Case(
        "an executable of this machine is a prebuilt function; any other file is none",
        {
            f"{HERE}/prebuilt": Executable(),
            f"{HERE}/script-without-a-name": Executable(SCRIPT),
            f"{HERE}/README.md": "# functions\n",
            f"{HERE}/data.json": "{}",
        },
        [row("prebuilt", "go", "prebuilt")],
    ),
    # --- directories -----------------------------------------------------------------------------
    Case(
        "the main file of a JavaScript directory is NAME.EXT, then index.EXT, for each extension",
        {
            f"{HERE}/dir-name/dir-name.js": JS,
            f"{HERE}/dir-name/other.js": JS,
            f"{HERE}/dir-index/index.mjs": ESM,
            f"{HERE}/dir-ts/dir-ts.ts": TS,
            f"{HERE}/dir-tsx/index.tsx": TS,
            f"{HERE}/dir-index-js-beats-name-ts/index.js": JS,
            f"{HERE}/dir-index-js-beats-name-ts/dir-index-js-beats-name-ts.ts": TS,
            f"{HERE}/dir-ts-beats-mjs/index.ts": TS,
            f"{HERE}/dir-ts-beats-mjs/dir-ts-beats-mjs.mjs": ESM,
        },
        [
            row("dir-name", "node", "dir-name/dir-name.js"),
            row("dir-index", "node", "dir-index/index.mjs"),
            row("dir-ts", "node", "dir-ts/dir-ts.ts"),
            row("dir-tsx", "node", "dir-tsx/index.tsx"),
            row(
                "dir-index-js-beats-name-ts",
                "node",
                "dir-index-js-beats-name-ts/index.js",
                shadowed=here("dir-index-js-beats-name-ts/dir-index-js-beats-name-ts.ts"),
            ),
            row(
                "dir-ts-beats-mjs",
                "node",
                "dir-ts-beats-mjs/index.ts",
                shadowed=here("dir-ts-beats-mjs/dir-ts-beats-mjs.mjs"),
            ),
        ],
    ),
    Case(
        "the main file of a Go directory is NAME.go, then main.go, of package main",
        {
            f"{HERE}/go-name/go-name.go": GO,
            f"{HERE}/go-both/go-both.go": GO,
            f"{HERE}/go-both/main.go": "package main\n",
            f"{HERE}/go-main/main.go": GO,
            f"{HERE}/go-library/go-library.go": LIBRARY,
            f"{HERE}/go-elsewhere/cmd.go": GO,
        },
        [
            row("go-name", "go", "go-name/go-name.go"),
            row("go-both", "go", "go-both/go-both.go"),
            row("go-main", "go", "go-main/main.go"),
        ],
    ),
    Case(
        "a directory may hold a prebuilt executable of its own name",
        {f"{HERE}/boxed/boxed": Executable(), f"{HERE}/unboxed/other": Executable()},
        [row("boxed", "go", "boxed/boxed")],
    ),
    Case(
        "the main file of a Python directory is the first that there is; __init__ needs a handler",
        {
            f"{HERE}/py-name/py-name.py": PY,
            f"{HERE}/py-main/main.py": PY,
            f"{HERE}/py-index/index.py": PY,
            f"{HERE}/py-aws/lambda_function.py": LAMBDA_PY,
            f"{HERE}/py-init/__init__.py": PY,
            f"{HERE}/py-package/__init__.py": "",
            f"{HERE}/py-package/helpers.py": SHARED_PY,
        },
        [
            row("py-name", "python", "py-name/py-name.py"),
            row("py-main", "python", "py-main/main.py"),
            row("py-index", "python", "py-index/index.py"),
            row("py-aws", "python", "py-aws/lambda_function.py"),
            row("py-init", "python", "py-init/__init__.py"),
        ],
    ),
    Case(
        "an executable bootstrap makes a function in any language",
        {
            f"{HERE}/bash/bootstrap": Executable(SCRIPT),
            f"{HERE}/not-executable/bootstrap": SCRIPT,
        },
        [row("bash", "provided", "bash/bootstrap")],
    ),
    # --- who wins --------------------------------------------------------------------------------
    Case(
        "a directory beats a file, whatever the languages",
        {
            f"{HERE}/both/index.py": PY,
            f"{HERE}/both.js": JS,
            f"{HERE}/both.py": PY,
        },
        [row("both", "python", "both/index.py", shadowed=here("both.js", "both.py"))],
    ),
    Case(
        "Go beats JavaScript beats Python beats provided",
        {
            f"{HERE}/go-js/main.go": GO,
            f"{HERE}/go-js/index.js": JS,
            f"{HERE}/js-py/index.js": JS,
            f"{HERE}/js-py/main.py": PY,
            f"{HERE}/py-sh/main.py": PY,
            f"{HERE}/py-sh/bootstrap": Executable(SCRIPT),
            f"{HERE}/js-py-files.mjs": ESM,
            f"{HERE}/js-py-files.py": PY,
        },
        [
            row("go-js", "go", "go-js/main.go", shadowed=here("go-js/index.js")),
            row("js-py", "node", "js-py/index.js", shadowed=here("js-py/main.py")),
            row("py-sh", "python", "py-sh/main.py", shadowed=here("py-sh/bootstrap")),
            row("js-py-files", "node", "js-py-files.mjs", shadowed=here("js-py-files.py")),
        ],
    ),
    Case(
        "a generated function is served where the user has none of that name",
        {
            f"{INTERNAL}/generated.mjs": MODERN,
            f"{INTERNAL}/mine.js": JS,
            f"{INTERNAL}/timed.js": JS,
            f"{INTERNAL}/timed.json": '{"version": 1, "config": {"schedule": "@weekly"}}',
            f"{HERE}/mine.js": JS,
        },
        [
            row("generated", "node", f"{INTERNAL}/generated.mjs", api="modern"),
            row("mine", "node", "mine.js", shadowed=[f"{INTERNAL}/mine.js"]),
            row(
                "timed",
                "node",
                f"{INTERNAL}/timed.js",
                kind="scheduled",
                schedule="@weekly",
            ),
        ],
    ),
    # --- what is not looked at -------------------------------------------------------------------
    Case(
        "packages, hidden names and type declarations are skipped, and so is what lies deeper",
        {
            f"{HERE}/node_modules/index.js": JS,
            f"{HERE}/.hidden.js": JS,
            f"{HERE}/.hidden/index.js": JS,
            f"{HERE}/types.d.ts": "export interface A {}\n",
            f"{HERE}/library/deep/deep.js": JS,
            f"{HERE}/library/deep/index.js": JS,
        },
    ),
    Case(
        "a link to a file counts, one to a directory does not",
        {
            "shared/linked-file.js": JS,
            "shared/linked-dir/index.js": JS,
            f"{HERE}/linked-file.js": Link("../../shared/linked-file.js"),
            f"{HERE}/linked-dir": Link("../../shared/linked-dir"),
        },
        [row("linked-file", "node", "linked-file.js")],
    ),
    # --- names -----------------------------------------------------------------------------------
    Case(
        "the name is what stands before the last dot, of directories too",
        {f"{HERE}/v1.2/v1.2.js": JS, f"{HERE}/four.js/four.js.js": JS},
        [row("v1", "node", "v1.2/v1.2.js"), row("four", "node", "four.js/four.js.js")],
    ),
    Case(
        "case makes two names",
        {f"{HERE}/Hello.js": JS, f"{HERE}/hello.js": JS, f"{HERE}/under_score-9.js": JS},
        [
            row("Hello", "node", "Hello.js"),
            row("hello", "node", "hello.js"),
            row("under_score-9", "node", "under_score-9.js"),
        ],
    ),
    Case(
        "a name with other characters is listed as invalid, in every language",
        {
            f"{HERE}/hello.test.js": JS,
            f"{HERE}/with space.py": PY,
            f"{HERE}/ünïcode/main.go": GO,
        },
        [
            row(
                name,
                runtime,
                file,
                problem=f'"{name}" is no name for a function: rename it so that '
                "it has only the letters A to Z and a to z, digits, - and _",
            )
            for name, runtime, file in (
                ("hello.test", "node", "hello.test.js"),
                ("with space", "python", "with space.py"),
                ("ünïcode", "go", "ünïcode/main.go"),
            )
        ],
    ),
    Case(
        "Netlify's own entry point is refused",
        {f"{HERE}/___netlify-entry-point.mjs": MODERN},
        [
            row(
                "___netlify-entry-point",
                "node",
                "___netlify-entry-point.mjs",
                api="modern",
                problem="___netlify-entry-point is a name that Netlify keeps for itself: "
                "choose another one",
            )
        ],
    ),
]
