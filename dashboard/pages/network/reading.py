"""How to read the pictures of a network, in words."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

TEXTS = (
    (
        "Pictures",
        "Every picture holds all samples, one pixel each, laid along a curve so that samples which "
        "the operation treats alike lie side by side. Regions of one colour are classes that it "
        "keeps together; salt and pepper are samples that it mixes.",
    ),
    (
        "Separation",
        "The number below: the share of neighbouring pixels that belong to the same class. By "
        "chance it is near one over the number of classes; 1 is out of reach, because the rim of "
        "a picture has no neighbours.",
    ),
    (
        "A / B",
        "A colour for where this network and the one beside say different things: blue where only "
        "this one is right, orange where only the other is. A network without some of its filters "
        "(Freeze, on the Compare page) can stand beside the whole one.",
    ),
    (
        "Distance, Activations",
        "How alike two samples are: the distance between their activations, taken as they are, "
        "standardised per feature, or scaled to unit length per sample.",
    ),
    (
        "Fill",
        "exact: a rectangle without a hole. gap: a square of a power of two, with a hole at both "
        "ends of the curve, as in the original paper. resample: that square without a hole, some "
        "samples shown twice, so that scores are a little higher.",
    ),
)

_MARKS = {
    "input": "input",
    "convolution": "convolution",
    "activation": "activation",
    "pooling": "pooling",
    "normalisation": "normalisation",
    "reshape": "reshape",
    "merge": "join",
    "dense": "dense",
    "attention": "attention",
    "recurrent": "recurrent",
    "output": "prediction",
}
"""Kinds of operations that have a mark of their own, and their names in the key."""


def marks() -> Component:
    """A key to the marks of the operations."""
    return html.Div(
        [
            html.Span([html.I(className=f"kind {kind}"), name], className="mark")
            for kind, name in _MARKS.items()
        ],
        className="marks",
    )
