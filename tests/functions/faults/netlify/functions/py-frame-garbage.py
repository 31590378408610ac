import os


def handler(event, context):
    if "fine" in event["queryStringParameters"]:
        return {"statusCode": 200, "body": "fine"}
    os.write(4, b"\xff" * 64)
    return {"statusCode": 200, "body": "answered"}
