"""The Boundary page as tests use it: opened, pointed at, and read from its map."""

from __future__ import annotations

import base64
import csv
import io
import re
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import numpy.typing as npt
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from pointing import Place, on_screen, stroke
from running import Server

Picture = npt.NDArray[np.int16]
"""(height, width, 4) red, green, blue and alpha of a canvas."""

NEAR = 12
"""Pixels within which a click may mean a sample."""


def open_page(tab: Page, server: Server, query: str = "") -> None:
    """Open the page and wait for its map and for all that is said of it."""
    tab.goto(f"{server.url}/boundary{query}")
    settled(tab)


def settled(tab: Page) -> None:
    expect(tab.locator("canvas.map-samples")).to_be_visible(timeout=120_000)
    expect(tab.locator("#boundary-trust")).to_contain_text("To be trusted", timeout=60_000)
    expect(tab.locator("#boundary-pockets")).not_to_contain_text("looked for last")
    expect(tab.locator("#boundary-status")).to_have_text("")
    expect(tab.locator("#frame-jobs")).to_have_text("")


def tool(tab: Page, name: str) -> None:
    tab.locator("#boundary-tool").get_by_text(name, exact=True).click()


def panel(tab: Page, name: str) -> Locator:
    """Open one of the lists beside the map."""
    tab.get_by_role("tab", name=name, exact=True).click()
    return tab.get_by_role("tabpanel", name=name)


def slide(tab: Page, name: str, *keys: str) -> None:
    """Move one of the sliders by the keyboard."""
    thumb = tab.get_by_role("slider", name=name, exact=True)
    for key in keys:
        thumb.press(key)


def pixel(tab: Page, place: Place) -> Place:
    """Where a place of the map is on the screen."""
    return on_screen(tab.locator("canvas.map-samples"), place)


def point(tab: Page, place: Place) -> str:
    """Move there; what the page says of the place."""
    tab.mouse.move(*pixel(tab, place))
    return tab.locator("#boundary-place").inner_text()


def click(tab: Page, place: Place) -> None:
    tab.mouse.click(*pixel(tab, place))


def drag(tab: Page, *trail: Place) -> None:
    stroke(tab.locator("canvas.map-samples"), *trail)
    tab.mouse.move(5, 5)


def canvas(tab: Page, layer: str) -> Picture:
    """What is drawn on one of the map's layers: "floor", "samples" or "over"."""
    return read(tab.locator(f"canvas.map-{layer}"))


def read(drawn: Locator) -> Picture:
    """What is drawn on a canvas."""
    url: str = drawn.evaluate("(canvas) => canvas.toDataURL()")
    with Image.open(io.BytesIO(base64.b64decode(url.split(",")[1]))) as image:
        return np.asarray(image.convert("RGBA"), np.int16)


def changed(one: Picture, other: Picture) -> int:
    """How many pixels differ to the eye: all, if the pictures have not the same size."""
    if one.shape != other.shape:
        return max(one[..., 0].size, other[..., 0].size)
    return int((np.abs(one - other).max(axis=2) > 3).sum())


def legend(tab: Page) -> dict[str, Picture]:
    """The colours of classes as the legend shows them: name -> red, green, blue."""
    found = tab.locator("#legend .class").evaluate_all(
        """(rows) => rows.map((row) => [
            row.querySelector(".text").textContent,
            getComputedStyle(row.querySelector(".swatch")).backgroundColor.match(/\\d+/g).map(Number),
        ])"""
    )
    return {name: np.array(colour, np.int16) for name, colour in found}


def drawn_class(colours: dict[str, Picture], ground: Picture) -> str:
    """The class in whose colour a pixel of the ground is painted, thinned with white."""

    def off(name: str) -> float:
        ray, seen = 255.0 - colours[name], 255.0 - ground[:3]
        return float(np.linalg.norm(seen - ray * (seen @ ray) / (ray @ ray)))

    return min(colours, key=off)


def free(tab: Page, across: int, down: int) -> list[Place]:
    """Places of a grid where neither sample nor marker is drawn."""
    alpha = canvas(tab, "samples")[:, :, 3]
    height, width = alpha.shape
    places = [
        ((2 * i + 1) / (2 * across), (2 * j + 1) / (2 * down))
        for j in range(down)
        for i in range(across)
    ]

    def empty(place: Place) -> bool:
        x, y = round(width * place[0]), round(height * place[1])
        return not alpha[max(0, y - NEAR) : y + NEAR, max(0, x - NEAR) : x + NEAR].any()

    return [place for place in places if empty(place)]


def window(tab: Page) -> tuple[float, float, float, float]:
    """The part of the map that is seen, as the link says it: left, right, bottom, top."""
    (text,) = parse_qs(urlsplit(tab.url).query)["window"]
    left, right, bottom, top = map(float, text.split(","))
    return left, right, bottom, top


def nudge(tab: Page) -> None:
    """Zoom out by a hair, so that the link says what is seen and nothing finer is wanted."""
    tab.mouse.move(*pixel(tab, (0.5, 0.5)))
    tab.mouse.wheel(0, 20)
    tab.mouse.move(5, 5)
    expect(tab).to_have_url(re.compile("window="))


def on_map(tab: Page, place: Place) -> tuple[float, float]:
    """Coordinates of a place, by the link."""
    left, right, bottom, top = window(tab)
    return left + place[0] * (right - left), top - place[1] * (top - bottom)


def saved(tab: Page, item: str) -> Path:
    tab.locator(".boundary").get_by_role("button", name="Download").click()
    with tab.expect_download() as download:
        tab.get_by_role("menuitem", name=item).click()
    return Path(download.value.path())


def table(tab: Page, item: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(saved(tab, item).read_text(encoding="utf-8"))))


def poll(tab: Page, met: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for something that is only seen in pixels."""
    end = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < end, "it did not come about"
        tab.wait_for_timeout(50)


def markers(tab: Page) -> Locator:
    return tab.locator("#boundary-markers section.marker")
