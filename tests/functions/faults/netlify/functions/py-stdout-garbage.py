import os


def handler(event, context):
    if "fine" in event["queryStringParameters"]:
        return {"statusCode": 200, "body": "fine"}
    os.write(1, b"\x00\xff\xc3\x28\n\x01\x00\x00\x00\xff")
    return {"statusCode": 200, "body": "answered"}
