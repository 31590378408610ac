def handler(event, context):
    if "fine" in event["queryStringParameters"]:
        return {"statusCode": 200, "body": "fine"}
    return {"statusCode": 200, "headers": {"x-a": "b\r\nx-evil: 1"}}
