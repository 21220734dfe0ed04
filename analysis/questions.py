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
    version: int
    answer: str

    def compute(self, bench: Workbench, **parameters: Any) -> Result:
        module, _, name = self.answer.partition(":")
        answer: Answer = getattr(importlib.import_module(module), name)
        return answer(bench, **parameters)


QUESTIONS = {
    "predictions": Question(version=1, answer="analysis.answers:predictions"),
    "thumbnails": Question(version=1, answer="analysis.answers:thumbnails"),
    "order": Question(version=1, answer="analysis.answers:order"),
    "glyph": Question(version=1, answer="analysis.answers:glyph"),
}
