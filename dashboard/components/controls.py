"""Small controls in one style."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component


def icon(path: str, size: int = 18) -> Component:
    """A line drawing on a 24 x 24 grid, from path data; nothing is fetched."""
    return html.Span(
        className="icon",
        style={
            "width": size,
            "height": size,
            "maskImage": _svg(path),
            "WebkitMaskImage": _svg(path),
        },
        **{"aria-hidden": "true"},
    )


def _svg(path: str) -> str:
    picture = (
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' fill='none' "
        "stroke='black' stroke-width='1.7' stroke-linecap='round' stroke-linejoin='round'>"
        f"<path d='{path}'/></svg>"
    )
    return f'url("data:image/svg+xml,{picture.replace("<", "%3C").replace(">", "%3E")}")'


def icon_button(id: str, path: str, label: str, **more: Any) -> Component:
    """A button that is only a picture, with its meaning as tooltip and for screen readers."""
    return dmc.Tooltip(
        dmc.ActionIcon(
            icon(path),
            id=id,
            variant="subtle",
            color="gray",
            size="md",
            n_clicks=0,
            **{"aria-label": label},
            **more,
        ),
        label=label,
        openDelay=400,
    )


def choice(
    id: str, label: str, options: Sequence[str] | Mapping[str, str], value: str, width: int = 130
) -> Component:
    """A drop-down with its label inside the same line."""
    pairs = options.items() if isinstance(options, Mapping) else ((name, name) for name in options)
    return html.Div(
        [
            html.Label(label, htmlFor=id, className="label"),
            dmc.Select(
                id=id,
                data=[{"value": name, "label": text} for name, text in pairs],
                value=value,
                size="xs",
                w=width,
                allowDeselect=False,
                comboboxProps={"withinPortal": True},
            ),
        ],
        className="choice",
    )


def segments(id: str, label: str, options: Mapping[str, str], value: str) -> Component:
    """A row of exclusive choices."""
    return html.Div(
        [
            html.Span(label, className="label"),
            dmc.SegmentedControl(
                id=id,
                data=[{"value": name, "label": text} for name, text in options.items()],
                value=value,
                size="xs",
            ),
        ],
        className="choice",
    )
