"""The runner from its start to its end: HELLO, LOAD, READY, then one INVOKE after the other."""

from __future__ import annotations

import faulthandler
import sys
from time import perf_counter

from polyfn_runner import PROTOCOL, VERSION, context, errors, jsontext, loader, messages, process
from polyfn_runner.channel import Channel
from polyfn_runner.frames import FrameReader
from polyfn_runner.inbox import Inbox
from polyfn_runner.invoke import Invoker
from polyfn_runner.loaded import Loaded
from polyfn_runner.logs import Logs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

_IDLE_MS = 50
_EXIT_FAILED = 1
_EXIT_INTERRUPTED = 130
_NEEDED: dict[str, Any] = {
    "function": str,
    "main_file": str,
    "handler": str,
    "root": str,
    "cwd": str,
    "env": dict,
    "memory_mb": (int, float),
    "version": str,
    "arn": str,
    "log_group": str,
    "log_stream": str,
}


def main() -> NoReturn:
    """Serve frames on the file descriptors that the environment names."""
    serve(*process.take_frame_fds())


def serve(read_fd: int, write_fd: int) -> NoReturn:
    """Be a runner on two file descriptors until told to stop."""
    reader, channel = FrameReader(read_fd), Channel(write_fd)
    channel.send(messages.HELLO, 0, _json(_hello()))
    if not reader.waiting(_IDLE_MS):
        _warm_up()
    inbox, logs, loaded = Inbox(reader), Logs(channel), Loaded(channel)
    process.isolate_forks(reader, channel)
    faulthandler.enable(2)
    try:
        invoker = _load(inbox, channel, logs, loaded)
        while True:
            loaded.tell()
            _step(inbox, channel, logs, invoker)
    except KeyboardInterrupt:
        process.leave(_EXIT_INTERRUPTED)


def _hello() -> dict[str, Any]:
    return {
        "protocol": PROTOCOL,
        "runtime": "python",
        "runtime_version": ".".join(map(str, sys.version_info[:3])),
        "runner_version": VERSION,
    }


def _warm_up() -> None:
    """Import what most functions import, while there is time: this is a spare, without LOAD yet."""
    import json  # noqa: F401, PLC0415
    import site  # noqa: F401, PLC0415
    import traceback  # noqa: F401, PLC0415

    from polyfn_runner import records  # noqa: F401, PLC0415 - and with it logging


def _load(inbox: Inbox, channel: Channel, logs: Logs, loaded: Loaded) -> Invoker:
    spec = _wait_for_load(inbox, channel)
    process.end_with_supervisor(inbox.fd, loaded.tell_early)
    begun = perf_counter()
    loaded.begin()
    logs.take_over()
    try:
        process.become(spec["env"], spec["cwd"])
        handler = loader.load(spec, lambda: _add_handler(channel, spec["env"]), loaded.note)
    except SystemExit as error:
        loaded.tell()
        told = errors.exited_while_loading(spec["function"], error.code)
        _fail(channel, logs, told, spec["root"], errors.exit_status(error.code))
    except BaseException as error:  # noqa: BLE001 - whatever the author raises is reported
        loaded.tell()
        _fail(channel, logs, error, spec["root"])
    loaded.tell()
    init_ms = round((perf_counter() - begun) * 1000, 3)
    channel.send(messages.READY, 0, _json({"init_ms": init_ms}))
    return Invoker(handler, context.facts(spec), spec["root"], inbox, channel, logs)


def _wait_for_load(inbox: Inbox, channel: Channel) -> dict[str, Any]:
    message = inbox.next()
    if message[0] == messages.DRAIN:
        process.leave(0)
    if message[0] != messages.LOAD:
        process.give_up(f"message {message[0]} came before LOAD")
    spec = _spec(message[2])
    if spec.get("protocol") != PROTOCOL:
        told = errors.Failed(
            "Runner.ProtocolMismatch",
            f"polyfn speaks protocol {spec.get('protocol')!r}, this runner speaks {PROTOCOL}: "
            "use both of the same release",
        )
        channel.send(messages.ERROR, 0, errors.encode(told), True)
        process.leave(_EXIT_FAILED)
    for key, kind in _NEEDED.items():
        if not isinstance(spec.get(key), kind):
            process.give_up(f"LOAD lacks {key!r}, or has it in a wrong form")
    return spec


def _spec(data: bytes) -> dict[str, Any]:
    try:
        spec = jsontext.loads(data)
    except ValueError as error:
        process.give_up(f"LOAD does not hold JSON: {error}")
    if not isinstance(spec, dict):
        process.give_up("LOAD does not hold a JSON object")
    return spec


def _add_handler(channel: Channel, env: dict[str, str]) -> None:
    from polyfn_runner import records  # noqa: PLC0415 - needs logging, which now is there

    records.install(channel, env)


def _fail(
    channel: Channel, logs: Logs, error: BaseException, root: str, status: int = _EXIT_FAILED
) -> NoReturn:
    logs.finish()
    channel.send(messages.ERROR, 0, errors.encode(error, root), True)
    process.leave(status or _EXIT_FAILED)


def _step(inbox: Inbox, channel: Channel, logs: Logs, invoker: Invoker) -> None:
    """Do what the next message says."""
    try:
        message = inbox.next()
    except Exception as error:  # noqa: BLE001 - raised by a signal handler of the author's
        channel.send(messages.ERROR, 0, errors.encode(error), False)
        return
    if message[0] == messages.INVOKE:
        invoker.invoke(message)
    elif message[0] == messages.DRAIN:
        logs.finish()
        process.leave(0)
    elif message[0] == messages.LOAD:
        process.give_up("LOAD came twice")


def _json(value: dict[str, Any]) -> bytes:
    return jsontext.dumps(value).encode()
