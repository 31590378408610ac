"""What Node says of its inspector, which functions are meant, and which requests are answered."""

from __future__ import annotations

import pytest

from polyfn.pool.inspector.port import read_head
from polyfn.pool.inspector.said import Address, address_in, is_about_the_inspector
from polyfn.pool.inspector.target import Target, Uninspected
from polyfn.pool.inspector.wish import EVERY, Inspect

LISTENING = "Debugger listening on ws://127.0.0.1:37749/e95a3b76"


@pytest.mark.parametrize(
    ("line", "address"),
    [
        (LISTENING, Address("127.0.0.1", 37749, "/e95a3b76")),
        ("Debugger listening on ws://[::1]:9229/x", Address("::1", 9229, "/x")),
        ("Debugger listening on ws://10.0.0.1:9229/x", None),
        ("Debugger listening on ws://127.0.0.1:9229", None),
        (f"he said: {LISTENING}", None),
        ("Debugger ending on ws://127.0.0.1:37749/e95a3b76", None),
    ],
)
def test_address_is_read_from_what_node_prints(line: str, address: Address | None) -> None:
    assert address_in(line) == address


@pytest.mark.parametrize(
    ("line", "is_nodes"),
    [
        (LISTENING, True),
        ("Debugger ending on ws://127.0.0.1:37749/e95a3b76", True),
        ("Debugger attached.", True),
        ("Waiting for the debugger to disconnect...", True),
        ("For help, see: https://nodejs.org/en/docs/inspector", True),
        ("For help, see: https://nodejs.org/learn/getting-started/debugging", True),
        ("Starting inspector on 127.0.0.1:9229 failed: address already in use", True),
        ("For help, see: https://example.com/", False),
        ("Debugger attached. Good.", False),
        ("Waiting for the debugger to disconnect", False),
        ("", False),
    ],
)
def test_lines_of_the_author_are_told_from_nodes(line: str, is_nodes: bool) -> None:
    assert is_about_the_inspector(line) is is_nodes
    kept: list[str] = []
    Target(breaks=False).reader(kept.append)(line)
    assert kept == ([] if is_nodes else [line])


def test_lines_of_what_is_not_inspected_are_all_the_authors() -> None:
    kept: list[str] = []
    Uninspected().reader(kept.append)(LISTENING)
    assert kept == [LISTENING]
    assert Uninspected().load == {}


def test_wish_of_one_and_of_all() -> None:
    one = Inspect(names=("a",), breaks=("b",))
    assert [one.wants(name) for name in ("a", "b", "c")] == [True, True, False]
    assert [one.breaks_in(name) for name in ("a", "b", "c")] == [False, True, False]
    both = Inspect(names=(EVERY,), breaks=("b",))
    assert both.wants("c")
    assert not both.breaks_in("c")
    assert both.named == ("b",)


@pytest.mark.parametrize(
    ("host", "is_answered"),
    [
        ("127.0.0.1:9229", True),
        ("localhost:9229", True),
        ("localhost", True),
        ("[::1]:9229", True),
        ("", True),
        ("example.com:9229", False),
        ("localhost.example.com", False),
        ("127.0.0.1.example.com", False),
    ],
)
def test_only_requests_to_this_machine_are_answered(host: str, is_answered: bool) -> None:
    raw = f"GET /json/list HTTP/1.1\r\nHost: {host}\r\nUpgrade: WebSocket\r\n\r\n".encode()
    head = read_head(raw)
    assert (head is not None) is is_answered
    if head is not None:
        assert (head.method, head.path, head.is_websocket) == ("GET", "/json/list", True)
        assert head.towards("/id") == raw.replace(b"/json/list", b"/id", 1)


@pytest.mark.parametrize("raw", [b"\r\n\r\n", b"GET /json\r\n\r\n", b"\xff\xfe\r\n\r\n"])
def test_what_is_no_request_is_refused(raw: bytes) -> None:
    assert read_head(raw) is None
