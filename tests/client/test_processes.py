"""Forks, pools, prefork servers and the end of the process: each in real processes."""

import os
import socket
import subprocess
import sys
import textwrap
import time
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

import pellucid


def run(program: str, server_url: str, timeout_s: float = 30.0) -> tuple[subprocess.CompletedProcess[str], float]:
    """Run a program with the client switched on by the environment alone; gives it and its seconds."""
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        env={**os.environ, "PELLUCID_URL": server_url},
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )
    return done, time.monotonic() - began


def names(server: Any) -> list[str]:
    return sorted(span.name for span in server.spans())


def test_the_environment_alone_starts_the_client_and_exit_sends_the_rest(server: Any) -> None:
    done, _ = run(
        """
        import pellucid

        @pellucid.observe
        def work():
            pellucid.score("good", 1)

        work()
        """,
        server.url,
    )
    assert done.returncode == 0, done.stderr
    assert names(server) == ["work"]
    assert len(server.requests("/api/v1/scores")) == 1


@pytest.mark.parametrize("hang_s", [0.0, 20.0], ids=["closed port", "hanging"])
def test_exit_is_short_when_the_server_is_away(server: Any, make_reply: Any, hang_s: float) -> None:
    server.reply = make_reply(hang_s=hang_s)
    url = server.url if hang_s else "http://127.0.0.1:9"
    program = """
        import atexit, time
        atexit.register(lambda: print(time.monotonic()))  # registered first, so it runs after the client's own
        import pellucid
        for number in range(2000):
            with pellucid.span("work", input=str(number) * 300):
                pass
        print(time.monotonic())
    """
    done, _ = run(program, url)
    ended, left = map(float, done.stdout.split())
    assert done.returncode == 0
    assert left - ended < 4.0  # exit_stall_s is 1, exit_timeout_s 5
    assert "could not be sent before the process ended" in done.stderr


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_sends_its_own_spans_and_only_those(server: Any) -> None:
    done, _ = run(
        """
        import os, sys, pellucid
        with pellucid.span("before"):
            pass
        child = os.fork()
        with pellucid.span("child" if child == 0 else "parent"):
            pass
        if child == 0:
            sys.exit(0)
        os.waitpid(child, 0)
        """,
        server.url,
    )
    assert done.returncode == 0, done.stderr
    assert names(server) == ["before", "child", "parent"]


CHILDREN = """
import multiprocessing
import sys

import pellucid


def work(headers, number):
    with pellucid.continue_trace(headers), pellucid.span(f"child {number}"):
        pass


if __name__ == "__main__":
    pools = multiprocessing.get_context(sys.argv[1])
    with pellucid.span("parent"):
        headers = pellucid.inject({})
    processes = [pools.Process(target=work, args=(headers, number)) for number in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
"""


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_children_of_multiprocessing_lose_nothing(server: Any, tmp_path: Path, method: str) -> None:
    program = tmp_path / "children.py"
    program.write_text(CHILDREN)
    done = subprocess.run(
        [sys.executable, str(program), method],
        env={**os.environ, "PELLUCID_URL": server.url},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert names(server) == ["child 0", "child 1", "child 2", "parent"], done.stderr
    assert len({span.trace_id for span in server.spans()}) == 1


def test_a_prefork_server_that_forks_after_init_works_in_every_worker(server: Any) -> None:
    done, _ = run(
        """
        import os, signal, sys, time, pellucid
        pellucid.init()
        with pellucid.span("master"):
            pass
        pellucid.flush()
        children = []
        ready, done = os.pipe()
        for number in range(3):
            child = os.fork()
            if child == 0:
                signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
                for turn in range(10):
                    with pellucid.span(f"worker {number}"):
                        time.sleep(0.01)
                os.write(done, b"x")
                time.sleep(60)
            children.append(child)
        for _ in children:
            os.read(ready, 1)
        for child in children:
            os.kill(child, signal.SIGTERM)
            os.waitpid(child, 0)
        """,
        server.url,
    )
    assert done.returncode == 0, done.stderr
    assert names(server) == ["master", *sorted(f"worker {number}" for number in range(3) for _ in range(10))]


GUNICORN_APP = """
import os
import pellucid

pellucid.init()
with pellucid.span("preloaded"):
    pass


def app(environ, start_response):
    with pellucid.context(metadata={"pid": os.getpid()}), pellucid.span("request"):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [str(os.getpid()).encode()]
"""


def test_gunicorn_with_preloading_records_in_master_and_workers_and_on_its_way_out(
    server: Any, tmp_path: Path, wait_until: Any
) -> None:
    (tmp_path / "shop.py").write_text(GUNICORN_APP)
    door = tmp_path / "door.sock"
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "shop:app",
        "--preload",
        "--workers",
        "2",
        "--bind",
        f"unix:{door}",
        "--no-control-socket",
    ]
    environment = {**os.environ, "PELLUCID_URL": server.url, "PELLUCID_FLUSH_INTERVAL_S": "30"}
    process = subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        wait_until(lambda: is_open(door), 60)
        with http_over(door) as first, http_over(door) as second:
            # a worker takes one connection and waits for its request; the other connection is the other worker's
            answered = {asked(second), asked(first)}
    finally:
        process.terminate()
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert len(answered) == 2
    assert names(server) == ["preloaded", "request", "request"], errors
    assert {str(span.attributes["pellucid.metadata.pid"]) for span in server.spans() if span.name == "request"} == answered


def is_open(door: Path) -> bool:
    """Whether somebody listens behind the Unix socket."""
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(door)) == 0


def http_over(door: Path) -> Any:
    """A connection to a server behind a Unix socket, closed with its block."""
    connection = HTTPConnection("localhost", timeout=20)
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect(str(door))
    return closing(connection)


def asked(connection: HTTPConnection) -> str:
    connection.request("GET", "/")
    return connection.getresponse().read().decode()


def test_a_fork_in_the_middle_of_the_threads_imports_leaves_a_child_that_works(server: Any) -> None:
    done, _ = run(
        """
        import importlib.abc, os, sys, threading, pellucid

        reached = threading.Event()

        class Slow(importlib.abc.MetaPathFinder):
            def find_spec(self, name, path, target=None):
                if name == "http.client" and not reached.is_set():
                    reached.set()
                    threading.Event().wait(0.5)

        assert "http.client" not in sys.modules
        sys.meta_path.insert(0, Slow())
        pellucid.init()
        with pellucid.span("parent"):
            pass
        assert reached.wait(20)
        child = os.fork()
        if child == 0:
            import http.client
            with pellucid.span("child"):
                pass
            sys.exit(0)
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        """,
        server.url,
    )
    assert done.returncode == 0, done.stderr
    assert names(server) == ["child", "parent"]


def test_a_child_counts_its_losses_under_its_own_id(server: Any) -> None:
    done, _ = run(
        """
        import os, sys, time, pellucid
        from pellucid.runtime import current
        pellucid.init(max_request_bytes=2000)
        def lose():
            with pellucid.span("huge", input="x" * 5000):
                pass
            pellucid.flush()
            for _ in range(2000):
                sender = current().worker._sender
                if sender is not None and sender._told_loss:
                    return
                time.sleep(0.01)
        lose()
        child = os.fork()
        if child == 0:
            lose()
            sys.exit(0)
        os.waitpid(child, 0)
        """,
        server.url,
    )
    assert done.returncode == 0, done.stderr
    ids = {
        entry.value.string_value
        for request in server.export_requests()
        for resource_spans in request.resource_spans
        for entry in resource_spans.resource.attributes
        if entry.key == "pellucid.client.id"
    }
    assert len(ids) == 2


def test_a_crash_of_the_application_still_sends_what_led_to_it(server: Any) -> None:
    done, _ = run(
        """
        import pellucid

        @pellucid.observe
        def work():
            raise ValueError("the end")

        work()
        """,
        server.url,
    )
    assert done.returncode == 1
    assert done.stderr.rstrip().endswith("ValueError: the end")
    assert names(server) == ["work"]


def test_sigterm_sends_what_is_left_and_still_ends_the_process(server: Any) -> None:
    done, seconds = run(
        """
        import os, signal, time, pellucid
        pellucid.init(flush_interval_s=30.0)
        with pellucid.span("last words"):
            pass
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(20)
        """,
        server.url,
    )
    assert done.returncode == -15
    assert seconds < 10
    assert names(server) == ["last words"]


def test_a_handler_of_the_application_is_left_alone(server: Any) -> None:
    done, _ = run(
        """
        import os, signal, sys, time, pellucid
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
        pellucid.init()
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(20)
        """,
        server.url,
    )
    assert done.returncode == 7


def test_a_second_init_still_hears_other_instrumentations(server: Any) -> None:
    done, _ = run(
        """
        import pellucid
        from opentelemetry import trace
        pellucid.init(service="first")
        held = trace.get_tracer("theirs")
        pellucid.init(service="second")
        with held.start_as_current_span("theirs"), pellucid.span("ours"):
            pass
        """,
        server.url,
    )
    assert done.returncode == 0, done.stderr
    spans = {span.name: span for span in server.spans()}
    assert spans["ours"].parent_id == spans["theirs"].span_id
    assert spans["ours"].resource["service.name"] == "second"
    assert len(server.spans()) == 2


def test_importing_the_package_does_no_work() -> None:
    done, _ = run(
        """
        import sys, threading
        import pellucid
        assert threading.active_count() == 1
        heavy = {"requests", "urllib3", "google.protobuf", "httpx", "pydantic", "ssl", "http.client"}
        assert not heavy & set(sys.modules), heavy & set(sys.modules)
        """,
        "http://127.0.0.1:9",
    )
    assert done.returncode == 0, done.stderr


def test_flush_after_shutdown_is_harmless(client: Any) -> None:
    assert pellucid.shutdown() is True
    assert pellucid.flush() is True
    with pellucid.span("late"):
        pass
    assert pellucid.stats() is None
