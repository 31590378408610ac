"""Answers "ok", and then as many bytes as it is asked for."""

BLOCK = b"x" * 65_536


def handler(event, context):
    left = int(event["queryStringParameters"].get("bytes", 0))
    yield b"ok"
    while left > 0:
        yield BLOCK[:left]
        left -= len(BLOCK)
