"""Jobs that answer questions of the questions' table, several in a row, and calls that cannot wait.

Like all of `work`, it runs in a worker process, with TensorFlow.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

import numpy as np

from . import kernels, responses
from .board import Desk
from .errors import Cancelled, ParameterError, StudyError
from .home import Home
from .opening import Clock
from .shelf import load, open_bench, open_source
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
    "boundary map": "Laying samples out",
    "territory": "Asking what is decided where",
    "other territory": "Asking the other network",
    "trust": "Round trips",
    "pockets": "Looking for pockets",
    "lam sweep": "Trying shares",
    "tour axes": "Looking for principal axes",
    "tour cloud": "Taking activations",
    "tour frame": "Turning layers towards each other",
    "tour plane": "Separating classes",
    "tour views": "Drawing by other methods",
    "losses": "Losses",
    "attack": "Attacking",
    "attack cloud": "Following attacked samples",
    "ranking": "Ranking samples",
    "filters": "Freezing filters",
    "frozen": "Asking without some filters",
    "flipping": "Looking for filters",
    "robustness": "Attacking further and further",
}

_WORK = {
    "boundary map": 25.0,
    "territory": 3.0,
    "trust": 10.0,
    "pockets": 0.2,
    "tour frame": 0.05,
    "tour views": 2.0,
}
"""What a question takes on average beside others of its job, 1 for what is not here: so that what
is left can be told from what is done."""


def answer(desk: Desk, task: dict[str, Any]) -> dict[str, Any]:
    """Answer questions, study by study, in their order; one that fails leaves the others alone,
    and a study that cannot be opened leaves the other steps alone.

    Names may come again from step to step. A name by itself is that of the first step that asks
    for it: it is either in `done`, with that step's answer, or in `failed`. What fails beyond is
    there as "step 2: name". The desk is told both as far as they are: [{"done", "failed",
    "fraction", "text", "left"}].

    Args:
        task: {"steps": [{"source", "other": source or None, "questions": [{"name", "question",
            "parameters"}]}], "budget"}.
    Returns: {"steps": [{name: {"key", "facts"}}], every step's own answers; "done": {name: {"key",
        "facts"}}; "failed": {name: reason}}.
    Raises: StudyError if none of the studies can be opened, as that of a single step: the reason
        of the first.
    """
    steps = task["steps"]
    progress = _Progress(desk, steps)
    closed = []
    for number, step in enumerate(steps):
        source = Source(**step["source"])
        where = "" if len(steps) == 1 or source.epoch is None else f"epoch {source.epoch}: "
        try:
            bench = _bench(desk, step, task["budget"], progress)
        except Cancelled:
            raise
        except StudyError as error:
            log.warning("Step %s cannot be opened: %s", number + 1, error)
            closed.append(error)
            progress.passed_over(number, str(error))
            continue
        for asked in step["questions"]:
            name, question = asked["name"], asked["question"]
            progress.begin(where, _SAYING.get(question, question))
            try:
                found = _answer(bench, question, asked["parameters"])
            except Cancelled:
                raise
            except StudyError as error:
                log.warning("%s%s cannot be answered: %s", where, question, error)
                progress.fail(number, name, str(error))
            else:
                progress.answer(number, name, found)
    if closed and len(closed) == len(steps):
        raise closed[0]
    return {"steps": progress.steps, "done": progress.done, "failed": progress.failed}


def _answer(bench: Workbench, question: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Where an answer lies, and its facts; what is kept is not read whole for them."""
    key = bench.address(question, **parameters)
    facts = bench.store.facts(key)
    if facts is None:
        facts = bench.ask(question, **parameters).facts
    return {"key": key, "facts": facts}


def _bench(desk: Desk, step: Mapping[str, Any], budget: int, progress: _Progress) -> Workbench:
    """A workbench on the step's study, and on the second one if it names one."""
    store = DiskStore(desk.home)
    benches = []
    for fields in (step["source"], step["other"]):
        if fields is None:
            continue
        source = Source(**fields)
        open_source(desk.home, store, source, silent, desk.check)
        bench = open_bench(desk.home, store, source, budget=budget, report=progress.report)
        benches.append(bench)
    benches[0].other = benches[1] if len(benches) > 1 else None
    return benches[0]


class _Progress:
    """How far `answer` is, and what there is."""

    def __init__(self, desk: Desk, steps: Sequence[Mapping[str, Any]]) -> None:
        self._desk = desk
        self._names = [[asked["name"] for asked in step["questions"]] for step in steps]
        work = [_WORK.get(asked["question"], 1.0) for step in steps for asked in step["questions"]]
        self._before = list(accumulate(work or [1.0], initial=0.0))
        self._begun, self._part = -1, 0.0
        self._where = self._text = ""
        self._clock = Clock()
        self._first: dict[str, int] = {}
        for number, names in enumerate(self._names):
            self._first = dict.fromkeys(names, number) | self._first
        self.steps: list[dict[str, Any]] = [{} for _ in steps]
        self.done: dict[str, Any] = {}
        self.failed: dict[str, str] = {}

    def answer(self, step: int, name: str, found: dict[str, Any]) -> None:
        self.steps[step][name] = found
        if self._first[name] == step:
            self.done[name] = found

    def fail(self, step: int, name: str, reason: str) -> None:
        first = self._first[name] == step
        self.failed[name if first else f"step {step + 1}: {name}"] = reason

    def passed_over(self, step: int, reason: str) -> None:
        """No question of a step can be asked."""
        for name in self._names[step]:
            self.fail(step, name, reason)
        self._begun += len(self._names[step])
        self._part = 1.0
        self._say(now=True)

    def begin(self, where: str, text: str) -> None:
        self._begun += 1
        self._part = 0.0
        self._where, self._text = where, text
        self._say(now=True)

    def report(self, fraction: float, text: str = "") -> None:
        # A question may ask others on its way, each of which begins at nothing.
        self._part = max(self._part, fraction)
        self._text = text or self._text
        self._say(now=False)

    def _say(self, *, now: bool) -> None:
        before, after = self._before[max(0, self._begun) :][:2]
        share = (before + (after - before) * self._part) / self._before[-1]
        state = {
            "done": dict(self.done),
            "failed": dict(self.failed),
            "fraction": share,
            "text": self._where + self._text,
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


def filter_weights(home: Home, task: dict[str, Any]) -> dict[str, Any]:
    """What a filter has learnt.

    Args:
        task: {"source", "layer", "filter"}.
    Returns: what `kernels.told` says, and "values": all of them, one after the other, as float32
        bytes.
    Raises: as `kernels.of`.
    """
    network, _ = load(home, Source(**task["source"]), silent)
    found = kernels.of(network, task["layer"], task["filter"])
    return {**kernels.told(found), "values": b"".join(one.values.tobytes() for one in found)}


def attacked_maps(home: Home, task: dict[str, Any]) -> bytes:
    """What every layer makes of an attacked sample at some steps, on average; as `sample_maps`.

    Args:
        task: {"source", "key" of the attack, "row", "steps"}.
    Raises: ParameterError if the attack is not kept any more.
    """
    network, _ = load(home, Source(**task["source"]), silent)
    way = DiskStore(home).row(task["key"], "x", task["row"])
    if way is None:
        raise ParameterError("This attack is not kept any more. Make it again on the Attack page.")
    (name,) = network.input_shapes
    steps = list(task["steps"])
    values = responses.of_samples(network, {name: way[steps]}, range(len(steps)), silent)
    return np.asarray(values, np.float32).tobytes()
