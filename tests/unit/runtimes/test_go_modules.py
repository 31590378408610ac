"""Go: which module a function is in, with which flags it is built, what the result depends on."""

from __future__ import annotations

from pathlib import Path

import pytest

from polyfn.runtimes.go.flags import Flags, build_env, joined_flags, salt
from polyfn.runtimes.go.inputs import LISTING, deciding_files, read_inputs
from polyfn.runtimes.go.modules import Module, module_of


@pytest.mark.parametrize(
    ("go_mod", "path"),
    [
        ("module example.com/a\n", "example.com/a"),
        ("// module not/this\n\tmodule  example.com/a/v2 // this\n", "example.com/a/v2"),
        ('module "example.com/quoted"\n', "example.com/quoted"),
        ("module `example.com/raw`\n", "example.com/raw"),
        ("module (\n\texample.com/block\n)\n", "example.com/block"),
        ("module main\n", "main"),
        ("go 1.22\n", "module.without.a.name"),
    ],
)
def test_module_path_is_read_as_go_reads_it(tmp_path: Path, go_mod: str, path: str) -> None:
    (tmp_path / "go.mod").write_text(go_mod)
    package = tmp_path / "a" / "b"
    package.mkdir(parents=True)
    assert module_of(package, {"TMPDIR": "/"}) == Module(path=path, root=tmp_path)


def test_nearest_go_mod_wins_and_the_one_for_temporary_files_does_not_count(
    tmp_path: Path,
) -> None:
    package = tmp_path / "near" / "hello"
    package.mkdir(parents=True)
    (tmp_path / "go.mod").write_text("module far\n")
    assert module_of(package, {"TMPDIR": str(tmp_path)}).is_virtual
    (tmp_path / "near" / "go.mod").write_text("module near\n")
    assert module_of(package, {}).path == "near"


def test_files_that_decide_about_modules_count_before_they_are_there(tmp_path: Path) -> None:
    module = Module(path="m", root=tmp_path / "site" / "module")
    base = [module.root / "go.mod", module.root / "go.sum", module.root / "vendor/modules.txt"]
    project = tmp_path / "site"
    works = [module.root / "go.work", module.root / "go.work.sum"]
    works += [project / "go.work", project / "go.work.sum"]
    assert list(deciding_files(module, project, {})) == base + works
    assert list(deciding_files(module, project, {"GOWORK": "off"})) == base
    chosen = project / "my.work"
    assert list(deciding_files(module, project, {"GOWORK": str(chosen)})) == [
        *base, chosen, project / "go.work.sum",
    ]  # fmt: skip
    (tmp_path / "go.work").touch()
    assert deciding_files(module, project, {})[-3:] == (
        tmp_path / "go.work", tmp_path / "go.work.sum", tmp_path / "vendor/modules.txt",
    )  # fmt: skip
    virtual = Module(path="function", root=tmp_path, is_virtual=True)
    assert deciding_files(virtual, project, {}) == (tmp_path / "go.mod",)


# Flags and environment


@pytest.mark.parametrize(
    ("goflags", "flags"),
    [
        ("", Flags(tags="lambda.norpc", linker="-s -w")),
        ("-mod=mod -v", Flags(tags="lambda.norpc", linker="-s -w")),
        ("-tags=a,b --tags=c", Flags(tags="lambda.norpc,c", linker="-s -w")),
        ("'-tags=a b'", Flags(tags="lambda.norpc,a,b", linker="-s -w")),
        ("'-ldflags=-X main.v=1'", Flags(tags="lambda.norpc", linker="-s -w -X main.v=1")),
        ("'-tags=a", Flags(tags="lambda.norpc", linker="-s -w")),
    ],
)
def test_tags_and_linker_flags_are_joined(goflags: str, flags: Flags) -> None:
    assert joined_flags({"GOFLAGS": goflags}) == flags


def test_flags_set_with_go_env_are_joined_too(tmp_path: Path) -> None:
    file = tmp_path / "go" / "env"
    file.parent.mkdir()
    file.write_text("GOPROXY=direct\nGOFLAGS=-tags=stored\n")
    stored = Flags(tags="lambda.norpc,stored", linker="-s -w")
    assert joined_flags({"XDG_CONFIG_HOME": str(tmp_path)}) == stored
    assert joined_flags({"GOENV": str(file)}) == stored
    assert joined_flags({"GOENV": "off"}).tags == "lambda.norpc"
    assert joined_flags({"GOENV": str(file), "GOFLAGS": "-tags=over"}).tags == "lambda.norpc,over"
    file.write_bytes(b"GOFLAGS=\xff")
    assert joined_flags({"GOENV": str(file)}).tags == "lambda.norpc"


def test_build_is_for_this_machine_and_without_cgo_unless_it_is_set() -> None:
    given = {"GOOS": "js", "GOARCH": "wasm", "GO111MODULE": "off", "CGO_ENABLED": "1", "A": "b"}
    env = build_env(given, Path("/p"), is_virtual=False)
    assert env == {"CGO_ENABLED": "1", "A": "b", "PWD": "/p"}
    assert build_env({}, Path("/p"), is_virtual=True) == {
        "CGO_ENABLED": "0", "PWD": "/p", "GOWORK": "off",
    }  # fmt: skip


def test_what_go_env_has_stored_counts(tmp_path: Path) -> None:
    file = tmp_path / "env"
    file.write_text("CGO_ENABLED=1\nGOWORK=off\n")
    env = {"GOENV": str(file)}
    assert build_env(env, Path("/p"), is_virtual=False)["CGO_ENABLED"] == "1"
    assert "CGO_ENABLED=1" in salt(env)
    assert salt(env) != salt({"GOENV": "off"})
    module = Module(path="m", root=tmp_path)
    assert not any("go.work" in each.name for each in deciding_files(module, tmp_path, env))


# Inputs


def test_inputs_leave_out_the_module_cache_and_what_only_the_compiler_sees(tmp_path: Path) -> None:
    site = tmp_path / "site"
    package = site / "hello"
    package.mkdir(parents=True)
    lines = [
        f"P\t{site}/internal/polyfnbridge\t\t{site}/go.mod",
        "F\tbridge.go",
        f"P\t{package}\t\t{site}/go.mod",
        "F\tmain.go",
        "F\tzz_polyfn_bridge.go",
        "F\tdata/deep/x.txt",
        "P\t/cache/lib@v1.2.3/pkg\tv1.2.3\t/cache/download/lib/@v/v1.2.3.mod",
        "F\tlib.go",
        f"P\t{site}/vendor/lib\tv1.0.0\t",
        "F\tv.go",
        f"P\t{tmp_path}/no-module\t\t{tmp_path}/work/go.mod",
        "",
    ]
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / LISTING).write_text("\n".join(lines))
    virtual = frozenset(
        {f"{site}/internal/polyfnbridge/bridge.go", f"{package}/zz_polyfn_bridge.go"}
    )
    found = read_inputs(tmp_path / "work", virtual=virtual, deciders=[site / "go.sum"])
    assert [path.relative_to(tmp_path).as_posix() for path in found] == [
        "site/go.mod", "site/hello", "site/hello/main.go", "site/hello/data/deep/x.txt",
        "site/hello/data/deep", "site/hello/data", "site/vendor/lib", "site/vendor/lib/v.go",
        "no-module", "site/go.sum",
    ]  # fmt: skip
