"""Counts the bytes of whatever is sent, text or binary."""

import base64
import hashlib
import json


def handler(event, context):
    body = event["body"] or ""
    data = base64.b64decode(body) if event["isBase64Encoded"] else body.encode()
    print(f"{len(data)} bytes came")
    return {
        "statusCode": 200,
        "headers": {"content-type": "application/json"},
        "body": json.dumps(
            {
                "bytes": len(data),
                "sha256": hashlib.sha256(data).hexdigest(),
                "binary": event["isBase64Encoded"],
                "left_ms": context.get_remaining_time_in_millis(),
            }
        ),
    }
