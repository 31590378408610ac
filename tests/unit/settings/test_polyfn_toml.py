"""What polyfn.toml takes, and how it answers a mistake."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyfn.errors import SettingsError
from polyfn.settings.polyfn_toml import LIMITS, parse
from polyfn.settings.toml_files import parse_toml
from polyfn.settings.values import Limits
from tests.unit.settings.test_checks import ANYTHING

if TYPE_CHECKING:
    from polyfn.model import JSON
    from polyfn.settings.polyfn_toml import PolyfnToml

KEYS = st.sampled_from(
    [
        *("serve", "port", "limits", "timeout", "functions", "directory", "environment", "scopes"),
        *("background", "retry_after"),
    ]
)
DOCUMENTS = st.recursive(
    ANYTHING, lambda inner: st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)


def read(text: str) -> PolyfnToml:
    return parse(parse_toml(text.encode(), "polyfn.toml"))


def test_every_table_is_read() -> None:
    own = read("""
        [serve]
        host = "0.0.0.0"
        port = 0
        compat = "netlify-dev"
        spares = 2
        [limits]
        timeout = "1m"
        stream_timeout = 0
        max_request = "1MB"
        stream_max = 0
        memory = "2GB"
        instances = 7
        queue = 0
        [functions]
        directory = "src"
        timeout = 5
        [functions."pay-*"]
        memory = 256
        concurrency = 4
        event_format = "v2"
        stream_timeout = "1m"
        stream_max = 0
        environment = { MODE = "test", RETRIES = 3 }
        build = "make"
        schedule = "@daily"
        background = true
        [functions."pay-in"]
        environment = ["STRIPE_*", "MODE=live"]
        [background]
        retry_after = ["1m", 120]
        [environment.BUILD_TOKEN]
        scopes = ["Builds", "post_processing"]
        [environment.SEEN]
    """)
    assert own.functions == "src"
    assert own.serve == {"host": "0.0.0.0", "port": 0, "compat": "netlify-dev", "spares": 2}
    assert own.limits == {
        "timeout_s": 60.0,
        "stream_timeout_s": 0.0,
        "max_request_bytes": 1024 * 1024,
        "stream_max_bytes": 0,
        "memory_mb": 2048,
        "instances": 7,
        "queue": 0,
    }
    assert [(rule.pattern, rule.values) for rule in own.rules] == [
        ("*", {"timeout_s": 5.0}),
        (
            "pay-*",
            {
                "memory_mb": 256,
                "concurrency": 4,
                "event_format": "v2",
                "stream_timeout_s": 60.0,
                "stream_max_bytes": 0,
                "environment": {"MODE": "test", "RETRIES": "3"},
                "build": "make",
                "schedule": "@daily",
                "background": True,
            },
        ),
        ("pay-in", {"environment": ("STRIPE_*", "MODE=live")}),
    ]
    assert own.retry_after_s == (60.0, 120.0)
    assert own.scopes == {
        "BUILD_TOKEN": {"builds", "post-processing"},
        "SEEN": {"builds", "functions", "runtime", "post-processing"},
    }


def test_every_limit_has_a_key() -> None:
    assert {field for field, _ in LIMITS.values()} == {each.name for each in fields(Limits)}
    assert "timeout" in LIMITS
    assert "max_request" in LIMITS


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[serv]", r'polyfn.toml: has no key "serv": did you mean serve\?'),
        ("[serve]\nprot = 1", r'polyfn.toml: \[serve\] has no key "prot": did you mean port\?'),
        ("[serve]\nqqq = 1", "it takes host, port, compat"),
        ("[serve]\nport = 70000", r"\[serve\] port must be a whole number from 0 to 65535"),
        ("[serve]\nspares = -1", r"\[serve\] spares must be a whole number from 0 to 100"),
        ("[serve]\nhost = 5", "host must be a text that is not empty, not 5"),
        ('[serve]\ncompat = "aws"', 'compat must be "netlify-dev", not "aws"'),
        ("[limits]\ntimeout-s = 3", r"did you mean timeout\?"),
        ("[limits]\ntimeout = 0", "timeout must be a number of seconds above 0"),
        ("[limits]\ninstances = 0", "instances must be a whole number from 1"),
        ("[functions]\ntimout = 3", r'\[functions\] has no key "timout": did you mean timeout\?'),
        ('[functions."a*"]\nmemroy = 3', r'\[functions."a\*"\] has no key "memroy": did you mean'),
        ('[functions.a]\nenvironment = "X"', "must be a table of variables to add, or a list"),
        ('[functions.a]\nenvironment = ["A B"]', "must be a table of variables to add, or a list"),
        ('[functions.a]\nevent_format = "v3"', 'must be "v1", "v2", "url", "alb" or "all"'),
        ('[functions.a]\nconcurrency = "many"', "from 1 to 1000"),
        ('[background]\nretry_after = "1m"', "must be a list of times"),
        ("[background]\nretry_after = [0]", "must be a number of seconds above 0"),
        ("[background]\nretry_afer = 3", r"did you mean retry_after\?"),
        (
            '[environment.A]\nscopes = ["function"]',
            "must be a list of scopes, of builds, functions",
        ),
        (
            '[environment.A]\nscope = ["functions"]',
            r"\[environment.A\] has no key .* mean scopes\?",
        ),
        ('[environment]\nA = "x"', r"\[environment\] A must be a table"),
        ('[environment."A B"]', "is no variable's name"),
    ],
)
def test_mistake_names_file_table_key_and_what_is_allowed(text: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        read(text)


def test_mistake_in_pyproject_names_that_file() -> None:
    with pytest.raises(SettingsError, match=r"^pyproject.toml: \[serve\] has no key"):
        parse({"serve": {"prot": 1}}, "pyproject.toml")


def test_long_value_is_cut_in_the_message() -> None:
    with pytest.raises(SettingsError) as caught:
        parse({"serve": {"port": "9" * 1000}})
    assert len(caught.value.message) < 200
    with pytest.raises(SettingsError, match=r"not …$"):
        parse({"serve": {"port": 10**5000}})


@given(DOCUMENTS)
def test_any_document_is_read_or_refused(document: JSON) -> None:
    try:
        parse(document if isinstance(document, dict) else {})
    except SettingsError as error:
        assert error.message.startswith("polyfn.toml:")  # noqa: PT017 - it need not be raised


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"[serve\nport = 1", r"^f\.toml:1:7: not TOML: "),
        (b"a = 1\nb = \n", r"^f\.toml:2:5: not TOML: Invalid value"),
        (b"a = 1\na = 2\n[b", r"^f\.toml:2:6: not TOML: Cannot overwrite"),
        (b"a = 1\na = 2", r"^f\.toml:2: not TOML: Cannot overwrite"),
        (b'a = 1\nb = "', r"^f\.toml:2"),
        (b"a = 1\nb = '\xff'", r"^f\.toml:2: this line is not UTF-8"),
        (b"a = " + b"[" * 5000, r"^f\.toml: it nests too deeply"),
        (b"a = " + b"9" * 5000, r"^f\.toml:1: not TOML: "),
    ],
)
def test_what_is_not_toml_is_refused_with_file_and_line(data: bytes, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        parse_toml(data, "f.toml")


def test_byte_order_mark_is_no_mistake() -> None:
    assert parse_toml(b"\xef\xbb\xbfa = 1", "f.toml") == {"a": 1}


@given(st.text() | st.from_regex(r"(\[[a-z.]+\]\n|[a-z]+ = [0-9\[\{\"']{1,3}\n){0,6}"))
def test_any_text_is_toml_or_refused(text: str) -> None:
    try:
        parse_toml(text.encode("utf-8", "surrogatepass"), "f.toml")
    except SettingsError as error:
        assert error.message.startswith("f.toml:")  # noqa: PT017 - it need not be raised
