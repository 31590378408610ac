import logging
import os
import subprocess
import sys

print("loading")
os.write(1, b"loading, to fd 1\n")


def handler(event, context):
    id = context.aws_request_id
    print(id, "log 1")
    logging.warning("%s log 2", id)
    sys.stderr.write(f"{id} log 3\n")
    print(id, "log 4", end="")
    os.write(1, f"{id} raw 1\n".encode())
    subprocess.run(["/bin/sh", "-c", f"echo {id} raw 2; echo {id} raw 3 >&2"], check=True)
    os.write(2, f"{id} raw 4\n".encode())
    return {"statusCode": 200, "body": id}
