"""Reads a TOML file, and says where it is wrong."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from polyfn.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

    from polyfn.model import JSON

_LINE = re.compile(r"line (\d+), column (\d+)")


def read_toml(path: Path) -> dict[str, JSON] | None:
    """Read a TOML file.

    Returns:
        Its content, or ``None`` when there is no such file.

    Raises:
        SettingsError: It cannot be read, or is not TOML; the message begins with file and line.
    """
    data = read_file(path)
    return None if data is None else parse_toml(data, str(path))


def read_file(path: Path) -> bytes | None:
    """Read a settings file, if it is there.

    Raises:
        SettingsError: It is there and cannot be read.
    """
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from error


def parse_toml(data: bytes, name: str) -> dict[str, JSON]:
    """Decode TOML.

    Args:
        data: UTF-8, with or without a byte order mark.
        name: What to call the file in messages.

    Raises:
        SettingsError: It is not TOML.
    """
    import tomllib  # noqa: PLC0415 - 2 ms, and many projects have no such file

    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SettingsError(f"{name}:{line}: this line is not UTF-8") from error
    except RecursionError as error:
        raise SettingsError(f"{name}: it nests too deeply") from error
    except ValueError as error:  # TOMLDecodeError, or an integer of thousands of digits
        place = _LINE.search(str(error))
        lines = data.count(b"\n") + 1
        where = f"{place[1]}:{place[2]}" if place else str(lines)
        reason = str(error).partition(" (at ")[0]
        raise SettingsError(f"{name}:{where}: not TOML: {reason}") from error
