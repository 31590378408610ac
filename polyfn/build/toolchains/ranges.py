"""Which versions of Node.js a text means: what nvm, npm and Netlify understand; pure.

A bare version, such as ``20`` or ``v20.11.1``; a word of nvm's (``node``, ``lts/*``, ``lts/iron``);
a range of npm's (https://github.com/npm/node-semver: ``^20 || >=22.1 <23``, ``18 - 22``, ``20.x``).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Final, TypeAlias

Version: TypeAlias = tuple[float, ...]
Interval: TypeAlias = tuple[Version, Version]
"""From the first, up to and without the second."""

_LOWEST: Final[Version] = (0, 0, 0)
_BEYOND: Final[Version] = (math.inf, math.inf, math.inf)
_ALL: Final[tuple[Interval, ...]] = ((_LOWEST, _BEYOND),)

_ANY: Final = frozenset({"", "*", "x", "node", "stable", "current", "latest", "default", "system"})
_LTS: Final = re.compile(r"lts(?:/(?:\*|-\d+))?")
_CODE_NAMES: Final = {"hydrogen": 18, "iron": 20, "jod": 22, "krypton": 24}
_NEWEST_LTS: Final = "24"
_LAMBDA: Final = re.compile(r"nodejs(\d+)\.x")
"""As ``AWS_LAMBDA_JS_RUNTIME`` says it."""

_PART: Final = r"(?:\d+|[xX*])"
_BARE: Final = rf"v?{_PART}(?:\.{_PART}){{0,2}}(?:[-+][\w.+-]*)?"
_COMPARATOR: Final = re.compile(rf"(\^|~>?|>=|<=|>|<|=)?\s*({_BARE})")
_HYPHEN: Final = re.compile(rf"({_BARE})\s+-\s+({_BARE})")
_NUMBER: Final = re.compile(r"\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Some versions.

    Attributes:
        text: What to ask npm for.
        lts: Whether only long-term lines count, which have even numbers.
        major: The line, where one version of it was named: at Netlify and Lambda, functions have a
            line and no more, so any other of it is nearly as good.
    """

    text: str
    intervals: tuple[Interval, ...] = _ALL
    lts: bool = False
    major: int | None = None

    def has(self, version: str) -> bool:
        """Whether a version is one of them."""
        numbers = _numbers(version)
        inside = any(low <= numbers < high for low, high in self.intervals)
        return inside and not (self.lts and numbers[0] % 2)

    def nearly_has(self, version: str) -> bool:
        """Whether it is one of them, or of the same line as the one that was named."""
        return self.has(version) or self.major == _numbers(version)[0]


def parse(text: str) -> Range | None:
    """Read what a person wrote; ``None`` when it means no version."""
    word = text.strip().lower()
    if match := _LAMBDA.fullmatch(word):
        word = match[1]
    word = str(_CODE_NAMES.get(word.removeprefix("lts/"), word))
    if word in _ANY:
        return Range(text="*")
    if _LTS.fullmatch(word):
        return Range(text=_NEWEST_LTS, lts=True)
    if re.fullmatch(_BARE, word):
        numbers = _given(word)
        major = int(numbers[0]) if numbers else None
        return Range(text=word.removeprefix("v"), intervals=(_same(numbers),), major=major)
    intervals = [_interval(each) for each in word.split("||")]
    found = tuple(each for each in intervals if each is not None)
    return Range(text=word, intervals=found) if len(found) == len(intervals) else None


def _interval(text: str) -> Interval | None:
    """What one of several alternatives means."""
    text = text.strip()
    if text in {"", "*"}:
        return _ALL[0]
    if match := _HYPHEN.fullmatch(text):
        return (_floor(_given(match[1])), _ceiling(_given(match[2])))
    low, high, at = _LOWEST, _BEYOND, 0
    while at < len(text):
        found = _COMPARATOR.match(text, at)
        if found is None:
            return None
        lower, upper = _compared(found[1] or "", _given(found[2]))
        low, high = max(low, lower), min(high, upper)
        at = len(text) - len(text[found.end() :].lstrip())
    return (low, high)


def _compared(operator: str, given: Version) -> Interval:
    match operator:
        case ">=":
            return (_floor(given), _BEYOND)
        case ">":
            return (_ceiling(given), _BEYOND)
        case "<":
            return (_LOWEST, _floor(given))
        case "<=":
            return (_LOWEST, _ceiling(given))
        case "^":
            return (_floor(given), _ceiling(given[:1]))
        case "~" | "~>":
            return (_floor(given), _ceiling(given[:2]))
        case _:
            return _same(given)


def _same(given: Version) -> Interval:
    return (_floor(given), _ceiling(given))


def _given(text: str) -> Version:
    """The numbers before the first ``x``; what comes after a hyphen or a plus does not count."""
    numbers: list[float] = []
    for part in re.split(r"[-+]", text.removeprefix("v"))[0].split("."):
        if not part.isdigit():
            break
        numbers.append(int(part))
    return tuple(numbers)


def _floor(given: Version) -> Version:
    return (*given, 0, 0, 0)[:3]


def _ceiling(given: Version) -> Version:
    """The first version that does not begin with these numbers."""
    return _floor((*given[:-1], given[-1] + 1)) if given else _BEYOND


def _numbers(version: str) -> Version:
    return tuple(map(int, _NUMBER.findall(version)[:3])) or _LOWEST
