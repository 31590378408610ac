import signal
import time


def handler(event, context):
    if "fine" in event["queryStringParameters"]:
        return {"statusCode": 200, "body": "fine"}
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("stubborn")
    time.sleep(60)
