"""What functions and settings say of a function: files, and the rows they make."""

from __future__ import annotations

from polyfn.discover.names import EVENTS
from tests.acceptance.discovery_tree import ESM, GO, HERE, JS, MODERN, PY, Case, row

NETLIFY_TOML = """
[build]
command = "npm run build"
[functions]
node_bundler = "esbuild"
[functions."bg-toml"]
background = true
[functions."cron-toml-*"]
schedule = "@hourly"
[[redirects]]
from = "/*"
to = "/index.html"
"""

POLYFN_TOML = """
[functions."bg-polyfn"]
background = true
"""

SAID = [
    # --- kinds -----------------------------------------------------------------------------------
    Case(
        "background by name, by source, by netlify.toml and by polyfn.toml, in every language",
        {
            f"{HERE}/count-background.js": JS,
            f"{HERE}/go-background/main.go": GO,
            f"{HERE}/py-background.py": PY,
            f"{HERE}/bg-source.mjs": MODERN + "export const config = { background: true }\n",
            f"{HERE}/bg-python.py": PY + "config = {'background': True}\n",
            f"{HERE}/bg-toml.js": JS,
            f"{HERE}/bg-polyfn.js": JS,
        },
        [
            row("count-background", "node", "count-background.js", kind="background"),
            row("go-background", "go", "go-background/main.go", kind="background"),
            row("py-background", "python", "py-background.py", kind="background"),
            row("bg-source", "node", "bg-source.mjs", kind="background", api="modern"),
            row("bg-python", "python", "bg-python.py", kind="background"),
            row("bg-toml", "node", "bg-toml.js", kind="background"),
            row("bg-polyfn", "node", "bg-polyfn.js", kind="background"),
        ],
    ),
    Case(
        "scheduled by source, by schedule() and by netlify.toml, where the source wins",
        {
            f"{HERE}/cron-source.mts": MODERN
            + "export const config: Config = { schedule: '*/15 * * * *' } satisfies Config\n",
            f"{HERE}/cron-wrapped.js": "const { schedule: at } = require('@netlify/functions')\n"
            "const EVERY_DAY = '@daily'\n"
            "exports.handler = at(EVERY_DAY, async () => {})\n",
            f"{HERE}/cron-esm.mjs": "import { schedule } from '@netlify/functions'\n"
            "export const handler = schedule('0 9 * * MON-FRI', () => {})\n",
            f"{HERE}/cron-python.py": PY + "config = {'schedule': '@monthly'}\n",
            f"{HERE}/cron-toml-go/main.go": GO,
            f"{HERE}/cron-toml-source.mjs": MODERN
            + "export const config = { schedule: '@yearly' }",
        },
        [
            row(
                "cron-source",
                "node",
                "cron-source.mts",
                kind="scheduled",
                api="modern",
                schedule="*/15 * * * *",
            ),
            row("cron-wrapped", "node", "cron-wrapped.js", kind="scheduled", schedule="@daily"),
            row("cron-esm", "node", "cron-esm.mjs", kind="scheduled", schedule="0 9 * * MON-FRI"),
            row("cron-python", "python", "cron-python.py", kind="scheduled", schedule="@monthly"),
            row("cron-toml-go", "go", "cron-toml-go/main.go", kind="scheduled", schedule="@hourly"),
            row(
                "cron-toml-source",
                "node",
                "cron-toml-source.mjs",
                kind="scheduled",
                api="modern",
                schedule="@yearly",
            ),
        ],
    ),
    Case(
        "reserved names are events, with -background too",
        {f"{HERE}/{name}.js": JS for name in EVENTS}
        | {f"{HERE}/submission-created-background.js": JS},
        [
            row(name, "node", f"{name}.js", kind="event")
            for name in (*EVENTS, "submission-created-background")
        ],
    ),
    # --- in-source configuration -----------------------------------------------------------------
    Case(
        "a default export makes a modern function, unless there is a handler",
        {
            f"{HERE}/modern.mjs": MODERN,
            f"{HERE}/modern-cjs.cjs": "exports.default = async () => new Response('hello')\n",
            f"{HERE}/modern-and-handler.mjs": MODERN + ESM,
            f"{HERE}/streaming.mjs": "import { stream } from '@netlify/functions'\n"
            "export const handler = stream(async () => ({ statusCode: 200 }))\n",
        },
        [
            row("modern", "node", "modern.mjs", api="modern"),
            row("modern-cjs", "node", "modern-cjs.cjs", api="modern"),
            row("modern-and-handler", "node", "modern-and-handler.mjs"),
            row("streaming", "node", "streaming.mjs"),
        ],
    ),
    Case(
        "a function with a path has routes",
        {
            f"{HERE}/routed.ts": MODERN + "const BASE = '/api'\n"
            "export const config = {\n"
            "  path: [`${BASE}/users/:id`, '/me'],\n"
            "  excludedPath: '/api/users/none',\n"
            "  method: ['get', 'PUT'],\n"
            "  preferStatic: true,\n"
            "  rateLimit: { windowSize: 60, windowLimit: 100 },\n"
            "}\n",
            f"{HERE}/routed-python.py": PY + "config = {'path': '/py/*', 'method': 'POST'}\n",
        },
        [
            row(
                "routed",
                "node",
                "routed.ts",
                api="modern",
                url="/api/users/:id",
                routes=["/api/users/:id", "/me"],
                excluded_routes=["/api/users/none"],
                methods=["GET", "PUT"],
                prefer_static=True,
                rate_limit={"windowSize": 60, "windowLimit": 100},
            ),
            row(
                "routed-python",
                "python",
                "routed-python.py",
                url="/py/*",
                routes=["/py/*"],
                methods=["POST"],
            ),
        ],
    ),
    Case(
        "a bad value is named with its key and what is allowed",
        {
            f"{HERE}/bad-path.mjs": MODERN + "export const config = { path: 'users' }\n",
            f"{HERE}/bad-cron.js": "const { schedule } = require('@netlify/functions')\n"
            "exports.handler = schedule('every day', async () => {})\n",
            f"{HERE}/bad-python.py": PY + "config = {'timeout': -1}\n",
            f"{HERE}/bad-computed.mjs": MODERN
            + "export const config = { path: process.env.WHERE }\n",
        },
        [
            row(
                "bad-path",
                "node",
                "bad-path.mjs",
                api="modern",
                problem='`path` in the config of bad-path must be a path that begins with "/", '
                'or a list of them, not "users"',
            ),
            row(
                "bad-cron",
                "node",
                "bad-cron.js",
                problem="`schedule` in the config of bad-cron must be a cron expression of five "
                'fields in UTC, such as "*/15 * * * *", or one of @hourly, @daily, @midnight, '
                '@weekly, @monthly, @yearly, @annually, not "every day"',
            ),
            row(
                "bad-python",
                "python",
                "bad-python.py",
                problem="`timeout` in the config of bad-python must be a number of seconds "
                'above 0, or text such as "90s" or "15m", not -1',
            ),
            row(
                "bad-computed",
                "node",
                "bad-computed.mjs",
                api="modern",
                problem="`path` in its config cannot be read: write it out in this file, since it "
                "is read without running the code",
            ),
        ],
    ),
    Case(
        "of two functions on one route the second is invalid",
        {
            f"{HERE}/same-a.mjs": MODERN + "export const config = { path: '/same' }\n",
            f"{HERE}/same-b.mjs": MODERN + "export const config = { path: '/same' }\n",
        },
        [
            row("same-a", "node", "same-a.mjs", api="modern", url="/same", routes=["/same"]),
            row(
                "same-b",
                "node",
                "same-b.mjs",
                api="modern",
                url="/same",
                routes=["/same"],
                problem=f"`path` /same is taken by {HERE}/same-a.mjs already: "
                f"give {HERE}/same-b.mjs another path, or other methods",
            ),
        ],
    ),
]
