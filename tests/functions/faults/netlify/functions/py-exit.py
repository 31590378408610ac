import sys


def handler(event, context):
    if "fine" in event["queryStringParameters"]:
        return {"statusCode": 200, "body": "fine"}
    sys.exit(3)
