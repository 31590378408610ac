"""What functions see of variables, and what polyfn prints of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyfn.model import Api, Function, FunctionConfig
from polyfn.settings import (
    Settings,
    Variable,
    function_environment,
    function_variables,
    looks_secret,
    mask_in,
    masked,
    project_variables,
)
from polyfn.settings.dotenv_files import parse
from polyfn.settings.environment import merge

ROOT = Path("/projects/shop")
SETTINGS = Settings(
    root=ROOT, functions_dir=ROOT / "f", internal_dir=ROOT / "i", state_dir=ROOT / ".polyfn"
)
FUNCTION = Function(
    name="hello",
    runtime="node",
    main_file=ROOT / "f" / "hello.js",
    source=ROOT / "f" / "hello.js",
    project_root=ROOT,
)


def test_function_sees_what_lambda_and_netlify_set() -> None:
    assert function_environment(SETTINGS, FUNCTION) == {
        "NETLIFY_DEV": "true",
        "NETLIFY_LOCAL": "true",
        "CONTEXT": "dev",
        "URL": "http://localhost:9999",
        "SITE_NAME": "shop",
        "AWS_LAMBDA_FUNCTION_NAME": "hello",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/hello",
        "AWS_LAMBDA_LOG_STREAM_NAME": "[$LATEST]hello",
        "LAMBDA_TASK_ROOT": "/projects/shop",
        "_HANDLER": "hello.handler",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "TZ": "UTC",
    }


def test_project_may_set_what_has_only_a_default() -> None:
    said = {"TZ": "Europe/Rome", "AWS_REGION": "eu-west-1", "URL": "http://u", "CONTEXT": "c"}
    seen = function_environment(replace(SETTINGS, environment=said), FUNCTION, url="http://other")
    assert said.items() <= seen.items()
    assert seen["AWS_DEFAULT_REGION"] == "eu-west-1"


def test_project_cannot_set_what_names_the_function() -> None:
    said = {"AWS_LAMBDA_FUNCTION_NAME": "x", "_HANDLER": "x", "NETLIFY_DEV": "false"}
    seen = function_environment(replace(SETTINGS, environment=said), FUNCTION)
    assert seen["AWS_LAMBDA_FUNCTION_NAME"] == "hello"
    assert seen["_HANDLER"] == "hello.handler"
    assert seen["NETLIFY_DEV"] == "true"


def test_function_is_told_its_own_memory_handler_stream_and_address() -> None:
    function = replace(FUNCTION, handler="lambda_handler", config=FunctionConfig(memory_mb=256))
    seen = function_environment(SETTINGS, function, url="http://h:1", log_stream="s")
    assert seen["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "256"
    assert seen["_HANDLER"] == "hello.lambda_handler"
    assert seen["AWS_LAMBDA_LOG_STREAM_NAME"] == "s"
    assert seen["URL"] == "http://h:1"


@pytest.mark.parametrize(("api", "handler"), [(Api.MODERN, "default"), (Api.LAMBDA, "")])
def test_handler_without_a_name_of_its_own_is_called_handler(api: Api, handler: str) -> None:
    seen = function_environment(SETTINGS, replace(FUNCTION, api=api, handler=handler))
    assert seen["_HANDLER"] == "hello.handler"


@pytest.mark.parametrize(("handler", "seen"), [("", "bootstrap"), ("app.handler", "app.handler")])
def test_bootstrap_finds_its_handler_in_its_own_directory(handler: str, seen: str) -> None:
    directory = ROOT / "f" / "hello"
    function = replace(
        FUNCTION, runtime="provided", main_file=directory / "bootstrap", handler=handler
    )
    told = function_environment(SETTINGS, function)
    assert (told["_HANDLER"], told["LAMBDA_TASK_ROOT"]) == (seen, str(directory))


def test_function_may_add_variables() -> None:
    config = FunctionConfig(environment={"MODE": "test", "A": "mine"})
    settings = replace(SETTINGS, environment={"A": "project", "B": "project"})
    seen = function_environment(settings, replace(FUNCTION, config=config))
    assert (seen["MODE"], seen["A"], seen["B"]) == ("test", "mine", "project")


def test_function_may_limit_what_it_sees_but_not_what_it_needs_to_run() -> None:
    config = FunctionConfig(environment_only=("STRIPE_*", "DB"), environment={"MODE": "x"})
    project = {"STRIPE_KEY": "1", "DB": "2", "OTHER": "3", "PATH": "/bin", "LC_ALL": "C"}
    seen = function_environment(
        replace(SETTINGS, environment=project), replace(FUNCTION, config=config)
    )
    assert {"STRIPE_KEY", "DB", "MODE", "PATH", "LC_ALL", "TZ", "_HANDLER"} <= seen.keys()
    assert "OTHER" not in seen


def test_value_comes_with_the_places_that_set_it_the_one_that_counts_first() -> None:
    settings = replace(
        SETTINGS,
        environment={"TZ": "Europe/Rome", "A": "project", "_HANDLER": "mine"},
        environment_origins={"TZ": (".env.local", ".env"), "A": (".env",), "_HANDLER": (".env",)},
    )
    table = 'polyfn.toml [functions."hello"]'
    config = FunctionConfig(environment={"A": "own"}, environment_origins={"A": (table,)})
    seen = function_variables(settings, replace(FUNCTION, config=config))
    assert seen["TZ"] == Variable("Europe/Rome", (".env.local", ".env", "polyfn"))
    assert seen["A"] == Variable("own", (table, ".env"))
    assert seen["_HANDLER"] == Variable("hello.handler", ("polyfn", ".env"))
    assert seen["CONTEXT"] == Variable("dev", ("polyfn",))


def test_what_all_functions_see_is_what_one_sees_that_says_nothing_of_it() -> None:
    settings = replace(SETTINGS, environment={"A": "project"}, environment_origins={"A": (".env",)})
    common = project_variables(settings, url="http://localhost:1")
    seen = function_variables(settings, FUNCTION, url="http://localhost:1")
    assert common.items() <= seen.items()
    own = {name for name in seen if name.startswith("AWS_LAMBDA_")} | {"_HANDLER"}
    assert seen.keys() - common.keys() == own


def test_nothing_of_polyfns_own_environment_reaches_functions() -> None:
    process = {
        "POLYFN_PORT": "1",
        "POLYFN_FRAME_FDS": "3,4",
        "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001",
        "_LAMBDA_SERVER_PORT": "1",
        "HOME": "/h",
    }
    assert merge(process, [], {}).functions == {"HOME": "/h"}


def test_bytes_that_are_no_text_do_not_reach_functions() -> None:
    seen = merge({"A": "caf\udce9", "B\udce9": "x", "C": "é"}, [], {}).functions
    assert seen == {"A": "caf�", "C": "é"}


def test_variable_files_are_read_literally() -> None:
    found, warnings = parse(
        "\n".join(
            [
                "PLAIN=a b # comment",
                "export EXPORTED=1",
                "QUOTED='a # b'",
                'LINES="a\\nb"',
                "REFERENCE=$PLAIN-${PLAIN}",
                "EMPTY=",
                "HASH=a#b",
                "MULTI='a",
                "b'",
            ]
        ),
        ".env",
    )
    assert warnings == []
    assert found == {
        "PLAIN": "a b",
        "EXPORTED": "1",
        "QUOTED": "a # b",
        "LINES": "a\nb",
        "REFERENCE": "$PLAIN-${PLAIN}",
        "EMPTY": "",
        "HASH": "a#b",
        "MULTI": "a\nb",
    }


@given(st.text())
def test_any_variable_file_is_read(text: str) -> None:
    found, warnings = parse(text, ".env")
    assert all("\0" not in name + value for name, value in found.items())
    assert all(warning.startswith(".env:") for warning in warnings)


@pytest.mark.parametrize(
    "name",
    [
        "API_KEY", "APIKEY", "SECRET", "CLIENT_SECRETS", "GITHUB_TOKEN", "githubToken",
        "DB_PASSWORD", "DB_PASS", "dbPasswd", "AWS_SECRET_ACCESS_KEY", "JWT", "SENTRY_DSN",
        "PRIVATE_KEY", "DATABASE_URL", "MONGODB_URI", "SLACK_WEBHOOK_URL", "BASIC_AUTH",
        "MYACCESSKEY", "PGPASSWORD",
    ],
)  # fmt: skip
def test_name_looks_secret(name: str) -> None:
    assert looks_secret(name)


@pytest.mark.parametrize(
    "name",
    [
        "PATH", "PWD", "OLDPWD", "HOME", "URL", "SITE_URL", "DATABASE", "KEYBOARD", "AUTHOR_NAME",
        "TOKENIZERS_PARALLELISM", "NODE_ENV", "BYPASS", "", "COMPASS", "MONKEY",
    ],
)  # fmt: skip
def test_name_does_not_look_secret(name: str) -> None:
    assert not looks_secret(name)


def test_value_is_masked_from_eight_characters_on() -> None:
    assert masked("API_KEY", "1234567") == "1234567"
    assert masked("API_KEY", "12345678") == "********"
    assert masked("NAME", "12345678") == "12345678"


def test_secrets_are_masked_wherever_they_occur() -> None:
    environment = {
        "A_TOKEN": "abcdefgh",
        "B_TOKEN": "abcdefghij",
        "C_KEY": "short",
        "D": "plain-text",
    }
    said = "x abcdefghij y abcdefgh z short plain-text"
    assert mask_in(said, environment) == "x ******** y ******** z short plain-text"
