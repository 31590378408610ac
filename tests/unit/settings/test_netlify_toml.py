"""What is taken from netlify.toml, and what is left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyfn.errors import SettingsError
from polyfn.settings.environment import Source
from polyfn.settings.netlify import parse
from polyfn.settings.toml_files import parse_toml
from tests.unit.settings.test_checks import ANYTHING

if TYPE_CHECKING:
    from polyfn.model import JSON
    from polyfn.settings.netlify import NetlifyToml

KEYS = st.sampled_from(
    [
        *("build", "Build", "base", "functions", "environment", "context", "dev", "functionsPort"),
        *("envFiles", "schedule", "memory", "directory", "included_files", "d*"),
    ]
)
DOCUMENTS = st.recursive(
    ANYTHING, lambda inner: st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)


def read(text: str, context: str = "dev") -> NetlifyToml:
    return parse(parse_toml(text.encode(), "netlify.toml"), context)


def test_tables_that_are_not_about_functions_are_left_alone() -> None:
    site = read("""
        [build]
        command = "npm run build"
        publish = "dist"
        [[redirects]]
        from = "/*"
        to = "/index.html"
        [[headers]]
        for = "/*"
        [headers.values]
        X-Frame-Options = "DENY"
        [[plugins]]
        package = "x"
        [[edge_functions]]
        path = "/"
        function = "f"
        [images]
        remote_images = []
        [template.environment]
        KEY = "words"
        [context.production]
        command = "x"
    """)
    assert (site.base, site.functions, site.port, site.env_files) == (None, None, None, None)
    assert (site.rules, site.warnings) == ((), ())
    assert not any(source.values for source in site.environment)


@pytest.mark.parametrize(
    ("text", "directory"),
    [
        ('[build]\nfunctions = "a"', "a"),
        ('[Build]\nFunctions = "a"', "a"),
        ('[build]\nfunctions = "a"\n[functions]\ndirectory = "b"', "b"),
        ('[functions."*"]\ndirectory = "b"', "b"),
        ('[functions]\ndirectory = "b"\n[dev]\nfunctions = "c"', "c"),
        ('[functions]\ndirectory = "/b/c/"', "b/c/"),
        ('[functions]\ndirectory = ""', None),
        ('[functions]\ndirectory = "/"', "."),
        ('[context.dev]\nfunctions = "d"\n[build]\nfunctions = "a"', "d"),
        ('[context.dev.functions]\ndirectory = "d"', "d"),
        ('[context.production]\nfunctions = "d"', None),
        ('[context."d*"]\nfunctions = "d"', "d"),
        ('[context."d*"]\nfunctions = "d"\n[context.dev]\nfunctions = "e"', "e"),
    ],
)
def test_functions_directory_may_stand_in_several_places(text: str, directory: str | None) -> None:
    assert read(text).functions == directory


def test_rules_come_least_specific_first_and_in_the_order_of_the_file() -> None:
    site = read("""
        [functions."api-users"]
        memory = "2gb"
        [functions."api-*"]
        included_files = ["b"]
        region = "cmh"
        vcpu = 1.5
        [functions]
        included_files = ["a"]
        node_bundler = "esbuild"
        external_node_modules = ["sharp"]
        ignored_node_modules = ["x"]
        deno_import_map = "map.json"
        [functions."uvw-*"]
        schedule = "@daily"
        background = true
        timeout = 26
    """)
    assert [(rule.pattern, rule.values) for rule in site.rules] == [
        (
            "*",
            {
                "included_files": ("a",),
                "node_bundler": "esbuild",
                "external_node_modules": ("sharp",),
            },
        ),
        ("api-*", {"included_files": ("b",)}),
        ("uvw-*", {"schedule": "@daily", "background": True, "timeout_s": 26.0}),
        ("api-users", {"memory_mb": 2048}),
    ]
    assert {rule.origin for rule in site.rules} == {"netlify.toml"}


def test_table_named_like_a_key_is_about_a_function_of_that_name() -> None:
    site = read("[functions.schedule]\nmemory = 512")
    assert [(rule.pattern, rule.values) for rule in site.rules] == [
        ("schedule", {"memory_mb": 512})
    ]


def test_variables_of_the_context_go_over_those_of_the_build() -> None:
    site = read("""
        [build.environment]
        A = "1"
        B = true
        C = 1.50
        D = 7
        [context.dev.environment]
        A = "2"
        [context.production.environment]
        A = "3"
    """)
    assert site.environment == (
        Source("netlify.toml [context.dev.environment]", {"A": "2"}),
        Source("netlify.toml [build.environment]", {"A": "1", "B": "true", "C": "1.5", "D": "7"}),
    )


def test_variables_that_netlify_sets_itself_are_ignored_with_a_warning() -> None:
    site = read('[build.environment]\nURL = "x"\nCONTEXT = "y"\nMINE = "z"')
    assert [source.values for source in site.environment] == [{"MINE": "z"}]
    assert [warning.split(" is ")[0] for warning in site.warnings] == [
        "netlify.toml: the variable CONTEXT",
        "netlify.toml: the variable URL",
    ]


def test_dev_says_port_and_variable_files() -> None:
    site = read('[dev]\nport = 8888\nfunctionsPort = 9000\nenvFiles = [".env.a", ".env"]')
    assert (site.port, site.env_files) == (9000, (".env.a", ".env"))


def test_key_that_netlify_ignores_is_warned_about() -> None:
    site = read("""
        [functions]
        memroy = 512
        [functions."api"]
        concurrency = 5
        zzz = 1
    """)
    assert site.warnings == (
        "netlify.toml: [functions] memroy is ignored: no such key; did you mean memory?",
        'netlify.toml: [functions."api"] concurrency is ignored: it belongs in polyfn.toml',
        'netlify.toml: [functions."api"] zzz is ignored: no such key',
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("build = 3", "netlify.toml: build must be a table, not 3"),
        ("functions = 'a'", 'netlify.toml: functions must be a table, not "a"'),
        ("[build]\nbase = 3", r"netlify.toml: \[build\] base must be a path, not 3"),
        ('[functions.api]\ndirectory = "x"', r"belongs in \[functions\]"),
        ('[functions]\nnode_bundler = "webpack"', '"esbuild", "nft", "zisi" or "none"'),
        ('[functions.api]\nschedule = "often"', r"\[functions.\"api\"\] schedule must be a cron"),
        ("[functions]\nmemory = []", "memory must be a whole number of MB"),
        ("[build]\nenvironment = 3", r"\[build\] environment must be a table of variables, not 3"),
        ("[build.environment]\nA = [1]", "each of which must be a text"),
        ('[build.environment]\n"A=B" = "x"', "'A=B' is no name"),
        ("[context]\ndev = 3", r"\[context\] dev must be a table"),
        ("[context.dev]\nbuild = 3", r"\[context.dev\] build must be a table"),
        ("[dev]\nfunctionsPort = 123456", "functionsPort must be a whole number"),
    ],
)
def test_value_that_is_not_allowed_names_file_table_key_and_what_is(text: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        read(text)


@given(DOCUMENTS)
def test_any_document_is_read_or_refused(document: JSON) -> None:
    try:
        parse({"build": {}} | document if isinstance(document, dict) else {}, "dev")
    except SettingsError as error:
        assert error.message.startswith("netlify.toml:")  # noqa: PT017 - it need not be raised
