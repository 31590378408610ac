"""What the exports of a file mean: which handler is called, its shape, and its configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from polyfn.model import Api, SourceFacts
from polyfn.runtimes.node.insource.exports import Module, module_of
from polyfn.runtimes.node.insource.grammar import text_of
from polyfn.runtimes.node.insource.values import UNDEFINED, Evaluator, is_readable, unwrap
from polyfn.settings.function_keys import IN_SOURCE

if TYPE_CHECKING:
    from tree_sitter import Node

    from polyfn.model import JSON

_LITERALLY: Final = "write it out in this file, since it is read without running the code"


def facts_of(program: Node) -> SourceFacts:
    """Judge a parsed file.

    A default export makes a modern function, and a ``handler`` export beside it wins over it
    (zip-it-and-ship-it, `in_source_config/index.ts`).
    """
    module = module_of(program)
    evaluator = Evaluator(module.bindings)
    modern = "default" in module.exports and "handler" not in module.exports
    config, problem = _config(module, evaluator, modern=modern)
    if not modern:
        schedule, missing = _schedule(module, evaluator)
        config |= schedule
        problem = problem or missing
    return SourceFacts(
        api=Api.MODERN if modern else Api.LAMBDA,
        handler="default" if modern else "handler",
        config=config,
        problem=None if program.has_error else problem,
    )


def _config(
    module: Module, evaluator: Evaluator, *, modern: bool
) -> tuple[dict[str, JSON], str | None]:
    """The exported ``config``, else that in ``export default { config: { … } }``.

    Keys that polyfn does not know are dropped when they need the code to run; of a function with a
    ``handler`` so are those it knows: Netlify does not look at its ``config`` at all, so it may be
    anything.
    """
    exported = "config" in module.exports
    raw = evaluator.value(module.exports["config"]) if exported else {}
    if modern and not exported:
        default = evaluator.value(evaluator.follow(module.exports["default"]))
        raw = default.get("config", {}) if isinstance(default, dict) else {}
    if raw is UNDEFINED:  # what TypeScript compiles begins with exports.config = void 0
        raw = {}
    if not isinstance(raw, dict):
        return {}, f"its config cannot be read: {_LITERALLY}" if modern else None
    readable = {key: value for key, value in raw.items() if is_readable(value)}
    unreadable = [key for key in raw if key in IN_SOURCE and key not in readable]
    if modern and unreadable:
        return readable, f"`{unreadable[0]}` in its config cannot be read: {_LITERALLY}"
    return readable, None


def _schedule(module: Module, evaluator: Evaluator) -> tuple[dict[str, JSON], str | None]:
    """The cron expression of ``handler = schedule("@daily", …)``."""
    call = evaluator.follow(module.exports.get("handler"))
    if call is None or call.type != "call_expression" or _called(call, module) != "schedule":
        unused = "schedule" in module.imports.values()
        return {}, _UNUSED if unused else None
    arguments = call.child_by_field_name("arguments")
    first = arguments.named_children[:1] if arguments else []
    cron = evaluator.value(first[0]) if first else None
    if isinstance(cron, str):
        return {"schedule": cron}, None
    return {}, f"the first argument of schedule() must be a cron expression: {_LITERALLY}"


_UNUSED: Final = (
    "it imports schedule() and does not export what that returns: "
    'write `export const handler = schedule("@daily", …)`'
)


def _called(call: Node, module: Module) -> str | None:
    """Which function of ``@netlify/functions`` is called, under whatever name it was imported."""
    callee = call.child_by_field_name("function")
    callee = unwrap(callee) if callee else None
    if callee is None:
        return None
    owner, name = (callee.child_by_field_name(each) for each in ("object", "property"))
    if owner and name:
        return text_of(name) if module.imports.get(text_of(owner)) == "*" else None
    return module.imports.get(text_of(callee))
