"""What a Go program prints when it panics → what the author should read of it.

A panic of the handler is reported by aws-lambda-go (`runners/go/bridge/failure.go`); what comes
here is what nobody recovers from: a panic in another goroutine or while the program initialises,
and what the Go runtime calls a fatal error. The format is its own (``runtime/traceback.go``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Final

from polyfn.model import LastWords

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

REPORT_HEAD: Final = re.compile(r"(panic|fatal error|SIG[A-Z]+): (.*)")
"""Matches what a report begins with; a signal's name where the program was sent one."""
_GOROUTINE: Final = re.compile(r"goroutine \d+ .*\[.*\]:$")
# The frame's pointers follow where Go prints its own frames, too.
_FILE: Final = re.compile(r"\t(/.*):(\d+)(?: \+0x[0-9a-f]+)?(?: fp=0x.*)?$")
_CREATED: Final = re.compile(r"created by (\S+)(?: in goroutine \d+)?$")
_SIGNAL: Final = re.compile(r"\[signal (\w+: [a-z ]+?)(?: code=.*)?\]$")
_RE_PANICKED: Final = " [recovered]"
_SYSTEM_STACK: Final = "runtime stack:"
_POINTER: Final = "PC="
_NOT_THE_AUTHORS: Final = ("/internal/polyfnbridge.", "/0polyfn.", "github.com/aws/aws-lambda-go/")
_STOPPED: Final = "was stopped by the Go runtime"
_HOW: Final = {"panic": "panicked", "fatal error": _STOPPED}
_RECOVER: Final = (
    "A panic in a goroutine of its own ends the whole process: recover from it in that goroutine."
)
_ADVICE: Final = {
    "stack overflow": "Does a function call itself without end?",
    "concurrent map": "Guard the map by a sync.Mutex, or use a sync.Map.",
}
_MUST_START: Final = (
    "Its func main must call lambda.Start(handler), which does not return, and nothing may end the "
    "process before that."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PanicReader:
    """Reads the last lines of a Go program.

    Attributes:
        project_root: What the author's paths are relative to; without symbolic links.
    """

    project_root: Path

    def __call__(self, lines: tuple[str, ...]) -> LastWords:
        """Find the panic in them; without one they stay as they are."""
        for start in reversed(range(len(lines))):
            head = REPORT_HEAD.match(lines[start])
            if head is not None:
                report = list(_until_goroutine(lines[start + 1 :]))
                return self._told(head[1], head[2], report, lines[start + 1 + len(report) :])
        return LastWords(lines, advice=_MUST_START)

    def shown_line(self, line: str) -> str:
        """A place in a stack as a path of the project; every other line as it is."""
        root = f"\t{self.project_root}/"
        return f"\t{line[len(root) :]}" if line.startswith(root) and _FILE.match(line) else line

    def _told(
        self, kind: str, text: str, report: Sequence[str], rest: tuple[str, ...]
    ) -> LastWords:
        if not rest:  # the author's own line that begins like one, or a report without its stack
            return LastWords((f"{kind}: {text}", *report), advice=_MUST_START)
        block = list(_block(rest[1:]))
        created = any(line.startswith("created by ") for line in block)
        why = "\n".join((text.removesuffix(_RE_PANICKED), *_more(kind, report)))
        advice = next((told for sign, told in _ADVICE.items() if sign in text), "")
        return LastWords(
            tuple(_folded(self._frames(block))),
            how=_HOW.get(kind, f"was stopped by {kind}"),
            why=why,
            advice=_RECOVER if created and kind == "panic" else advice,
        )

    def _frames(self, block: Sequence[str]) -> Iterator[str]:
        for called, place in pairwise(block):
            file = _FILE.match(place)
            if file is None or _FILE.match(called):
                continue
            created = _CREATED.match(called)
            name = created[1] if created else called
            if self._is_authors(name, file[1]):
                label = _label(name, is_call=created is None)
                where = f"{self._shown(file[1])}:{file[2]}"
                yield f"{where} {'created by ' if created else ''}{label}"

    def _is_authors(self, name: str, file: str) -> bool:
        if any(each in name for each in _NOT_THE_AUTHORS):
            return False
        is_library = "." in name.partition("/")[0] and "/" in name
        return file.startswith(f"{self.project_root}/") or is_library or name.startswith("main.")

    def _shown(self, file: str) -> str:
        return file.removeprefix(f"{self.project_root}/")


def _until_goroutine(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        if _GOROUTINE.match(line):
            return
        yield line


def _more(kind: str, report: Sequence[str]) -> Iterator[str]:
    """What a report says between its head and the stack, for the author to read."""
    for line in report:
        if line == _SYSTEM_STACK or line.startswith(_POINTER):
            return
        signal = _SIGNAL.match(line)
        if signal is None and line:
            yield line
        elif signal is not None and kind == "fatal error":
            yield signal[1]


def _folded(frames: Iterator[str]) -> Iterator[str]:
    """Frames of a function that calls itself, one of each."""
    for frame, same in groupby(frames):
        times = sum(1 for _ in same)
        yield f"{frame} (and {times - 1} more of it)" if times > 1 else frame


def _block(lines: Sequence[str]) -> Iterator[str]:
    """The lines of one goroutine."""
    for line in lines:
        if not line or _GOROUTINE.match(line):
            return
        yield line


def _label(name: str, *, is_call: bool) -> str:
    """``handler.func1`` for ``main.handler.func1(0x1, …)``, as aws-lambda-go shows it."""
    name = name.rpartition("(")[0] if is_call else name
    return name.rpartition("/")[2].partition(".")[2]
