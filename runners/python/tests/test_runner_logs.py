"""What is printed and logged: whole lines, in order, with their invocation, never in a frame."""

from __future__ import annotations

import pytest

from conftest import Start
from polyfn.wire import messages as m
from polyfn.wire.connection import Phase
from runner_process import failure, value


def test_prints_are_log_lines_of_their_invocation(serve: Start) -> None:
    runner = serve(
        """
        import sys
        print("loading")
        def handler(event, context):
            print("one", event)
            print("two", file=sys.stderr)
            print("three\\nfour", end="")
            sys.stdout.write(" five\\n\\n")
            sys.stdout.buffer.write(b"six \\xff\\n")
            sys.stdout.writelines(["sev", "en\\n"])
            print("unfinished", end="", flush=True)
        """
    )
    runner.call(1)
    runner.call(2)
    assert runner.logs()[0] == (0, "", "loading")
    for number in (1, 2):
        lines = [line for each, _, line in runner.logs() if each == number]
        assert lines == [
            f"one {number}", "two", "three", "four five", "", "six \ufffd", "seven", "unfinished",
        ]  # fmt: skip
    streams = {
        message.text: message.stream for message in runner.messages if isinstance(message, m.Log)
    }
    assert (streams["one 1\n"], streams["two\n"]) == (1, 2)
    assert runner.log_pipe() == ""


def test_log_lines_come_before_the_ending(serve: Start) -> None:
    runner = serve("def handler(e, c):\n    for at in range(50): print(at)")
    ending = runner.call()
    at = runner.messages.index(ending)
    assert [message.text for message in runner.messages[1:at] if isinstance(message, m.Log)] == [
        f"{number}\n" for number in range(50)
    ]
    assert runner.messages[at + 1 :] == []


def test_streams_behave_like_the_real_ones(serve: Start) -> None:
    runner = serve(
        """
        import io, sys
        def handler(event, context):
            print("\\ud800 ü")
            return [isinstance(sys.stdout, io.TextIOBase), sys.stdout.encoding, sys.stdout.fileno(),
                    sys.stderr.fileno(), sys.stdout.isatty(), sys.stdout.writable(),
                    sys.stdout.buffer.name, sys.stderr.buffer.name, sys.stdin.read()]
        """
    )
    told = [True, "utf-8", 1, 2, False, True, "<stdout>", "<stderr>", ""]
    assert value(runner.call()) == told
    assert runner.logs() == [(1, "", "\\ud800 ü")]


def test_what_goes_round_sys_stdout_comes_through_the_log_pipe(serve: Start) -> None:
    runner = serve(
        """
        import os, subprocess, sys
        def handler(event, context):
            os.write(1, b"raw one\\n")
            os.write(2, b"raw two\\n")
            subprocess.run(["echo", "child"])
            subprocess.run(["echo", "given"], stdout=sys.stdout, stderr=sys.stderr)
            sys.__stdout__.write("original\\n")
            sys.__stdout__.flush()
        """
    )
    runner.call()
    assert runner.log_pipe().splitlines() == ["raw one", "raw two", "child", "given", "original"]
    assert runner.logs() == []


def test_threads_lines_do_not_mix(serve: Start) -> None:
    runner = serve(
        """
        import sys, threading
        def work(name):
            for at in range(200):
                sys.stdout.write(name * 20)
                sys.stdout.write(str(at) + "\\n")
        def handler(event, context):
            threads = [threading.Thread(target=work, args=(name,)) for name in "abc"]
            for thread in threads: thread.start()
            for thread in threads: thread.join()
        """
    )
    runner.call()
    lines = [line for number, _, line in runner.logs() if number == 1]
    for name in "abc":
        assert [line for line in lines if line[0] == name] == [
            f"{name * 20}{at}" for at in range(200)
        ]


def test_thread_that_outlives_its_invocation_logs_outside_of_it(serve: Start) -> None:
    runner = serve(
        """
        import threading
        go = threading.Event()
        def work():
            go.wait(10)
            print("late")
            raise ValueError("in a thread")
        def handler(event, context):
            threading.Thread(target=work).start()
            threading.Timer(0.01, go.set).start()
        """
    )
    runner.call()
    while not any("ValueError: in a thread" in line for _, _, line in runner.logs()):
        runner.expect(m.Log)
    assert {number for number, _, _ in runner.logs()} == {0}
    assert runner.logs()[0] == (0, "", "late")
    assert isinstance(runner.call(), m.Value)


def test_log_records_come_with_their_level(serve: Start) -> None:
    runner = serve(
        """
        import logging
        log = logging.getLogger("mine")
        log.setLevel(1)
        def handler(event, context):
            logging.getLogger().info("not shown: the root logger is at WARNING, as on AWS")
            log.log(5, "trace"); log.debug("debug"); log.info("info %s", 1)
            log.warning("warn"); log.error("error"); log.critical("fatal"); log.log(35, "custom")
            try:
                1 / 0
            except ZeroDivisionError:
                log.exception("failed")
        """
    )
    runner.call()
    lines = [(level, line) for _, level, line in runner.logs()]
    assert lines[:7] == [
        ("trace", "trace"), ("debug", "debug"), ("info", "info 1"), ("warn", "warn"),
        ("error", "error"), ("fatal", "fatal"), ("warn", "custom"),
    ]  # fmt: skip
    assert lines[7] == ("error", "failed")
    assert lines[-1] == ("error", "ZeroDivisionError: division by zero")
    assert {level for level, _ in lines[7:]} == {"error"}


def test_root_logger_is_set_up_as_on_aws(serve: Start) -> None:
    runner = serve(
        """
        import logging
        logging.basicConfig(level=logging.DEBUG)
        root = logging.getLogger()
        def handler(event, context):
            root.handlers[0].setFormatter(logging.Formatter("%(aws_request_id)s %(message)s"))
            logging.warning("tagged")
            return [len(root.handlers), root.level]
        """
    )
    assert value(runner.call(request_id="r-7")) == [1, 30]
    assert runner.logs() == [(1, "warn", "r-7 tagged")]


def test_log_level_comes_from_awss_variable(serve: Start) -> None:
    runner = serve(
        "import logging\ndef handler(e, c): logging.debug('shown')",
        env={"AWS_LAMBDA_LOG_LEVEL": "debug"},
    )
    runner.call()
    assert runner.logs() == [(1, "debug", "shown")]


@pytest.mark.parametrize("late", [True, False])
def test_logging_gets_its_handler_whenever_it_is_imported(serve: Start, late: bool) -> None:
    line = "import logging"
    runner = serve(
        f"""
        {"" if late else line}
        def handler(event, context):
            import logging
            logging.warning("here")
            return len(logging.getLogger().handlers)
        """
    )
    assert value(runner.call()) == 1
    assert value(runner.call()) == 1
    assert runner.logs() == [(1, "warn", "here"), (2, "warn", "here")]


def test_handlers_and_warnings_of_the_authors_own_are_plain_lines(serve: Start) -> None:
    runner = serve(
        """
        import logging, sys, warnings
        log = logging.getLogger("own")
        log.propagate = False
        log.addHandler(logging.StreamHandler())
        def handler(event, context):
            log.warning("mine")
            warnings.warn("careful")
        """
    )
    runner.call()
    assert runner.logs()[0] == (1, "", "mine")
    assert "UserWarning: careful" in runner.logs()[1][2]


def test_record_that_cannot_be_formatted_does_not_fail_the_call(serve: Start) -> None:
    runner = serve(
        "import logging\ndef handler(e, c):\n    logging.warning('%d', 'x')\n    return 'fine'"
    )
    assert value(runner.call()) == "fine"
    assert any("Logging error" in line for _, _, line in runner.logs())


def test_record_logged_while_a_frame_is_written_does_not_break_it(serve: Start) -> None:
    runner = serve(
        """
        import signal
        class Late:
            def __del__(self): print("finaliser")
        def handler(event, context):
            signal.signal(signal.SIGALRM, lambda *_: print("signal " + "s" * 5000))
            signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
            for at in range(300):
                Late()
                print("x" * 20_000)
            signal.setitimer(signal.ITIMER_REAL, 0)
            return "whole"
        """
    )
    assert value(runner.call()) == "whole"
    text = "".join(line for _, _, line in runner.logs())
    signals = text.count("signal")
    assert signals > 0
    assert text.count("finaliser") == 300
    assert text.count("x") == 300 * 20_000
    assert len(text) == 300 * 20_000 + 300 * len("finaliser") + signals * (len("signal ") + 5000)


def test_signal_handler_that_raises_leaves_the_frames_whole(serve: Start) -> None:
    runner = serve(
        """
        import signal
        class Alarm(Exception): pass
        def ring(*_): raise Alarm
        def handler(event, context):
            signal.signal(signal.SIGALRM, ring)
            rung = 0
            for at in range(400):
                try:
                    signal.setitimer(signal.ITIMER_REAL, 0.0001 * (at % 10 + 1))
                    print("y" * 100_000)
                    signal.setitimer(signal.ITIMER_REAL, 0)
                except Alarm:
                    rung += 1
            return [rung, list(signal.pthread_sigmask(signal.SIG_BLOCK, ()))]
        """
    )
    rung, blocked = value(runner.call())
    assert rung > 0
    assert blocked == []
    assert set("".join(line for _, _, line in runner.logs())) == {"y"}
    assert runner.connection.phase is Phase.READY
    assert isinstance(runner.call(), m.Value)


def test_signal_handler_that_raises_between_invocations_is_reported(serve: Start) -> None:
    runner = serve(
        """
        import signal
        def ring(*_): raise TimeoutError("too late")
        def handler(event, context):
            signal.signal(signal.SIGALRM, ring)
            signal.setitimer(signal.ITIMER_REAL, 0.01 if event else 0)
        """
    )
    runner.call(1)
    error = runner.expect(m.Error)
    assert (error.id, error.fatal, failure(error)["errorType"]) == (0, False, "TimeoutError")
    assert isinstance(runner.call(0), m.Value)


def test_long_texts_are_cut_to_what_a_log_message_may_hold(serve: Start) -> None:
    runner = serve(
        """
        def handler(event, context):
            print("ü" * 300_000)
            print("\\n".join(["z" * 99] * 10_000))
        """
    )
    runner.call()
    texts = [message.text for message in runner.messages if isinstance(message, m.Log)]
    assert max(len(text.encode()) for text in texts) <= m.MAX_LOG_TEXT_BYTES
    whole = "".join(texts)
    assert whole.startswith("ü" * 300_000 + "\n")
    assert [text for text in texts if text.startswith("z") and not text.endswith("z\n")] == []


def test_line_without_an_end_is_not_kept_for_ever(serve: Start) -> None:
    runner = serve(
        "import sys\ndef handler(e, c):\n    for _ in range(40): sys.stdout.write('w' * 10_000)"
    )
    runner.call()
    texts = [message.text for message in runner.messages if isinstance(message, m.Log)]
    assert "".join(texts) == "w" * 400_000
    assert len(texts) > 1


def test_print_to_a_closed_or_redirected_stream_is_the_authors_affair(serve: Start) -> None:
    runner = serve(
        """
        import contextlib, io, sys
        def handler(event, context):
            with contextlib.redirect_stdout(io.StringIO()) as kept:
                print("kept")
            sys.stdout.close()
            return kept.getvalue()
        """
    )
    assert value(runner.call()) == "kept\n"
    runner.send(runner.connection.drain())
    assert runner.exit_status() == 0


def test_context_log_writes_a_line(serve: Start) -> None:
    runner = serve("def handler(e, c): c.log('said'); c.log(5)")
    runner.call()
    assert runner.logs() == [(1, "", "said"), (1, "", "5")]


def test_long_line_is_cut_between_characters_and_leaves_no_empty_line(serve: Start) -> None:
    runner = serve(
        """
        import sys
        def handler(event, context):
            print("ü" * 100_000)
            for _ in range(100_000): sys.stdout.write("é")
            print()
        """
    )
    runner.call()
    lines = [line for _, _, line in runner.logs()]
    assert "".join(lines) == "ü" * 100_000 + "é" * 100_000
    assert "" not in lines
