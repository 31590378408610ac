"""The page on routes shows routes that are ones."""

from __future__ import annotations

import re
from pathlib import Path

from polyfn.discover.routes import compile_route

PAGE = Path(__file__).parents[3] / "docs/howto/routes.md"


def test_every_route_in_the_table_of_patterns_compiles() -> None:
    table = PAGE.read_text().partition("| in a path |")[2].partition("\n\n")[0]
    first = [line.partition("` |")[0].replace("\\|", "|") + "`" for line in table.splitlines()[2:]]
    routes = [route for cell in first for route in re.findall(r"`([^`]+)`", cell)]
    assert len(routes) > 8
    for route in routes:
        assert not compile_route(route).is_literal
