"""Which tsconfig.json counts, and what it says together with those that it extends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from polyfn.runtimes.node import tsconfig
from tests.unit.runtimes.node_support import write

if TYPE_CHECKING:
    from pathlib import Path


def test_the_nearest_counts_and_none_within_node_modules(tmp_path: Path) -> None:
    write(tmp_path, {"tsconfig.json": "{}", "fn/tsconfig.json": "{}", "fn/deep/a.ts": ""})
    write(tmp_path, {"node_modules/p/tsconfig.json": "{}", "node_modules/q/a.ts": ""})
    assert tsconfig.nearest(tmp_path / "fn/deep") == tmp_path / "fn/tsconfig.json"
    assert tsconfig.nearest(tmp_path) == tmp_path / "tsconfig.json"
    assert tsconfig.nearest(tmp_path / "node_modules/q") is None


def test_comments_and_trailing_commas_are_understood(tmp_path: Path) -> None:
    write(tmp_path, {
        "tsconfig.json": '\ufeff{\n  // a "comment"\n  "compilerOptions": { /* , } */\n'
        '    "baseUrl": "./a//b", // not a comment within the text\n'
        '    "paths": {"@/*": ["./x/*",], },\n  }, // last\n}\n',
    })  # fmt: skip
    assert tsconfig.options(tmp_path / "tsconfig.json") == {
        "baseUrl": "./a//b",
        "paths": {"@/*": ["./x/*"]},
    }


def test_it_extends_files_directories_and_packages(tmp_path: Path) -> None:
    write(tmp_path, {
        "site/tsconfig.json": '{"extends": ["../base", "@tsconfig/strict", "acme/config.json"],'
        ' "compilerOptions": {"target": "own"}}',
        "base.json": '{"extends": "./further/base.json",'
        ' "compilerOptions": {"jsx": "base", "target": "base"}}',
        "further/base.json": '{"extends": "../site", "compilerOptions": {"lib": "further"}}',
        "node_modules/@tsconfig/strict/tsconfig.json": '{"compilerOptions": {"jsx": "strict"}}',
        "site/node_modules/acme/config.json": '{"compilerOptions": {"strict": true}}',
    })  # fmt: skip
    start = tmp_path / "site/tsconfig.json"
    assert set(tsconfig.chain(start)) == {
        start,
        tmp_path / "base.json",
        tmp_path / "further/base.json",
        tmp_path / "node_modules/@tsconfig/strict/tsconfig.json",
        tmp_path / "site/node_modules/acme/config.json",
    }
    assert tsconfig.options(start) == {
        "target": "own",
        "jsx": "strict",  # of several the last that says it
        "lib": "further",
        "strict": True,
    }


def test_what_cannot_be_read_says_nothing(tmp_path: Path) -> None:
    write(tmp_path, {"tsconfig.json": '{"extends": ["./gone", 7]}', "broken.json": '{"extends": '})
    assert tsconfig.chain(tmp_path / "tsconfig.json") == [tmp_path / "tsconfig.json"]
    assert tsconfig.options(tmp_path / "broken.json") == {}
