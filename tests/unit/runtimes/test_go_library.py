"""Whether a module may be built against an aws-lambda-go that speaks net/rpc only."""

from __future__ import annotations

from pathlib import Path

import pytest

from polyfn.runtimes.go.library import may_need_rpc
from polyfn.runtimes.go.modules import module_of

_LIBRARY = "github.com/aws/aws-lambda-go"


def needs_rpc(root: Path, files: dict[str, str], package: str = ".", **env: str) -> bool:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    module = module_of((root / package).resolve(), env)
    return may_need_rpc(module, root, env)


def go_mod(rest: str, language: str = "1.21") -> dict[str, str]:
    return {"go.mod": f"module example.com/site\n\ngo {language}\n\n{rest}\n"}


@pytest.mark.parametrize(
    "rest",
    [
        f"require {_LIBRARY} v1.13.3",
        f"require (\n\texample.com/a v1.30.0\n\t{_LIBRARY} v1.17.0 // indirect\n)",
        f'require "{_LIBRARY}" v1.13.3',
        f"require {_LIBRARY} v1.30.0\nreplace {_LIBRARY} => {_LIBRARY} v1.13.3",
        f"require {_LIBRARY} v1.30.0\nreplace {_LIBRARY} v1.30.0 => {_LIBRARY} v1.13.3",
    ],
)
def test_go_mod_that_names_an_old_version(tmp_path: Path, rest: str) -> None:
    assert needs_rpc(tmp_path, go_mod(rest))


@pytest.mark.parametrize(
    "rest",
    [
        "",
        f"require {_LIBRARY} v1.18.0",
        f"require {_LIBRARY} v1.54.0",
        f"require {_LIBRARY}-api-proxy v1.13.3",
        f"require {_LIBRARY} v1.54.0\nrequire example.com/a v1.13.3",
        "require example.com/a v1.13.3",
    ],
)
def test_go_mod_that_names_none(tmp_path: Path, rest: str) -> None:
    assert not needs_rpc(tmp_path, go_mod(rest))


def test_old_go_mod_need_not_name_what_its_requirements_bring(tmp_path: Path) -> None:
    assert needs_rpc(tmp_path, go_mod("require github.com/apex/gateway v1.1.1", "1.16"))
    assert needs_rpc(tmp_path, {"go.mod": "module a\nrequire (\n\tb.example/b v1.0.0\n)\n"})
    assert not needs_rpc(tmp_path, go_mod(f"require {_LIBRARY} v1.20.0", "1.12"))
    assert not needs_rpc(tmp_path, {"go.mod": "module a\n\ngo 1.11\n"})


def test_vendored_version_counts(tmp_path: Path) -> None:
    files = go_mod("require github.com/apex/gateway v1.1.1", "1.16")
    new = {"vendor/modules.txt": f"# {_LIBRARY} v1.28.0\n{_LIBRARY}/lambda\n"}
    assert not needs_rpc(tmp_path, {**files, **new})
    old = {"vendor/modules.txt": f"# {_LIBRARY} v1.13.3\n## explicit\n{_LIBRARY}/lambda\n"}
    assert needs_rpc(tmp_path, {**files, **old})


@pytest.mark.parametrize(
    "use", ["use ./lib\nuse ./hello", "use (\n\t./hello // the function\n\t./lib\n)", 'use "./lib"']
)
def test_every_module_of_the_workspace_counts(tmp_path: Path, use: str) -> None:
    files = {
        "go.work": f"go 1.21\n\n{use}\n",
        "hello/go.mod": f"module hello\n\ngo 1.21\n\nrequire {_LIBRARY} v1.54.0\n",
        "lib/go.mod": f"module lib\n\ngo 1.21\n\nrequire {_LIBRARY} v1.13.3\n",
    }
    assert needs_rpc(tmp_path, files, "hello")
    assert not needs_rpc(tmp_path, files, "hello", GOWORK="off")


def test_function_without_a_go_mod_gets_polyfns_own_version(tmp_path: Path) -> None:
    assert not needs_rpc(tmp_path, {"hello/main.go": "package main\n"}, "hello")
