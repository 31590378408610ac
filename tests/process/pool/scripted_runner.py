"""A runner that does what its event says, the forbidden things included.

It speaks the protocol by polyfn's own wire, so that a test of the pool needs no language's runner.
``main_file`` in LOAD names what it does while loading.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from polyfn.wire import frames
from polyfn.wire import messages as m

READ, WRITE = (int(fd) for fd in os.environ["POLYFN_FRAME_FDS"].split(","))


def send(*messages: m.Message) -> None:
    data = b"".join(frames.encode(m.encode(each)) for each in messages)
    while data:
        data = data[os.write(WRITE, data) :]


def error(number: int, text: str, *, fatal: bool) -> m.Error:
    fields = {"errorType": "Scripted.Error", "errorMessage": text, "trace": ["here:1"]}
    return m.Error(number, json.dumps(fields).encode(), fatal)


def ok(number: int, body: str) -> m.Result:
    return m.Result(number, 200, ["content-type", "text/plain"], body.encode(), False)


def load(spec: dict[str, Any]) -> None:
    told = spec["env"].get("TELLS")
    if told is not None:
        send(m.Loaded(0, json.loads(told)))
    if "inspect" in spec:
        os.write(2, b"Debugger listening on ws://127.0.0.1:1/id\n")
    match Path(spec["main_file"]).name:
        case "throws":
            send(error(0, "it does not load", fatal=True))
            sys.exit(1)
        case "exits":
            os.write(2, b"cannot go on\n")
            os._exit(3)
        case "hangs":
            time.sleep(60)
        case "violates":
            os.write(WRITE, b"\xff\xff\xff\xff")
            time.sleep(60)
    send(m.Ready(0, b'{"init_ms":1}'))


def invoke(call: m.Invoke) -> None:
    event = json.loads(call.event)
    number = call.id
    match event.get("do"):
        case "echo":
            body = (call.body or b"").decode()
            seen = {"pid": os.getpid(), "request_id": call.request_id, "body": body}
            send(ok(number, json.dumps(seen)))
        case "load":
            send(m.Value(number, b"1"))
            send(m.Loaded(0, event["files"]))
        case "word":
            send(ok(number, os.environ["WORD"]))
        case "value":
            send(m.Value(number, b'{"a": 1}'))
        case "sleep":
            time.sleep(event["seconds"])
            send(ok(number, "slept"))
        case "compute":
            end = time.process_time() + event["seconds"]
            while time.process_time() < end:
                pass
            send(ok(number, "computed"))
        case "fail":
            send(error(number, "no", fatal=False))
        case "fail and exit":
            send(error(number, "no", fatal=True))
            os._exit(1)
        case "exit":
            os.write(2, b"last words\n")
            os._exit(event["status"])
        case "answer and exit":
            send(ok(number, "bye"))
            os._exit(0)
        case "answer and die later":
            send(ok(number, "bye"))
            time.sleep(event["seconds"])
            os._exit(1)
        case "go on after the answer":
            send(m.Hold(number), ok(number, str(os.getpid())))
            while not Path(event["until"]).exists():
                time.sleep(0.005)
            if "exit" in event:
                os._exit(event["exit"])
            done = m.Log(number, 1, "info", f"done with {call.request_id}")
            os.write(1, b"raw done\n")
            send(done, m.Release(number))
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "garbage":
            os.write(WRITE, b"this is no frame")
            time.sleep(60)
        case "answer twice":
            send(ok(number, "one"))
            send(ok(number, "two"))
            time.sleep(60)
        case "half a frame":
            os.write(WRITE, frames.encode(m.encode(ok(number, "x" * 100)))[:50])
            os._exit(0)
        case "half a long frame":
            os.write(WRITE, frames.encode(m.encode(ok(number, "x" * 3_000_000)))[:2_000_000])
            os._exit(0)
        case "long and log":
            late = m.Log(number, 1, "info", f"late line of {call.request_id}")
            send(ok(number, "x" * event["size"]), late)
        case "deaf":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            time.sleep(60)
        case "log":
            for line in range(event["lines"]):
                os.write(1, f"raw {line}\n".encode())
                send(m.Log(number, 1, "info", f"said {line}"))
            os.write(2, b"no end of line")
            send(ok(number, "logged"))
        case "log late":
            send(ok(number, "answered"))
            send(m.Log(number, 1, "info", f"late line of {call.request_id}"))
        case "flood":
            chunk = b"y" * 1023 + b"\n"
            for _ in range(event["kib"]):
                os.write(1, chunk)
            send(ok(number, "flooded"))
        case "leave children":
            subprocess.Popen(["sleep", "60"])
            send(ok(number, "left"))
        case "stream":
            send(m.Head(number, 200, ["content-type", "text/plain"]))
            for part in range(event["chunks"]):
                send(m.Chunk(number, bytes([65 + part % 26]) * event["size"]))
            send(error(number, "cut", fatal=False) if event.get("cut") else m.End(number))
        case other:
            send(error(number, f"cannot do {other!r}", fatal=False))


def boot() -> None:
    if "BOOTS" in os.environ:
        with Path(os.environ["BOOTS"]).open("a") as file:
            file.write("boot\n")
    match os.environ.get("BOOT"):
        case "exit":
            os._exit(3)
        case "slowly":
            time.sleep(1)
        case "aloud":
            os.write(2, b"booting\n")


def main() -> None:
    boot()
    reader = frames.FrameReader()
    send(m.Hello(0, json.dumps({"protocol": int(os.environ.get("SPEAKS", "1"))}).encode()))
    while data := os.read(READ, 65536):
        for payload in reader.feed(data):
            match m.decode(payload):
                case m.Load(_, spec):
                    load(json.loads(spec))
                case m.Invoke() as call:
                    invoke(call)
                case m.Drain():
                    sys.exit(0)
                case _:
                    pass


main()
