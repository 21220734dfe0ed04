"""Small controls in one style."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

_HELP = "M12 3a9 9 0 100 18 9 9 0 000-18M9.5 9.5a2.5 2.5 0 114 2c-1 .8-1.5 1.2-1.5 2.3M12 17v.01"


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
    named = options if isinstance(options, Mapping) else {name: name for name in options}
    return html.Div(
        [
            html.Label(label, htmlFor=id, className="label"),
            dmc.Select(
                id=id,
                data=_options(named),
                value=value,
                size="xs",
                w=width,
                allowDeselect=False,
                comboboxProps={"withinPortal": True},
            ),
        ],
        className="choice",
    )


def _options(texts: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"value": name, "label": text} for name, text in texts.items()]


def segments(id: str, label: str, options: Mapping[str, str], value: str) -> Component:
    """A row of exclusive choices."""
    return html.Div(
        [
            html.Span(label, className="label"),
            segmented(id, options, value),
        ],
        className="choice",
    )


def segmented(id: str, options: Mapping[str, str], value: str) -> Component:
    """A row of exclusive choices that needs no label."""
    return dmc.SegmentedControl(id=id, data=_options(options), value=value, size="xs")


def bare_select(id: str, label: str, width: int, **more: Any) -> Component:
    """A drop-down, filled later, whose name only screen readers need."""
    settings = {"data": [], "value": "", "size": "xs", "allowDeselect": False} | more
    return dmc.Select(id=id, w=width, **settings, **{"aria-label": label})


def slider(
    id: str, label: str, span: tuple[float, float, float], value: float, width: int, **more: Any
) -> Component:
    """A slider; `span` is its lowest and highest value and its step."""
    low, high, step = span
    return dmc.Slider(
        id=id,
        min=low,
        max=high,
        step=step,
        value=value,
        size="sm",
        w=width,
        thumbLabel=label,
        **more,
    )


def number(
    id: str,
    label: str,
    value: float,
    span: tuple[float, float | None, float],
    width: int,
    *,
    debounce: int | bool = 600,
) -> Component:
    """A number to type; `span` is its lowest and highest value, if there is one, and its step.

    Args:
        debounce: milliseconds of rest after which it is taken; False for at once.
    """
    low, high, step = span
    limits = {} if high is None else {"max": high, "clampBehavior": "strict"}
    return html.Div(
        [
            html.Label(label, htmlFor=id, className="label"),
            dmc.NumberInput(
                id=id,
                value=value,
                min=low,
                step=step,
                size="xs",
                w=width,
                debounce=debounce,
                **limits,
            ),
        ],
        className="choice",
    )


def tools(
    help_button: Component, buttons: Sequence[Component], downloads: Mapping[str, str]
) -> Component:
    """The right end of a page's toolbar.

    Args:
        help_button: see `explained`.
        buttons: what stands between help and downloads.
        downloads: id -> text of each file that can be had.
    """
    items = [dmc.MenuItem(text, id=name, n_clicks=0) for name, text in downloads.items()]
    menu = dmc.Menu(
        [
            dmc.MenuTarget(dmc.Button("Download", size="compact-xs", variant="default")),
            dmc.MenuDropdown(items),
        ]
    )
    return html.Div([help_button, *buttons, menu], className="tools")


def explained(id: str, texts: Sequence[tuple[str, str]], width: int, *more: Component) -> Component:
    """A button that opens titled paragraphs, and `more` below them: how to read a page."""
    paragraphs = [html.P([html.Strong(f"{title}. "), text]) for title, text in texts]
    return dmc.Popover(
        [
            dmc.PopoverTarget(icon_button(id, _HELP, "How to read this")),
            dmc.PopoverDropdown(html.Div([*paragraphs, *more], className="help", tabIndex=0)),
        ],
        width=width,
        position="bottom-end",
        shadow="md",
        withArrow=True,
        trapFocus=True,
    )


def status_line(status: str, button: str) -> Component:
    """What a page says below its picture, and the button that goes on with what was cancelled."""
    return html.Div(
        [
            html.Div(id=status, className="status", role="status"),
            dmc.Button(
                "Go on",
                id=button,
                size="compact-xs",
                variant="default",
                n_clicks=0,
                className="hidden",
            ),
        ],
        className="statusline",
    )
