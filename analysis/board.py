"""What running jobs say of themselves, and what they are told, as small files.

A file per job works across threads, worker processes, several web processes and several Dask
clusters that share one home directory, and survives the death of any of them.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from .errors import Cancelled
from .home import Home, write_json

log = logging.getLogger(__name__)

State = Literal["queued", "running", "done", "failed", "cancelled"]
ENDED: tuple[State, ...] = ("done", "failed", "cancelled")

_QUIET = 0.15
"""Seconds between two notes of one job; faster would only wear the disk."""

BEAT, _DEAD = 1.0, 6.0
"""Seconds between two signs of life, and after how many without one a job counts as lost."""


@dataclass(frozen=True)
class Note:
    """The state of a job.

    Attributes:
        state: where it is.
        progress: whatever the job last reported, plain JSON.
        result: what it returned, plain JSON.
        error: for the user, if it failed.
        reference: number under which the log holds the details of an unexpected error.
        updated: time.time() of this note.
    """

    state: State
    progress: Any = None
    result: Any = None
    error: str = ""
    reference: str = ""
    updated: float = 0.0


class Board:
    """The notes of all jobs of a home directory."""

    def __init__(self, place: Path) -> None:
        self._place = place

    def read(self, job: str) -> Note | None:
        """The last note of a job; None if there is none, or none that can be read."""
        try:
            return Note(**json.loads(self._note(job).read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, OSError) as error:
            log.warning("The note of job %s cannot be read: %s", job, error)
            return None

    def write(self, job: str, note: Note) -> None:
        write_json(self._note(job), asdict(note) | {"updated": time.time()})

    def alive(self, job: str) -> bool:
        """Whether somebody looks after this job, the process that queued it or a worker: they say
        so every second while they do."""
        note = self.read(job)
        if note is None or note.state in ENDED:
            return False
        try:
            return time.time() - self._note(job).stat().st_mtime < _DEAD
        except FileNotFoundError:
            return False

    def touch(self, job: str) -> None:
        """Say that somebody looks after a job."""
        with contextlib.suppress(OSError):  # a missed beat; the next may come through
            os.utime(self._note(job))

    @contextmanager
    def heartbeat(self, job: str) -> Iterator[None]:
        """Keep a job's note fresh while the body runs, however long it computes in silence."""
        over = threading.Event()

        def beat() -> None:
            while not over.wait(BEAT):
                self.touch(job)

        thread = threading.Thread(target=beat, name=f"heartbeat-{job[:8]}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def clear(self, job: str) -> None:
        """Forget a job, and that it was to be cancelled, before it starts anew."""
        self._note(job).unlink(missing_ok=True)
        self._flag(job).unlink(missing_ok=True)

    def withdraw_stop(self, job: str) -> None:
        """Somebody wants a job after all that was asked to stop but has not heard it yet."""
        self._flag(job).unlink(missing_ok=True)

    def ask_to_stop(self, job: str) -> None:
        self._flag(job).touch(mode=0o600)

    def stop_asked(self, job: str) -> bool:
        return self._flag(job).exists()

    def sweep(self, age: float = 24 * 3600) -> None:
        """Remove notes older than `age` seconds."""
        oldest = time.time() - age
        for path in self._place.iterdir():
            try:
                if path.stat().st_mtime < oldest:
                    path.unlink()
            except FileNotFoundError:
                continue  # another process swept it first

    def _note(self, job: str) -> Path:
        return self._place / f"{job}.json"

    def _flag(self, job: str) -> Path:
        return self._place / f"{job}.stop"


class Desk:
    """What a job holds while it runs: it says how far it is and hears that it should stop."""

    def __init__(self, home: Home, job: str) -> None:
        self.home = home
        self._board = Board(home.board)
        self._job = job
        self._last = 0.0

    def tell(self, progress: Any, *, now: bool = False) -> None:
        """Put progress on the board, at most a few times a second unless `now`.

        Raises: Cancelled if somebody asked this job to stop.
        """
        moment = time.monotonic()
        if not now and moment - self._last < _QUIET:
            return
        self._last = moment
        self.check()
        self._board.write(self._job, Note("running", progress=progress))

    def check(self) -> None:
        """Raises: Cancelled if somebody asked this job to stop."""
        if self._board.stop_asked(self._job):
            raise Cancelled("Cancelled. What was finished before is kept.")
