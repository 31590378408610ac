"""A function sees the same world whether its process was booted before it, or for it."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import orjson
import pytest

from polyfn.app.project import Project, open_project
from polyfn.model import Invocation, LogLine, Timing, Value
from polyfn.settings import Flags, load
from tests.waiting import eventually

NODE = """
const { SEEN } = { SEEN: {
  env: { ...process.env }, cwd: process.cwd(), argv: process.argv, execArgv: process.execArgv,
  execPath: process.execPath, title: process.title, file: FILE, main: require.main.filename,
  paths: require('node:module').globalPaths, hours: new Date(0).getHours(),
  locale: Intl.DateTimeFormat().resolvedOptions().locale,
  heap: require('node:v8').getHeapStatistics().heap_size_limit,
  umask: process.umask(), tty: [process.stdout.isTTY, process.stdout.columns],
  fds: require('node:fs').readdirSync('/proc/self/fd').filter((fd) => Number(fd) < 5),
  signals: require('node:fs').readFileSync('/proc/self/status', 'utf8')
    .match(/^Sig(Blk|Ign|Cgt).*/gm),
  listeners: process.eventNames().map((name) => [String(name), process.listenerCount(name)]).sort(),
  globals: Object.getOwnPropertyNames(globalThis).sort(),
  keys: Object.keys(process).sort(),
  limit: Error.stackTraceLimit,
  child: require('node:child_process')
    .execFileSync('/bin/sh', ['-c', 'env | sort; pwd; date +%Z']).toString(),
} };
"""
JS = NODE.replace("FILE", "__filename") + "exports.handler = async () => SEEN;"
MJS = (
    "import { createRequire } from 'node:module';\n"
    "const require = createRequire(import.meta.url);\n"
    + NODE.replace("FILE", "import.meta.url").replace("require.main.filename", "''")
    + "export const handler = async () => SEEN;"
)
PY = """
import gc, locale, logging, os, re, signal, subprocess, sys, threading, time, warnings
SEEN = {
    "env": dict(os.environ), "cwd": os.getcwd(), "argv": sys.argv, "orig": sys.orig_argv,
    "executable": sys.executable, "prefix": sys.prefix, "path": sys.path, "file": __file__,
    "name": __name__, "main": sys.modules["__main__"].__file__, "flags": repr(sys.flags),
    "tz": time.tzname, "hour": time.localtime(0).tm_hour, "locale": locale.getlocale(),
    "lc": locale.setlocale(locale.LC_ALL), "fs": sys.getfilesystemencoding(),
    "umask": os.umask(0o022), "warnings": repr(warnings.filters), "gc": gc.get_threshold(),
    "threads": [each.name for each in threading.enumerate()],
    "handlers": [repr(signal.getsignal(each)) for each in sorted(signal.valid_signals())],
    "signals": re.findall("^Sig(?:Blk|Ign|Cgt).*", open("/proc/self/status").read(), re.M),
    "logging": [repr(each) for each in (logging.getLogger(), *logging.getLogger().handlers)],
    "hooks": [repr(each)[:40] for each in sys.path_hooks], "meta": len(sys.meta_path),
    "bytecode": sys.dont_write_bytecode, "stdin": repr(sys.stdin),
    "fds": sorted(fd for fd in os.listdir("/proc/self/fd") if int(fd) < 5),
    "child": subprocess.check_output(["/bin/sh", "-c", "env | sort; pwd; date +%Z"]).decode(),
}
def handler(event, context):
    return SEEN
"""
FILES = {"a.js": JS, "b.mjs": MJS, "c.py": PY}
CONTEXTS: dict[str, dict[str, str]] = {
    "plain": {},
    "zone and language": {"TZ": "Asia/Tokyo", "LANG": "de_DE.UTF-8", "LC_ALL": "C.UTF-8"},
    "options of Node": {
        "NODE_OPTIONS": "--max-old-space-size=300 --no-warnings",
        "NODE_PATH": "/x",
    },
    "code at the start of Node": {"NODE_OPTIONS": "--require ./preload.cjs"},
    "paths of Python": {"PYTHONPATH": "lib", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "0"},
}


class Silent:
    """A sink that keeps nothing."""

    def write(self, line: LogLine) -> None:
        """Take one line."""


@pytest.mark.parametrize("name", ["a", "b", "c"])
@pytest.mark.parametrize("context", CONTEXTS)
async def test_function_sees_the_same_in_a_spare_as_in_a_process_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, context: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "preload.cjs").write_text("globalThis.preloaded = process.env.ONLY_THIS;")
    functions = tmp_path / "netlify/functions"
    functions.mkdir(parents=True)
    for file, source in FILES.items():
        (functions / file).write_text(source)
    (functions / "first.js").write_text("exports.handler = async () => 1;")
    (functions / "second.py").write_text("def handler(event, context): return 1")
    environment = json.dumps({"ONLY_THIS": "1"}).replace(":", " =")
    (tmp_path / "polyfn.toml").write_text(f"[functions.{name}]\nenvironment = {environment}\n")
    outer = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), **CONTEXTS[context]}
    fresh, _ = await seen(tmp_path, outer, name, spares=0)
    spared, taken = await seen(tmp_path, outer, name, spares=1)
    assert spared == fresh
    assert spared["env"]["ONLY_THIS"] == "1"
    assert taken is not (context == "code at the start of Node" and name != "c")


async def seen(root: Path, outer: dict[str, str], name: str, *, spares: int) -> tuple[Any, bool]:
    """What a function sees, and whether it ran in a spare that had booted for a neighbour."""
    settings = load(root, environ=outer, flags=Flags(cwd=root))
    async with open_project(settings, sink=Silent(), spares=spares) as project:
        neighbour = "second" if name == "c" else "first"
        await call(project, neighbour)
        waiting: frozenset[int] = frozenset()
        if spares:
            try:
                async with asyncio.timeout(2.0):
                    await eventually(lambda: bool(project.fleet.spares.pids))
            except TimeoutError:
                pass  # no spare can be right for it
            waiting = project.fleet.spares.pids
        value = orjson.loads((await call(project, name)).json)
        return value, bool(waiting - project.fleet.spares.pids)


async def call(project: Project, name: str) -> Value:
    invocation = Invocation(function=name, request_id="r-1", event=b"{}", timeout_s=30)
    result = await project.fleet.invoke(invocation, Timing())
    assert isinstance(result, Value)
    return result
