class Stop(BaseException):
    """Not an Exception."""


def handler(event, context):
    if "fine" in event["queryStringParameters"]:
        return {"statusCode": 200, "body": "fine"}
    raise Stop("on purpose")
