"""The shape of the table of mistakes: what is written, what is told of it, what mends it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

IMPORT: Final = "Runtime.ImportModuleError"
NO_HANDLER: Final = "Runtime.HandlerNotFound"
SYNTAX: Final = "Runtime.UserCodeSyntaxError"
BUILD: Final = "Build.Failed"
BAD_ANSWER: Final = "Function.InvalidResponse"

JS: Final = ".js"
MJS: Final = ".mjs"
CJS: Final = ".cjs"
TS: Final = ".ts"
IN_MODULE: Final = "/index.js"
"""A directory with a package.json of type "module" in it."""

FUNCTIONS: Final = "netlify/functions"
FILE: Final = "{file}"
"""In words and files: the function's main file, as a path of the project."""
NAME: Final = "{name}"
MODULE_MANIFEST: Final = '{"type": "module"}'

_COMMONJS: Final = "exports.handler = async () => ({ statusCode: 200, body: 'mended' });\n"
_MODULE: Final = "export const handler = async () => ({ statusCode: 200, body: 'mended' });\n"
_MENDED: Final = {JS: _COMMONJS, CJS: _COMMONJS, MJS: _MODULE, TS: _MODULE, IN_MODULE: _MODULE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a caller reads.

    Attributes:
        words: Parts of the message, in order.
        place: The first frame's file and line; empty when there is no trace to look at.
    """

    type: str
    words: tuple[str, ...]
    place: str = ""
    status: int = 502


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One way to get it wrong.

    Attributes:
        name: Of the functions, before the mark of their kind: ``typo-js``.
        what: In the words of docs/howto/mistakes.md.
        sources: The main file's text, by its ending.
        told: Of it, by ending where it is not everywhere the same.
        files: What else is there: path of the project → text.
        mended: What to write so that it works; the main file, when empty.
        mends: Whether another text can make it work at all; it is tried with the first source.
    """

    name: str
    what: str
    sources: Mapping[str, str]
    told: Told | Mapping[str, Told]
    files: Mapping[str, str] = field(default_factory=dict)
    mended: Mapping[str, str] = field(default_factory=dict)
    mends: bool = True

    def cases(self) -> Iterator[Case]:
        """A function for each source."""
        for number, (ending, source) in enumerate(self.sources.items()):
            told = self.told if isinstance(self.told, Told) else self.told[ending]
            name = f"{self.name}-{ending.strip('/').replace('index.js', 'module').strip('.')}"
            file = f"{FUNCTIONS}/{name}{ending}"
            main = _filled({file: source}, name, file)
            if ending == IN_MODULE:
                main[f"{FUNCTIONS}/{name}/package.json"] = MODULE_MANIFEST
            yield Case(
                name=name,
                file=file,
                files=main | _filled(self.files, name, file),
                told=told,
                mended=_filled(self.mended or {file: _MENDED[ending]}, name, file),
                mends=self.mends and number == 0,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One function that is wrong."""

    name: str
    file: str
    files: Mapping[str, str]
    told: Told
    mended: Mapping[str, str]
    mends: bool

    def filled(self, text: str) -> str:
        """With the function's own name and file in it."""
        return text.replace(FILE, self.file).replace(NAME, self.name)


def _filled(files: Mapping[str, str], name: str, file: str) -> dict[str, str]:
    def fill(text: str) -> str:
        return text.replace(FILE, file).replace(NAME, name)

    return {fill(path): fill(text) for path, text in files.items()}


def told(kind: str, *words: str, place: str = "", status: int = 502) -> Told:
    """Shorter to read in a table."""
    return Told(type=kind, words=words, place=place, status=status)
