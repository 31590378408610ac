"""Modules that load, and have no handler to call."""

from __future__ import annotations

from tests.acceptance.mistakes.rows import JS, MJS, NO_HANDLER, TS, Mistake, told

_OK = "async () => ({ statusCode: 200 })"

EXPORTED = (
    Mistake(
        name="none",
        what="an empty file",
        sources={JS: "", MJS: "", TS: ""},
        told={
            JS: told(
                NO_HANDLER,
                '{file} exports no function "handler"; it exports nothing',
                "Write exports.handler",
            ),
            MJS: told(
                NO_HANDLER,
                '{file} exports no function "handler"; it exports nothing',
                "Write export default",
            ),
            TS: told(NO_HANDLER, '{file} exports no function "handler"; it exports nothing'),
        },
    ),
    Mistake(
        name="typo",
        what="another name than `handler`",
        sources={
            JS: f"exports.handlr = {_OK};",
            MJS: f"export const handlr = {_OK};",
            TS: f"export const handlr = {_OK};",
        },
        told=told(NO_HANDLER, '{file} exports no function "handler"; it exports: handlr'),
    ),
    Mistake(
        name="undefined",
        what="`exports.handler = main`, before `main` has its value",
        sources={JS: f"exports.handler = main; var main = {_OK};"},
        told=told(
            NO_HANDLER, '"handler" in {file} is undefined', "before it got its value", "misspelt"
        ),
    ),
    Mistake(
        name="whole",
        what="`module.exports = async () => …`",
        sources={JS: f"module.exports = {_OK};"},
        told=told(
            NO_HANDLER, "{file} exports one function, by module.exports", "write exports.handler"
        ),
    ),
    Mistake(
        name="called",
        what="the handler's result in place of the handler: `exports.handler = main()`",
        sources={JS: f"exports.handler = ({_OK})();", TS: f"export const handler = ({_OK})();"},
        told=told(
            NO_HANDLER, '"handler" in {file} is no function, but a promise', "without calling it"
        ),
    ),
    Mistake(
        name="object",
        what="an object as `handler`",
        sources={
            JS: "exports.handler = { statusCode: 200 };",
            TS: "export const handler = { statusCode: 200 };",
        },
        told=told(NO_HANDLER, '"handler" in {file} is no function, but of type object'),
    ),
)
