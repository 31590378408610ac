"""The process: its start, its end, its children, and a supervisor that makes no sense."""

from __future__ import annotations

import os
import select
import signal
import subprocess

import pytest

from conftest import Start, Write
from polyfn.wire import messages as m
from runner_process import INTERPRETER, RUNNER, failure, load_spec, value


def test_hello_says_what_is_running(start: Start) -> None:
    runner = start()
    runner.expect(m.Hello)
    version = subprocess.run(
        [INTERPRETER, "-c", "import platform; print(platform.python_version())"],
        capture_output=True,
        text=True,
        check=True,
    )
    told = dict(runner.connection.hello)
    assert told.pop("runner_version")
    assert told == {
        "protocol": 1,
        "runtime": "python",
        "runtime_version": version.stdout.strip(),
    }


def test_runner_started_by_hand_says_so_and_exits() -> None:
    done = subprocess.run(
        [INTERPRETER, "-I", "-S", str(RUNNER)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 70
    assert "POLYFN_FRAME_FDS is not set" in done.stderr


def test_spare_that_waits_has_imported_what_most_functions_need(start: Start, write: Write) -> None:
    main = write(
        """
        import sys
        WARM = "logging" in sys.modules
        import logging
        def handler(event, context):
            logging.warning("here")
            return [WARM, len(logging.getLogger().handlers)]
        """
    )
    for patience_s in (0.1, 0.5, 2.5, 10):
        runner = start()
        runner.expect(m.Hello)
        select.select([runner.frames_in], [], [], patience_s)  # it says nothing by itself
        runner.send(runner.connection.load(load_spec(main)))
        runner.expect(m.Ready)
        told = value(runner.call())
        assert told[1] == 1
        assert runner.logs() == [(1, "warn", "here")]
        if told[0]:
            return
    pytest.fail("it never imported anything while it waited")


def test_drain_ends_the_process_in_order(serve: Start) -> None:
    runner = serve(
        """
        import atexit, threading, time
        atexit.register(print, "at exit", end="")
        threading.Thread(target=time.sleep, args=(3600,)).start()
        def handler(event, context): return 1
        """
    )
    runner.call()
    runner.send(runner.connection.drain())
    runner.read_to_end()
    assert runner.exit_status() == 0
    assert runner.logs() == [(0, "", "at exit")]


def test_drain_lets_finish_what_runs(serve: Start) -> None:
    runner = serve("import time\ndef handler(e, c):\n    time.sleep(0.05)\n    return 'done'")
    runner.begin()
    runner.send(runner.connection.drain())
    assert value(runner.expect(m.Value)) == "done"
    runner.read_to_end()
    assert runner.exit_status() == 0


def test_drain_before_load_ends_a_spare(start: Start) -> None:
    runner = start()
    runner.expect(m.Hello)
    runner.send(runner.connection.drain())
    assert runner.exit_status() == 0


@pytest.mark.parametrize(
    "busy", ["while True: pass", "time.sleep(3600)", "threading.Event().wait()"]
)
def test_end_of_input_ends_the_process_whatever_the_handler_does(serve: Start, busy: str) -> None:
    runner = serve(
        f"import threading, time\ndef handler(e, c):\n    print('busy')\n    {busy}",
        name="hello.py",
    )
    runner.begin()
    runner.expect(m.Log)
    runner.close_input()
    assert runner.exit_status() == 0


def test_end_of_input_ends_an_idle_runner_a_loading_one_and_a_spare(
    start: Start, serve: Start, write: Write
) -> None:
    idle = serve("def handler(e, c): return 1")
    idle.close_input()
    assert idle.exit_status() == 0
    loading = start()
    loading.expect(m.Hello)
    loading.send(loading.connection.load(load_spec(write("print('here')\nwhile True: pass"))))
    loading.expect(m.Log)
    loading.close_input()
    assert loading.exit_status() == 0
    spare = start()
    spare.expect(m.Hello)
    spare.close_input()
    assert spare.exit_status() == 0


def test_supervisor_that_is_gone_ends_a_handler_that_writes(serve: Start) -> None:
    runner = serve("def handler(e, c):\n    while True: print('x' * 1000)")
    runner.begin()
    runner.expect(m.Log)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, runner.frames_in)
    os.close(null)
    assert runner.exit_status() == 1


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\0\0\0\0", "a frame of 0 bytes"),
        (b"\xff\xff\xff\xff", "a frame of 4294967295 bytes"),
        (b"\x01\0\0\0\xc1", "not a MessagePack message"),
        (bytes.fromhex("0300000092cc99"), "not a MessagePack message"),
        (bytes.fromhex("0400000092cc9900"), "unknown message type 153"),
        (bytes.fromhex("050000009301 00c400".replace(" ", "")), "LOAD came twice"),
        (bytes.fromhex("03000000920300"), "CANCEL has a wrong id"),
    ],
)
def test_words_that_make_no_sense_end_the_process_with_the_reason(
    serve: Start, data: bytes, reason: str
) -> None:
    runner = serve("def handler(e, c): return 1")
    runner.send(data)
    assert runner.exit_status() == 70
    assert reason in runner.log_pipe()


def test_words_that_make_no_sense_during_a_stream_end_it(serve: Start) -> None:
    runner = serve(
        """
        import time
        def handler(event, context):
            while True:
                yield "x"
                time.sleep(0.001)
        """
    )
    runner.begin()
    runner.expect(m.Chunk)
    runner.send(b"\0\0\0\0")
    assert runner.exit_status() == 70


@pytest.mark.parametrize("spec", [b"", b"[]", b"{", b'{"protocol":1}'])
def test_load_that_lacks_what_it_must_have_ends_the_process(start: Start, spec: bytes) -> None:
    runner = start()
    runner.expect(m.Hello)
    payload = m.encode(m.Load(0, spec))
    runner.send(len(payload).to_bytes(4, "little") + payload)
    assert runner.exit_status() == 70
    assert "LOAD" in runner.log_pipe()


def test_invoke_before_load_ends_the_process(start: Start) -> None:
    runner = start()
    runner.expect(m.Hello)
    payload = m.encode(m.Invoke(1, "r", 1, 1, b"{}", 0, None, None))
    runner.send(len(payload).to_bytes(4, "little") + payload)
    assert runner.exit_status() == 70
    assert "came before LOAD" in runner.log_pipe()


def test_children_do_not_get_the_frame_pipes_or_their_names(serve: Start) -> None:
    runner = serve(
        """
        import os, subprocess
        def handler(event, context):
            script = ('echo x >&4 || echo closed; echo "${POLYFN_FRAME_FDS-unset}"; '
                      'cat <&3 || echo shut')
            return subprocess.run(["sh", "-c", script], capture_output=True, text=True,
                                  close_fds=False).stdout.split()
        """
    )
    assert value(runner.call()) == ["closed", "unset", "shut"]


def test_forked_children_print_to_the_log_pipe_and_touch_no_frame(serve: Start) -> None:
    runner = serve(
        """
        import multiprocessing, os, sys
        def work(n):
            print("child", n)
            sys.stdout.write("unfinished")
        def handler(event, context):
            fork = multiprocessing.get_context("fork")
            children = [fork.Process(target=work, args=(n,)) for n in range(3)]
            for child in children: child.start()
            for child in children: child.join()
            pid = os.fork()
            if pid == 0:
                return "from the child"
            return [child.exitcode for child in children] + [os.waitpid(pid, 0)[1]]
        """
    )
    assert value(runner.call()) == [0, 0, 0, 0]
    assert runner.logs() == []
    text = runner.log_pipe()
    assert [f"child {n}\n" in text for n in range(3)] == [True] * 3
    assert text.count("unfinished") == 3
    runner.close_input()
    assert runner.exit_status() == 0


def test_processes_of_a_spawning_pool_import_the_functions_module(serve: Start) -> None:
    runner = serve(
        """
        import multiprocessing
        def double(n): return 2 * n
        def handler(event, context):
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                return pool.map(double, [1, 2, 3])
        """
    )
    assert value(runner.call()) == [2, 4, 6]


def test_handler_runs_in_the_main_thread(serve: Start) -> None:
    runner = serve("import threading\ndef handler(e, c): return threading.current_thread().name")
    assert value(runner.call()) == "MainThread"


def test_crash_leaves_the_line_of_python_in_the_log(serve: Start) -> None:
    runner = serve(
        """
        import os, signal
        def handler(event, context):
            print("before")
            os.kill(os.getpid(), signal.SIGSEGV)
        """
    )
    runner.begin()
    runner.read_to_end()
    assert runner.exit_status() == -signal.SIGSEGV
    assert (1, "", "before") in runner.logs()
    assert 'hello.py", line 5 in handler' in runner.log_pipe()


def test_interrupt_ends_an_idle_runner_quietly(serve: Start) -> None:
    runner = serve("def handler(e, c): return 1")
    # Python misses a signal that comes just before a read begins to wait; so it is sent again.
    while not select.select([runner.frames_in], [], [], 0.2)[0]:
        os.kill(runner.pid, signal.SIGINT)
    assert runner.exit_status() == 130
    assert runner.log_pipe() == ""


def test_interrupt_in_a_handler_fails_it_and_ends_the_process(serve: Start) -> None:
    runner = serve("import time\ndef handler(e, c):\n    print('busy')\n    time.sleep(3600)")
    runner.begin()
    runner.expect(m.Log)
    os.kill(runner.pid, signal.SIGINT)
    error = runner.expect(m.Error)
    assert failure(error)["errorType"] == "KeyboardInterrupt"
    assert error.fatal
    assert runner.exit_status() == 130
