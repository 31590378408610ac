"""Streams of every kind: what to do stands in the query, and the tests talk to it by files."""

import os
import time
from pathlib import Path

BLOCK = b"x" * 65_536


def pid(query):
    yield str(os.getpid())


def steps(query):
    yield "one\n"
    while not os.path.exists(query["file"]):
        time.sleep(0.005)
    yield "two\n"


def endless(query):
    file, blocks = Path(query["file"]), 0
    try:
        while True:
            blocks += 1
            file.write_text(str(blocks * len(BLOCK)))
            yield BLOCK
    finally:
        file.with_suffix(file.suffix + ".ended").touch()


def size(query):
    left = int(query["size"])
    while left > 0:
        yield BLOCK[:left]
        left -= len(BLOCK)


def ticks(query):
    while True:
        yield "tick\n"
        time.sleep(0.05)


def stubborn(query):
    yield "x"
    time.sleep(3600)


def fails(query):
    yield "half"
    raise RuntimeError("the other half is lost")


MODES = (pid, steps, endless, size, ticks, stubborn, fails)


def handler(event, context):
    query = event["queryStringParameters"]
    yield {"statusCode": 200, "headers": {"content-type": "text/plain"}}
    yield from next(mode for mode in MODES if mode.__name__ == query["mode"])(query)
