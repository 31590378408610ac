"""Waits `wait` ms, keeps its thread busy for `spin` ms, then answers with the body it got."""

import time


def handler(event, context):
    query = event["queryStringParameters"]
    time.sleep(int(query.get("wait", 0)) / 1000)
    end = time.monotonic() + int(query.get("spin", 0)) / 1000
    while time.monotonic() < end:
        pass
    body = event["body"] or "ok"
    return {"statusCode": 200, "headers": {"content-type": "text/plain"}, "body": body}
