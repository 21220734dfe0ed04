"""What all pages share: header, rail, selection bar, and the stores of the session."""

from __future__ import annotations

from collections.abc import Sequence

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from ..ids import frame
from ..page import Page
from ..state import DEFAULTS
from .controls import choice, icon, icon_button, segmented

LIVE = 4000
"""Milliseconds between two looks at a training that is being recorded."""

_LOGO = "M4 17l8 4 8-4M4 12l8 4 8-4M12 3L4 7l8 4 8-4-8-4z"
_SHARE = (
    "M9 15l6-6M10.5 6.5l1.4-1.4a4.5 4.5 0 016.4 6.4L17 12.9"
    "M7 11l-1.3 1.4a4.5 4.5 0 006.4 6.4l1.4-1.4"
)
_THEME = "M12 3a9 9 0 100 18 9 9 0 000-18zM12 3v18"
_STOP = "M6 6l12 12M18 6L6 18"


def layout(
    pages: Sequence[Page], studies: dict[str, str], first: str, beside: str = ""
) -> Component:
    """The frame around every page.

    Args:
        pages: entries of the rail.
        studies: name -> title of the study picker.
        first: study that opens when the link names none.
        beside: study whose network then stands beside it, "" for none.
    """
    return dmc.MantineProvider(
        id=frame("provider"),
        theme={"primaryColor": "blue", "fontFamily": "var(--font)", "defaultRadius": "sm"},
        children=html.Div(
            [
                *_stores({"study": first, "b": beside}),
                *(store for page in pages for store in page.stores()),
                html.A("Skip to the picture", href="#page", className="skip"),
                _header(studies, first),
                _rail(pages),
                html.Main(
                    [
                        html.Div(id=frame("opening"), className="cover", hidden=True),
                        html.Div(id=frame("page"), className="page"),
                    ],
                    id="page",
                    className="main",
                ),
                _selection_bar(),
                html.Div(
                    "The server does not answer. What you see stays; it is taken up again as soon "
                    "as the server is back.",
                    id="offline",
                    className="offline",
                    hidden=True,
                    role="alert",
                ),
                html.Div(id="tooltip", className="tooltip", hidden=True, role="tooltip"),
                html.Div(id=frame("toast"), className="toast", role="status"),
            ],
            className="frame",
        ),
    )


def _stores(view: dict[str, str]) -> list[Component]:
    return [
        dcc.Location(id=frame("url"), refresh=False),
        dcc.Store(id=frame("view"), storage_type="session", data=DEFAULTS | view),
        # Of the study, and of the network beside it.
        *(
            dcc.Store(id=frame(f"{name}{which}"))
            for name in ("asked", "to-open", "opened", "tried", "open-progress", "study")
            for which in ("", "-b")
        ),
        dcc.Store(id=frame("selection"), data={"indices": []}),
        dcc.Store(id=frame("groups"), data=[]),
        dcc.Store(id=frame("offers")),
        dcc.Store(id=frame("scheme"), storage_type="local", data=""),
        dcc.Store(id=frame("sink")),
        # Looks whether a training that is being recorded has gone on.
        dcc.Interval(id=frame("live"), interval=LIVE, disabled=True),
    ]


def _header(studies: dict[str, str], first: str) -> Component:
    return html.Header(
        [
            html.Div([icon(_LOGO, 20), html.Span("Stratoscope")], className="brand"),
            choice(frame("study-picker"), "Study", studies, first, width=250),
            choice(
                frame("split-picker"),
                "Split",
                {"test": "test", "train": "train", "all": "all"},
                "test",
                width=84,
            ),
            html.Div(id=frame("epochs"), className="epochs", hidden=True),
            html.Div(
                [
                    html.Label("Beside", htmlFor=frame("b-picker"), className="label"),
                    dmc.Select(
                        id=frame("b-picker"),
                        data=[{"value": name, "label": text} for name, text in studies.items()],
                        placeholder="another network",
                        size="xs",
                        w=170,
                        clearable=True,
                        comboboxProps={"withinPortal": True},
                        **{"aria-label": "Network B, shown beside the study's own"},
                    ),
                ],
                className="choice",
            ),
            html.Div(id=frame("summary"), className="summary"),
            html.Div(
                [
                    html.Div(id=frame("jobs"), className="jobs", **{"aria-live": "polite"}),
                    html.Span(
                        icon_button(frame("cancel"), _STOP, "Cancel this computation"),
                        id=frame("cancel-box"),
                        hidden=True,
                    ),
                    icon_button(frame("share"), _SHARE, "Copy a link to this view"),
                    icon_button(frame("theme"), _THEME, "Light or dark"),
                ],
                className="tools",
            ),
        ],
        className="header",
    )


def _rail(pages: Sequence[Page]) -> Component:
    return html.Nav(
        [
            dcc.Link(
                [icon(page.icon, 22), html.Span(page.title)],
                href=page.path,
                className="rail-link",
                id=frame(f"rail-{page.title.lower()}"),
            )
            for page in pages
        ],
        className="rail",
        **{"aria-label": "Pages"},
    )


def _selection_bar() -> Component:
    def button(name: str, text: str) -> Component:
        return dmc.Button(
            text, id=frame(name), size="compact-xs", variant="default", n_clicks=0, disabled=True
        )

    return html.Footer(
        [
            html.Div(id=frame("selected"), className="selected", **{"aria-live": "polite"}),
            html.Div(
                segmented(
                    frame("how"),
                    {
                        "replace": "New",
                        "add": "Add",
                        "subtract": "Subtract",
                        "intersect": "Intersect",
                    },
                    "replace",
                ),
                title="What the next pick does to the selection. "
                "Shift adds, Alt subtracts, Shift + Alt intersects.",
            ),
            html.Div(id=frame("strip"), className="strip", tabIndex=0),
            html.Div(
                [
                    dmc.TextInput(
                        id=frame("group-name"),
                        placeholder="Name this group",
                        size="xs",
                        w=124,
                        value="",
                        **{"aria-label": "Name of the group"},
                    ),
                    button("group-save", "Save group"),
                    dmc.Select(
                        id=frame("group-picker"),
                        placeholder="Groups",
                        data=[],
                        size="xs",
                        w=120,
                        clearable=True,
                        allowDeselect=False,
                        **{"aria-label": "Saved groups"},
                    ),
                    button("group-delete", "Delete"),
                    button("selection-csv", "CSV"),
                    button("selection-clear", "Clear"),
                ],
                className="bar-tools",
            ),
        ],
        className="bar",
        **{"aria-label": "Selection"},
    )
