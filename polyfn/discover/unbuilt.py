"""Functions that are not there yet: settings name them, and the command that will make them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from polyfn.discover.candidates import Candidate
from polyfn.model import SourceFacts
from polyfn.runtimes import RUNTIMES
from polyfn.settings.globs import is_plain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

    from polyfn.settings.values import Settings

_ANY_PROGRAM = "provided"


def unbuilt_functions(settings: Settings, found: AbstractSet[str]) -> Iterator[Candidate]:
    """The functions that ``[functions."NAME"] build`` names and nobody has found.

    Until it is built nothing is known of such a function but its name. It counts as a program.

    Args:
        found: The names of those that are there.
    """
    named = [rule.pattern for rule in settings.function_rules if rule.values.get("build")]
    for name in dict.fromkeys(named):
        if is_plain(name) and name not in found:
            place = settings.functions_dir / name
            yield Candidate(
                name=name,
                runtime=RUNTIMES[_ANY_PROGRAM],
                main_file=place,
                source=place,
                is_internal=False,
                order=0,
                facts=SourceFacts(handler=""),
            )
