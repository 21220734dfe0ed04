"""What a mouse does to a part of a page, and how many samples it selected."""

from __future__ import annotations

from playwright.sync_api import Locator, Page

Place = tuple[float, float]
"""Shares of the box of a part of the page, from its upper left corner."""


def on_screen(part: Locator, place: Place) -> tuple[float, float]:
    """Where a place is, in pixels of the window."""
    box = part.bounding_box()
    assert box is not None
    return box["x"] + box["width"] * place[0], box["y"] + box["height"] * place[1]


def stroke(part: Locator, *trail: Place) -> None:
    """Drag from place to place, with the left button held."""
    mouse, places = part.page.mouse, [on_screen(part, place) for place in trail]
    mouse.move(*places[0])
    mouse.down()
    for place in places[1:]:
        mouse.move(*place, steps=6)
    mouse.up()


def selected(tab: Page) -> int:
    text = tab.locator("#frame-selected strong").inner_text()
    return int(text.split(" of ")[0].replace(",", ""))
