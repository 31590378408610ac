"""Does what ``?do=`` says, behind awslambdaric."""

import json
import logging
import os
import sys
import time

if "FAILS_TO_START" in os.environ:
    raise RuntimeError("no start on purpose")


class OnPurpose(Exception):
    pass


def handler(event, context):
    match event["queryStringParameters"].get("do"):
        case "error":
            raise OnPurpose("this is on purpose")
        case "exit":
            os._exit(3)
        case "sleep":
            time.sleep(60)
        case "print":
            print("printed to stdout")
            print("printed to stderr", file=sys.stderr)
            logging.getLogger().error("logged as an error")
        case "context":
            told = {
                "request_id": context.aws_request_id,
                "deadline": round(time.time() * 1000) + context.get_remaining_time_in_millis(),
                "arn": context.invoked_function_arn,
                "name": context.function_name,
            }
            return {"statusCode": 200, "body": json.dumps(told)}
        case "wait" | "who" as what:
            time.sleep(0.3 if what == "wait" else 0)
            return {"statusCode": 200, "body": str(os.getpid())}
    return {
        "statusCode": 200,
        "headers": {"content-type": event["headers"].get("content-type", "text/plain")},
        "body": event["body"],
        "isBase64Encoded": event["isBase64Encoded"],
    }
