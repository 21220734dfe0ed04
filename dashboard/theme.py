"""Colours and type that figures made on the server share with the style sheet.

`assets/theme.css` holds the same values as variables; a test holds them together.
"""

from __future__ import annotations

from typing import Any, Literal

Scheme = Literal["light", "dark"]

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif"

INK = {"light": "#1c2026", "dark": "#e4e7ec"}
QUIET = {"light": "#626a76", "dark": "#98a1ae"}
LINE = {"light": "#dfe3e8", "dark": "#2b3038"}
GROUND = {"light": "#ffffff", "dark": "#181b20"}

GRAPH_CONFIG: dict[str, Any] = {
    "displaylogo": False,
    "showSendToCloud": False,
    "displayModeBar": "hover",
    "modeBarButtons": [["toImage"]],
    "toImageButtonOptions": {"format": "svg", "filename": "stratoscope"},
    "responsive": True,
}
"""For every `dcc.Graph`: nothing of it may leave the machine."""


def scale(scheme: Scheme) -> list[list[Any]]:
    """A sequential scale from the ground to deep blue, for counts."""
    if scheme == "dark":
        return [[0.0, "#181b20"], [0.001, "#1d2633"], [0.35, "#235a8c"], [1.0, "#8cc8ff"]]
    return [[0.0, "#ffffff"], [0.001, "#e8f1fa"], [0.35, "#7fb2df"], [1.0, "#0b4a86"]]
