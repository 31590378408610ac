"""ES modules and CommonJS mixed up, and syntax that Node.js does not know."""

from __future__ import annotations

from tests.acceptance.mistakes.rows import (
    BUILD,
    CJS,
    IMPORT,
    IN_MODULE,
    JS,
    MJS,
    SYNTAX,
    TS,
    Mistake,
    told,
)

_OK = "async () => ({ statusCode: 200 })"
_IS_MODULE = "is an ES module"
_UNBUNDLED = "\nexport const config = { nodeBundler: 'none' };"
"""A function that goes through no bundler, which would see to it."""

MODULES = (
    Mistake(
        name="require-in-module",
        what="`require` in an ES module that is not bundled, by `nodeBundler: 'none'`",
        sources={
            MJS: f"const fs = require('fs');\nexport const handler = {_OK};{_UNBUNDLED}",
            IN_MODULE: f"const fs = require('fs');\nexport const handler = {_OK};{_UNBUNDLED}",
        },
        told=told(
            IMPORT,
            "{file} threw",
            "require is not defined in ES module scope",
            _IS_MODULE,
            "`import x from 'x'`",
            ".cjs",
            place="{file}:1:12",
        ),
    ),
    Mistake(
        name="no-extension",
        what="`import './other'` there, without the extension",
        sources={IN_MODULE: f"import './other';\nexport const handler = {_OK};{_UNBUNDLED}"},
        files={"netlify/functions/{name}/other.js": ""},
        told=told(IMPORT, "which {file} imports", "there is 'other.js'", "with its extension"),
    ),
    Mistake(
        name="directory",
        what="`import` of a directory there",
        sources={MJS: f"import '../../lib';\nexport const handler = {_OK};{_UNBUNDLED}"},
        files={"lib/index.js": ""},
        told=told(IMPORT, "Directory import", "names the file itself"),
    ),
    Mistake(
        name="json",
        what="`import` of JSON there, without `with { type: 'json' }`",
        sources={
            MJS: (
                "import data from '../../lib/data.json';\n"
                f"export const handler = {_OK};{_UNBUNDLED}"
            )
        },
        files={"lib/data.json": "{}"},
        told=told(IMPORT, '"lib/data.json" needs an import attribute of', "Write import data from"),
    ),
    Mistake(
        name="exports-in-module",
        what='`exports.handler` below a package.json with `"type": "module"`',
        sources={IN_MODULE: f"\nexports.handler = {_OK};"},
        told=told(
            IMPORT,
            "exports is not defined in ES module scope",
            _IS_MODULE,
            "`export const handler = …`",
            ".cjs",
            place="{file}:2:1",
        ),
    ),
    Mistake(
        name="module-exports",
        what="`module.exports` there",
        sources={IN_MODULE: f"module.exports = {{ handler: {_OK} }};"},
        told=told(
            IMPORT, "module is not defined in ES module scope", _IS_MODULE, place="{file}:1:1"
        ),
    ),
    Mistake(
        name="import-in-commonjs",
        what="`import` in a `.cjs` file",
        sources={CJS: f"import fs from 'fs';\nexports.handler = {_OK};"},
        told=told(
            SYNTAX,
            "{file}:1: Cannot use import statement outside a module",
            "use `require`",
            ".mjs",
        ),
    ),
    Mistake(
        name="no-such-export",
        what="`import { name }` of what the other file does not export",
        sources={
            MJS: f"import {{ missing }} from '../../lib/some.mjs';\nexport const handler = {_OK};",
            TS: (
                "import { missing } from '../../lib/some.mjs';\n"
                "export const handler = async () => missing;"
            ),
        },
        files={"lib/some.mjs": "export const some = 1;\n"},
        told={
            MJS: told(
                SYNTAX,
                (
                    "{file}:1: The requested module '../../lib/some.mjs' does "
                    "not provide an export named 'missing'"
                ),
            ),
            TS: told(
                BUILD, 'No matching export in "lib/some.mjs" for import "missing"', "{file}:1:9"
            ),
        },
    ),
    Mistake(
        name="circle",
        what="files that import each other, and use each other at once",
        sources={JS: f"require('../../lib/circle-a');\nexports.handler = {_OK};"},
        files={
            "lib/circle-a.js": (
                "const b = require('./circle-b');\n"
                "exports.name = () => 'a';\nexports.both = b.name;"
            ),
            "lib/circle-b.js": (
                "const { name } = require('./circle-a');\nexports.name = name() + 'b';"
            ),
        },
        mended={"lib/circle-b.js": "exports.name = 'b';"},
        told=told(
            IMPORT,
            "{file} threw",
            "TypeError: name is not a function",
            "lib/circle-b.js imports lib/circle-a.js imports lib/circle-b.js",
            "Move what both need",
            place="lib/circle-b.js:2:16",
        ),
    ),
    Mistake(
        name="circle-module",
        what="the same among ES modules, or in TypeScript",
        sources={
            MJS: (
                "import { b } from '../../lib/{name}.mjs';\nexport const a = b + 1;\n"
                "export const handler = async () => ({ statusCode: 200 });"
            ),
            TS: (
                "import { b } from '../../lib/{name}';\nexport const a: number = b + 1;\n"
                "export const handler = async () => ({ statusCode: 200 });"
            ),
        },
        files={
            "lib/circle-module-mjs.mjs": (
                "import { a } from '../netlify/functions/circle-module-mjs.mjs';\n"
                "export const b = a + 1;"
            ),
            "lib/circle-module-ts.ts": (
                "import { a } from '../netlify/functions/circle-module-ts';\n"
                "export const b: number = a.valueOf() + 1;"
            ),
        },
        told={
            MJS: told(
                IMPORT,
                "Cannot access 'a' before initialization",
                "lib/{name}.mjs imports {file} imports",
                place="lib/{name}.mjs:2:18",
            ),
            TS: told(IMPORT, "lib/{name}.ts imports {file} imports", place="lib/{name}.ts:2:28"),
        },
    ),
    Mistake(
        name="syntax",
        what="a bracket that is not closed",
        sources={
            JS: f"exports.handler = {_OK[:-1]};",
            MJS: f"export const handler = {_OK[:-1]};",
            TS: f"export const handler = {_OK[:-1]};",
        },
        told={
            JS: told(SYNTAX, "{file}:1: Unexpected token ';'"),
            MJS: told(SYNTAX, "{file}:1: Unexpected token ';'"),
            TS: told(BUILD, 'Expected ")" but found ";"', "{file}:1:55"),
        },
    ),
    Mistake(
        name="await",
        what="`await` in a function that is not `async`",
        sources={
            JS: "exports.handler = () => {\n  const value = await other();\n};",
            TS: "export const handler = () => {\n  const value = await other();\n};",
        },
        told={
            JS: told(
                SYNTAX, "{file}:2: await is only valid in async functions", "Write `async` before"
            ),
            TS: told(
                BUILD,
                '"await" can only be used inside an "async" function',
                "{file}:2:16",
                'adding the "async" keyword',
            ),
        },
    ),
    Mistake(
        name="types",
        what="TypeScript in a `.js` file",
        sources={JS: f"const limit: number = 5;\nexports.handler = {_OK};"},
        told=told(
            SYNTAX,
            "{file}:1: Missing initializer in const declaration",
            "It looks like TypeScript: name the file {name}.ts",
        ),
    ),
    Mistake(
        name="html",
        what="something else than JavaScript in a `.js` file",
        sources={JS: "<!doctype html>\n"},
        told=told(SYNTAX, "{file}:1: Unexpected token '<'"),
    ),
)
