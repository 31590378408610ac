from __future__ import annotations

import re
import time
from email.utils import parsedate_to_datetime

from polyfn.gateway.stamp import Clock, RequestIds

_BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def _time_of(request_id: str) -> int:
    value = 0
    for char in request_id[:10]:
        value = value * 32 + _BASE32.index(char)
    return value


def test_request_id_is_a_ulid_of_its_time() -> None:
    request_id = RequestIds().new(1_795_346_584_123)
    assert re.fullmatch(f"[0-7][{_BASE32}]{{25}}", request_id)
    assert _time_of(request_id) == 1_795_346_584_123


def test_request_ids_of_one_millisecond_differ_and_those_of_later_ones_sort_after() -> None:
    ids = RequestIds()
    for epoch_ms in (1000, 1_795_346_584_123, 0x3FFFFF_FFFFF):
        same = {ids.new(epoch_ms) for _ in range(1000)}
        assert len(same) == 1000
        assert max(same) < ids.new(epoch_ms + 1)


def test_request_ids_use_every_character_in_every_random_place() -> None:
    ids = RequestIds()
    made = [ids.new(1000) for _ in range(2000)]
    for place in range(10, 26):
        assert {request_id[place] for request_id in made} == set(_BASE32)


def test_stamp_holds_the_same_moment_in_all_its_forms() -> None:
    before = time.time()
    stamp = Clock().stamp()
    after = time.time()
    assert int(before * 1000) <= stamp.epoch_ms <= int(after * 1000)
    assert _time_of(stamp.request_id) == stamp.epoch_ms
    seconds = time.gmtime(stamp.epoch_ms / 1000)
    assert stamp.request_time == time.strftime("%d/%b/%Y:%H:%M:%S +0000", seconds)


def test_http_date_is_now_whether_or_not_the_second_was_formatted_before() -> None:
    clock = Clock()
    for _ in range(2):
        before = int(time.time())
        told = parsedate_to_datetime(clock.http_date().decode()).timestamp()
        assert before <= told <= time.time()


def test_a_clock_goes_on_when_the_second_ends() -> None:
    clock = Clock()
    first = clock.stamp()
    stamp = first
    deadline = time.monotonic() + 5
    while stamp.request_time == first.request_time and time.monotonic() < deadline:
        stamp = clock.stamp()
    assert stamp.request_time != first.request_time
