"""What the doctor makes of numbers and of programs that are, or are not, there."""

from __future__ import annotations

from pathlib import Path

import pytest

from polyfn.app.doctor import Finding, Status, in_one_line
from polyfn.app.doctor.machine import (
    judge_descriptors,
    judge_disk,
    judge_port,
    judge_watches,
    nearest,
)
from polyfn.app.doctor.programs import judge
from polyfn.build.toolchains.programs import GO
from polyfn.errors import AddressInUse
from polyfn.gateway.presence import Presence
from polyfn.model import Tool

MB = 1 << 20


@pytest.mark.parametrize(
    ("free", "status", "message"),
    [
        (0, Status.ERROR, "only 0 MB free"),
        (50 * MB - 1, Status.ERROR, "only 49 MB free"),
        (50 * MB, Status.WARNING, "only 50 MB free"),
        (500 * MB, Status.OK, "500 MB free"),
        (3 * 1024 * MB, Status.OK, "3.0 GB free"),
    ],
)
def test_room_on_the_disk(free: int, status: Status, message: str) -> None:
    finding = judge_disk(free)
    assert finding.status is status
    assert finding.message.startswith(message)


def test_few_watches_come_with_the_command_that_raises_only_what_is_low() -> None:
    assert judge_watches(8192, 128).command is None
    low = judge_watches(8191, 128)
    assert low.status is Status.WARNING
    assert low.command == "sudo sysctl fs.inotify.max_user_watches=524288"
    both = judge_watches(10, 1).command
    assert both is not None
    assert "max_user_watches" in both
    assert "max_user_instances" in both


@pytest.mark.parametrize(
    ("limit", "instances", "status"),
    [
        (-1, 200, Status.OK),
        (1024, 200, Status.OK),
        (900, 200, Status.OK),
        (899, 200, Status.WARNING),
        (1024, 1000, Status.WARNING),
    ],
)
def test_descriptors_for_as_many_instances(limit: int, instances: int, status: Status) -> None:
    finding = judge_descriptors(limit, instances)
    assert finding.status is status
    assert (finding.command is None) is (status is Status.OK)


def test_port_of_this_projects_own_server_is_no_trouble() -> None:
    running = Presence(pid=7, started=1.0, host="::1", port=9999, token="")
    own = judge_port("::1", 9999, running, None)
    assert own.status is Status.OK
    assert own.message == "this project is served at http://[::1]:9999 (pid 7)"
    taken = judge_port("127.0.0.1", 9999, None, AddressInUse("taken by node (pid 4)"))
    assert (taken.status, taken.message) == (Status.WARNING, "taken by node (pid 4)")
    assert judge_port("127.0.0.1", 9999, None, None).status is Status.OK


def test_program_matters_to_those_who_need_it() -> None:
    tool = Tool(name="go", path=Path("/usr/bin/go"), version="1.26.8", origin="PATH")
    assert judge("go", tool, ()).message == "1.26.8  /usr/bin/go  (PATH)"
    missing = GO.missing()
    assert judge("go", missing, ("greet",)).status is Status.ERROR
    assert judge("go", missing, ()).status is Status.INFO
    assert judge("go", missing, ()).command == "pip install 'polyfn[go]'"
    refused = judge("go", GO.missing(["/a is version 1.2, and polyfn needs 1.20"]), ("greet",))
    assert refused.message == "Go cannot be used: /a is version 1.2, and polyfn needs 1.20"


def test_one_line_has_the_first_problem_and_the_number_of_the_others() -> None:
    def error(message: str, *functions: str, command: str | None = None) -> Finding:
        return Finding(
            check="x", title="X", status=Status.ERROR, message=message, functions=functions,
            command=command,
        )  # fmt: skip

    go = error("Go is not here", "a", "b", command="get go")
    assert in_one_line([go]) == (
        "Go is not here: 2 functions will answer 502; get it with: get go (polyfn doctor)"
    )
    node = error("Node.js is not here", "c")
    assert in_one_line([node, go]) == (
        "Node.js is not here: 1 function will answer 502; and 1 more problem: polyfn doctor"
    )


def test_nearest_place_that_is_there_stands_for_one_that_is_not(tmp_path: Path) -> None:
    assert nearest(tmp_path / "a/b/c") == tmp_path
    assert nearest(tmp_path) == tmp_path
