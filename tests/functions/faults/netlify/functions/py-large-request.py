def handler(event, context):
    if "fine" in event["queryStringParameters"]:
        return {"statusCode": 200, "body": "fine"}
    print("the handler was reached")
    return {"statusCode": 200, "body": "answered"}
