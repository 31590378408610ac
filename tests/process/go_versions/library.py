"""The test program, built against one version of aws-lambda-go, and pools of it."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Final

import pytest

from polyfn.errors import FunctionError
from polyfn.model import (
    JSON,
    Artifact,
    Buffered,
    Invocation,
    LogLine,
    Result,
    Streamed,
    Timing,
    Value,
)
from polyfn.pool.budget import Budget
from polyfn.pool.deployment import Deployment
from polyfn.pool.pool import Pool
from polyfn.pool.spawner import Spawner
from polyfn.runtimes.go import GoRuntime
from polyfn.settings.function_variables import function_environment
from polyfn.settings.values import Limits, Settings
from tests.process.go_support import (
    LIBRARY,
    SOURCES,
    build,
    function,
    go_env,
    go_tool,
    write_module,
)
from tests.waiting import eventually

PROGRAM: Final = SOURCES / "versions"
_DIRECTORY: Final = "netlify/functions/hello"
_MAIN: Final = f"{_DIRECTORY}/main.go"
_NEEDS: Final = "// needs: "
_numbers = count(1)


@dataclass(frozen=True)
class Library:
    """One version of the library, and the program that was built with it.

    Attributes:
        version: Such as ``1.13.3``.
        root: The project's directory.
    """

    version: str
    root: Path

    @cached_property
    def source(self) -> str:
        """All of the library's own source: what is not in it, the version does not have."""
        listed = subprocess.run(
            [go_tool().path, "mod", "download", "-json", f"{LIBRARY}@v{self.version}"],
            cwd=self.root, env=go_env(), capture_output=True, text=True, check=True,
        )  # fmt: skip
        where = Path(json.loads(listed.stdout)["Dir"])
        files = (
            each for name in ("lambda", "events") for each in sorted((where / name).glob("*.go"))
        )
        return "\n".join(each.read_text() for each in files if not each.stem.endswith("_test"))

    def has(self, words: str) -> bool:
        """Whether the library's source has these words."""
        return words in self.source

    def write(self, directory: Path, root: Path) -> None:
        """Write the program's source, as much of it as the version can compile, and a go.mod."""
        write_module(root, version=self.version)
        shutil.copytree(
            PROGRAM, directory, ignore=shutil.ignore_patterns("optional"), dirs_exist_ok=True
        )
        for path in (PROGRAM / "optional").iterdir():
            needs, _, _ = path.read_text().removeprefix(_NEEDS).partition("\n")
            if self.has(needs):
                shutil.copy(path, directory)

    @cached_property
    def artifact(self) -> Artifact:
        """The program, built."""
        self.write(self.root / _DIRECTORY, self.root)
        return build(self.root, _MAIN)

    def deployment(self, feature: str) -> Deployment:
        """The program, started for one feature."""
        of, artifact = function(self.root, _MAIN), self.artifact
        settings = Settings(
            root=self.root, functions_dir=self.root, internal_dir=self.root, state_dir=self.root
        )
        return Deployment(
            function=of,
            artifact=artifact,
            launch=GoRuntime().launch(of, artifact.path, {"go": go_tool()}),
            environment={**function_environment(settings, of), "FEATURE": feature},
            memory_mb=1024,
        )


class Running:
    """A pool of a deployment, called."""

    def __init__(
        self, pool: Pool, lines: list[LogLine], stop: Callable[[], Awaitable[None]]
    ) -> None:
        self._pool, self._lines, self.stop = pool, lines, stop
        self.request_id = ""

    async def call(
        self,
        event: JSON,
        timeout_s: float = 20.0,
        client_context: bytes | None = None,
        trace_id: str | None = None,
    ) -> Result:
        """Invoke it."""
        self.request_id = f"r-{next(_numbers)}"
        invocation = Invocation(
            "hello",
            self.request_id,
            json.dumps(event).encode(),
            timeout_s,
            client_context=client_context,
            trace_id=trace_id,
        )
        return await self._pool.invoke(invocation, Timing())

    async def value(
        self, event: JSON, client_context: bytes | None = None, trace_id: str | None = None
    ) -> JSON:
        """What a call returns: as JSON, or of a response its status and text."""
        result = await self.call(event, client_context=client_context, trace_id=trace_id)
        if isinstance(result, Value):
            value = json.loads(result.json)
            is_response = isinstance(value, dict) and "statusCode" in value
            return [value["statusCode"], value["body"]] if is_response else value
        if isinstance(result, Buffered):
            return [result.status, result.body.decode()]
        assert isinstance(result, Streamed)
        return [result.status, b"".join([each async for each in result.chunks]).decode()]

    async def error(self, event: JSON, timeout_s: float = 20.0) -> FunctionError:
        """How a call fails."""
        with pytest.raises(FunctionError) as caught:
            await self.call(event, timeout_s)
        return caught.value

    async def logs(self, words: str) -> None:
        """Wait for words in the log."""
        try:
            await eventually(lambda: words in self.log)
        except TimeoutError:
            pytest.fail(f"{words!r} is not in the log: {self.log}")

    @property
    def log(self) -> str:
        """What was logged so far."""
        return "\n".join(each.text for each in self._lines)


@asynccontextmanager
async def running(library: Library, feature: str, spawner: Spawner) -> AsyncIterator[Running]:
    """Serve the program for one feature; at the end its processes have left."""

    class Sink:
        def write(self, line: LogLine) -> None:
            lines.append(line)

    async def nobody_idle() -> bool:
        return False

    lines: list[LogLine] = []
    pool = Pool(
        library.deployment(feature),
        limits=Limits(),
        budget=Budget(200, nobody_idle),
        sink=Sink(),
        spawner=spawner,
    )
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(pool)
        yield Running(pool, lines, stack.aclose)
