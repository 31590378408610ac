"""Answers that are no response, and calls that fail for a reason that many meet."""

from __future__ import annotations

from tests.acceptance.mistakes.rows import BAD_ANSWER, JS, TS, Mistake, told


def _returning(value: str) -> dict[str, str]:
    return {
        JS: f"exports.handler = async () => ({value});\n",
        TS: f"export const handler = async (): Promise<unknown> => ({value});\n",
    }


ANSWERS = (
    Mistake(
        name="nothing",
        what="no `return`",
        sources={JS: "exports.handler = async () => { 'done' };\n"},
        told=told(
            BAD_ANSWER,
            "'{name}' returned nothing (null) (is a `return` or an `await` missing?)",
            "statusCode: 200",
        ),
    ),
    Mistake(
        name="callback-in-async",
        what="an `async` handler that answers by its callback, later",
        sources={
            JS: (
                "exports.handler = async (event, context, callback) => {\n"
                "  setTimeout(() => callback(null, { statusCode: 200 }), 10);\n};\n"
            ),
        },
        told=told(BAD_ANSWER, "'{name}' returned nothing"),
    ),
    Mistake(
        name="body-promise",
        what="a `body` without its `await`",
        sources=_returning("{ statusCode: 200, body: Promise.resolve('text') }"),
        told=told(BAD_ANSWER, "'{name}' returned a `body` that is a promise", "`await` it"),
    ),
    Mistake(
        name="body-object",
        what="an object as `body`",
        sources=_returning("{ statusCode: 200, body: { a: 1 } }"),
        told=told(
            BAD_ANSWER, "'{name}' returned a `body` that is {\"a\":1}", "JSON.stringify(body)"
        ),
    ),
    Mistake(
        name="body-bytes",
        what="a Buffer as `body`",
        sources=_returning("{ statusCode: 200, body: Buffer.from('x') }"),
        told=told(
            BAD_ANSWER,
            "'{name}' returned a `body` that is a Buffer",
            "base64",
            "isBase64Encoded: true",
        ),
    ),
    Mistake(
        name="status-text",
        what='the status as a text, `"200"`',
        sources=_returning("{ statusCode: '200', body: 'x' }"),
        told=told(
            BAD_ANSWER, "'{name}' returned a `statusCode` that is the text \"200\"", "a number"
        ),
    ),
    Mistake(
        name="status-key",
        what="`status` in place of `statusCode`",
        sources=_returning("{ status: 200, body: 'x' }"),
        told=told(
            BAD_ANSWER,
            "'{name}' returned an object without `statusCode`",
            "`statusCode`, not `status`",
        ),
    ),
    Mistake(
        name="headers-list",
        what="`headers` as a list of pairs",
        sources=_returning("{ statusCode: 200, headers: [['a', 'b']] }"),
        told=told(
            BAD_ANSWER, "'{name}' returned `headers` that are no object", "a name, and its text"
        ),
    ),
    Mistake(
        name="header-list",
        what="a list as one header's value",
        sources=_returning("{ statusCode: 200, headers: { a: ['b', 'c'] } }"),
        told=told(BAD_ANSWER, "'{name}' returned a header 'a' that is", "multiValueHeaders"),
    ),
    Mistake(
        name="response",
        what="a `Response` from `handler`",
        sources=_returning("new Response('x')"),
        told=told(
            BAD_ANSWER, "'{name}' returned a Response", "`export default async (request) => …`"
        ),
    ),
    Mistake(
        name="circular-json",
        what="an object that holds itself",
        sources={
            JS: (
                "exports.handler = async () => {\n  const it = { statusCode: 200 };\n"
                "  it.body = it;\n  return it;\n};\n"
            ),
        },
        told=told("Runtime.MarshalError", "cannot be turned into JSON", "circular"),
    ),
    Mistake(
        name="bigint",
        what="`JSON.stringify` of a BigInt",
        sources={
            JS: (
                "exports.handler = async () => ({\n  statusCode: 200,\n"
                "  body: JSON.stringify({ n: 1n }),\n});\n"
            ),
        },
        told=told("TypeError", "Do not know how to serialize a BigInt", place="{file}:3:14"),
    ),
    Mistake(
        name="no-body",
        what="`JSON.parse(event.body)` of a request without a body",
        sources={
            JS: (
                "exports.handler = async (event) => ({\n  statusCode: 200,\n"
                "  body: JSON.parse(event.body).name,\n});\n"
            ),
        },
        told=told(
            "TypeError", "Cannot read properties of null (reading 'name')", place="{file}:3:31"
        ),
    ),
)
