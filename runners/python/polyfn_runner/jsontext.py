"""JSON by the C code behind the `json` module, which itself takes 9 ms to import.

Values become text as AWS's runtime writes them (aws-lambda-python-runtime-interface-client,
`awslambdaric/lambda_runtime_marshaller.py`): not escaped to ASCII, a `Decimal` as a number, bytes
as UTF-8 text. Unlike there, NaN and infinity are refused: they are not JSON.
"""

from __future__ import annotations

import os
import sys
from _json import encode_basestring, make_encoder, make_scanner

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_WHITESPACE = " \t\n\r"
_CONSTANTS = {"-Infinity": float("-inf"), "Infinity": float("inf"), "NaN": float("nan")}
# Stands for a Decimal while the text is made; no author's text holds it.
_NUMBER = f"\x00{os.urandom(12).hex()}"
_NUMBER_TEXT = encode_basestring(_NUMBER)


class _Reading:
    """What `json.JSONDecoder()` tells the scanner."""

    strict = True
    object_hook = None
    object_pairs_hook = None
    array_hook = None  # asked for from 3.15 on
    parse_float = float
    parse_int = int
    parse_constant = _CONSTANTS.__getitem__


_scan = make_scanner(_Reading)  # type: ignore[arg-type]


def loads(data: bytes | memoryview) -> Any:
    """Decode JSON text in UTF-8.

    Raises:
        ValueError: It is not JSON.
    """
    text = str(data, "utf-8").strip(_WHITESPACE)
    try:
        value, end = _scan(text, 0)
        if end == len(text):
            return value
    except (StopIteration, SystemError):  # the latter when it misses `json` to complain with
        pass
    import json  # noqa: PLC0415 - it says what is wrong

    return json.loads(text)


def dumps(value: Any) -> str:
    """Encode a value.

    Raises:
        TypeError, ValueError, RecursionError: It cannot be put into JSON.
    """
    numbers: list[str] = []

    def default(each: Any) -> Any:
        if isinstance(each, (bytes, bytearray)):
            return each.decode()
        decimal = sys.modules.get("decimal")
        if decimal is not None and isinstance(each, decimal.Decimal) and each.is_finite():
            numbers.append(str(each))
            return _NUMBER
        raise TypeError(f"Object of type {type(each).__name__} is not JSON serializable")

    encode = make_encoder({}, default, encode_basestring, None, ": ", ", ", False, False, False)
    text = "".join(encode(value, 0))
    if not numbers:
        return text
    parts = text.split(_NUMBER_TEXT)
    return parts[0] + "".join(map("".join, zip(numbers, parts[1:])))
