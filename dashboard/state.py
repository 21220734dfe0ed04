"""What a link carries: the state of the view, one flat mapping in the URL and in the session.

`assets/lib/address.mjs` reads and writes it in the browser; a test holds both together.
"""

from __future__ import annotations

from typing import Any

DEFAULTS: dict[str, Any] = {
    "study": "",
    "split": "",
    "epoch": None,
    "layer": "",
    "colour": None,
    "simplified": False,
    "metric": "euclidean",
    "preprocessing": "none",
    "fill": "exact",
    "focus": None,
    "group": "",
    "points": None,
    "position": None,
    "order": None,
    "form": "matrix",
    "across": "",
    "xposition": None,
    "axes": "",
    "size": None,
    "row": None,
    "column": None,
    "b": "",
    "bepoch": None,
    "blayer": "",
    "align": False,
    "space": "",
    "count": None,
    "lam": None,
    "neighbours": None,
    "mindist": None,
    "distance": "fisher",
    "ground": None,
    "veil": None,
    "window": "",
    "attack": "",
    "left": "",
    "right": "",
}
"""Empty text and None mean: whatever the study suggests."""

COLOURS = {
    "class": "True class",
    "predicted": "Predicted",
    "correct": "Right / wrong",
    "relative": "Relative",
    "beside": "A / B",
}
"""Ways to colour samples, and what people call them."""

MANY_CLASSES = 20
"""Past so many classes colours cannot be told apart; relative colouring is the default then."""


def first_colour(classes: int, labelled: int) -> str:
    """How a study is coloured before anybody chooses."""
    if classes > MANY_CLASSES:
        return "relative"
    return "class" if labelled else "predicted"
