"""A `bootstrap` that does what it is asked to (`?do=…`), right and wrong, with nothing but sockets."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time

API = os.environ["AWS_LAMBDA_RUNTIME_API"]
RUNTIME = "/2018-06-01/runtime"
connection = http.client.HTTPConnection(API)


def ask(method, path, body=None, headers=None):
    connection.request(method, RUNTIME + path, body, headers or {})
    answer = connection.getresponse()
    return answer.status, answer.headers, answer.read()


def told_to_stop(*_):
    print("told to stop", flush=True)
    sys.exit(0)


def steal(address):
    """What another program's address answers."""
    told = []
    for method, path in (("GET", "/invocation/next"), ("POST", "/init/error")):
        other = http.client.HTTPConnection(address, timeout=5)
        try:
            other.request(method, RUNTIME + path, None)
            told.append(other.getresponse().status)
        except OSError:
            told.append(0)
        other.close()
    return told


def response_of(query, request_id):
    what = query.get("do", "")
    if what == "address":
        return API
    if what == "steal":
        return json.dumps(steal(query["from"]))
    if what == "place":
        return json.dumps({"cwd": os.getcwd(), "root": os.environ["LAMBDA_TASK_ROOT"]})
    if what == "print":
        print("printed to stdout", flush=True)
        print("printed to stderr", file=sys.stderr, flush=True)
    if what == "exit":
        print("last words", file=sys.stderr, flush=True)
        os._exit(3)
    if what == "kill":
        os.kill(os.getpid(), signal.SIGSEGV)
    if what == "sleep":
        time.sleep(float(query["s"]))
    if what == "child":
        script = (
            "import http.client, os, sys\n"
            "c = http.client.HTTPConnection(os.environ['AWS_LAMBDA_RUNTIME_API'])\n"
            "c.request('POST', sys.argv[1], sys.argv[2])\n"
            "os._exit(c.getresponse().status != 202)\n"
        )
        answer = json.dumps({"statusCode": 200, "body": "from a child"})
        path = f"{RUNTIME}/invocation/{request_id}/response"
        subprocess.run([sys.executable, "-c", script, path, answer], check=True)
        return None
    return "hello"


def raw_answer(what):
    match what:
        case "garbage":
            return b"\x00 no json"
        case "nothing":
            return b""
        case "text":
            return b'"a text"'
        case "large":
            return json.dumps({"statusCode": 200, "body": "x" * 6_300_000}).encode()
        case "huge":
            return b'"' + b"x" * (64 * 1024 * 1024) + b'"'
    return None


def answer(event, request_id):
    query = event.get("queryStringParameters") or {}
    path = f"/invocation/{request_id}/response"
    raw = raw_answer(query.get("do"))
    if raw is not None:
        print("answered", ask("POST", path, raw)[0], flush=True)
    elif query.get("do") == "half":
        connection.putrequest("POST", RUNTIME + path)
        connection.putheader("content-length", "100")
        connection.endheaders(b'{"statusCode": 200')
        time.sleep(60)
    elif query.get("do") == "twice":
        whole = json.dumps({"statusCode": 200, "body": "once"})
        statuses = [ask("POST", path, whole)[0] for _ in range(2)]
        print("answered", *statuses, flush=True)
    elif (body := response_of(query, request_id)) is not None:
        ask("POST", path, json.dumps({"statusCode": 200, "body": body}))


def main():
    if "hangs" in os.environ["AWS_LAMBDA_FUNCTION_NAME"]:
        time.sleep(60)
    signal.signal(signal.SIGTERM, told_to_stop)
    while True:
        _, headers, event = ask("GET", "/invocation/next")
        answer(json.loads(event), headers["Lambda-Runtime-Aws-Request-Id"])
        if "once" in os.environ["AWS_LAMBDA_FUNCTION_NAME"]:
            break


main()
