"""Finds and reads a project's settings files; what they mean is decided elsewhere."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from polyfn.errors import SettingsError, UsageError
from polyfn.settings import dotenv_files, netlify, polyfn_toml
from polyfn.settings.environment import Source, merge
from polyfn.settings.go_version import steered
from polyfn.settings.overrides import read_overrides
from polyfn.settings.project import DEFAULT_FUNCTIONS, find_root, is_directory
from polyfn.settings.toml_files import parse_toml, read_file, read_toml
from polyfn.settings.values import Background, Flags, Limits, Serve, Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from polyfn.settings.netlify import NetlifyToml
    from polyfn.settings.overrides import Overrides
    from polyfn.settings.polyfn_toml import PolyfnToml


_FILE_NAMES: Final = (netlify.ORIGIN, polyfn_toml.ORIGIN, "pyproject.toml")


@dataclass(frozen=True, slots=True)
class _Files:
    """A project's settings files, read; the root has ``[build] base`` applied."""

    root: Path
    site: NetlifyToml
    own: PolyfnToml
    looked_for: tuple[Path, ...]


def load(start: Path, *, environ: Mapping[str, str], flags: Flags | None = None) -> Settings:
    """Read all settings of a project.

    Flags go over ``POLYFN_*`` variables, those over polyfn.toml, and that over netlify.toml.
    Functions get variables from ``environ``, ``--env-file``, ``.env`` files and netlify.toml, in
    this order.

    Args:
        start: Where to look for the project: here, then in each parent.
        environ: polyfn's own environment.
        flags: What the command line says.

    Raises:
        SettingsError: A file is wrong; the message says where, and what is allowed.
        UsageError: A directory or file that the command line names does not exist.
    """
    flags = flags or Flags()
    start = Path(os.path.normpath((flags.cwd or start).absolute()))
    if not is_directory(start):
        raise UsageError(f"{start} is no directory: name the project's with --cwd")
    overrides = read_overrides(environ, flags)
    context = overrides.context or "dev"
    files = _read_files(start if flags.cwd else find_root(start), context)
    env_files = [
        *_extra_env_files(start, overrides, flags),
        *(files.root / each for each in _env_files(files, context)),
    ]
    variables, warnings = _variables(files, env_files)
    environments = merge(environ, variables, files.own.scopes)
    return Settings(
        root=files.root,
        functions_dir=_functions_dir(start, overrides, files),
        internal_dir=files.root / ".netlify" / "functions-internal",
        state_dir=files.root / ".polyfn",
        context=context,
        serve=_serve(overrides, files),
        limits=replace(Limits(), **{**files.own.limits, **overrides.limits}),
        background=_background(files.own),
        function_rules=(*files.site.rules, *files.own.rules),
        overrides=overrides.rules,
        environment=environments.functions,
        environment_origins=environments.origins,
        build_environment=steered(environments.builds, environ),
        site_command=files.site.command,
        warnings=(*overrides.warnings, *files.site.warnings, *warnings),
        files=(*files.looked_for, *env_files),
    )


def _read_files(project: Path, context: str) -> _Files:
    """Read the files of a project, and those of its base directory.

    A netlify.toml in the base directory takes the place of the one that named it, and the base it
    names is ignored (netlify/build, `packages/config/src/base.ts`).
    """
    site = netlify.parse(read_toml(project / netlify.ORIGIN) or {}, context)
    root = Path(os.path.normpath(project / (site.base or ".")))
    if not is_directory(root):
        raise SettingsError(f"{netlify.ORIGIN}: [build] base: there is no directory {root}")
    inner = read_toml(root / netlify.ORIGIN) if root != project else None
    own = _read_own(root) or _read_own(project)
    return _Files(
        root,
        site if inner is None else netlify.parse(inner, context),
        own or polyfn_toml.parse({}),
        tuple(
            dict.fromkeys(directory / name for directory in (project, root) for name in _FILE_NAMES)
        ),
    )


def _read_own(directory: Path) -> PolyfnToml | None:
    """Read polyfn.toml; where there is none, ``[tool.polyfn]`` of pyproject.toml."""
    document = read_toml(directory / polyfn_toml.ORIGIN)
    if document is not None:
        return polyfn_toml.parse(document)
    path = directory / "pyproject.toml"
    data = read_file(path)
    # A project's broken pyproject.toml is none of our business unless it speaks of us.
    if data is None or b"polyfn" not in data:
        return None
    tool = parse_toml(data, str(path)).get("tool")
    table = tool.get("polyfn") if isinstance(tool, dict) else None
    return polyfn_toml.parse(table, "pyproject.toml") if isinstance(table, dict) else None


def _functions_dir(start: Path, overrides: Overrides, files: _Files) -> Path:
    said = files.own.functions or files.site.functions or DEFAULT_FUNCTIONS
    path = start / overrides.functions if overrides.functions else files.root / said
    return Path(os.path.normpath(path))


def _serve(overrides: Overrides, files: _Files) -> Serve:
    netlify_port = {} if files.site.port is None else {"port": files.site.port}
    return replace(Serve(), **{**netlify_port, **files.own.serve, **overrides.serve})


def _background(own: PolyfnToml) -> Background:
    return (
        Background() if own.retry_after_s is None else Background(retry_after_s=own.retry_after_s)
    )


def _extra_env_files(start: Path, overrides: Overrides, flags: Flags) -> list[Path]:
    """The files named by variable and flag, the winner first."""
    named = [Path(each) for each in (overrides.env_file or "").split(os.pathsep) if each]
    paths = [start / each for each in [*named, *flags.env_files]]
    for path in paths:
        if not path.is_file():
            raise UsageError(f"{path}: there is no such file of variables")
    return paths[::-1]


def _env_files(files: _Files, context: str) -> Iterable[str]:
    """The usual files of variables, the winner first."""
    return files.site.env_files or dotenv_files.file_names(context)


def _variables(files: _Files, paths: list[Path]) -> tuple[list[Source], list[str]]:
    """Read the variables of all files, the file that wins first."""
    sources: list[Source] = []
    warnings: list[str] = []
    for path in paths:
        name = os.path.relpath(path, files.root)
        found, remarks = _read_env_file(path, name)
        sources.append(Source(name, found))
        warnings += remarks
    return [*sources, *files.site.environment], warnings


def _read_env_file(path: Path, name: str) -> tuple[dict[str, str], list[str]]:
    try:
        return dotenv_files.read(path, name)
    except OSError as error:
        return {}, [f"{name} cannot be read: {error.strerror}"]
