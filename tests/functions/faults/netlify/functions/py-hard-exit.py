import os


def handler(event, context):
    if "fine" in event["queryStringParameters"]:
        return {"statusCode": 200, "body": "fine"}
    os._exit(3)
