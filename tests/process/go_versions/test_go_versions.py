"""Every feature of aws-lambda-go over its versions, each a real build served by a real pool.

The page docs/reference/go-versions.md is the table of what was found here. To write it anew::

    POLYFN_WRITE_PAGES=1 python -m pytest tests/process/go_versions
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, TypeAlias

import pytest

from polyfn.errors import PolyfnError
from polyfn.pool.spawner import Spawner

from .library import Library, running
from .table import SECTIONS, Feature, as_text

pytestmark = pytest.mark.timeout(300)  # the first build compiles the standard library

_PAGE: Final = Path(__file__).resolve().parents[3] / "docs/reference/go-versions.md"
_MARKS: Final = ("<!-- the table begins -->\n", "<!-- the table ends -->\n")
_VERSIONS: Final = (
    "1.13.3", "1.17.0", "1.20.0", "1.27.0", "1.34.1", "1.41.0", "1.47.0", "1.54.0", "1.55.1",
)  # fmt: skip
_AT_ONCE: Final = 8

Outcomes: TypeAlias = Mapping[str, str | None]
"""Feature → what is wrong with it, or nothing; a version that does not have it has no entry."""


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Outcomes]:
    """Tries every feature of a version, once."""
    known: dict[str, Outcomes] = {}

    def find(version: str) -> Outcomes:
        if version not in known:
            root = tmp_path_factory.mktemp("go") / "site"
            library = Library(version, root)
            assert library.artifact.path.is_file()
            known[version] = asyncio.run(_tried(library))
        return known[version]

    return find


async def _tried(library: Library) -> Outcomes:
    places = asyncio.Semaphore(_AT_ONCE)

    async def wrong(feature: Feature) -> str | None:
        async with places, running(library, feature.start, spawner) as program:
            try:
                for check in feature.checks:
                    await check(program)
                assert "/2018-06-01/" not in program.log, "the library's own troubles are logged"
            except (AssertionError, PolyfnError, pytest.fail.Exception) as error:
                return str(error) or repr(error)
        return None

    has = {
        each.name: each
        for section in SECTIONS.values()
        for each in section
        if library.has(each.needs)
    }
    with Spawner() as spawner:
        found = await asyncio.gather(*map(wrong, has.values()))
    return dict(zip(has, found, strict=True))


@pytest.mark.parametrize("version", _VERSIONS)
def test_everything_that_a_version_has_works(
    outcomes: Callable[[str], Outcomes], version: str
) -> None:
    wrong = {name: why for name, why in outcomes(version).items() if why is not None}
    assert not wrong, "\n\n".join(f"{name}: {why}" for name, why in wrong.items())


def test_page_has_the_table_of_this_run(outcomes: Callable[[str], Outcomes]) -> None:
    table = as_text({version: outcomes(version) for version in _VERSIONS})
    page = _PAGE.read_text("utf-8")
    before, _, rest = page.partition(_MARKS[0])
    written, _, after = rest.partition(_MARKS[1])
    if os.environ.get("POLYFN_WRITE_PAGES"):
        _PAGE.write_text(f"{before}{_MARKS[0]}{table}{_MARKS[1]}{after}", "utf-8")
        return
    assert written == table, "POLYFN_WRITE_PAGES=1 writes the page anew"
