"""Which of several files of one name is the function, and what it shadows; pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from polyfn.model import SourceFacts
    from polyfn.runtimes.contract import Runtime


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A file that would be the main one of a function.

    Attributes:
        source: The directory that is the function, or the file itself.
        is_internal: Whether it was generated, into ``.netlify/functions-internal``.
        order: Its place among its runtime's candidates, 0 for the one that the runtime prefers.
    """

    name: str
    runtime: Runtime
    main_file: Path
    source: Path
    is_internal: bool
    order: int
    facts: SourceFacts

    @property
    def rank(self) -> tuple[bool, bool, int, bool, int, str]:
        """Sorts the winner first.

        The user's directory wins over the generated one, a directory over a file, Go over
        JavaScript over Python; of two directories of one name the one that is called just that.
        """
        return (
            self.is_internal,
            self.source == self.main_file,
            self.runtime.rank,
            self.source.name != self.name,
            self.order,
            self.source.name,
        )


def choose(candidates: Iterable[Candidate]) -> list[tuple[Candidate, tuple[Path, ...]]]:
    """Choose one candidate a name.

    Returns:
        The winners, sorted by name, each with the main files of those it shadows.
    """
    by_name: dict[str, list[Candidate]] = defaultdict(list)
    for each in candidates:
        by_name[each.name].append(each)
    chosen = []
    for _, rivals in sorted(by_name.items()):
        winner, *losers = sorted(rivals, key=lambda each: each.rank)
        files = dict.fromkeys(each.main_file for each in losers)
        files.pop(winner.main_file, None)  # two runtimes may want the same file
        chosen.append((winner, tuple(files)))
    return chosen
