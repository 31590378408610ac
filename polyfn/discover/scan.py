"""Looks for functions; which of several files wins, and what a configuration means, is not here."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from polyfn.discover.candidates import Candidate, choose
from polyfn.discover.clashes import without_clashes
from polyfn.discover.config import resolve
from polyfn.discover.directory import list_directory
from polyfn.discover.manifest import Manifest
from polyfn.discover.names import function_name, name_problem
from polyfn.model import Api, Function, SourceFacts
from polyfn.runtimes import RUNTIMES
from polyfn.runtimes.executables import is_script
from polyfn.settings.variables import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from polyfn.model import JSON
    from polyfn.runtimes.contract import Runtime
    from polyfn.settings.values import Settings


def scan(settings: Settings, runtimes: Mapping[str, Runtime] = RUNTIMES) -> Manifest:
    """Find all functions of a project.

    Args:
        settings: The project's settings; a functions directory that is not there holds none.
        runtimes: The languages to look for.
    """
    search = _Search(runtimes.values())
    search.look_into(settings.functions_dir, is_internal=False)
    if settings.internal_dir != settings.functions_dir:
        search.look_into(settings.internal_dir, is_internal=True)
    chosen = choose(search.candidates)
    # The user's come first, so that of two functions with one route the generated one loses.
    chosen.sort(key=lambda each: (each[0].is_internal, each[0].name))
    functions = without_clashes(_function(*each, settings) for each in chosen)
    functions.sort(key=lambda function: function.name)
    return Manifest(functions=tuple(functions), remarks=tuple(search.remarks))


class _Search:
    """Collects what every language finds in directories, and what could not be looked at."""

    def __init__(self, runtimes: Iterable[Runtime]) -> None:
        self.candidates: list[Candidate] = []
        self.remarks: list[str] = []
        self._runtimes = tuple(runtimes)

    def look_into(self, directory: Path, *, is_internal: bool) -> None:
        listed = list_directory(directory)
        self.remarks += listed.remarks
        for runtime in self._runtimes:
            for name, files in runtime.files(listed.files).items():
                self._add(runtime, name, files, is_internal=is_internal)
            for each in listed.directories:
                self._add_directory(runtime, each, is_internal=is_internal)
        found = {each.source for each in self.candidates}
        empty = [each for each in listed.directories if each not in found]
        places = (*listed.files, *(each / each.name for each in empty))
        self.remarks += [_no_program(each) for each in places if is_script(each)]
        bootstraps = (each / "bootstrap" for each in empty)
        self.remarks += [_not_executable(each) for each in bootstraps if each.is_file()]

    def _add_directory(self, runtime: Runtime, directory: Path, *, is_internal: bool) -> None:
        try:
            mains = runtime.mains(directory, directory.name)
        except OSError as error:
            remark = f"{directory} cannot be read: {error.strerror}"
            self.remarks += [] if remark in self.remarks else [remark]
            return
        name = function_name(directory.name)
        self._add(runtime, name, mains, is_internal=is_internal, source=directory)

    def _add(
        self,
        runtime: Runtime,
        name: str,
        files: list[Path],
        *,
        is_internal: bool,
        source: Path | None = None,
    ) -> None:
        for order, main_file in enumerate(files):
            facts = _facts(runtime, main_file)
            if facts is None:
                continue
            self.candidates.append(
                Candidate(
                    name=printable(name),
                    runtime=runtime,
                    main_file=main_file,
                    source=source or main_file,
                    is_internal=is_internal,
                    order=order,
                    facts=facts,
                )
            )


def _no_program(script: Path) -> str:
    return (
        f"{script} is a script, which is no function: a prebuilt one is a program for Linux, and a "
        f"script that speaks the Lambda Runtime API is called {script.name}/bootstrap"
    )


def _not_executable(bootstrap: Path) -> str:
    return f"{bootstrap} is not executable, and so no function: chmod +x {bootstrap}"


def _facts(runtime: Runtime, main_file: Path) -> SourceFacts | None:
    try:
        return runtime.inspect(main_file)
    except OSError as error:
        return SourceFacts(problem=f"{main_file.name} cannot be read: {error.strerror}")


def _function(winner: Candidate, shadowed: tuple[Path, ...], settings: Settings) -> Function:
    facts = winner.facts
    beside = _config_beside(winner.main_file) if winner.is_internal else {}
    resolved = resolve(winner.name, {**beside, **facts.config}, settings)
    return Function(
        name=winner.name,
        runtime=winner.runtime.name,
        main_file=winner.main_file,
        source=winner.source,
        project_root=settings.root,
        kind=resolved.kind,
        api=Api.LAMBDA if resolved.config.handler else facts.api,
        handler=resolved.config.handler or facts.handler,
        config=resolved.config,
        problem=name_problem(winner.name) or facts.problem or resolved.problem,
        shadowed=shadowed,
    )


def _config_beside(main_file: Path) -> Mapping[str, JSON]:
    """Read ``NAME.json`` beside a generated function (zip-it-and-ship-it, `config.ts`).

    Build plugins write it; one that is not of version 1 is ignored, as Netlify does.
    """
    try:
        document = json.loads(main_file.with_suffix(".json").read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(document, dict) or document.get("version") != 1:
        return {}
    config = document.get("config")
    return config if isinstance(config, dict) else {}
