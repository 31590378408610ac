import time


def handler(event, context):
    time.sleep(int(event["queryStringParameters"].get("ms", 0)) / 1000)
    return {"statusCode": 200, "body": "waited " + event["queryStringParameters"]["n"]}
