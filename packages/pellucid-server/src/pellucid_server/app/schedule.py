"""What must be done now and then, each in its own rhythm, by one thread: a slow job delays the others and never runs twice at once."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something to do again and again."""

    name: str
    every_s: float
    run: Callable[[], object]
    first_after_s: float = 5.0


class Schedule:
    """The thread."""

    def __init__(self, jobs: Sequence[Job], *, thread: str = "schedule") -> None:
        self._jobs = jobs
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=thread, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the job in hand."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join(10)

    def _run(self) -> None:
        begun = time.monotonic()
        due = {job.name: begun + job.first_after_s for job in self._jobs}
        while not self._stop.wait(max(0.0, min(due.values()) - time.monotonic())):
            for job in self._jobs:
                if due[job.name] <= time.monotonic() and not self._stop.is_set():
                    self._once(job)
                    due[job.name] = time.monotonic() + job.every_s

    def _once(self, job: Job) -> None:
        try:
            job.run()
        except Exception:  # the outermost loop of a thread: record, and try again in its rhythm
            log.exception("the job %s failed and is tried again in %.0f s", job.name, job.every_s)
