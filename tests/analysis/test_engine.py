"""Jobs in a real worker process: results, errors, cancel, and a worker that is killed."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from distributed.scheduler import KilledWorker

from analysis.board import Board, Desk, Note
from analysis.engine import Engine
from analysis.errors import Cancelled, ParameterError, StudyError
from analysis.home import Home

DEADLINE = 40.0


def until(condition: Callable[[], object]) -> None:
    """Wait for something another process does; fails when it never comes."""
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    # A spawned worker takes over our path, and finds the jobs beside this file on it.
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(Path(__file__).parent))
        made = Engine(Home(tmp_path_factory.mktemp("home")), threads=2, module="sample_jobs")
        made.start()
        made.client()
        yield made
        made.close()


def end_of(engine: Engine, job: str) -> Note:
    until(lambda: not engine.running(job))
    note = engine.board.read(job)
    assert note is not None
    return note


def test_result(engine: Engine) -> None:
    engine.submit("sum", "add", 2, 3)
    note = end_of(engine, "sum")
    assert (note.state, note.result) == ("done", 5)


def test_an_error_for_the_user(engine: Engine) -> None:
    engine.submit("fail", "refuse")
    note = end_of(engine, "fail")
    assert note.state == "failed"
    assert note.error == "epsilon is in [0, 1]; got 8."
    assert not note.reference


def test_a_defect_has_a_reference(engine: Engine) -> None:
    engine.submit("defect", "defect")
    note = end_of(engine, "defect")
    assert note.state == "failed"
    assert "ZeroDivisionError" in note.error
    assert len(note.reference) == 8


def test_progress_and_cancel(engine: Engine) -> None:
    engine.submit("long", "endless")
    until(lambda: (note := engine.board.read("long")) and note.progress)
    engine.cancel("long")
    note = end_of(engine, "long")
    assert note.state == "cancelled"
    engine.submit("long", "add", 1, 1)
    assert end_of(engine, "long").result == 2


def test_a_call_is_answered_at_once(engine: Engine) -> None:
    found = engine.call("where", "bytes")
    assert found == f"bytes in {engine._home.path}".encode()


def test_a_call_that_is_refused_says_why(engine: Engine) -> None:
    with pytest.raises(ParameterError, match=r"^epsilon is in \[0, 1\]; got 8\.$"):
        engine.call("refuse")


def test_a_call_goes_past_jobs_that_wait(engine: Engine, tmp_path: Path) -> None:
    log = tmp_path / "log"
    jobs = [f"waiting{number}" for number in range(12)]
    for job in jobs:
        engine.submit(job, "slow_line", str(log))
    # Two jobs at a time take half a second each. By then the worker has all others in its queue.
    assert end_of(engine, jobs[0]).state == "done"
    assert engine.call("where", "") == f" in {engine._home.path}".encode()
    assert len(log.read_text().split()) < len(jobs)
    for job in jobs:
        assert end_of(engine, job).state == "done"


def test_a_call_without_an_answer_in_time(engine: Engine) -> None:
    with pytest.raises(StudyError, match=r"did not answer within 0\.1 s.*Try again"):
        engine.call("slowly", patience=0.1)
    assert engine.call("where", "again").startswith(b"again"), "the worker is as it was"


def test_two_callers_share_a_job(engine: Engine, tmp_path: Path) -> None:
    log = tmp_path / "log"
    for _ in range(3):
        engine.submit("shared", "slow_line", str(log))
    assert end_of(engine, "shared").state == "done"
    assert log.read_text() == "ran\n"


def test_a_killed_worker_is_replaced_and_its_job_done(engine: Engine, tmp_path: Path) -> None:
    log = tmp_path / "log"
    engine.submit("killed", "own_pid_then_wait", str(log))
    until(lambda: log.exists() and log.read_text())
    psutil.Process(int(log.read_text().split()[0])).kill()
    note = end_of(engine, "killed")
    assert note.state == "done", note
    assert len(log.read_text().split()) == 2


def test_a_job_whose_worker_always_dies_fails_with_words(engine: Engine) -> None:
    engine.submit("suicide", "die")
    note = end_of(engine, "suicide")
    assert note.state == "failed"
    assert "memory" in note.error


def test_an_engine_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analysis.engine.CONNECT", 0.5)
    lost = Engine(Home(tmp_path), scheduler="tcp://127.0.0.1:9")
    lost.start()
    with pytest.raises(StudyError, match=r"could not reach the cluster at tcp://127.0.0.1:9"):
        lost.submit("x", "add", 1, 1)
    lost.close()


def test_a_call_whose_worker_dies_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Cluster:
        def submit(self, *_: object, **__: object) -> Cluster:
            return self

        def result(self, timeout: float) -> None:
            raise KilledWorker("call", None, 2)

    engine = Engine(Home(tmp_path))
    monkeypatch.setattr(engine, "client", Cluster)
    with pytest.raises(StudyError, match=r"lack of memory.*reference"):
        engine.call("anything")


def test_another_process_sees_that_a_job_is_queued(tmp_path: Path) -> None:
    first, second = (Engine(Home(tmp_path), module="tests.analysis.sample_jobs") for _ in range(2))
    first.board.write("job", Note("queued"))
    first._mine.add("job")
    first._keep_fresh()
    stale = time.time() - 60
    os.utime(Home(tmp_path).board / "job.json", (stale, stale))
    until(lambda: second.running("job"))
    note = second.note("job")
    assert note is not None
    assert note.state == "queued"
    first.close()


def test_a_desk_speaks_at_most_a_few_times_a_second(tmp_path: Path) -> None:
    home = Home(tmp_path)
    desk = Desk(home, "job")
    desk.tell("first")
    desk.tell("too soon")
    note = Board(home.board).read("job")
    assert note is not None
    assert note.progress == "first"
    desk.tell("important", now=True)
    note = Board(home.board).read("job")
    assert note is not None
    assert note.progress == "important"


def test_a_desk_hears_that_it_should_stop(tmp_path: Path) -> None:
    home = Home(tmp_path)
    desk = Desk(home, "job")
    Board(home.board).ask_to_stop("job")
    with pytest.raises(Cancelled):
        desk.tell("hello")


def test_a_note_of_a_dead_server_does_not_block_a_job(tmp_path: Path) -> None:
    home = Home(tmp_path)
    board = Board(home.board)
    board.write("job", Note("running"))
    assert board.alive("job")
    stale = time.time() - 60
    os.utime(home.board / "job.json", (stale, stale))
    assert not board.alive("job")


@pytest.mark.parametrize("junk", ["", '{"state": "run', "[1]", '{"state": "running", "odd": 1}'])
def test_a_damaged_note_does_not_block_its_job(engine: Engine, junk: str) -> None:
    (engine._home.board / "junk.json").write_text(junk)
    engine.submit("junk", "add", 1, 2)
    assert end_of(engine, "junk").result == 3


def test_a_job_of_a_dead_process_has_failed(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    engine = Engine(home)
    engine.board.write("lost", Note("running"))
    stale = time.time() - 60
    os.utime(home.board / "lost.json", (stale, stale))
    note = engine.note("lost")
    assert note is not None
    assert note.state == "failed"
    assert "try again" in note.error


def test_a_job_that_cannot_be_written_down_is_refused_and_free_again(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from analysis.errors import StoreError

    def full(*_: object) -> None:
        raise StoreError("No space left on device.")

    monkeypatch.setattr(engine.board, "write", full)
    with pytest.raises(StoreError):
        engine.submit("full", "add", 1, 2)
    engine.refuse("full", "No space left on device.")
    note = engine.note("full")
    assert note is not None
    assert note.error == "No space left on device."
    monkeypatch.undo()
    engine.submit("full", "add", 1, 2)
    assert end_of(engine, "full").result == 3


def test_two_threads_import_a_module_of_jobs_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    from analysis.engine import _imported

    (tmp_path / "slow_jobs.py").write_text("import time\ntime.sleep(0.3)\nlast = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    found: list[bool] = []
    threads = [
        threading.Thread(target=lambda: found.append(hasattr(_imported("slow_jobs"), "last")))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 3


def test_errors_of_the_family_cross_processes() -> None:
    import pickle

    from analysis.errors import UnknownLayerError

    error = pickle.loads(pickle.dumps(UnknownLayerError("conv3", ["conv1", "conv2"])))  # noqa: S301
    assert "Did you mean 'conv" in str(error)
    assert str(pickle.loads(pickle.dumps(ParameterError("a")))) == "a"  # noqa: S301
