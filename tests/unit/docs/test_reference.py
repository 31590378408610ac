"""The reference pages name every command, option and setting there is."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from polyfn.cli import root
from polyfn.settings.function_keys import IN_SOURCE, NETLIFY, POLYFN
from polyfn.settings.polyfn_toml import LIMITS, SCOPES, SERVE

DOCS = Path(__file__).resolve().parents[3] / "docs"
COMMANDS = (DOCS / "reference/commands.md").read_text(encoding="utf-8")
SETTINGS = (DOCS / "reference/settings.md").read_text(encoding="utf-8")
NAMES = root.list_commands(click.Context(root))


@pytest.mark.parametrize("name", NAMES)
def test_every_command_and_option_is_documented(name: str) -> None:
    command = root.get_command(click.Context(root), name)
    assert command is not None
    section = COMMANDS.partition(f"## polyfn {name}")[2].partition("\n## ")[0]
    shared = COMMANDS.partition("## Options of every command")[2].partition("\n## ")[0]
    assert section
    options = [each for each in command.params if isinstance(each, click.Option)]
    for option in [opt for each in options for opt in each.opts]:
        assert f"`{option}" in section + shared, option


@pytest.mark.parametrize("name", NAMES)
def test_every_command_shows_examples_in_its_help(name: str) -> None:
    command = root.get_command(click.Context(root), name)
    assert command is not None
    assert command.epilog is not None
    assert f"polyfn {name}" in command.epilog


@pytest.mark.parametrize("key", [*LIMITS, *SERVE, *POLYFN, *NETLIFY, *IN_SOURCE, *SCOPES])
def test_every_setting_is_documented(key: str) -> None:
    assert f"`{key}`" in SETTINGS


def test_defaults_in_the_page_are_the_defaults() -> None:
    from polyfn.settings import Limits, Serve

    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in SETTINGS.splitlines()]
    rows = {row[0]: row[1] for row in cells if len(row) == 3}
    limits = Limits()
    numbers = {key: getattr(limits, field) for key, (field, _) in LIMITS.items()}
    for key, value in numbers.items():
        shown = rows[f"`{key}`"].replace(",", "")
        sizes = {"KB": 1024, "MB": 1024 * 1024}
        number, _, unit = shown.partition(" ")
        assert float(number) * sizes.get(unit, 1) == value, key
    assert rows["`port`"] == str(Serve().port)
    assert rows["`spares`"] == str(Serve().spares)
    assert rows["`host`"] == f"`{Serve().host}`"
