"""Jobs that answer questions of the questions' table, several in a row, and calls that cannot wait.

Like all of `work`, it runs in a worker process, with TensorFlow.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import numpy as np

from . import responses
from .board import Desk
from .errors import Cancelled, StudyError
from .home import Home
from .opening import Clock
from .shelf import load, open_source
from .store import DiskStore
from .types import Source, silent
from .workbench import Workbench

log = logging.getLogger(__name__)

_SAYING = {
    "points": "Choosing points",
    "columns": "Taking activations",
    "features": "Looking at features",
    "fields": "Receptive fields",
    "overview": "Drawing the whole matrix",
    "correlates": "Correlating",
    "aligned": "Turning",
    "between": "Correlating",
    "mean maps": "Taking the mean",
    "class maps": "Taking the means of all classes",
}


def answer(desk: Desk, task: dict[str, Any]) -> dict[str, Any]:
    """Answer questions, study by study, in their order; one that fails leaves the others alone.

    Tells the desk [{"done", "failed", "fraction", "text", "left"}]; `done` as below.

    Args:
        task: {"steps": [{"source", "other": source or None, "questions": [{"name", "question",
            "parameters"}]}], "budget"}.
    Returns: {"steps": [{name: {"key", "facts"}}], "done": those of all steps, "failed": {name:
        reason}}.
    """
    steps = task["steps"]
    progress = _Progress(desk, sum(len(step["questions"]) for step in steps))
    found = []
    for number, step in enumerate(steps):
        source = Source(**step["source"])
        where = "" if len(steps) == 1 or source.epoch is None else f"epoch {source.epoch}: "
        bench = _bench(desk, step, task["budget"], progress)
        answers: dict[str, Any] = {}
        for asked in step["questions"]:
            name, question = asked["name"], asked["question"]
            progress.begin(f"{where}{_SAYING.get(question, question)}")
            try:
                result = bench.ask(question, **asked["parameters"])
            except Cancelled:
                raise
            except StudyError as error:
                log.warning("%s cannot be answered: %s", question, error)
                progress.failed[name] = str(error)
            else:
                key = bench.address(question, **asked["parameters"])
                answers[name] = {"key": key, "facts": result.facts}
                if number == 0:
                    progress.done[name] = answers[name]
        found.append(answers)
    merged = {name: one for answers in found for name, one in answers.items()}
    return {"steps": found, "done": merged, "failed": progress.failed}


def _bench(desk: Desk, step: Mapping[str, Any], budget: int, progress: _Progress) -> Workbench:
    """A workbench on the step's study, and on the second one if it names one."""
    store = DiskStore(desk.home)
    benches = []
    for fields in (step["source"], step["other"]):
        if fields is None:
            continue
        source = Source(**fields)
        open_source(desk.home, store, source, silent, desk.check)
        network, data = load(desk.home, source, silent)
        benches.append(Workbench(network, data, store, budget=budget, report=progress.report))
    benches[0].other = benches[1] if len(benches) > 1 else None
    return benches[0]


class _Progress:
    """How far `answer` is: a question is a step, whatever it takes."""

    def __init__(self, desk: Desk, total: int) -> None:
        self._desk, self._total = desk, max(1, total)
        self._begun, self._part = -1, 0.0
        self._text = ""
        self._clock = Clock()
        self.done: dict[str, Any] = {}
        self.failed: dict[str, str] = {}

    def begin(self, text: str) -> None:
        self._begun += 1
        self._part = 0.0
        self._text = text
        self._say(now=True)

    def report(self, fraction: float, text: str = "") -> None:
        # A question may ask others on its way, each of which begins at nothing.
        self._part = max(self._part, fraction)
        self._say(now=False)

    def _say(self, *, now: bool) -> None:
        share = (self._begun + self._part) / self._total
        state = {
            "done": dict(self.done),
            "failed": dict(self.failed),
            "fraction": share,
            "text": self._text,
            "left": self._clock.left(share),
        }
        self._desk.tell([state], now=now)


def sample_maps(home: Home, task: dict[str, Any]) -> bytes:
    """What every layer makes of some samples on average, as float32 bytes.

    Args:
        task: {"source", "samples"}.
    """
    network, data = load(home, Source(**task["source"]), silent)
    values = responses.of_samples(network, data.inputs, task["samples"], silent)
    return np.asarray(values, np.float32).tobytes()
