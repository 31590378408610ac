"""When a process was started, as psutil has it."""

from __future__ import annotations

import os
import subprocess

import psutil
import pytest

from polyfn.gateway.birth import started_at


def test_start_of_a_process_is_the_same_whoever_asks() -> None:
    assert started_at(os.getpid()) == psutil.Process().create_time()
    assert started_at(os.getppid()) == psutil.Process(os.getppid()).create_time()


def test_process_that_is_gone_has_none() -> None:
    child = subprocess.Popen(["true"])
    child.wait()
    with pytest.raises(ProcessLookupError):
        started_at(child.pid)
