"""Configuration that is refused, in a function's file and in settings."""

from __future__ import annotations

from tests.acceptance.mistakes.rows import MJS, TS, Mistake, told

_HANDLER = "export const handler = async () => ({ statusCode: 200 });\n"
_INVALID = "Function.Invalid"


def _config(text: str) -> dict[str, str]:
    return dict.fromkeys((MJS, TS), f"{_HANDLER}export const config = {text};\n")


SETTINGS = (
    Mistake(
        name="cron",
        what="a `schedule` that is no cron expression",
        sources=_config("{ schedule: 'every day' }"),
        told=told(
            _INVALID,
            "'{name}' cannot be served: `schedule`",
            "five fields in UTC",
            '"*/15 * * * *"',
            'not "every day"',
            status=400,
        ),
    ),
    Mistake(
        name="config-path",
        what="a `path` that does not begin with `/`",
        sources=_config("{ path: 'users' }"),
        told=told(
            _INVALID,
            "'{name}' cannot be served: `path`",
            'begins with "/"',
            'not "users"',
            status=400,
        ),
    ),
    Mistake(
        name="config-method",
        what="a `method` that is none",
        sources=_config("{ method: ['GET', 'FETCH'] }"),
        told=told(_INVALID, "'{name}' cannot be served: `method`", "GET, POST", status=400),
    ),
    Mistake(
        name="config-computed",
        what="a value in `config` that only running the file could tell",
        sources={
            MJS: (
                "export default async () => new Response('x');\n"
                "export const config = { path: process.env.WHERE };\n"
            ),
        },
        told=told(
            _INVALID, "'{name}' cannot be served: `path`", "write it out in this file", status=400
        ),
    ),
    Mistake(
        name="clash",
        what="a `path` that another function has",
        sources=_config("{ path: '/taken' }"),
        files={
            "netlify/functions/a-first.mjs": (
                f"{_HANDLER}export const config = {{ path: '/taken' }};\n"
            ),
        },
        told=told(
            _INVALID,
            (
                "'{name}' cannot be served: `path` /taken is taken by "
                "netlify/functions/a-first.mjs already"
            ),
            "another path",
            status=400,
        ),
    ),
    Mistake(
        name="bad name",
        what="a name with other characters than letters, digits, `-` and `_`",
        sources={MJS: _HANDLER},
        told=told(
            _INVALID,
            "'{name}' cannot be served",
            "rename it",
            "A to Z and a to z, digits, - and _",
            status=400,
        ),
        mends=False,
    ),
)
