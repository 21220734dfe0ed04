"""Where questions are computed: worker processes behind Dask, warm, watched and replaceable.

By default one worker process on this machine with temporary TLS credentials, so that no other
user of the machine can talk to it, under a nanny that restarts it when it dies. With an address,
any Dask cluster whose workers see the same home directory.

Only `analysis.work` runs there. A job is named by its function there and takes plain JSON,
so that no code travels from the web process to the workers.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
import sys
import threading
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .board import BEAT, ENDED, Board, Desk, Note
from .errors import Cancelled, StudyError
from .home import Home

_NO_WORD = (
    "The worker process ended before it was done, probably for lack of memory or of space on the "
    "disk. Try fewer samples (--limit), a smaller --memory budget, or another --home."
)

_LONGEST = 2000
"""Letters of an error that are kept."""

_MOST_ENDS = 1000
"""Jobs that did not come to run, as they are remembered here in case the board is full."""

CONNECT = 10.0
"""Seconds within which a cluster must answer."""

if TYPE_CHECKING:
    from distributed import Client, LocalCluster

log = logging.getLogger(__name__)


class Engine:
    """Starts jobs and says how they are.

    Args:
        home: shared with the workers.
        scheduler: address of a Dask scheduler; empty for a worker of our own.
        threads: of the worker of our own.
        memory: bytes the worker of our own may use before the nanny restarts it;
            "auto" for what the machine has.
        module: whose functions may be named as jobs.
    """

    def __init__(
        self,
        home: Home,
        scheduler: str = "",
        threads: int = 4,
        memory: int | str = "auto",
        module: str = "analysis.work",
    ) -> None:
        self._module = module
        self._home = home
        self._scheduler = scheduler
        self._threads = threads
        self._memory = memory
        self.board = Board(home.board)
        self._cluster: LocalCluster | None = None
        self._client: Client | None = None
        self._ready = threading.Event()
        self._failure: Exception | None = None
        self._closing = False
        self._started = False
        self._mine: set[str] = set()
        self._beating = False
        self._ends: dict[str, Note] = {}
        self._lock = threading.Lock()

    def start(self) -> None:
        """Bring the workers up in the background, if nobody has; jobs wait for them."""
        with self._lock:
            if self._started or self._closing:
                return
            self._started = True
        threading.Thread(target=self._open, name="engine", daemon=True).start()

    def _open(self) -> None:
        # Imported here because it takes half a second that the first page need not wait for.
        import dask  # noqa: PLC0415
        from distributed import Client, LocalCluster, Security  # noqa: PLC0415

        try:
            dask.config.set(
                {
                    "temporary-directory": str(self._home.scratch),
                    "distributed.worker.use-file-locking": False,
                    "distributed.scheduler.allowed-failures": 2,
                    "distributed.comm.timeouts.connect": f"{CONNECT}s",
                    # Dask's own pages and metrics would be open to every user of the machine.
                    "distributed.scheduler.http.routes": [],
                    "distributed.worker.http.routes": [],
                    "distributed.admin.log-format": "%(name)s: %(message)s",
                    # Dask would confine the libraries to one thread; theirs are all that compute
                    # here. TensorFlow would fill the terminal.
                    "distributed.nanny.pre-spawn-environ": {
                        "MALLOC_TRIM_THRESHOLD_": 65536,
                        "TF_CPP_MIN_LOG_LEVEL": 3,
                    },
                }
            )
            for name in ("distributed", "distributed.nanny", "distributed.worker"):
                logging.getLogger(name).setLevel(logging.ERROR)
            self.board.sweep()
            if self._scheduler:
                self._client = Client(self._scheduler, timeout=f"{CONNECT}s", set_as_default=False)
            else:
                self._cluster = LocalCluster(
                    n_workers=1,
                    threads_per_worker=self._threads,
                    processes=True,
                    security=Security.temporary(),
                    memory_limit=self._memory,
                    dashboard_address="127.0.0.1:0",
                    host="127.0.0.1",
                    protocol="tls://",
                    silence_logs=logging.ERROR,
                )
                self._client = Client(self._cluster, set_as_default=False)
        except Exception as error:
            # Kept for whoever asks next, in the request that can show it.
            if not self._closing:
                log.exception("The engine did not start.")
            self._failure = error
        finally:
            self._ready.set()

    def client(self) -> Client:
        """The connection to the workers; waits for it while they come up.

        Raises: StudyError if there is none.
        """
        self.start()
        if not self._ready.wait(timeout=60) or self._client is None:
            where = f"the cluster at {self._scheduler}" if self._scheduler else "its worker"
            raise StudyError(
                f"Stratoscope could not reach {where}: {self._failure or 'no answer in 60 s'}. "
                "Start it again; if it is a cluster, check its address and credentials."
            )
        return self._client

    def submit(self, job: str, function: str, *arguments: Any) -> None:
        """Start a job, unless one of this name is already queued or running.

        Args:
            job: its name; two callers who use one name share one job.
            function: its name in the engine's module; takes a `Desk` and plain JSON, returns
                plain JSON.
            arguments: plain JSON.
        """
        from distributed import fire_and_forget  # noqa: PLC0415

        client = self.client()
        with self._lock:
            if self.running(job):
                self.board.withdraw_stop(job)
                return
            self._mine.add(job)
        try:
            self._ends.pop(job, None)
            self.board.clear(job)
            self.board.write(job, Note("queued"))
            self._keep_fresh()
            future = client.submit(
                run,
                str(self._home.path),
                job,
                f"{self._module}:{function}",
                list(arguments),
                key=f"{job}-{uuid.uuid4().hex[:8]}",
                pure=False,
            )
        except BaseException:
            self._mine.discard(job)
            raise
        future.add_done_callback(lambda done: self._ended(job, done))
        fire_and_forget(future)

    def call(self, function: str, *arguments: Any, patience: float = 10.0) -> Any:
        """The answer of something that takes a moment, at once and past all jobs that wait.

        Args:
            function: its name in the engine's module; takes a `Home` and plain JSON, returns bytes
                or plain JSON.
            patience: seconds.
        Raises: StudyError as the function does, or if there was no answer in time.
        """
        future = self.client().submit(
            run_call,
            str(self._home.path),
            f"{self._module}:{function}",
            list(arguments),
            key=f"call-{uuid.uuid4().hex}",
            priority=10,
            pure=False,
        )
        try:
            return future.result(timeout=patience)
        except StudyError:
            raise
        except TimeoutError as error:
            future.cancel()
            raise StudyError(
                f"The worker did not answer within {patience:g} s; it is busy with something "
                "longer. Try again when that is done."
            ) from error
        except Exception as error:  # whatever Dask says of a worker that is gone
            reference = uuid.uuid4().hex[:8]
            log.exception("[%s] call %s got no answer", reference, function)
            raise StudyError(f"{_NO_WORD} (reference {reference}, see the log)") from error

    def _keep_fresh(self) -> None:
        """Tell other processes that what this one has queued is still waiting for a worker."""
        with self._lock:
            if self._beating:
                return
            self._beating = True
        threading.Thread(target=self._beat, name="queued jobs", daemon=True).start()

    def _beat(self) -> None:
        while True:
            time.sleep(BEAT)
            with self._lock:
                waiting = set(self._mine)
                if not waiting or self._closing:
                    self._beating = False
                    return
            for job in waiting:
                self.board.touch(job)

    def _ended(self, job: str, future: Any) -> None:
        # `run` reports its own end, unless its worker died for good or its disk is full.
        try:
            if self._closing:
                return
            note = self.board.read(job)
            if note is None or note.state not in ENDED:
                reference = uuid.uuid4().hex[:8]
                log.error("[%s] job %s ended without a word: %s", reference, job, future)
                self.refuse(job, _NO_WORD, reference)
        finally:
            self._mine.discard(job)

    def note(self, job: str) -> Note | None:
        """What is known of a job; one that nobody works on any more has failed."""
        if job in self._ends:
            return self._ends[job]
        note = self.board.read(job)
        if note is not None and note.state not in ENDED and not self.running(job):
            return Note(
                "failed",
                error="The process that computed this has ended. What was finished is kept: try "
                "again.",
            )
        return note

    def running(self, job: str) -> bool:
        """Whether a job is queued or running, for this process or any other."""
        return job in self._mine or self.board.alive(job)

    def cancel(self, job: str) -> None:
        """Ask a job to stop at its next report."""
        self.board.ask_to_stop(job)

    def refuse(self, job: str, error: str, reference: str = "") -> None:
        """Let a job count as failed that could not start, or could not say how it ended."""
        note = Note("failed", error=error[:_LONGEST], reference=reference)
        self._ends[job] = note  # the board may be the very thing that cannot be written
        while len(self._ends) > _MOST_ENDS:
            del self._ends[next(iter(self._ends))]
        with contextlib.suppress(StudyError):
            self.board.write(job, note)

    def warm(self) -> None:
        """Let the worker import what it will need, so that the first question need not wait."""
        if self._closing:
            return
        from distributed import fire_and_forget  # noqa: PLC0415

        try:
            client = self.client()
        except StudyError as error:
            log.warning("%s", error)  # whoever asks a question will be told
            return
        key = f"warm-{uuid.uuid4().hex[:8]}"
        future = client.submit(run_warm, self._module, key=key, priority=-10, pure=False)
        fire_and_forget(future)

    def close(self) -> None:
        """End the workers of our own."""
        self._closing = True
        if not self._started or not self._ready.wait(timeout=10):
            return
        if self._client is not None:
            self._client.close(timeout=2)
        if self._cluster is not None:
            self._cluster.close(timeout=5)


def run(home: str, job: str, function: str, arguments: list[Any]) -> None:
    """Run one job in the worker and put its end on the board."""
    board = Board(Home(home).board)
    desk = Desk(Home(home), job)
    try:
        desk.check()
        board.write(job, Note("running"))
        with board.heartbeat(job):
            result = _call(function, desk, arguments)
        board.write(job, Note("done", result=result))
    except Cancelled as stop:
        board.write(job, Note("cancelled", error=str(stop)))
    except StudyError as error:
        board.write(job, Note("failed", error=str(error)))
    except Exception as error:
        reference = uuid.uuid4().hex[:8]
        log.exception("[%s] job %s failed", reference, function)
        board.write(job, Note("failed", error=_unexpected(error), reference=reference))


def run_call(home: str, function: str, arguments: list[Any]) -> Any:
    """Answer a call in the worker; what is our own defect comes back with a reference, too."""
    module, _, name = function.partition(":")
    try:
        return getattr(_imported(module), name)(Home(home), *arguments)
    except StudyError:
        raise
    except Exception as error:
        reference = uuid.uuid4().hex[:8]
        log.exception("[%s] call %s failed", reference, function)
        raise StudyError(f"{_unexpected(error)} (reference {reference}, see the log)") from error


def _call(function: str, desk: Desk, arguments: list[Any]) -> Any:
    module, _, name = function.partition(":")
    return getattr(_imported(module), name)(desk, *arguments)


def _imported(module: str) -> Any:
    """A module of jobs, without the greetings that TensorFlow writes past every log level."""
    with _IMPORTING:
        if module in sys.modules:
            return sys.modules[module]
        terminal = os.dup(2)
        with Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        try:
            return importlib.import_module(module)
        finally:
            os.dup2(terminal, 2)
            os.close(terminal)


_IMPORTING = threading.Lock()
"""The terminal is one for all threads of a worker, and so is a module that is half imported."""


def run_warm(module: str) -> None:
    """Import what jobs need, TensorFlow above all."""
    _imported(module)


def _unexpected(error: Exception) -> str:
    return f"An unexpected error stopped this: {type(error).__name__}: {error}".rstrip(": ")
