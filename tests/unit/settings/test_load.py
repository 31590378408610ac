"""A project's settings, from its files on disk, the environment and flags."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from polyfn.errors import SettingsError, UsageError
from polyfn.settings import Flags, Limits, Serve, find_root, load

if TYPE_CHECKING:
    from pathlib import Path

    from polyfn.settings import Settings


def write(root: Path, **files: str) -> Path:
    """Write files; ``__`` in a name is a slash, ``_toml`` at its end an extension."""
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_toml", ".toml").replace("env", ".env")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def loaded(root: Path, flags: Flags | None = None, **environ: str) -> Settings:
    return load(root, environ=environ, flags=flags)


def test_project_without_files_has_the_defaults(tmp_path: Path) -> None:
    settings = loaded(tmp_path)
    assert settings.root == tmp_path
    assert settings.functions_dir == tmp_path / "netlify" / "functions"
    assert settings.internal_dir == tmp_path / ".netlify" / "functions-internal"
    assert settings.state_dir == tmp_path / ".polyfn"
    assert (settings.context, settings.serve, settings.limits) == ("dev", Serve(), Limits())
    assert settings.background.retry_after_s == (60.0, 120.0)
    assert (settings.function_rules, settings.overrides, settings.warnings) == ((), (), ())
    assert (dict(settings.environment), dict(settings.build_environment)) == ({}, {})


@pytest.mark.parametrize("mark", ["netlify.toml", "polyfn.toml", "netlify/functions/a.js"])
def test_root_is_the_nearest_parent_that_looks_like_a_project(tmp_path: Path, mark: str) -> None:
    (tmp_path / "netlify.toml").touch()
    inner = tmp_path / "sites" / "one"
    (inner / mark).parent.mkdir(parents=True)
    (inner / mark).touch()
    deep = inner / "src" / "deep"
    deep.mkdir(parents=True)
    assert find_root(deep) == inner
    assert loaded(deep).root == inner
    assert find_root(inner.parent) == tmp_path


def test_root_is_the_start_when_nothing_looks_like_a_project(tmp_path: Path) -> None:
    assert find_root(tmp_path) == tmp_path
    assert find_root(tmp_path / ("x" * 300)) == tmp_path / ("x" * 300)


def test_directory_that_is_named_is_not_searched_for(tmp_path: Path) -> None:
    write(tmp_path, netlify_toml="")
    inner = tmp_path / "inner"
    inner.mkdir()
    assert loaded(tmp_path, Flags(cwd=inner)).root == inner


def test_directory_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    for missing in (tmp_path / "none", tmp_path / ("x" * 300)):
        with pytest.raises(UsageError, match="is no directory"):
            loaded(tmp_path, Flags(cwd=missing))


def test_relative_directories_become_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pathlib import Path as AnyPath

    (tmp_path / "a").mkdir()
    monkeypatch.chdir(tmp_path)
    settings = loaded(AnyPath(), Flags(cwd=AnyPath("a/../a"), functions=AnyPath("../fns")))
    assert (settings.root, settings.functions_dir) == (tmp_path / "a", tmp_path / "fns")


def test_functions_directory_comes_from_the_first_that_names_one(tmp_path: Path) -> None:
    def directory(flags: Flags | None = None, **environ: str) -> str:
        return str(loaded(tmp_path, flags, **environ).functions_dir.relative_to(tmp_path))

    assert directory() == "netlify/functions"
    write(tmp_path, netlify_toml='[build]\nfunctions = "one"')
    assert directory() == "one"
    write(tmp_path, netlify_toml='[build]\nfunctions = "one"\n[functions]\ndirectory = "/two/"')
    assert directory() == "two"
    write(tmp_path, polyfn_toml='[functions]\ndirectory = "three"')
    assert directory() == "three"
    assert directory(POLYFN_FUNCTIONS="four") == "four"
    assert directory(Flags(functions=tmp_path / "five"), POLYFN_FUNCTIONS="four") == "five"


def test_base_shifts_the_root(tmp_path: Path) -> None:
    write(
        tmp_path,
        netlify_toml='[build]\nbase = "/site/"\nfunctions = "fns"',
        polyfn_toml="[serve]\nport = 1",
        site__env="A=site",
        env="A=root",
    )
    settings = loaded(tmp_path)
    assert settings.root == tmp_path / "site"
    assert settings.functions_dir == tmp_path / "site" / "fns"
    assert settings.environment["A"] == "site"
    assert settings.serve.port == 1


def test_files_in_the_base_directory_take_the_place_of_the_outer_ones(tmp_path: Path) -> None:
    write(
        tmp_path,
        netlify_toml='[build]\nbase = "site"\nfunctions = "outer"',
        polyfn_toml="[serve]\nport = 1",
        site__netlify_toml='[build]\nbase = "ignored"\nfunctions = "inner"',
        site__polyfn_toml="[serve]\nport = 2",
    )
    settings = loaded(tmp_path)
    assert settings.functions_dir == tmp_path / "site" / "inner"
    assert settings.serve.port == 2


@pytest.mark.parametrize("base", ["none", "x" * 300])
def test_base_that_is_not_there_is_an_error(tmp_path: Path, base: str) -> None:
    write(tmp_path, netlify_toml=f'[build]\nbase = "{base}"')
    with pytest.raises(SettingsError, match=r"netlify.toml: \[build\] base: there is no directory"):
        loaded(tmp_path)


def test_flag_goes_over_variable_over_polyfn_toml_over_netlify_toml(tmp_path: Path) -> None:
    write(tmp_path, netlify_toml="[dev]\nfunctionsPort = 1")
    assert loaded(tmp_path).serve == Serve(port=1)
    write(tmp_path, polyfn_toml='[serve]\nport = 2\nhost = "h2"\n[limits]\ninstances = 2')
    assert loaded(tmp_path).serve == Serve(port=2, host="h2")
    settings = loaded(tmp_path, POLYFN_PORT="3", POLYFN_INSTANCES="3", POLYFN_HOST="")
    assert settings.serve == Serve(port=3, host="h2")
    assert settings.limits.instances == 3
    settings = loaded(tmp_path, Flags(port=0, compat="netlify-dev"), POLYFN_PORT="3")
    assert settings.serve == Serve(port=0, host="h2", compat="netlify-dev")
    assert loaded(tmp_path, POLYFN_SPARES="3").serve.spares == 3
    assert loaded(tmp_path, Flags(spares=0), POLYFN_SPARES="3").serve.spares == 0


def test_time_limit_of_flag_or_variable_goes_over_that_of_functions(tmp_path: Path) -> None:
    settings = loaded(tmp_path, Flags(timeout_s=5.0), POLYFN_TIMEOUT="1m", POLYFN_MEMORY="2GB")
    assert [(rule.pattern, rule.origin, rule.values) for rule in settings.overrides] == [
        ("*", "POLYFN_TIMEOUT", {"timeout_s": 60.0}),
        ("*", "POLYFN_MEMORY", {"memory_mb": 2048}),
        ("*", "--timeout", {"timeout_s": 5.0}),
    ]
    assert (settings.limits.timeout_s, settings.limits.memory_mb) == (5.0, 2048)


def test_variable_with_a_bad_value_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="the environment: POLYFN_PORT must be a whole number"):
        loaded(tmp_path, POLYFN_PORT="http")


def test_misspelt_variable_is_warned_about(tmp_path: Path) -> None:
    settings = loaded(tmp_path, POLYFN_PROT="1", POLYFN_SOMETHING_ELSE="2")
    assert settings.warnings == ("POLYFN_PROT is ignored: did you mean POLYFN_PORT?",)


def test_rules_of_netlify_toml_come_before_those_of_polyfn_toml(tmp_path: Path) -> None:
    write(
        tmp_path,
        netlify_toml="[functions.a]\ntimeout = 1\n[functions]\ntimeout = 2",
        polyfn_toml="[functions.a]\ntimeout = 3\n[functions]\ntimeout = 4",
    )
    rules = loaded(tmp_path).function_rules
    assert [(rule.origin, rule.values["timeout_s"]) for rule in rules] == [
        ("netlify.toml", 2.0),
        ("netlify.toml", 1.0),
        ("polyfn.toml", 4.0),
        ("polyfn.toml", 3.0),
    ]


def test_pyproject_is_read_when_there_is_no_polyfn_toml(tmp_path: Path) -> None:
    write(tmp_path, pyproject_toml="[tool.polyfn.serve]\nport = 7")
    assert loaded(tmp_path).serve.port == 7
    write(tmp_path, polyfn_toml="[serve]\nport = 8")
    assert loaded(tmp_path).serve.port == 8


@pytest.mark.parametrize(
    "text", ["[broken", "[tool.other]\na = 1", "name = 'polyfn'", "tool = 3 # polyfn"]
)
def test_pyproject_that_does_not_speak_of_polyfn_is_left_alone(tmp_path: Path, text: str) -> None:
    write(tmp_path, pyproject_toml=text)
    assert loaded(tmp_path).serve == Serve()


def test_retries_are_read(tmp_path: Path) -> None:
    write(tmp_path, polyfn_toml='[background]\nretry_after = ["5s"]')
    assert loaded(tmp_path).background.retry_after_s == (5.0,)


def test_broken_file_is_named_with_its_line(tmp_path: Path) -> None:
    write(tmp_path, netlify_toml="[build]\nbase = \n")
    with pytest.raises(SettingsError, match=r"/netlify\.toml:2:8: not TOML"):
        loaded(tmp_path)


def test_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "polyfn.toml").mkdir()
    with pytest.raises(SettingsError, match=r"polyfn\.toml cannot be read: Is a directory"):
        loaded(tmp_path)


def test_variables_come_from_the_place_that_wins(tmp_path: Path) -> None:
    """Each variable is said in its own place and all those that lose against it."""
    write(
        tmp_path,
        netlify_toml="""
            [build.environment]
            A1 = "build"
            A2 = "build"
            [context.dev.environment]
            A2 = "context"
            A3 = "context"
        """,
        env="A3=.env\nA4=.env",
        env_development="A4=.env.development\nA5=.env.development",
        env_dev="A5=.env.dev\nA6=.env.dev",
        env_local="A6=.env.local\nA7=.env.local",
        env_development_local="A7=.env.development.local\nA8=.env.development.local",
        env_dev_local="A8=.env.dev.local\nA9=.env.dev.local",
    )
    for name in [".env_development", ".env_dev", ".env_local", ".env_development_local"]:
        (tmp_path / name).rename(tmp_path / name.replace("_", "."))
    (tmp_path / ".env_dev_local").rename(tmp_path / ".env.dev.local")
    (tmp_path / "more").write_text("A9=more\nB1=more")
    (tmp_path / "last").write_text("B1=last\nB2=last")
    flags = Flags(env_files=(tmp_path / "last",))
    environ = {"POLYFN_ENV_FILE": f"more{os.pathsep}", "B2": "process", "HOME": "/h"}
    settings = load(tmp_path, environ=environ, flags=flags)
    assert settings.environment == {
        "A1": "build",
        "A2": "context",
        "A3": ".env",
        "A4": ".env.development",
        "A5": ".env.dev",
        "A6": ".env.local",
        "A7": ".env.development.local",
        "A8": ".env.dev.local",
        "A9": "more",
        "B1": "last",
        "B2": "process",
        "HOME": "/h",
    }
    assert settings.environment_origins == {
        "A1": ("netlify.toml [build.environment]",),
        "A2": ("netlify.toml [context.dev.environment]", "netlify.toml [build.environment]"),
        "A3": (".env", "netlify.toml [context.dev.environment]"),
        "A4": (".env.development", ".env"),
        "A5": (".env.dev", ".env.development"),
        "A6": (".env.local", ".env.dev"),
        "A7": (".env.development.local", ".env.local"),
        "A8": (".env.dev.local", ".env.development.local"),
        "A9": ("more", ".env.dev.local"),
        "B1": ("last", "more"),
        "B2": ("the process environment", "last"),
        "HOME": ("the process environment",),
    }
    assert "B2" not in settings.build_environment
    assert settings.build_environment["A1"] == "build"


def test_another_context_has_its_own_files_and_tables(tmp_path: Path) -> None:
    write(
        tmp_path,
        netlify_toml='[context.staging.environment]\nA = "staging"',
        env="B=plain",
    )
    (tmp_path / ".env.staging").write_text("B=staging")
    (tmp_path / ".env.development").write_text("B=development")
    for settings in (
        loaded(tmp_path, Flags(context="staging")),
        loaded(tmp_path, POLYFN_CONTEXT="staging"),
    ):
        assert settings.context == "staging"
        assert settings.environment == {"A": "staging", "B": "staging"}


def test_netlify_toml_may_name_other_variable_files(tmp_path: Path) -> None:
    write(
        tmp_path,
        netlify_toml='[dev]\nenvFiles = ["one", "two"]',
        one="A=1",
        two="A=2\nB=2",
        env="C=3",
    )
    assert loaded(tmp_path).environment == {"A": "1", "B": "2"}


def test_variable_file_that_was_asked_for_and_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no such file of variables"):
        loaded(tmp_path, Flags(env_files=(tmp_path / "none",)))
    with pytest.raises(UsageError, match="there is no such file of variables"):
        loaded(tmp_path, POLYFN_ENV_FILE="none")


def test_line_that_is_no_variable_is_warned_about(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=1\n\n\nwhat\n'B C'=2\n# D=3\nE\n")
    settings = loaded(tmp_path)
    assert settings.environment == {"A": "1"}
    assert settings.warnings == (
        ".env:4: ignored, it is no NAME=value",
        ".env:5: ignored, no variable can be that",
        ".env:7: ignored, it is no NAME=value",
    )


def test_variable_file_that_cannot_be_read_is_warned_about(tmp_path: Path) -> None:
    write(tmp_path, netlify_toml=f'[dev]\nenvFiles = ["{"x" * 300}"]')
    (warning,) = loaded(tmp_path).warnings
    assert warning.endswith("x cannot be read: File name too long")


def test_scopes_decide_who_sees_a_variable(tmp_path: Path) -> None:
    write(
        tmp_path,
        polyfn_toml="""
            [environment.BUILD_ONLY]
            scopes = ["builds"]
            [environment.RUN_ONLY]
            scopes = ["functions"]
            [environment.FROM_PROCESS]
            scopes = ["builds"]
        """,
        env="BUILD_ONLY=1\nRUN_ONLY=2\nBOTH=3",
    )
    settings = loaded(tmp_path, FROM_PROCESS="4")
    assert settings.environment == {"RUN_ONLY": "2", "BOTH": "3"}
    assert settings.environment_origins.keys() == settings.environment.keys()
    assert settings.build_environment == {"BUILD_ONLY": "1", "BOTH": "3"}
