"""The confusion matrix as a Plotly figure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from analysis.types import Array

from ..theme import FONT, GROUND, INK, LINE, QUIET, Scheme, scale

_NUMBERS = 20
"""Up to so many classes every cell carries its number."""


def confusion(counts: Array, names: Sequence[str], scheme: Scheme = "light") -> go.Figure:
    """How many samples of every true class were given which class.

    Mistakes share one scale and the diagonal another, or the correct answers of a good network
    would wash every mistake out.

    Args:
        counts: (c, c) int; rows are true classes, columns predicted ones.
        names: one per class.
    """
    counts = np.asarray(counts)
    classes = len(names)
    right = np.eye(classes, dtype=bool)
    top_right = max(1, int(counts[right].max(initial=0)))
    top_wrong = max(1, int(counts[~right].max(initial=0)))
    shade = np.where(right, counts / top_right, np.sqrt(counts / top_wrong) * 0.8)
    text = [[_number(count) for count in row] for row in counts] if classes <= _NUMBERS else None
    figure = go.Figure(
        go.Heatmap(
            z=shade,
            text=text,
            customdata=counts.tolist(),
            texttemplate="%{text}" if text is not None else None,
            textfont={"size": 9.5 if top_right < 1000 else 8.5},
            zmin=0,
            zmax=1,
            colorscale=scale(scheme),
            showscale=False,
            xgap=1,
            ygap=1,
            hovertemplate="true %{y}, predicted %{x}<br>%{customdata} samples<extra></extra>",
            x=list(range(classes)),
            y=list(range(classes)),
        )
    )
    axis = {
        "tickmode": "array",
        "tickvals": list(range(classes)),
        "ticktext": [_short(name) for name in names],
        "showgrid": False,
        "zeroline": False,
        "ticks": "",
        "tickfont": {"size": 10},
        "linecolor": LINE[scheme],
        "fixedrange": True,
    }
    if classes > 2 * _NUMBERS:
        axis |= {"tickmode": "auto", "nticks": 10}
    figure.update_layout(
        template="none",
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": FONT, "size": 11, "color": INK[scheme]},
        xaxis=axis
        | {
            "title": _title("predicted class", scheme),
            "automargin": True,
            "tickangle": -60 if max(map(len, names)) > 2 else 0,
        },
        yaxis=axis
        | {"title": _title("true class", scheme), "autorange": "reversed", "automargin": True},
        hoverlabel={"font": {"family": FONT}},
    )
    return figure


def frequent(counts: Array, limit: int = 8) -> list[tuple[int, int, int]]:
    """The commonest mistakes: (true class, predicted class, samples), most frequent first."""
    counts = np.asarray(counts)
    mistakes = counts * ~np.eye(len(counts), dtype=bool)
    flat = np.argsort(-mistakes, axis=None, kind="stable")[:limit]
    pairs = zip(*np.unravel_index(flat, counts.shape), strict=True)
    return [(int(t), int(p), int(counts[t, p])) for t, p in pairs if mistakes[t, p] > 0]


def _title(text: str, scheme: Scheme) -> dict[str, object]:
    return {"text": text, "font": {"size": 11, "color": QUIET[scheme]}, "standoff": 6}


def _number(count: int) -> str:
    """As short as a cell is small."""
    if count < 10_000:
        return str(count) if count else ""
    return f"{count / 1000:.0f}k"


def _short(name: str) -> str:
    return name if len(name) <= 11 else f"{name[:10]}…"


def nothing(scheme: Scheme = "light") -> go.Figure:
    """An empty picture, for a network without classes."""
    hidden = {"visible": False}
    return go.Figure(
        layout={
            "template": "none",
            "height": 40,
            "xaxis": hidden,
            "yaxis": hidden,
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": GROUND[scheme],
        }
    )
