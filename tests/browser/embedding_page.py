"""The Embedding page as tests use it: opened, pointed at, and read from its plots."""

from __future__ import annotations

import base64
import io
from collections import Counter

import numpy as np
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from pointing import on_screen, stroke
from running import Server


def open_page(tab: Page, server: Server, query: str = "") -> None:
    """Open the page and wait for its plots and its whole matrix."""
    tab.goto(f"{server.url}/embedding{query}")
    expect(tab.locator("#embedding-plot-a canvas")).not_to_have_count(0, timeout=120_000)
    settled(tab)


def settled(tab: Page) -> None:
    expect(tab.locator("#embedding-subtitle-a")).to_contain_text("samples")
    expect(tab.locator("#embedding-overview-panel .overview-message")).to_be_hidden()
    expect(tab.locator("#embedding-status-a")).to_have_text("")


def plot(tab: Page) -> Locator:
    return tab.locator("#embedding-plot-a canvas").first


def place(tab: Page, x: float, y: float) -> tuple[float, float]:
    """A point of the plots, as shares of their box."""
    return on_screen(plot(tab), (x, y))


def drag(tab: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    stroke(plot(tab), start, end)


def pick(tab: Page, control: str, option: str) -> None:
    tab.locator(f"#embedding-{control}").click()
    tab.get_by_role("option", name=option, exact=True).click()


def spot(tab: Page, row: int, column: int) -> tuple[float, float]:
    """The middle of a plot, as shares of the plots' box."""
    boxes = tab.locator("#embedding-plot-a .scatter-frame rect").evaluate_all(
        """(boxes) => boxes.map((one) => {
            const { x, y, width, height } = one.getBoundingClientRect();
            return [x + width / 2, y + height / 2];
        })"""
    )
    across = sorted({x for x, _ in boxes})
    down = sorted({y for _, y in boxes})
    box = plot(tab).bounding_box()
    assert box is not None
    return (across[column] - box["x"]) / box["width"], (down[row] - box["y"]) / box["height"]


Axis = list[tuple[str, float]]


def ticks(tab: Page) -> tuple[list[Axis], list[Axis]]:
    """What stands at every column's and every row's axis: texts, and pixels of the plots' box."""
    found = tab.evaluate(
        """() => {
            const frame = document.querySelector("#embedding-plot-a .scatter-frame");
            const number = (one, name) => Number(one.getAttribute(name));
            const boxes = [...frame.querySelectorAll("rect")].map((one) =>
                ["x", "y", "width", "height"].map((name) => number(one, name)));
            const starts = (side) => [...new Set(boxes.map((box) => box[side]))];
            const groups = [0, 1].map((side) => starts(side).map(() => []));
            for (const text of frame.querySelectorAll("text.tick")) {
                const side = text.getAttribute("text-anchor") === "middle" ? 0 : 1;
                const at = number(text, "xy"[side]);
                const k = starts(side).findLastIndex((start) => start - 1 <= at);
                groups[side][k].push([text.textContent, at]);
            }
            return groups;
        }"""
    )
    columns, rows = found
    return columns, rows


def scale(axis: Axis) -> tuple[float, float]:
    """Pixel of a value, as (of 0, of a unit more), from the outermost ticks of an axis."""
    (first, start), (last, end) = axis[0], axis[-1]
    values = [
        float(text.removesuffix("k")) * (1000 if "k" in text else 1) for text in (first, last)
    ]
    unit = (end - start) / (values[1] - values[0])
    return start - values[0] * unit, unit


def pixels(tab: Page) -> tuple[int, int, list[int]]:
    """The plots' pixels by rows, one number for each colour, after width and height."""
    url: str = tab.locator("#embedding-plot-a canvas").first.evaluate(
        "(canvas) => canvas.toDataURL()"
    )
    with Image.open(io.BytesIO(base64.b64decode(url.split(",")[1]))) as image:
        values = np.ascontiguousarray(image.convert("RGBA")).view("<u4")
    return values.shape[1], values.shape[0], values.ravel().tolist()


def shown(tab: Page) -> dict[int, int]:
    """The plots' pixels, in short: how many are of each colour."""
    _, _, values = pixels(tab)
    return dict(Counter(values))
