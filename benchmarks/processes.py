"""A server as a tree of processes: start it on a free port, watch its memory and processor time, stop it, or kill it without warning."""

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Self

import psutil

from benchmarks.client import answers
from benchmarks.subjects.port import Subject

START_S = 180.0
STOP_S = 30.0
LOG_CHARS = 2_000
MIB = 1024**2
QUIET_CPU = 0.05
"""Of one core; below this over a second, a server that has started is quiet."""
WATCH_S = 0.2


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """A running subject."""

    def __init__(self, subject: Subject, data: Path, log: Path) -> None:
        self.subject = subject
        self.data = data
        self.port = free_port()
        data.mkdir(parents=True, exist_ok=True)
        environment = {**os.environ, **subject.environment(self.port, data)}
        began = time.perf_counter()
        with log.open("ab") as output:
            self._popen = subprocess.Popen(
                list(subject.command(self.port, data)),
                env=environment,
                cwd=data,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        while not answers(self.port, subject.ready_path):
            if self._popen.poll() is not None or time.perf_counter() - began > START_S:
                self.kill()
                raise RuntimeError(f"{subject.title} did not come up; it wrote:\n{log.read_text(errors='replace')[-LOG_CHARS:]}")
            time.sleep(0.01)
        self.cold_start_s = time.perf_counter() - began
        self._process = psutil.Process(self._popen.pid)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def tree(self) -> list[psutil.Process]:
        """All its processes."""
        with suppress(psutil.NoSuchProcess):
            return [self._process, *self._process.children(recursive=True)]
        return []

    def cpu_s(self) -> float:
        """Processor seconds of the whole tree since it started."""
        return sum(_of(process, _cpu) for process in self.tree())

    def rss(self) -> float:
        """Resident bytes of the whole tree; pages that processes share count for each."""
        return sum(_of(process, _rss) for process in self.tree())

    def quiet(self, timeout_s: float = 60.0) -> float:
        """Wait until it does next to nothing; seconds waited."""
        began, calm = time.perf_counter(), 0
        while calm < 3 and time.perf_counter() - began < timeout_s:
            before = self.cpu_s()
            time.sleep(1)
            calm = calm + 1 if self.cpu_s() - before < QUIET_CPU else 0
        return time.perf_counter() - began

    def idle_cpu(self, seconds: float = 10.0) -> float:
        """Share of one core that it uses when nobody asks anything."""
        before, began = self.cpu_s(), time.perf_counter()
        time.sleep(seconds)
        return (self.cpu_s() - before) / (time.perf_counter() - began)

    def disk(self) -> int:
        """Bytes of its data."""
        return sum(path.stat().st_blocks * 512 for path in self.data.rglob("*") if path.is_file() and not path.is_symlink())

    def stop(self) -> None:
        """Ask it to end; kill what is left."""
        if self._popen.poll() is None:
            self._popen.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._popen.wait(STOP_S)
        self.kill()

    def kill(self) -> None:
        """SIGKILL to all of its processes at once, as a crash of the machine's memory would."""
        with suppress(ProcessLookupError):
            os.killpg(self._popen.pid, signal.SIGKILL)
        self._popen.wait()


class Watch:
    """The greatest memory of a server while the `with` block runs."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.peak = 0.0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(WATCH_S):
            self.peak = max(self.peak, self._server.rss())


def _of(process: psutil.Process, read: Callable[[psutil.Process], float]) -> float:
    """A figure of a process that may have ended meanwhile."""
    try:
        return read(process)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0.0


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _rss(process: psutil.Process) -> float:
    return float(process.memory_info().rss)
