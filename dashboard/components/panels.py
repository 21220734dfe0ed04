"""What stands where a picture would be while there is none."""

from __future__ import annotations

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component


def failure(text: str, reference: str = "") -> Component:
    """A clear sentence in place of the picture; the reference finds the details in the log."""
    more = [html.P(f"Reference {reference}: the log of the server has the details.")]
    return html.Div(
        [html.H2("This did not work"), html.P(text), *(more if reference else [])],
        className="panel failure",
        role="alert",
    )


def waiting(title: str, text: str, fraction: float) -> Component:
    """Something long is under way: what, how far, how long."""
    return html.Div(
        [
            html.H2(title),
            dmc.Progress(value=100 * fraction, size="md", animated=True, w=360),
            html.P(text, className="quiet"),
        ],
        className="panel waiting",
        role="status",
    )
