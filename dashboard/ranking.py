"""Which samples to look at first: what the Compare page asks for."""

from __future__ import annotations

from typing import Any

from analysis.errors import ParameterError
from analysis.priorities import SCORES

from .attacks import check_classifies
from .clouds import asked_of, opened
from .studies import Studies, cut

NAMES = {
    "gini": "DeepGini",
    "margin": "Margin",
    "entropy": "Entropy",
    "disagreement": "Disagreement of A and B",
}
"""Scores, and what people call them."""


def ranking_task(studies: Studies, wish: Any) -> dict[str, Any]:
    """Samples in the order in which they should be looked at: {"score"}, and with "disagreement"
    {"b": the wish of the network beside}.

    Raises: ParameterError.
    """
    source, card = opened(studies, wish)
    check_classifies(card)
    score = wish.get("score")
    if score in SCORES:
        return asked_of(studies, source, {"ranking": ("ranking", {"score": score, "other": ""})})
    if score != "disagreement":
        raise ParameterError(f"There is no score {cut(score)}; choose {', '.join(NAMES)}.")
    second, beside = opened(studies, wish.get("b"))
    check_classifies(beside)
    about = {"score": score, "other": beside.study.network}
    return asked_of(studies, source, {"ranking": ("ranking", about)}, second)
