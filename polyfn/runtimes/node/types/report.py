"""tsc's report → what is wrong, where, and which functions it is about.

It begins with the errors (``file(line,column): error TS2322: text``, more lines of it indented) and
goes on, as ``--explainFiles`` asks for, with every file and, indented, who imports it.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_ISSUE: Final = re.compile(r"(?:(.+)\((\d+),(\d+)\): )?error (TS\d+): (.*)")
_IMPORTER: Final = re.compile(r"\s+.* from file '(.+?)'")


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeIssue:
    """One error that tsc reports.

    Attributes:
        file: Absolute; ``None`` for what is about the settings.
        line: From 1; 0 without a file. So is ``column``.
        code: Such as ``TS2322``.
        message: May have several lines.
        functions: Those that use the file, sorted; empty when none does.
    """

    file: Path | None
    line: int
    column: int
    code: str
    message: str
    functions: tuple[str, ...]


def read_report(text: str, directory: Path, mains: Mapping[str, Path]) -> list[TypeIssue]:
    """Read what tsc wrote, sorted by place.

    Args:
        directory: Where it ran: its paths are relative to that.
        mains: Function → main file, absolute.
    """
    issues, importers = _parsed(text, directory)
    users = _users(importers, mains)
    read = {
        TypeIssue(
            file=file,
            line=line,
            column=column,
            code=code,
            message="\n".join(words),
            functions=tuple(sorted(_concerned(file, users, mains))),
        )
        for file, line, column, code, words in issues
    }
    return sorted(read, key=lambda each: (str(each.file or ""), each.line, each.column, each.code))


def _concerned(
    file: Path | None, users: Mapping[Path, Iterable[str]], mains: Mapping[str, Path]
) -> Iterable[str]:
    """Who uses a file; what is wrong with the settings is about all."""
    if file is None or (file.suffix == ".json" and file not in users):
        return mains
    return users.get(file, ())


_Issue = tuple[Path | None, int, int, str, list[str]]


def _parsed(text: str, directory: Path) -> tuple[list[_Issue], dict[Path, set[Path]]]:
    """The errors; and file → files that import it."""
    issues: list[_Issue] = []
    importers: dict[Path, set[Path]] = defaultdict(set)
    listed: Path | None = None
    for line in text.splitlines():
        if match := _ISSUE.fullmatch(line):
            path, row, column, code, message = match.groups()
            file = _path(path, directory) if path else None
            issues.append((file, int(row or 0), int(column or 0), code, [message]))
            listed = None
        elif not line.startswith(" "):
            listed = _path(line, directory)
        elif listed is None and issues:
            issues[-1][-1].append(line)
        elif listed is not None and (match := _IMPORTER.match(line)):
            importers[listed].add(_path(match[1], directory))
    return issues, importers


def _users(
    importers: Mapping[Path, Iterable[Path]], mains: Mapping[str, Path]
) -> dict[Path, set[str]]:
    """File → functions that import it, directly or not."""
    imported: dict[Path, set[Path]] = defaultdict(set)
    for file, froms in importers.items():
        for each in froms:
            imported[each].add(file)
    users: dict[Path, set[str]] = defaultdict(set)
    for name, main in mains.items():
        todo = [main.resolve()]
        while todo:
            file = todo.pop()
            if name not in users[file]:
                users[file].add(name)
                todo += imported.get(file, ())
    return users


def _path(text: str, directory: Path) -> Path:
    return Path(os.path.normpath(directory / text)).resolve()
