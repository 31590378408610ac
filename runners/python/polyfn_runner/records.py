"""The handler on the function's root logger; imported once the function has imported `logging`."""

from __future__ import annotations

import logging
import time

from polyfn_runner.logs import STDERR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from polyfn_runner.channel import Channel

_LEVELS = ((50, "fatal"), (40, "error"), (30, "warn"), (20, "info"), (10, "debug"))


class RecordHandler(logging.Handler):
    """Sends each record as a LOG message with its level."""

    def __init__(self, channel: Channel) -> None:
        super().__init__()
        self._channel = channel
        self.addFilter(self._tag)

    def emit(self, record: logging.LogRecord) -> None:
        """Send one record; what goes wrong in formatting it is printed, as `logging` does."""
        try:
            self._channel.log(STDERR, level_name(record.levelno), self.format(record) + "\n")
        except Exception:  # noqa: BLE001 - a call that logs must not fail
            self.handleError(record)

    def _tag(self, record: logging.LogRecord) -> bool:
        record.aws_request_id = self._channel.request_id
        record.tenant_id = None
        return True


def install(channel: Channel, env: Mapping[str, str]) -> None:
    """Give the root logger its handler.

    As under AWS (aws-lambda-python-runtime-interface-client, `awslambdaric/bootstrap.py`,
    `_setup_logging`): the root logger stays at WARNING unless ``AWS_LAMBDA_LOG_LEVEL`` says
    otherwise, times are UTC, and records have ``aws_request_id`` and ``tenant_id`` for a formatter
    of the author's. Ours is the bare message: the log line has time, level and request id already.
    """
    logging.Formatter.converter = time.gmtime
    root = logging.getLogger()
    level = logging.getLevelName(env.get("AWS_LAMBDA_LOG_LEVEL", "").upper())
    if isinstance(level, int):
        root.setLevel(level)
    root.addHandler(RecordHandler(channel))


def level_name(number: int) -> str:
    """The LOG level of a `logging` level, the author's own ones included."""
    for least, name in _LEVELS:
        if number >= least:
            return name
    return "trace"
