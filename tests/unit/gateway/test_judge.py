from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyfn.errors import BadResponse
from polyfn.gateway.judge import judge
from polyfn.model import Buffered


def judged(value: Any) -> Buffered:
    return judge(orjson.dumps(value), "hello")


def test_whole_response_is_read() -> None:
    assert judged(
        {
            "statusCode": 201,
            "headers": {"Content-Type": "text/plain", "x-count": 3, "x-yes": True, "x-f": 1.5},
            "multiValueHeaders": {"X-Tag": ["a", 2, False]},
            "cookies": ["a=1", "b=2"],
            "body": "grüße",
            "isBase64Encoded": False,
            "level": "somebody else's",
        }
    ) == Buffered(
        201,
        (
            ("Content-Type", "text/plain"),
            ("x-count", "3"),
            ("x-yes", "true"),
            ("x-f", "1.5"),
            ("X-Tag", "a"),
            ("X-Tag", "2"),
            ("X-Tag", "false"),
            ("set-cookie", "a=1"),
            ("set-cookie", "b=2"),
        ),
        "grüße".encode(),
        is_base64=False,
    )


def test_status_alone_is_a_response() -> None:
    assert judged({"statusCode": 204}) == Buffered(204, (), b"")


def test_nulls_count_as_left_out_as_go_writes_them() -> None:
    value = dict.fromkeys(
        ("headers", "multiValueHeaders", "cookies", "body", "isBase64Encoded"), None
    )
    assert judged({"statusCode": 200, **value}) == Buffered(200, (), b"")


def test_multi_value_headers_win_over_headers_of_the_same_name() -> None:
    value = {
        "statusCode": 200,
        "headers": {"X-TAG": "lost", "x-other": "kept"},
        "multiValueHeaders": {"x-tag": ["a", "b"]},
    }
    assert judged(value).headers == (("x-other", "kept"), ("x-tag", "a"), ("x-tag", "b"))


def test_whole_number_written_as_a_float_is_a_status() -> None:
    assert judge(b'{"statusCode": 200.0}', "hello").status == 200


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "returned nothing (null) (is a `return`"),
        ("hello", 'returned the text "hello"'),
        (42, "returned 42."),
        ([1], "returned [1]."),
        ({}, "without `statusCode`: {}"),
        ({"body": "hi"}, 'without `statusCode`: {"body":"hi"}'),
        ({"statusCode": "200"}, '`statusCode` that is the text "200"'),
        ({"statusCode": True}, "`statusCode` that is true"),
        ({"statusCode": 200.5}, "`statusCode` that is 200.5"),
        ({"statusCode": 200, "body": {"a": 1}}, '`body` that is {"a":1}'),
        ({"statusCode": 200, "body": 7}, "`body` that is 7"),
        ({"statusCode": 200, "headers": ["a"]}, '`headers` that are no object but ["a"]'),
        ({"statusCode": 200, "headers": {"x": None}}, "header 'x' that is nothing (null)"),
        ({"statusCode": 200, "headers": {"x": ["a"]}}, "header 'x' that is [\"a\"]"),
        ({"statusCode": 200, "multiValueHeaders": 1}, "`multiValueHeaders` that are no object"),
        ({"statusCode": 200, "multiValueHeaders": {"x": "a"}}, "in which 'x' is no list"),
        ({"statusCode": 200, "multiValueHeaders": {"x": [{}]}}, "header 'x' that is {}"),
        ({"statusCode": 200, "cookies": "a=1"}, "`cookies` that are no list of texts but the text"),
        ({"statusCode": 200, "cookies": [1]}, "`cookies` that are no list of texts but [1]"),
        ({"statusCode": 200, "isBase64Encoded": "yes"}, "`isBase64Encoded` that is the text"),
    ],
)
def test_anything_else_is_refused_with_what_came_back(value: Any, said: str) -> None:
    with pytest.raises(BadResponse) as caught:
        judged(value)
    assert "'hello'" in caught.value.message
    assert said in caught.value.message


def test_what_is_expected_is_said_too() -> None:
    with pytest.raises(BadResponse, match="statusCode: 200"):
        judged(None)


def test_long_values_are_quoted_in_part() -> None:
    with pytest.raises(BadResponse) as caught:
        judged({"body": "x" * 10_000})
    assert len(caught.value.message) < 500


def test_value_that_is_no_json_is_refused() -> None:
    with pytest.raises(BadResponse, match="no JSON"):
        judge(b"{", "hello")


_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["statusCode", "headers", "multiValueHeaders", "cookies", "body", "x"]),
            inner,
        )
    ),
    max_leaves=12,
)


@given(_json)
def test_any_json_is_a_response_or_refused(value: Any) -> None:
    try:
        status = judged(value).status
    except BadResponse:
        return
    assert status == value["statusCode"]


@pytest.mark.parametrize("value", ["text", 3, None, [1], {"message": "hi"}, {"body": "b"}])
def test_value_without_a_status_is_the_body_in_payload_format_2(value: object) -> None:
    json = orjson.dumps(value)
    read = judge(json, "hello", as_body=True)
    assert read == Buffered(200, (("content-type", "application/json"),), json, False)


def test_status_in_payload_format_2_makes_it_a_response() -> None:
    assert judge(b'{"statusCode": 201, "body": "x"}', "hello", as_body=True).status == 201
    with pytest.raises(BadResponse, match="`statusCode` that is"):
        judge(b'{"statusCode": "x"}', "hello", as_body=True)
