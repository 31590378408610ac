def handler(event, context):
    if "fine" in event["queryStringParameters"]:
        return {"statusCode": 200, "body": "fine"}
    for _ in range(100_000):
        print("x" * 999)
    return {"statusCode": 200, "body": "answered"}
