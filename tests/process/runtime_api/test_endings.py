"""How programs and their extensions are told to end."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from polyfn.wire import messages as m
from tests.process.runtime_api.conftest import NEXT, eventually_told
from tests.waiting import eventually

if TYPE_CHECKING:
    from tests.process.runtime_api.conftest import Got, Lab, Program

_EXTENSION = "/2020-01-01/extension"
_NULL = b'{"events":null}'


async def _register(program: Program, name: str = "x", body: bytes = _NULL) -> Got:
    return await program.ask("POST", f"{_EXTENSION}/register", body, Lambda_Extension_Name=name)


async def test_idle_program_is_asked_to_end_at_once(lab: Lab) -> None:
    program = await lab.program()
    program.write_head("GET", NEXT)
    await eventually_told(lab, m.Ready)
    lab.host.drain()
    assert lab.terminated == 1


async def test_program_that_runs_is_asked_to_end_when_it_asks_for_more(lab: Lab) -> None:
    program, path = await lab.running()
    lab.host.drain()
    await program.ask("POST", f"{path}/response", b"1")
    assert lab.terminated == 0
    program.write_head("GET", NEXT)
    await eventually(lambda: lab.terminated == 1)


async def test_program_is_not_done_before_it_asks_for_more(lab: Lab) -> None:
    program, path = await lab.running()
    assert lab.holds == []
    await program.ask("POST", f"{path}/response", b"1")
    assert lab.holds == [m.Hold(1)]
    program.write_head("GET", NEXT)
    await eventually(lambda: lab.holds == [m.Hold(1), m.Release(1)])


async def test_program_that_panics_is_about_to_end_and_not_waited_for(lab: Lab) -> None:
    program, path = await lab.running()
    frames = b'[{"path":"main.go","line":1,"label":"h"}]'
    body = b'{"errorType":"string","errorMessage":"oh","stackTrace":' + frames + b"}"
    await program.ask("POST", f"{path}/error", body)
    told = lab.told[-1]
    assert isinstance(told, m.Error)
    assert told.fatal
    assert lab.holds == []


async def test_extension_is_registered_and_waits_for_events(lab: Lab) -> None:
    extension = await lab.program()
    got = await _register(extension, "one", b'{"events":["INVOKE"]}')
    assert got.status == 200
    expected = {"functionName": "f", "functionVersion": "$LATEST", "handler": ""}
    assert json.loads(got.body) == expected
    identifier = got.headers["lambda-extension-identifier"]
    headers = {"Lambda_Extension_Identifier": identifier}
    extension.write_head("GET", f"{_EXTENSION}/event/next", None, **headers)
    _, path = await lab.running()
    event = json.loads((await extension.answer()).body)
    assert event["eventType"] == "INVOKE"
    assert event["requestId"] in path
    assert event["invokedFunctionArn"] == "arn:f"


async def test_extension_that_wants_nothing_waits_for_ever(lab: Lab) -> None:
    extension = await lab.program()
    got = await _register(extension)
    headers = {"Lambda_Extension_Identifier": got.headers["lambda-extension-identifier"]}
    extension.write_head("GET", f"{_EXTENSION}/event/next", None, **headers)
    program, path = await lab.running()
    assert (await program.ask("POST", f"{path}/response", b"1")).status == 202
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(extension.reader.read(1), 0.2)


@pytest.mark.parametrize(
    ("name", "body", "error"),
    [
        ("", _NULL, "Extension.InvalidExtensionName"),
        ("x", b"no json", "InvalidRequestFormat"),
        ("x", b"[]", "InvalidRequestFormat"),
        ("x", b'{"events":[1]}', "InvalidRequestFormat"),
        ("x", b'{"events":["SHUTDOWN"]}', "Extension.InvalidEventType"),
    ],
)
async def test_registration_that_is_wrong_is_refused(
    lab: Lab, name: str, body: bytes, error: str
) -> None:
    got = await _register(await lab.program(), name, body)
    assert (got.status, got.error) == (403, error)


async def test_extensions_have_names_of_their_own_and_are_ten_at_most(lab: Lab) -> None:
    program = await lab.program()
    assert (await _register(program, "0")).status == 200
    assert (await _register(program, "0")).error == "Extension.InvalidExtensionState"
    for number in range(1, 10):
        assert (await _register(program, str(number))).status == 200
    assert (await _register(program, "10")).error == "Extension.TooManyExtensions"


@pytest.mark.parametrize(("method", "end"), [("GET", "event/next"), ("POST", "exit/error")])
async def test_extension_that_is_not_known_is_refused(lab: Lab, method: str, end: str) -> None:
    program = await lab.program()
    nameless = await program.ask(method, f"{_EXTENSION}/{end}")
    assert (nameless.status, nameless.error) == (403, "Extension.MissingExtensionIdentifier")
    headers = {"Lambda_Extension_Identifier": "unknown"}
    unknown = await program.ask(method, f"{_EXTENSION}/{end}", None, **headers)
    assert (unknown.status, unknown.error) == (403, "Extension.UnknownExtensionIdentifier")


@pytest.mark.parametrize("end", ["init/error", "exit/error"])
async def test_error_of_an_extension_is_accepted(lab: Lab, end: str) -> None:
    program = await lab.program()
    got = await _register(program)
    headers = {"Lambda_Extension_Identifier": got.headers["lambda-extension-identifier"]}
    assert (await program.ask("POST", f"{_EXTENSION}/{end}", b"{}", **headers)).status == 202
