"""The questions that a workbench answers, by name.

An answer is named by text and imported when it is computed: its module may need TensorFlow or
numba, and whoever only looks up addresses, as the web process does, must not pay for them.

The version stands in the address of every answer: raise it when the numbers change.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .types import Result

if TYPE_CHECKING:
    from .workbench import Workbench

Answer = Callable[..., Result]
"""Takes a `Workbench` (for network, data, report and other questions) and the parameters."""


@dataclass(frozen=True)
class Question:
    """How one question is answered.

    Attributes:
        version: rises when the numbers change.
        answer: "module:function".
        about_data: True if the network has no part in it, so that all networks share the answer.
    """

    version: int
    answer: str
    about_data: bool = False

    def compute(self, bench: Workbench, **parameters: Any) -> Result:
        module, _, name = self.answer.partition(":")
        answer: Answer = getattr(importlib.import_module(module), name)
        return answer(bench, **parameters)


QUESTIONS = {
    "predictions": Question(version=1, answer="analysis.answers:predictions"),
    "ranking": Question(version=1, answer="analysis.answers:ranking"),
    "thumbnails": Question(version=2, answer="analysis.answers:thumbnails", about_data=True),
    "order": Question(version=1, answer="analysis.answers:order"),
    "glyph": Question(version=1, answer="analysis.answers:glyph"),
    "points": Question(version=1, answer="analysis.representations:points"),
    "columns": Question(version=1, answer="analysis.representations:columns"),
    "features": Question(version=1, answer="analysis.representations:features"),
    "overview": Question(version=1, answer="analysis.representations:overview"),
    "fields": Question(version=1, answer="analysis.representations:fields"),
    "correlates": Question(version=1, answer="analysis.relations:correlates"),
    "aligned": Question(version=2, answer="analysis.relations:aligned"),
    "between": Question(version=2, answer="analysis.relations:between"),
    "mean maps": Question(version=1, answer="analysis.responses:mean_maps"),
    "class maps": Question(version=1, answer="analysis.responses:class_maps"),
    "boundary map": Question(version=3, answer="analysis.map_answers:boundary_map"),
    "fisher distances": Question(version=3, answer="analysis.map_answers:distances"),
    "plain layout": Question(version=3, answer="analysis.map_answers:plain"),
    "territory": Question(version=3, answer="analysis.map_answers:decided"),
    "other territory": Question(version=3, answer="analysis.map_answers:decided_by_other"),
    "trust": Question(version=3, answer="analysis.map_answers:trusted"),
    "pockets": Question(version=3, answer="analysis.map_answers:pockets_of"),
    "lam sweep": Question(version=3, answer="analysis.map_answers:sweep"),
    "tour axes": Question(version=1, answer="analysis.tour_answers:axes"),
    "tour cloud": Question(version=2, answer="analysis.tour_answers:cloud"),
    "tour frame": Question(version=1, answer="analysis.tour_answers:frame"),
    "attack": Question(version=2, answer="analysis.attack_answers:way"),
    "attack cloud": Question(version=1, answer="analysis.attack_answers:cloud"),
    "robustness": Question(version=1, answer="analysis.attack_answers:withstood"),
    "filters": Question(version=1, answer="analysis.filter_answers:filters"),
    "frozen": Question(version=2, answer="analysis.filter_answers:frozen"),
    "flipping": Question(version=2, answer="analysis.filter_answers:flipping"),
    "losses": Question(version=1, answer="analysis.tour_answers:losses"),
    "tour plane": Question(version=2, answer="analysis.tour_answers:separating"),
    "tour views": Question(version=1, answer="analysis.comparison_answers:views"),
}
