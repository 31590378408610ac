"""Internal extensions: aws-lambda-go registers one for `WithEnableSIGTERM`."""

from __future__ import annotations

import uuid

import pytest

from .raw_program import NEXT, Client, Reply, program

_REGISTER = "/2020-01-01/extension/register"
_EVENT = "/2020-01-01/extension/event/next"
_EXIT_ERROR = "/2020-01-01/extension/exit/error"
_INIT_ERROR = "/2020-01-01/extension/init/error"


async def _register(client: Client, body: bytes = b'{"events":null}', name: str = "go") -> Reply:
    return await client.ask("POST", _REGISTER, body, lambda_extension_name=name)


async def test_an_extension_is_registered_before_the_first_next() -> None:
    async with program() as it:
        client = await it.connect()
        reply = await _register(client)
        assert (reply.status, reply.json) == (
            200,
            {"functionName": "sh", "functionVersion": "$LATEST", "handler": "app.handler"},
        )
        identifier = reply.headers["Lambda-Extension-Identifier"]
        assert str(uuid.UUID(identifier)) == identifier


async def test_an_extension_waits_for_its_next_event_while_invocations_run() -> None:
    async with program() as it:
        extension, client = await it.connect(), await it.connect()
        own = (await _register(extension)).headers["Lambda-Extension-Identifier"]
        extension.request("GET", _EVENT, lambda_extension_identifier=own)
        it.invoke()
        assert (await client.ask("GET", NEXT)).status == 200
        extension.request("GET", "/")
        # Had the event come, it would have come first.
        assert (await extension.reply()).status == 404


async def test_an_extension_for_invoke_is_told_of_each() -> None:
    async with program() as it:
        extension, client = await it.connect(), await it.connect()
        own = (await _register(extension, b'{"events":["INVOKE"]}')).headers[
            "Lambda-Extension-Identifier"
        ]
        extension.request("GET", _EVENT, lambda_extension_identifier=own)
        client.request("GET", NEXT)
        it.invoke()
        told = (await extension.reply()).json
        assert (told["eventType"], told["requestId"]) == ("INVOKE", "r-1")
        assert (await client.reply()).headers["Lambda-Runtime-Deadline-Ms"] == str(
            told["deadlineMs"]
        )


@pytest.mark.parametrize(
    ("body", "name", "kind"),
    [
        (b"{}", "", "Extension.InvalidExtensionName"),
        (b"{", "go", "InvalidRequestFormat"),
        (b"[]", "go", "InvalidRequestFormat"),
        (b'{"events":[1]}', "go", "InvalidRequestFormat"),
        (b'{"events":["SHUTDOWN"]}', "go", "Extension.InvalidEventType"),
        (b'{"events":["OTHER"]}', "go", "Extension.InvalidEventType"),
    ],
)
async def test_a_wrong_registration_is_refused(body: bytes, name: str, kind: str) -> None:
    async with program() as it:
        assert (await _register(await it.connect(), body, name)).kind == (403, kind)


async def test_a_name_is_registered_once_and_ten_at_most() -> None:
    async with program() as it:
        client = await it.connect()
        for number in range(10):
            assert (await _register(client, name=f"e{number}")).status == 200
        assert (await _register(client, name="e0")).kind == (
            403,
            "Extension.InvalidExtensionState",
        )
        assert (await _register(client, name="e10")).kind == (403, "Extension.TooManyExtensions")


@pytest.mark.parametrize(("method", "path"), [("GET", _EVENT), ("POST", _EXIT_ERROR)])
async def test_an_extension_has_to_say_who_it_is(method: str, path: str) -> None:
    async with program() as it:
        client = await it.connect()
        assert (await client.ask(method, path)).kind == (
            403,
            "Extension.MissingExtensionIdentifier",
        )
        other = str(uuid.uuid4())
        assert (await client.ask(method, path, lambda_extension_identifier=other)).kind == (
            403,
            "Extension.UnknownExtensionIdentifier",
        )


@pytest.mark.parametrize("path", [_INIT_ERROR, _EXIT_ERROR])
async def test_an_extensions_error_is_accepted(path: str) -> None:
    async with program() as it:
        client = await it.connect()
        own = (await _register(client)).headers["Lambda-Extension-Identifier"]
        reply = await client.ask("POST", path, b"{}", lambda_extension_identifier=own)
        assert (reply.status, reply.json) == (202, {"status": "OK"})


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/2020-08-15/logs", "Logs.NotSupported"),
        ("/2022-07-01/telemetry", "Telemetry.NotSupported"),
    ],
)
async def test_logs_are_sent_to_nobody_and_that_stops_no_program(path: str, kind: str) -> None:
    async with program() as it:
        assert (await (await it.connect()).ask("PUT", path, b"{}")).kind == (202, kind)
