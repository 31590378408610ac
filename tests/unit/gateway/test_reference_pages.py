"""The reference pages say what the code does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import orjson
import pytest

from polyfn.errors import PolyfnError
from polyfn.gateway import events
from polyfn.gateway.router import Match
from polyfn.gateway.site import Site
from polyfn.model import EventFormat
from tests.unit.gateway.support import STAMP, function, request
from tests.unit.gateway.test_error_replies import every_class

REFERENCE = Path(__file__).resolve().parents[3] / "docs" / "reference"


@pytest.mark.parametrize("kind", every_class())
def test_errors_page_has_a_row_for_every_class(kind: type[PolyfnError]) -> None:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in (REFERENCE / "errors.md").read_text().splitlines()
        if line.startswith("|")
    ]
    matching = [row for row in rows if len(row) == 5 and f"`{kind.__name__}`" in row[3]]
    assert len(matching) == 1, f"docs/reference/errors.md needs one row for {kind.__name__}"
    types, status, exit_code, _, text = matching[0]
    assert f"`{kind.type}`" in types
    assert (status, exit_code) == (str(kind.status), str(kind.exit_code))
    assert text


@pytest.mark.parametrize(
    ("event_format", "heading"),
    [
        (EventFormat.V1, "## The event"),
        (EventFormat.V2, "### Version 2"),
        (EventFormat.ALB, "### Load balancers"),
    ],
)
def test_events_page_lists_every_field(event_format: EventFormat, heading: str) -> None:
    page = (REFERENCE / "events.md").read_text()
    section = re.split(r"\n##+ ", page.partition(heading)[2])[0]
    match = Match(function("hello", event_format=event_format), "/:id", "/:id", {"id": "1"})
    asked = request(("cookie", "a=1"), query="a=1")
    event: dict[str, Any] = orjson.loads(events.build(asked, b"", match, STAMP, Site()).event)
    fields = set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))
    assert fields == set(event)
    context = event["requestContext"]
    assert {name for name in context if f"`{name}`" not in section} == set()


def test_events_page_lists_every_format_and_what_go_gets_beside_version_1() -> None:
    page = (REFERENCE / "events.md").read_text()
    formats = page.partition("### Other formats")[2].partition("###")[0]
    assert re.findall(r"^\| `(\w+)` \|", formats, re.MULTILINE)[1:] == [
        each.value for each in EventFormat
    ]
    section = page.partition("### Events for Go")[2].partition("\n## ")[0]
    match = Match(function("hello", event_format=EventFormat.ALL), None, "/")
    event = orjson.loads(events.build(request(("cookie", "a=1")), b"", match, STAMP, Site()).event)
    added = [name for name in (*event, *event["requestContext"]) if name[0].isupper()]
    assert [name for name in added if f"`{name}`" not in section] == []


def test_events_page_lists_every_header_that_is_ours() -> None:
    page = (REFERENCE / "events.md").read_text()
    match = Match(function("hello"), None, "/")
    event = orjson.loads(events.build(request(), b"", match, STAMP, Site()).event)
    assert [name for name in event["headers"] if f"`{name}`" not in page] == []
