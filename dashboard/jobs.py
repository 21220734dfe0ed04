"""Dash's background callbacks on our engine: one mechanism for every long computation.

A background callback is written as a *placeholder* that names a function of `analysis.work`; the
web process never runs or imports it. Its single output is a store that receives

    {"state": "done" | "failed" | "cancelled", "result": ..., "error": ..., "reference": ...}

Callbacks with the same function and arguments share one job, whoever asks. A question that is
computed twice all the same waits for the first at the store's lock.
"""

from __future__ import annotations

import json
import logging
from typing import Any

from dash.background_callback.managers import BaseBackgroundCallbackManager
from flask import request

from analysis.board import ENDED
from analysis.engine import Engine
from analysis.errors import StudyError
from analysis.keys import digest

log = logging.getLogger(__name__)


def job(name: str) -> Any:
    """A stand-in for a function of `analysis.work`, e.g. "open_study"."""

    def placeholder(*arguments: Any) -> Any:
        raise RuntimeError(f"{name} runs in a worker, not here ({len(arguments)} arguments)")

    named: Any = placeholder
    named.job = name
    return named


class EngineManager(BaseBackgroundCallbackManager):
    """What Dash asks of jobs, answered by an `Engine` and its board."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        super().__init__(cache_by=None)

    def make_job_fn(self, fn: Any, progress: Any, key: str | None = None) -> str:
        # Dash offers every background callback of the process; ours carry a name.
        return str(getattr(fn, "job", ""))

    def build_cache_key(self, fn: Any, args: Any, cache_args_to_ignore: Any, triggered: Any) -> str:
        return digest({"job": fn.job, "arguments": json.loads(json.dumps(args))})

    def call_job_fn(self, key: str, job_fn: str, args: Any, context: Any) -> str:
        # The first argument is the source of the study; None where there is nothing to do.
        arguments = list(args) if isinstance(args, list | tuple) else [args]
        try:
            self._engine.submit(key, job_fn, *arguments)
        except StudyError as error:
            log.exception("Job %s could not be started.", job_fn)
            self._engine.refuse(key, str(error))
        return key

    def terminate_job(self, job: str) -> None:
        # Dash also calls this for a job whose page has been left; that one goes on.
        if request.args.getlist("cancelJob"):
            self._engine.cancel(job)

    def terminate_unhealthy_job(self, job: str) -> bool:
        return False

    def job_running(self, job: str) -> bool:
        return self._engine.running(job)

    def get_progress(self, key: str) -> Any:
        note = self._engine.board.read(key)
        return None if note is None else note.progress

    def result_ready(self, key: str) -> bool:
        note = self._engine.board.read(key)
        return note is not None and note.state in ENDED

    def get_result(self, key: str, job: str | None) -> Any:
        note = self._engine.board.read(key)
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
