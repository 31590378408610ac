"""What all that is said of one function comes to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyfn.discover.config import resolve
from polyfn.model import EventFormat, FunctionConfig, Kind
from polyfn.settings import FunctionRule
from polyfn.settings.function_keys import IN_SOURCE
from tests.unit.discover.fakes import settings_of
from tests.unit.settings.test_checks import ANYTHING

if TYPE_CHECKING:
    from polyfn.discover.config import Resolved
    from polyfn.model import JSON


def rule(pattern: str = "*", **values: JSON) -> FunctionRule:
    return FunctionRule(pattern=pattern, origin="polyfn.toml", values=values)


def resolved(
    in_source: dict[str, JSON] | None = None,
    *rules: FunctionRule,
    name: str = "hello",
    overrides: tuple[FunctionRule, ...] = (),
) -> Resolved:
    settings = settings_of(Path("/p"), function_rules=rules, overrides=overrides)
    return resolve(name, in_source or {}, settings)


def test_function_of_which_nothing_is_said_is_synchronous() -> None:
    read = resolved()
    assert (read.config, read.kind, read.problem) == (FunctionConfig(), Kind.SYNC, None)


def test_every_in_source_key_is_read() -> None:
    read = resolved(
        {
            "path": ["/a", "/b/:id", "/a"],
            "excludedPath": "/a/not",
            "method": ["get", "POST"],
            "preferStatic": True,
            "schedule": "@daily",
            "background": False,
            "name": "Hello, world",
            "generator": "framework@1",
            "timeout": 20,
            "memory": "2gb",
            "includedFiles": ["data/**"],
            "externalNodeModules": ["sharp"],
            "nodeBundler": "esbuild",
            "rateLimit": {"windowSize": 60, "windowLimit": 10},
            "region": "cmh",
            "anything": object,
        }
    )
    assert read.problem is None
    assert read.config == FunctionConfig(
        routes=("/a", "/b/:id"),
        excluded_routes=("/a/not",),
        methods=("GET", "POST"),
        prefer_static=True,
        schedule="@daily",
        display_name="Hello, world",
        generator="framework@1",
        timeout_s=20.0,
        memory_mb=2048,
        included_files=("data/**",),
        external_node_modules=("sharp",),
        node_bundler="esbuild",
        rate_limit={"windowSize": 60, "windowLimit": 10},
    )


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("path", "a", 'must be a path that begins with "/", or a list of them, not "a"'),
        ("path", ["/a", 5], 'must be a path that begins with "/", or a list of them'),
        ("path", ["/ok", "/a{b"], "must be a URLPattern path (a '{' is never closed)"),
        ("excludedPath", "/:a/:a", "must be a URLPattern path (a parameter's name is used twice)"),
        ("excludedPath", {}, 'must be a path that begins with "/"'),
        (
            "method",
            "FETCH",
            "must be one or a list of GET, POST, PUT, PATCH, OPTIONS, DELETE, HEAD",
        ),
        ("method", [5], "must be one or a list of GET"),
        ("preferStatic", "yes", 'must be true or false, not "yes"'),
        ("schedule", "daily", "must be a cron expression of five fields in UTC"),
        ("background", 1, "must be true or false, not 1"),
        ("timeout", "soon", "must be a number of seconds above 0"),
        ("memory", "lots", "must be a whole number of MB above 0"),
        ("includedFiles", "a", "must be a list of texts"),
        ("nodeBundler", "webpack", 'must be "esbuild", "nft", "zisi", "none" or "esbuild_zisi"'),
        ("rateLimit", 5, "must be an object with the numbers `windowSize` and `windowLimit`"),
        ("name", "", "must be a text that is not empty"),
    ],
)
def test_bad_value_names_function_key_and_what_is_allowed(
    key: str, value: JSON, words: str
) -> None:
    read = resolved({key: value, "generator": "kept"})
    assert read.problem is not None
    assert read.problem.startswith(f"`{key}` in the config of hello {words}")
    assert read.config == FunctionConfig(generator="kept")


_PATH = 'must be a path that begins with "/", or a list of them'
_METHOD = "must be one or a list of GET, POST, PUT, PATCH, OPTIONS, DELETE, HEAD"
_SWITCH = "must be true or false"
_TEXT = "must be a text that is not empty"
_TEXTS = "must be a list of texts"
_RATE = "must be an object with the numbers `windowSize` and `windowLimit`"
_WINDOW = {"windowSize": 60, "windowLimit": 10}
_MEMORY = "must be a whole number of MB above 0"
_BUNDLER = 'must be "esbuild", "nft", "zisi", "none" or "esbuild_zisi"'
WRONG: dict[str, tuple[str, list[JSON]]] = {
    "path": (_PATH, [5, True, {}, "", "a", "a/b", "https://a/b", [5], ["/a", "b"], ["/a", None]]),
    "excludedPath": (_PATH, [5, False, {"/": 1}, "x", ["/a", ["/b"]]]),
    "method": (_METHOD, [5, True, {}, "", "FETCH", "GET,POST", ["GET", "x"], [["GET"]]]),
    "preferStatic": (_SWITCH, [0, 1, "", "yes", "true", [], {}]),
    "schedule": ("must be a cron expression", [5, True, "", "daily", "* * * *", "61 * * * *", []]),
    "background": (_SWITCH, [0, 1, "yes", "true", [True], {}]),
    "name": (_TEXT, [5, True, "", " ", [], {}]),
    "generator": (_TEXT, [5, True, "", ["a"], {}]),
    "timeout": ("must be a number of seconds above 0", [0, -1, True, "", "soon", "10 x", [], {}]),
    "memory": (_MEMORY, [0, -1, 1.5, True, "", "much", [], {}]),
    "includedFiles": (_TEXTS, [5, True, "a", {}, [5], [""]]),
    "externalNodeModules": (_TEXTS, [5, "sharp", {}, [{}]]),
    "nodeBundler": (_BUNDLER, [5, True, "", "webpack", ["esbuild"], {}]),
    "rateLimit": (
        _RATE,
        [
            True,
            "60/min",
            [],
            {},
            {"windowSize": 60},
            {**_WINDOW, "windowSize": "60"},
            {**_WINDOW, "windowLimit": True},
            {**_WINDOW, "action": "block"},
            {**_WINDOW, "aggregateBy": []},
            {**_WINDOW, "aggregateBy": ["ip", "user"]},
            {**_WINDOW, "to": 5},
            {**_WINDOW, "algorithm": "token_bucket"},
        ],
    ),
}


def test_every_key_has_its_wrong_values() -> None:
    assert WRONG.keys() == IN_SOURCE.keys()


@pytest.mark.parametrize(
    ("key", "value"), [(key, value) for key, (_, values) in WRONG.items() for value in values]
)
def test_value_of_a_wrong_kind_is_refused_in_words(key: str, value: JSON) -> None:
    problem = resolved({key: value}, name="orders").problem or ""
    assert problem.startswith(f"`{key}` in the config of orders {WRONG[key][0]}")
    assert problem.count("`config`") == 0
    assert ", not " in problem


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/a{b", "a '{' is never closed"),
        ("/(a", "a '(' is never closed"),
        ("/*}", "'}' stands where it has no meaning: write \\}"),
        ("/:", "a ':' needs a name after it"),
        ("/:a/:a", "a parameter's name is used twice"),
        ("/search?q=1", "a path has no query"),
        ("/([)", "its regular expression ([) cannot be read at"),
    ],
)
@pytest.mark.parametrize("key", ["path", "excludedPath"])
def test_path_that_cannot_be_read_is_refused_with_the_reason(
    key: str, path: str, words: str
) -> None:
    for value in (path, ["/ok", path]):
        problem = resolved({key: value}).problem or ""
        assert problem.startswith(f"`{key}` in the config of hello must be a URLPattern path (")
        assert words in problem


@pytest.mark.parametrize(
    "value",
    [
        _WINDOW,
        {**_WINDOW, "aggregateBy": "ip"},
        {**_WINDOW, "aggregateBy": ["ip", "domain"], "action": "rewrite", "to": "/busy"},
        {**_WINDOW, "algorithm": "sliding_window", "windowSize": 0.5},
    ],
)
def test_rate_limit_of_netlify_is_taken(value: JSON) -> None:
    read = resolved({"rateLimit": value})
    assert (read.problem, read.config.rate_limit) == (None, value)


def test_background_function_may_have_a_schedule() -> None:
    read = resolved({"background": True, "schedule": "@daily"})
    assert (read.problem, read.kind, read.config.schedule) == (None, Kind.BACKGROUND, "@daily")


def test_every_bad_value_is_told() -> None:
    problem = resolved({"timeout": 0, "memory": 0}).problem or ""
    assert problem.count(" in the config of hello must be ") == 2


def test_null_counts_as_left_out() -> None:
    assert resolved(dict.fromkeys(IN_SOURCE)).config == FunctionConfig()


@given(st.dictionaries(st.sampled_from([*IN_SOURCE, "other"]), ANYTHING))
def test_no_config_makes_it_raise(in_source: dict[str, JSON]) -> None:
    read = resolved(in_source)
    assert read.problem is None or read.problem.startswith("`")


def test_source_goes_over_rules_and_overrides_over_the_source() -> None:
    rules = (
        rule(timeout_s=1.0, memory_mb=1),
        rule("hel*", timeout_s=2.0),
        rule("x", timeout_s=9.0),
    )
    assert resolved({}, *rules).config.timeout_s == 2.0
    assert resolved({"timeout": 3}, *rules).config.timeout_s == 3.0
    over = (rule(timeout_s=4.0), rule(timeout_s=5.0))
    assert resolved({"timeout": 3}, *rules, overrides=over).config.timeout_s == 5.0
    assert resolved({"timeout": 3}, *rules).config.memory_mb == 1


def test_time_limit_of_a_flag_leaves_background_functions_alone() -> None:
    over = (rule(timeout_s=4.0, memory_mb=5),)
    read = resolved({"timeout": 600, "background": True}, overrides=over)
    assert (read.config.timeout_s, read.config.memory_mb) == (600.0, 5)


def test_lists_join_from_the_least_specific_on() -> None:
    rules = (
        rule(external_node_modules=("a",), included_files=("x",)),
        rule("hello", external_node_modules=("b", "a"), included_files=("y",)),
    )
    config = resolved({"externalNodeModules": ["c"]}, *rules).config
    assert config.external_node_modules == ("a", "b", "c")
    assert config.included_files == ("x", "y")


def test_included_files_of_the_source_replace_the_others() -> None:
    config = resolved({"includedFiles": ["z"]}, rule(included_files=("x",))).config
    assert config.included_files == ("z",)
    assert resolved({"includedFiles": []}, rule(included_files=("x",))).config.included_files == (
        "x",
    )


def test_environment_adds_and_limits() -> None:
    config = resolved(
        {},
        rule(environment={"A": "1", "B": "1"}),
        rule("hel*", environment=("DB_*", "B=2", "C=a=b")),
        rule("hello", environment={"D": "4"}),
        rule("hello", environment=("E",)),
    ).config
    assert config.environment == {"A": "1", "B": "2", "C": "a=b", "D": "4"}
    assert config.environment_only == ("DB_*", "E")
    assert config.environment_origins == {
        "A": ("polyfn.toml [functions]",),
        "B": ('polyfn.toml [functions."hel*"]', "polyfn.toml [functions]"),
        "C": ('polyfn.toml [functions."hel*"]',),
        "D": ('polyfn.toml [functions."hello"]',),
    }
    assert resolved({}, rule(environment={"A": "1"})).config.environment_only is None
    assert resolved({}, rule(environment=())).config.environment_only == ()


def test_keys_of_our_own_are_taken() -> None:
    config = resolved({}, rule(concurrency=4, event_format="v2", build="make")).config
    assert (config.concurrency, config.event_format, config.build) == (4, EventFormat.V2, "make")


def test_language_says_what_events_its_functions_get_unless_settings_do() -> None:
    silent = settings_of(Path("/p"))
    telling = settings_of(Path("/p"), function_rules=(rule(event_format="v1"),))
    for settings, expected in ((silent, EventFormat.ALL), (telling, EventFormat.V1)):
        config = resolve("hello", {}, settings, EventFormat.ALL).config
        assert config.event_format is expected


def test_settings_may_give_a_path_and_methods_to_a_source_that_says_none() -> None:
    own = rule(routes=("/users/:id",), methods=("GET",), handler="show")
    config = resolved({}, own).config
    assert (config.routes, config.methods, config.handler) == (("/users/:id",), ("GET",), "show")
    assert resolved({"path": "/people"}, own).config.routes == ("/people",)


def test_path_of_settings_that_is_no_pattern_is_the_functions_problem() -> None:
    problem = resolved({}, rule(routes=("/(",))).problem or ""
    assert problem.startswith("`path` of hello in polyfn.toml must be a URLPattern path (")
    assert problem.endswith('not ["/("]')


@pytest.mark.parametrize(
    ("name", "in_source", "kind"),
    [
        ("hello", {}, Kind.SYNC),
        ("hello-background", {}, Kind.BACKGROUND),
        ("hello", {"background": True}, Kind.BACKGROUND),
        ("hello-background", {"background": False}, Kind.BACKGROUND),
        ("hello", {"schedule": "@daily"}, Kind.SCHEDULED),
        ("hello-background", {"schedule": "@daily"}, Kind.BACKGROUND),
        ("submission-created", {}, Kind.EVENT),
        ("submission-created-background", {}, Kind.EVENT),
        ("deploy-succeeded", {"background": True}, Kind.EVENT),
        ("identity-login", {"schedule": "@daily"}, Kind.EVENT),
        ("Submission-created", {}, Kind.SYNC),
        ("submission-created-2", {}, Kind.SYNC),
        ("background", {}, Kind.SYNC),
    ],
)
def test_kind_follows_from_name_and_config(
    name: str, in_source: dict[str, JSON], kind: Kind
) -> None:
    assert resolved(in_source, name=name).kind is kind


def test_background_by_name_is_background_in_the_config() -> None:
    assert resolved(name="a-background").config.background
    assert resolved(name="deploy-succeeded-background").config.background
    assert not resolved(name="deploy-succeeded").config.background
    assert resolved({}, rule(background=True, schedule="@daily")).kind is Kind.BACKGROUND
