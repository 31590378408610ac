"""Functions of one module that are built at the same time: by few go commands, each as if alone."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from polyfn.build.builder import Builder
from polyfn.build.cache import Cache
from polyfn.errors import BuildFailed
from polyfn.model import Artifact, Tool
from polyfn.runtimes.go import GoRuntime
from tests.process.go_support import Program, function, go_env, go_tool, write, write_module

pytestmark = pytest.mark.timeout(300)

_NAMES = ("a", "b", "c", "d", "e")
_MAIN = """\
package main

import (
	"example.com/site/shared"
	"github.com/aws/aws-lambda-go/lambda"
)

func main() {{ lambda.Start(func() (string, error) {{ return shared.Word + " {name}", nil }}) }}
"""


def main_of(name: str) -> str:
    return f"netlify/functions/{name}/main.go"


class Site:
    """A module with several functions, and a go that writes down what it is asked for."""

    def __init__(self, root: Path) -> None:
        self.root = root / "site"
        self._asked = root / "asked"
        write_module(self.root)
        write(self.root, {"shared/shared.go": 'package shared\n\nconst Word = "hello"\n'})
        write(self.root, {main_of(name): _MAIN.format(name=name) for name in _NAMES})
        real = go_tool()
        wrapper = root / "go"
        wrapper.write_text(f'#!/bin/sh\necho "$1" >> {self._asked}\nexec {real.path} "$@"\n')
        wrapper.chmod(0o755)
        self._go = Tool(name="go", path=wrapper, version=real.version, origin="the test")

    def asked(self) -> list[str]:
        """The go commands since this was asked last; a listing may begin before its build."""
        said = self._asked.read_text().split() if self._asked.exists() else []
        self._asked.unlink(missing_ok=True)
        return said

    def build(self) -> dict[str, Artifact | BaseException]:
        """Build all at once, one command at a time."""

        async def every() -> list[Artifact | BaseException]:
            async with Builder(Cache(self.root / ".polyfn"), parallel=1) as builder:
                functions = [function(self.root, main_of(name)) for name in _NAMES]
                plans = [GoRuntime().plan(of, {"go": self._go}, go_env()) for of in functions]
                builds = [builder.build(*each) for each in zip(functions, plans, strict=True)]
                return await asyncio.gather(*builds, return_exceptions=True)

        return dict(zip(_NAMES, asyncio.run(every()), strict=True))

    def built(self) -> dict[str, Artifact]:
        """Build all, every one of which builds."""
        return {name: each for name, each in self.build().items() if isinstance(each, Artifact)}

    def says(self, artifact: Artifact) -> str:
        with Program(artifact.path, self.root) as program:
            return str(json.loads(program.ready().call(b"{}")))


def test_functions_that_wait_are_built_together_and_each_is_as_if_alone(tmp_path: Path) -> None:
    site = Site(tmp_path)
    built = site.built()
    # The first alone, the others together.
    assert sorted(site.asked()) == ["build", "build", "list", "list"]
    assert {name: site.says(each) for name, each in built.items()} == {
        name: f"hello {name}" for name in _NAMES
    }
    for name, artifact in built.items():
        inputs = {str(path.relative_to(site.root)) for path in artifact.inputs}
        assert {"shared/shared.go", "go.mod", main_of(name)} <= inputs
        others = {main_of(other) for other in _NAMES if other != name}
        assert not inputs & others
        assert not any("polyfn" in each for each in inputs)
    assert sorted(path.name for path in (site.root / ".polyfn/build/a").iterdir()) == sorted(
        [built["a"].path.parent.name, "manifest.json"]
    )


def test_what_is_saved_afterwards_builds_those_that_it_is_of(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.built()
    site.asked()
    assert all(each.cached for each in site.built().values())
    write(site.root, {main_of("d"): _MAIN.format(name="other")})
    cached = {name: each.cached for name, each in site.built().items()}
    assert cached == {**dict.fromkeys(_NAMES, True), "d": False}
    write(site.root, {"shared/shared.go": 'package shared\n\nconst Word = "bye"\n'})
    site.asked()
    built = site.built()
    assert sorted(site.asked()) == ["build", "build", "list", "list"]
    assert [site.says(built[name]) for name in "bd"] == ["bye b", "bye other"]


def test_one_that_does_not_build_keeps_no_other_and_says_so_itself(tmp_path: Path) -> None:
    site = Site(tmp_path)
    write(site.root, {main_of("c"): _MAIN.format(name="c").replace("shared.Word", "shared.Wrod")})
    built = site.build()
    error = built.pop("c")
    assert isinstance(error, BuildFailed)
    assert "function 'c' does not build" in error.message
    assert "netlify/functions/c/main.go:8:" in error.message
    assert "undefined: shared.Wrod" in error.message
    assert {
        name: site.says(each) for name, each in built.items() if isinstance(each, Artifact)
    } == {name: f"hello {name}" for name in "abde"}
