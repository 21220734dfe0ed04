"""The journey of somebody who looks at what a layer makes of the digits, feature by feature."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from embedding_page import (
    drag,
    open_page,
    pick,
    pixels,
    place,
    plot,
    scale,
    settled,
    shown,
    spot,
    ticks,
)
from playwright.sync_api import Page, expect
from pointing import selected, stroke
from running import Server


def test_a_layer_is_shown_feature_against_feature(tab: Page, digits: Server) -> None:
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    open_page(tab, digits)
    expect(tab.locator("#embedding-title-a")).to_have_text("prediction: 10")
    subtitle = tab.locator("#embedding-subtitle-a")
    expect(subtitle).to_contain_text(
        "625 of 625 test samples; places 1–4 up, 1–4 across of 10 features as stored"
    )
    pick(tab, "layer", "dense0")
    expect(tab.locator("#embedding-title-a")).to_have_text("dense0: 64")
    settled(tab)
    expect(subtitle).to_contain_text("by class separation")
    expect(tab).to_have_url(re.compile("layer=dense0"))
    pick(tab, "size", "8 x 8")
    expect(subtitle).to_contain_text("places 1–8 up, 1–8 across of 64 features")
    colours = shown(tab)
    assert len(colours) > 10, "points of ten classes"
    # Rows and columns of a window come together: one request for each of the three windows.
    assert len({url for url in asked if "/columns/" in url}) == 3


def test_axes_are_shared_along_rows_and_columns(tab: Page, digits: Server) -> None:
    """Zooming one plot zooms its column across and its row up, and no other."""
    open_page(tab, digits, "?layer=dense0&size=3&order=stored")
    before = ticks(tab)
    assert [len(side) for side in before] == [3, 3]
    assert all(len(axis) > 1 for side in before for axis in side)
    texts = tab.locator("#embedding-plot-a .scatter-frame text")
    words = texts.all_text_contents()
    tab.mouse.move(*place(tab, *spot(tab, 0, 1)))
    tab.mouse.wheel(0, -900)
    expect(texts).not_to_have_text(words)
    columns, rows = ticks(tab)
    assert [k for k in range(3) if columns[k] != before[0][k]] == [1], "its column across"
    assert [k for k in range(3) if rows[k] != before[1][k]] == [0], "its row up"
    tab.locator("#embedding-reset").click()
    expect(texts).to_have_text(words)
    assert ticks(tab) == before


def test_a_selection_is_the_same_everywhere(tab: Page, digits: Server) -> None:
    open_page(tab, digits, "?layer=dense0")
    drag(tab, (0.35, 0.1), (0.46, 0.22))
    chosen = selected(tab)
    assert 0 < chosen < 625
    samples = tab.evaluate("Array.from(window.stratoscope.workspace.selected)")
    expect(tab.locator("#embedding-maps")).to_contain_text(f"Mean of {chosen} selected samples")
    pick(tab, "layer", "conv1")
    settled(tab)
    assert selected(tab) == chosen
    tab.locator("#frame-rail-network").click()
    expect(tab.locator(".node")).not_to_have_count(0)
    expect(tab.locator("#legend .class")).to_have_count(10)
    assert tab.evaluate("Array.from(window.stratoscope.workspace.selected)") == samples
    tab.locator("#frame-rail-embedding").click()
    settled(tab)
    assert selected(tab) == chosen
    # A class from the legend, taken from what is selected, and back.
    tab.locator(".row", has=tab.locator(".class[data-class='3']")).hover()
    tab.get_by_label("Select 3", exact=True).click()
    threes = selected(tab)
    assert 60 <= threes <= 65
    tab.get_by_label("Select 4", exact=True).click(modifiers=["Shift"], force=True)
    assert selected(tab) > threes + 50
    tab.get_by_label("Select 3", exact=True).click(modifiers=["Alt"], force=True)
    assert selected(tab) < threes + 5
    tab.get_by_role("button", name="Clear").click()
    assert selected(tab) == 0


def test_what_a_rectangle_holds_is_what_it_shows(tab: Page, digits: Server) -> None:
    """The caught samples are those whose two values lie in the drawn part of the two axes."""
    open_page(tab, digits, "?layer=dense0&size=1&order=stored&row=1&column=0")
    (column,), (row,) = ticks(tab)
    (x0, x_unit), (y0, y_unit) = scale(column), scale(row)
    values = tab.evaluate(
        """async () => {
            const { workspace } = window.stratoscope;
            const link = performance.getEntriesByType("resource").map(({ name }) => name);
            const url = link.find((name) => name.includes("/columns/"));
            const key = url.split("/columns/")[1].split("/")[0];
            const { values, shape } = await workspace.columns(key, [0, 1]);
            return [0, 1].map((k) => Array.from(values.subarray(k * shape[1], (k + 1) * shape[1])));
        }"""
    )
    points = [(x0 + x * x_unit, y0 + y * y_unit) for x, y in zip(values[0], values[1], strict=True)]
    assert len(points) == 625
    # By the ticks alone, there is a point drawn at every sample's place, and none beside all.
    width, _, colours = pixels(tab)
    ground = Counter(colours).most_common(1)[0][0]
    inked = [colours[int(y) * width + int(x)] != ground for x, y in points]
    beside = [colours[int(y + 9) * width + int(x - 9)] != ground for x, y in points]
    assert all(inked)
    assert sum(beside) < 400
    box = plot(tab).bounding_box()
    assert box is not None
    corners = [(round(x), round(y)) for x, y in (place(tab, 0.3, 0.3), place(tab, 0.7, 0.6))]
    tab.mouse.move(*corners[0])
    tab.mouse.down()
    tab.mouse.move(*corners[1], steps=6)
    tab.mouse.up()
    caught = set(tab.evaluate("Array.from(window.stratoscope.workspace.selected)"))
    (left, top), (right, bottom) = ((x - box["x"], y - box["y"]) for x, y in corners)

    def inside(slack: float) -> set[int]:
        across, up = (left - slack, right + slack), (top - slack, bottom + slack)
        return {
            k
            for k, (x, y) in enumerate(points)
            if across[0] <= x <= across[1] and up[0] <= y <= up[1]
        }

    assert 0 < len(caught) < 625
    # The ticks' texts stand where their values are; what lies on the border to a hair may fall
    # on either side of it.
    assert inside(-0.01) <= caught <= inside(0.01)


def test_the_whole_matrix_leads_to_a_window(tab: Page, digits: Server) -> None:
    open_page(tab, digits, "?layer=dense0")
    box = tab.locator("#embedding-overview-a canvas").bounding_box()
    assert box is not None
    tab.mouse.click(box["x"] + 0.75 * box["width"], box["y"] + 0.5 * box["height"])
    expect(tab).to_have_url(re.compile(r"row=3\d&column=4\d"))
    expect(tab.locator("#embedding-subtitle-a")).to_contain_text(
        re.compile(r"places 3\d–3\d up, 4\d–\d+ across of 64")
    )
    before = tab.url
    plot(tab).focus()
    tab.keyboard.press("ArrowDown")
    expect(tab).not_to_have_url(before)
    tab.locator("#embedding-overview-a [role=slider]").focus()
    tab.keyboard.press("Home")
    expect(tab.locator("#embedding-subtitle-a")).to_contain_text("places 1–4 up")
    # Once the box would be too small to be seen, a cross stands in its place.
    pick(tab, "layer", "conv1")
    settled(tab)
    pick(tab, "points", "Unwrapped")
    expect(tab.locator("#embedding-subtitle-a")).to_contain_text(
        "of 2,048 features", timeout=60_000
    )
    expect(tab.locator(".overview-window.cross")).to_have_count(1)


def test_positions_and_receptive_fields(tab: Page, digits: Server) -> None:
    open_page(tab, digits, "?layer=conv1&order=stored&size=1&row=1&column=0")
    subtitle = tab.locator("#embedding-subtitle-a")
    expect(subtitle).to_contain_text("40,000 of 40,000 points: 625 test samples at 64 positions")
    hover_a_point(tab)
    tooltip = tab.locator("#tooltip")
    expect(tooltip).to_contain_text(re.compile(r"Sample \d+"))
    expect(tooltip).to_contain_text(re.compile(r"position \d,\d of conv1"))
    field = tooltip.locator(".field")
    expect(field).to_be_visible()
    row, column = map(int, re.findall(r"position (\d),(\d)", tooltip.inner_text())[0])
    box = field.evaluate("(field) => [field.style.top, field.style.left, field.style.height]")
    top, left, height = (float(text.removesuffix("px")) / (84 / 8) for text in box)
    # Two 3 x 3 convolutions with padding see two pixels around their own.
    assert top == pytest.approx(max(0, row - 2), abs=0.01)
    assert left == pytest.approx(max(0, column - 2), abs=0.01)
    assert height == pytest.approx(min(8, row + 3) - max(0, row - 2), abs=0.01)
    tab.mouse.down()
    tab.mouse.up()
    assert selected(tab) == 1
    marks = tab.evaluate("window.stratoscope.workspace.marks")
    assert marks["positions"] == 64
    pick(tab, "points", "Strongest position")
    expect(subtitle).to_contain_text("625 of 625 test samples at their strongest position")
    pick(tab, "points", "One position")
    expect(subtitle).to_contain_text("at position 4,0")
    tab.locator("#embedding-place-row").fill("2")
    expect(subtitle).to_contain_text("at position 2,0")
    expect(tab).to_have_url(re.compile("points=position&position=16"))


def hover_a_point(tab: Page) -> None:
    """Move over the plot until a point is under the pointer."""
    for step in range(40):
        tab.mouse.move(*place(tab, 0.3 + 0.012 * step, 0.5))
        if tab.evaluate("window.stratoscope.workspace.hovered !== null"):
            expect(tab.locator("#tooltip")).to_be_visible()
            return
    raise AssertionError("no point was found under the pointer")


def test_three_features_as_a_cloud(tab: Page, digits: Server) -> None:
    open_page(tab, digits, "?layer=dense0")
    tab.get_by_text("3-D", exact=True).click()
    expect(tab.locator("#embedding-plot-a canvas.cloud")).to_be_visible()
    expect(tab.locator("#embedding-subtitle-a")).to_contain_text(
        re.compile(r"#\d+, #\d+, #\d+ of 64 features")
    )
    tab.wait_for_function(
        """() => {
            const canvas = document.querySelector("canvas.cloud");
            const { width, height } = canvas;
            const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
            return new Set(new Uint32Array(data.buffer)).size > 10;
        }""",
        polling=250,
    )
    before = shown(tab)
    drag(tab, (0.4, 0.5), (0.6, 0.6))
    turned = shown(tab)
    assert turned != before
    assert selected(tab) == 0, "dragging turns"
    tab.locator(".row", has=tab.locator(".class[data-class='3']")).hover()
    tab.get_by_label("Select 3", exact=True).click()
    tab.mouse.move(5, 5)  # a class under the pointer would stand out by itself
    assert selected(tab) > 50
    picked = shown(tab)
    assert picked != turned, "what is selected stands out"
    tab.get_by_role("button", name="Clear").click()
    assert shown(tab) == turned
    pick(tab, "axis-y", "#7")
    expect(tab).to_have_url(re.compile(r"axes=\d+%2C7%2C\d+"))
    expect(tab.locator("#embedding-subtitle-a")).to_contain_text(
        re.compile(r"#\d+, #7, #\d+ of 64")
    )
    settled(tab)
    for tool, trail in (
        ("Lasso", ((0.35, 0.3), (0.65, 0.35), (0.6, 0.7), (0.4, 0.65))),
        ("Rectangle", ((0.45, 0.45), (0.7, 0.7))),
    ):
        before, chosen = shown(tab), selected(tab)
        tab.get_by_text(tool, exact=True).click()
        stroke(plot(tab), *trail)
        tab.mouse.move(5, 5)
        assert 0 < selected(tab) < 625
        assert selected(tab) != chosen
        assert shown(tab) != before, f"what the {tool} caught stands out"


def test_a_link_shows_the_same_view(tab: Page, digits: Server) -> None:
    query = "?layer=conv0&points=strongest&order=variance&size=2&row=3&column=5&focus=4"
    open_page(tab, digits, query)
    subtitle = "places 4–5 up, 6–7 across of 16 features by variance"
    expect(tab.locator("#embedding-subtitle-a")).to_contain_text(subtitle)
    expect(tab.locator(".class[data-class='4']")).to_have_attribute("aria-pressed", "true")
    assert all(part in tab.url for part in query[1:].split("&"))


@pytest.mark.parametrize(
    "query",
    [
        "?layer=nothing&points=all&order=x&size=99&row=100000&column=7&form=x&position=999999",
        "?layer=conv0&points=position&position=999999",
        "?form=across&across=nowhere&xposition=5000",
        "?form=cloud&row=500",
    ],
)
def test_a_link_by_hand_shows_something(tab: Page, digits: Server, query: str) -> None:
    open_page(tab, digits, query)


def test_one_feature_is_a_dot_plot(tab: Page, digits: Server) -> None:
    open_page(tab, digits, "?layer=input")
    expect(tab.locator("#embedding-title-a")).to_have_text("input: 8 x 8 x 1")
    assert len(shown(tab)) > 5


def test_a_network_that_cannot_be_beside_says_why(tab: Page, digits: Server) -> None:
    open_page(tab, digits, "?b=nothing")
    expect(tab.locator("#frame-toast")).to_contain_text("no study 'nothing'")
    expect(tab.locator("#embedding-pane-b")).to_be_hidden()
