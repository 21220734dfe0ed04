"""Dash's background callbacks on our engine: one mechanism for every long computation.

A background callback is written as a *placeholder* that names a function of `analysis.work`; the
web process never runs or imports it. Its single output is a store that receives

    {"state": "done" | "failed" | "cancelled", "result": ..., "error": ..., "reference": ...}

Callbacks with the same function and arguments share one job, whoever asks. A question that is
computed twice all the same waits for the first at the store's lock.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from typing import Any

from dash import Dash, Input, Output, State
from dash.background_callback.managers import BaseBackgroundCallbackManager
from flask import request

from analysis.board import ENDED
from analysis.engine import Engine
from analysis.errors import StudyError
from analysis.keys import digest

from .clientside import Linker
from .ids import Ids, frame

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """A function of `analysis.work` and how a browser's wish becomes its argument.

    What comes from a browser may be forged. It names a study of this server; paths, limits and
    trust are looked up here.

    Attributes:
        name: of the function, e.g. "open_study".
        prepare: from a wish to the job's task; raises StudyError.
        end: the store that its end is told to, unique among all jobs of the application.
        newest: True if an answer is of no use any more once something else was wished for, so
            that its computation is stopped.
    """

    name: str
    prepare: Callable[[Any], dict[str, Any]]
    end: str
    newest: bool = False


def stand_in(job: Job) -> Any:
    """What Dash registers in place of a function that only workers have."""

    def placeholder(*arguments: Any) -> Any:
        raise RuntimeError(f"{job.name} runs in a worker, not here ({len(arguments)} arguments)")

    named: Any = placeholder
    named.job = job
    return named


def run_on_engine(
    app: Dash,
    stores: tuple[str, str, str],
    work: tuple[str, Callable[[Any], dict[str, Any]]],
    interval: int,
    *,
    newest: bool = False,
) -> None:
    """Register a job that a store starts, with the frame's button to cancel it.

    Args:
        stores: ids of what starts it, of its progress and of its end.
        work, newest: as `Job` has them: name and prepare.
        interval: milliseconds between two looks at how it is.
    """
    wish, progress, end = stores
    name, prepare = work
    # Several jobs share the button: it stands as long as any of them is under way. One callback
    # for both would wait for the end, which is still to come when the job begins.
    for news in ([Input(wish, "data")], [Input(end, "data"), State(wish, "data")]):
        button = Output(frame("cancel-box"), "hidden", allow_duplicate=True)
        Linker(app)("jobUnderWay", button, *news)
    app.callback(
        Output(end, "data"),
        Input(wish, "data"),
        background=True,
        progress=[Output(progress, "data")],
        cancel=[Input(frame("cancel"), "n_clicks")],
        interval=interval,
        prevent_initial_call=True,
    )(stand_in(Job(name, prepare, end, newest)))


def run_tasks(
    app: Dash,
    ids: Ids,
    tasks: Mapping[str, Callable[[Any], dict[str, Any]]],
    newest: Container[str] = (),
) -> None:
    """Register what a page has computed on demand, each task from its store "wish-..." to its
    "progress-..." and "answer-...".

    Args:
        tasks: name -> how a wish becomes the task of an `answer`.
        newest: names of those whose older answers are of no use, as of `Job`.
    """
    for name, prepare in tasks.items():
        stores = (ids(f"wish-{name}"), ids(f"progress-{name}"), ids(f"answer-{name}"))
        run_on_engine(app, stores, ("answer", prepare), 150, newest=name in newest)


class EngineManager(BaseBackgroundCallbackManager):
    """What Dash asks of jobs, answered by an `Engine` and its board."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._jobs: dict[str, Job] = {}
        self._waiting: Counter[str] = Counter()
        super().__init__(cache_by=None)

    def make_job_fn(self, fn: Any, progress: Any, key: str | None = None) -> Job | None:
        # Dash offers every background callback of the process; ours carry a job.
        found: Job | None = getattr(fn, "job", None)
        if found is not None:
            self._jobs[found.end] = found
        return found

    def build_cache_key(self, fn: Any, args: Any, cache_args_to_ignore: Any, triggered: Any) -> str:
        # By what the wish comes to, so that forged extras make no jobs of their own.
        try:
            task = fn.job.prepare(args[0])
        except StudyError as error:
            task = {"refused": str(error)}
        return digest({"job": fn.job.name, "task": task})

    def call_job_fn(self, key: str, job_fn: Job, args: Any, context: Any) -> str:
        try:
            self._engine.submit(key, job_fn.name, job_fn.prepare(args[0]))
        except StudyError as error:
            log.warning("Job %s could not be started: %s", job_fn.name, error)
            self._engine.refuse(key, str(error))
        # Dash's renderer forgets a job by its handle, so that two callbacks need two of them.
        self._waiting[key] += 1
        return f"{key}-{job_fn.end}"

    def terminate_job(self, job: str) -> None:
        # Dash also calls this when something else was wished for. What was under way then goes on,
        # because it will be looked at again, unless only the newest answer counts.
        key, _, end = job.partition("-")
        self._waiting[key] -= 1
        wanted = self._waiting[key] > 0
        if not wanted:
            del self._waiting[key]
        known = self._jobs.get(end)
        superseded = known is not None and known.newest and not wanted
        if request.args.getlist("cancelJob") or superseded:
            self._engine.cancel(key)

    def terminate_unhealthy_job(self, job: str) -> bool:
        return False

    def job_running(self, job: str) -> bool:
        return self._engine.running(job.partition("-")[0])

    def get_progress(self, key: str) -> Any:
        note = self._engine.note(key)
        return None if note is None else note.progress

    def result_ready(self, key: str) -> bool:
        note = self._engine.note(key)
        return note is not None and note.state in ENDED

    def get_result(self, key: str, job: str | None) -> Any:
        note = self._engine.note(key)
        if note is None or note.state not in ENDED:
            return self.UNDEFINED
        return {
            "state": note.state,
            "result": note.result,
            "error": note.error,
            "reference": note.reference,
        }

    def get_updated_props(self, key: str) -> dict[str, Any]:
        return {}
