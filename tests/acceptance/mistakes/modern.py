"""Mistakes in modern functions, which take a Request and return a Response."""

from __future__ import annotations

from tests.acceptance.mistakes.rows import (
    BAD_ANSWER,
    IMPORT,
    MJS,
    NO_HANDLER,
    TS,
    Mistake,
    told,
)

_UNSUPPORTED = "returned an unsupported value. Accepted types are 'Response' or 'undefined'"


def _default(value: str) -> dict[str, str]:
    return dict.fromkeys((MJS, TS), f"export default {value};\n")


MODERN = (
    Mistake(
        name="modern-class",
        what="`export default class …`",
        sources=_default("class Shop {}"),
        told=told(NO_HANDLER, "The default export of {file} is a class", "export a function"),
    ),
    Mistake(
        name="modern-object",
        what="an object without a `fetch` as default export",
        sources=_default("{ run: () => new Response('x') }"),
        told=told(NO_HANDLER, "The default export of {file} is an object of run", "`fetch`"),
    ),
    Mistake(
        name="modern-called",
        what="the function's result as default export",
        sources=_default("(async () => new Response('x'))()"),
        told=told(NO_HANDLER, "The default export of {file} is a promise", "export a function"),
    ),
    Mistake(
        name="modern-lambda",
        what="an object with a `statusCode` from a default export",
        sources=_default("async () => ({ statusCode: 200, body: 'x' })"),
        told=told(BAD_ANSWER, _UNSUPPORTED, "an object with a statusCode"),
    ),
    Mistake(
        name="modern-text",
        what="a text in place of `new Response(text)`",
        sources=_default("async () => 'text'"),
        told=told(BAD_ANSWER, _UNSUPPORTED, "it returned a string"),
    ),
    Mistake(
        name="modern-read",
        what="a Response whose body was read already",
        sources=_default(
            "async () => {\n  const it = new Response('x');\n  await it.text();\n  return it;\n}"
        ),
        told=told(BAD_ANSWER, "a Response whose body was read already", "clone()"),
    ),
    Mistake(
        name="modern-status",
        what="a status that no Response may have",
        sources=_default("async () => new Response('x', { status: 1000 })"),
        told=told("RangeError", "must be in the range of 200 to 599", place="{file}:1:28"),
    ),
    Mistake(
        name="modern-json",
        what="`request.json()` of a request without a body",
        sources=_default("async (request) => Response.json(await request.json())"),
        told=told("SyntaxError", "Unexpected end of JSON input", place="{file}:1:63"),
    ),
    Mistake(
        name="modern-throw",
        what="a `throw` in the function",
        sources=_default("async () => {\n  throw new TypeError('no luck');\n}"),
        told=told("TypeError", "no luck", place="{file}:2:9"),
    ),
    Mistake(
        name="modern-never",
        what="an `await` of what can never happen",
        sources=_default("async () => new Promise(() => {})"),
        told=told("Runtime.NodeJsExit", "a promise that can never settle"),
    ),
    Mistake(
        name="modern-load",
        what="a `throw` at the top level of its file",
        sources={
            MJS: "throw new TypeError('no luck');\nexport default async () => new Response('x');\n",
        },
        told=told(IMPORT, "{file} threw while it was loading: TypeError: no luck"),
    ),
)
