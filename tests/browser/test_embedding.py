"""The journey of somebody who looks at what a layer makes of the digits, feature by feature."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
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
    box = plot(tab).bounding_box()
    assert box is not None
    return box["x"] + box["width"] * x, box["y"] + box["height"] * y


def drag(tab: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    tab.mouse.move(*place(tab, *start))
    tab.mouse.down()
    tab.mouse.move(*place(tab, *end), steps=6)
    tab.mouse.up()


def selected(tab: Page) -> int:
    text = tab.locator("#frame-selected strong").inner_text()
    return int(text.split(" of ")[0].replace(",", ""))


def pick(tab: Page, control: str, option: str) -> None:
    tab.locator(f"#embedding-{control}").click()
    tab.get_by_role("option", name=option, exact=True).click()


def shown(tab: Page) -> dict[str, int]:
    """The plots' pixels, in short: how many are of each colour."""
    counts: dict[str, int] = tab.evaluate(
        """() => {
            const canvas = document.querySelector("#embedding-plot-a canvas");
            const { width, height } = canvas;
            const copy = Object.assign(document.createElement("canvas"), { width, height });
            const context = copy.getContext("2d", { willReadFrequently: true });
            context.drawImage(canvas, 0, 0);
            const { data } = context.getImageData(0, 0, width, height);
            const counts = {};
            for (const one of new Uint32Array(data.buffer)) counts[one] = (counts[one] ?? 0) + 1;
            return counts;
        }"""
    )
    return counts


def test_a_layer_is_shown_feature_against_feature(tab: Page, digits: Server) -> None:
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


def test_axes_are_shared_along_rows_and_columns(tab: Page, digits: Server) -> None:
    """Zooming one plot zooms its column across and its row up, and no other."""
    open_page(tab, digits, "?layer=dense0&size=3&order=stored")
    ticks = "#embedding-plot-a .scatter-frame text"
    before = tab.locator(ticks).all_text_contents()
    tab.mouse.move(*place(tab, 0.55, 0.2))  # first row, second column
    tab.mouse.wheel(0, -900)
    expect(tab.locator(ticks)).not_to_have_text(before)
    ranges = tab.evaluate(
        """() => [...document.querySelectorAll("#embedding-plot-a .scatter-frame text")]
            .map((text) => [text.textContent, text.getAttribute("x"), text.getAttribute("y")])"""
    )
    assert len(ranges) > 10
    tab.locator("#embedding-reset").click()
    expect(tab.locator(ticks)).to_have_text(before)


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
    drag(tab, (0.3, 0.3), (0.7, 0.6))
    caught = tab.evaluate("Array.from(window.stratoscope.workspace.selected)")
    columns = tab.evaluate(
        """async () => {
            const { workspace } = window.stratoscope;
            const layer = workspace.study.layers.find(({ name }) => name === "dense0");
            const link = performance.getEntriesByType("resource").map(({ name }) => name);
            const url = link.find((name) => name.includes("/columns/"));
            const key = url.split("/columns/")[1].split("/")[0];
            const { values } = await workspace.columns(key, [0, 1]);
            const n = workspace.study.n;
            return [Array.from(values.subarray(0, n)), Array.from(values.subarray(n)), layer.shape];
        }"""
    )
    x, y, shape = columns
    assert shape == [64]
    inside = set(caught)
    assert 0 < len(inside) < 625
    low_x, high_x = min(x[k] for k in inside), max(x[k] for k in inside)
    low_y, high_y = min(y[k] for k in inside), max(y[k] for k in inside)
    held = {k for k in range(625) if low_x <= x[k] <= high_x and low_y <= y[k] <= high_y}
    assert held == inside, "a box in the plot is a box of the two features"


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
        if tab.locator("#tooltip").is_visible():
            tab.wait_for_timeout(50)
            return
    raise AssertionError("no point was found under the pointer")


def test_feature_maps_lead_back_to_features(tab: Page, digits: Server) -> None:
    open_page(tab, digits)
    tab.locator(".row", has=tab.locator(".class[data-class='1']")).hover()
    tab.get_by_label("Mean feature maps of 1", exact=True).click()
    expect(tab.locator("#embedding-maps")).to_contain_text("Mean of class 1")
    tab.locator("#embedding-maps").get_by_role("button", name="conv0", exact=True).click()
    expect(tab.locator("#embedding-title-a")).to_have_text("conv0: 8 x 8 x 16")
    settled(tab)
    maps = tab.locator("#embedding-maps canvas").nth(1)
    maps.scroll_into_view_if_needed()
    box = maps.bounding_box()
    assert box is not None
    tab.mouse.click(box["x"] + box["width"] - 12, box["y"] + 12)
    expect(tab).to_have_url(re.compile(r"row=(\d+)&column=\1(&|$)"))


def test_features_are_listed_and_lead_to_their_plot(tab: Page, digits: Server) -> None:
    open_page(tab, digits, "?layer=dense0")
    tab.get_by_role("tab", name="Features").click()
    rows = tab.locator("#embedding-features .feature-rows .feature")
    expect(rows).to_have_count(64)
    values = [text for text in rows.locator(".bar-value").all_inner_texts() if text != "dead"]
    numbers = [float(value) for value in values]
    assert numbers == sorted(numbers, reverse=True)
    rows.nth(20).click()
    expect(tab).to_have_url(re.compile("row=20&column=20"))


def test_earlier_features_stand_across(tab: Page, digits: Server) -> None:
    open_page(tab, digits, "?layer=dense1")
    tab.get_by_role("tab", name="Earlier").click()
    tab.get_by_role("button", name=re.compile("Rank earlier features by #0 of dense1")).click()
    first = tab.locator("#embedding-earlier .feature").first
    expect(first).to_be_visible()
    assert abs(float(first.locator(".bar-value").inner_text())) > 0.4
    layer = first.locator(".feature-name").inner_text().split(" ")[0]
    first.click()
    expect(tab).to_have_url(re.compile(f"form=across&across={layer}"))
    expect(tab.locator("#embedding-subtitle-a")).to_contain_text(f"of {layer} across")


def test_a_network_beside(tab: Page, digits: Server) -> None:
    """The untrained network beside the finished one, then turned towards it."""
    open_page(tab, digits, "?layer=dense0&b=digits&bepoch=0")
    expect(tab.locator("#embedding-subtitle-b")).to_contain_text("625 of 625 test samples")
    tab.get_by_role("tab", name="A and B").click()
    tab.get_by_role("button", name="Correlate A's features with B's").click()
    pair = tab.locator("#embedding-pair")
    expect(pair).to_contain_text(re.compile(r"Linear CKA \.\d\d"))
    expect(pair.locator("canvas")).to_be_visible()
    tab.locator("#embedding-pane-b label", has_text="Turn to A").click()
    expect(tab).to_have_url(re.compile("align=1"))
    expect(tab.locator("#embedding-plot-b .scatter-frame")).to_contain_text("≈")
    drag(tab, (0.35, 0.1), (0.46, 0.22))
    assert 0 < selected(tab) < 625
    tab.locator(".header .mantine-InputClearButton-root").click()
    expect(tab.locator("#embedding-pane-b")).to_be_hidden()


def test_a_training_is_played_on_axes_that_hold_still(tab: Page, digits: Server) -> None:
    open_page(tab, digits, "?layer=dense1")
    expect(tab.locator("#frame-epochs")).to_contain_text("epoch 30 of 30")
    tab.get_by_label("Previous epoch").click()
    expect(tab.locator("#frame-epochs")).to_contain_text("epoch 29 of 30")
    expect(tab).to_have_url(re.compile("epoch=29"))
    ticks = "#embedding-plot-a .scatter-frame text"
    expect(tab.locator("#frame-jobs")).to_have_text("", timeout=120_000)
    tab.wait_for_function("() => !window.stratoscope.workspace.busy.size", timeout=120_000)
    held = tab.locator(ticks).all_text_contents()
    before = shown(tab)
    player = tab.get_by_label("Play the training")
    player.click()
    tab.wait_for_function("() => window.stratoscope.workspace.view.epoch === null", timeout=60_000)
    expect(player).to_have_attribute("aria-pressed", "false")  # at its end it stops by itself
    player.click()
    tab.wait_for_function("() => window.stratoscope.workspace.study.epoch === 3", timeout=60_000)
    player.click()
    settled(tab)
    assert tab.locator(ticks).all_text_contents() == held
    assert shown(tab) != before
    expect(tab.locator("#frame-summary")).to_contain_text("accuracy")


def test_three_features_as_a_cloud(tab: Page, digits: Server) -> None:
    open_page(tab, digits, "?layer=dense0")
    tab.get_by_text("3-D", exact=True).click()
    expect(tab.locator("#embedding-plot-a canvas.cloud")).to_be_visible()
    expect(tab.locator("#embedding-subtitle-a")).to_contain_text(
        re.compile(r"#\d+, #\d+, #\d+ of 64 features")
    )
    tab.wait_for_timeout(200)
    before = shown(tab)
    drag(tab, (0.4, 0.5), (0.6, 0.6))
    assert shown(tab) != before
    assert selected(tab) == 0, "dragging turns"
    pick(tab, "axis-y", "#7")
    expect(tab).to_have_url(re.compile(r"axes=\d+%2C7%2C\d+"))
    expect(tab.locator("#embedding-subtitle-a")).to_contain_text(
        re.compile(r"#\d+, #7, #\d+ of 64")
    )
    tab.get_by_text("Lasso", exact=True).click()
    drag(tab, (0.3, 0.3), (0.7, 0.7))
    tab.mouse.move(5, 5)
    tab.get_by_text("Rectangle", exact=True).click()
    drag(tab, (0.2, 0.2), (0.8, 0.8))
    assert selected(tab) > 0


def test_what_can_be_taken_away(tab: Page, digits: Server) -> None:
    open_page(tab, digits, "?layer=dense0&size=2&order=stored")
    rows = download(tab, "Points of these plots (CSV)")
    assert rows[0] == ["sample", "position", "true_class", "dense0 0", "dense0 1"]
    assert len(rows) == 626
    features = download(tab, "All features (CSV)")
    assert len(features) == 65
    for item in ("Plots (PNG)", "Whole matrix (PNG)"):
        assert saved(tab, item).read_bytes().startswith(b"\x89PNG")


def saved(tab: Page, item: str) -> Path:
    tab.locator(".embedding").get_by_role("button", name="Download").click()
    with tab.expect_download() as download:
        tab.get_by_role("menuitem", name=item).click()
    return Path(download.value.path())


def download(tab: Page, item: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(saved(tab, item).read_text(encoding="utf-8"))))


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
