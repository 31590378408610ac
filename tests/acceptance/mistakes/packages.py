"""Packages and files that are missing, or that cannot be used as they are."""

from __future__ import annotations

from tests.acceptance.mistakes.rows import BUILD, IMPORT, JS, MJS, NAME, TS, Mistake, told

_JS = "\nexports.handler = async () => ({ statusCode: 200 });\n"
_MODULE = "\nexport const handler = async () => ({ statusCode: 200, body: String(x) });\n"

PACKAGES = (
    Mistake(
        name="package",
        what="a package that nobody has installed",
        sources={
            JS: f"const x = require('@shop/no-such');{_JS}",
            MJS: f"import x from '@shop/no-such/deep.js';{_MODULE}",
            TS: f"import x from '@shop/no-such/deep';{_MODULE}",
        },
        told={
            JS: told(
                IMPORT,
                "Cannot find package '@shop/no-such', which {file} imports",
                "npm install @shop/no-such",
            ),
            MJS: told(
                IMPORT,
                "Cannot find package '@shop/no-such', which {file} imports",
                "npm install @shop/no-such",
            ),
            TS: told(
                BUILD,
                'Could not resolve "@shop/no-such/deep"',
                "{file}:1:14",
                "npm install @shop/no-such",
            ),
        },
    ),
    Mistake(
        name="not-installed",
        what="one that package.json names, but is not installed",
        sources={JS: f"const x = require('stripe');{_JS}", TS: f"import x from 'stripe';{_MODULE}"},
        told={
            JS: told(
                IMPORT,
                "Cannot find package 'stripe', which {file} imports",
                "package.json names it, but it is not installed: npm install",
            ),
            TS: told(BUILD, 'Could not resolve "stripe"', "npm install"),
        },
    ),
    Mistake(
        name="late",
        what="a missing package that is imported in the handler",
        sources={JS: "exports.handler = async () => {\n  await import('no-such-package');\n};\n"},
        told=told("Error", "Cannot find package 'no-such-package'"),
    ),
    Mistake(
        name="path",
        what="a file that is not there",
        sources={
            JS: f"const x = require('../../lib/no-{NAME}');{_JS}",
            MJS: f"import x from '../../lib/no-{NAME}.mjs';{_MODULE}",
            TS: f"import x from '../../lib/no-{NAME}';{_MODULE}",
        },
        told={
            JS: told(
                IMPORT,
                "Cannot find module '../../lib/no-{name}', which {file} imports",
                "check the path",
            ),
            MJS: told(
                IMPORT,
                "Cannot find module 'lib/no-{name}.mjs', which {file} imports",
                "check the path",
            ),
            TS: told(BUILD, 'Could not resolve "../../lib/no-{name}"', "{file}:1:14"),
        },
        mended={
            "lib/no-{name}.js": "module.exports = 1;",
            "lib/no-{name}.mjs": "export default 1;",
        },
    ),
    Mistake(
        name="case",
        what="a file's name in the wrong case",
        sources={
            JS: f"const x = require('../../lib/Cased');{_JS}",
            MJS: f"import x from '../../lib/Cased.js';{_MODULE}",
            TS: f"import x from '../../lib/Cased';{_MODULE}",
        },
        files={"lib/cased.js": "module.exports = 1;"},
        told={
            JS: told(
                IMPORT,
                "Cannot find module '../../lib/Cased', which {file} imports",
                "there is 'cased.js': upper and lower case count",
            ),
            MJS: told(
                IMPORT,
                "Cannot find module 'lib/Cased.js', which {file} imports",
                "there is 'cased.js': upper and lower case count",
            ),
            TS: told(BUILD, 'Use "lib/cased.js" instead of "lib/Cased.js"', "{file}:1:14"),
        },
    ),
    Mistake(
        name="typescript-file",
        what="a TypeScript file from JavaScript",
        sources={JS: f"const x = require('../../lib/typed');{_JS}"},
        files={"lib/typed.ts": "export const x: number = 1;"},
        told=told(IMPORT, "there is 'typed.ts'", "only a function that is TypeScript itself"),
    ),
    Mistake(
        name="import-only",
        what="`require` of a package that can only be imported",
        sources={JS: f"const x = require('import-only');{_JS}"},
        files={
            "node_modules/import-only/package.json": (
                '{"type": "module", "exports": {"import": "./index.js"}}'
            ),
            "node_modules/import-only/index.js": "export default 1;",
        },
        told=told(
            IMPORT,
            'No "exports" main defined in node_modules/import-only/package.json',
            "await import",
            place="{file}:1:11",
        ),
    ),
    Mistake(
        name="not-exported",
        what="a file of a package that its `exports` do not list",
        sources={JS: f"const x = require('import-only/lib/inner');{_JS}"},
        told=told(
            IMPORT,
            'is not defined by "exports" in node_modules/import-only/package.json',
            "lists under `exports`",
        ),
    ),
    Mistake(
        name="native",
        what="a native package that was installed elsewhere",
        sources={JS: f"const x = require('native');{_JS}"},
        files={
            "node_modules/native/index.js": "module.exports = require('./build.node');",
            "node_modules/native/build.node": "of another system",
        },
        told=told(
            IMPORT,
            "node_modules/native/build.node",
            "for another system or Node.js than this one",
            "npm rebuild",
            place="node_modules/native/index.js:1:18",
        ),
    ),
)
