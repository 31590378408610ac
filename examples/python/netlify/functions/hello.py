def handler(event, context):
    return {"statusCode": 200, "body": f"Hello from {event['httpMethod']} {event['path']}\n"}
