"""The journey of somebody who starts the embedded demo and looks around."""

from __future__ import annotations

import csv
import io
import os
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, Page, Route, expect
from pointing import selected, stroke
from running import Server

LAYERS = [
    *("input", "conv0", "relu0", "conv1", "relu1", "pool0", "flatten"),
    *("dense0", "relu2", "dense1", "prediction"),
]


def open_digits(tab: Page, server: Server, query: str = "") -> None:
    """Open the page and wait for every glyph."""
    tab.goto(f"{server.url}/{query}")
    expect(tab.locator(".node")).not_to_have_count(0, timeout=120_000)
    expect(tab.locator(".node.waiting")).to_have_count(0, timeout=60_000)


def pixels(tab: Page, layer: str) -> list[int]:
    """The packed colours of a glyph's canvas."""
    found: list[int] = tab.evaluate(
        """(layer) => {
            const canvas = document.querySelector(`.node[data-layer="${layer}"] canvas`);
            const context = canvas.getContext("2d", { willReadFrequently: true });
            const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
            return Array.from(new Uint32Array(data.buffer));
        }""",
        layer,
    )
    return found


def brush(tab: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag over a part of the open layer's picture; corners as shares of its sides."""
    stroke(tab.locator("#detail canvas.glyph"), start, end)


def test_first_start_trains_and_draws_every_operation(tab: Page, digits: Server) -> None:
    tab.goto(digits.url)
    expect(tab.locator(".brand")).to_be_visible()
    open_digits(tab, digits)
    names = tab.locator(".node .name").all_inner_texts()
    assert names == LAYERS
    for layer in LAYERS:
        colours = pixels(tab, layer)
        assert len(colours) == 625
        assert 5 < len(set(colours)) <= 10, layer
    scores = [float(text) for text in tab.locator(".node .value").all_inner_texts()]
    assert scores[-1] > scores[0] + 0.1, "classes keep together better at the end"
    assert re.search(r"accuracy 9\d\.\d %", tab.locator("#frame-summary").inner_text())


def test_every_sample_has_one_pixel(tab: Page, digits: Server) -> None:
    open_digits(tab, digits)
    grids = tab.evaluate(
        """() => [...window.stratoscope.workspace.glyphs.values()]
            .map(({ grid }) => Array.from(grid).sort((a, b) => a - b))"""
    )
    assert grids == [list(range(625))] * len(LAYERS)


def test_legend_lets_a_class_stand_out(tab: Page, digits: Server) -> None:
    open_digits(tab, digits)
    before = pixels(tab, "conv0")
    three = tab.locator(".class[data-class='3']")
    three.hover()
    during = pixels(tab, "conv0")
    kept = sum(a == b for a, b in zip(before, during, strict=True))
    assert 55 <= kept <= 70, "only the threes keep their colour"
    three.click()
    expect(three).to_have_attribute("aria-pressed", "true")
    tab.mouse.move(5, 400)
    assert pixels(tab, "conv0") == during
    expect(tab).to_have_url(re.compile("focus=3"))
    three.press("Enter")
    tab.locator(".brand").click()
    expect(three).to_have_attribute("aria-pressed", "false")
    tab.evaluate("document.activeElement.blur()")
    assert pixels(tab, "conv0") == before


def test_colour_modes(tab: Page, digits: Server) -> None:
    open_digits(tab, digits)
    count = {"Right / wrong": 2, "Relative": 3}
    for mode in ("Predicted", "Right / wrong", "Relative", "True class"):
        tab.get_by_role("toolbar").get_by_text(mode, exact=True).click()
        expect(tab.locator(".legend h2").last).to_have_text(
            "Predicted class" if mode == "Predicted" else "True class"
        )
        tab.wait_for_timeout(150)
        colours = set(pixels(tab, "dense1"))
        assert len(colours) == count.get(mode, 10), mode


def test_a_layer_opens_and_its_samples_can_be_seen(tab: Page, digits: Server) -> None:
    open_digits(tab, digits)
    tab.locator(".node[data-layer='relu1']").focus()
    tab.keyboard.press("Enter")
    expect(tab.locator("#detail-name")).to_have_text("relu1")
    expect(tab.locator("#detail-facts")).to_contain_text("Parameters")
    canvas = tab.locator("#detail canvas.glyph")
    canvas.hover(position={"x": 40, "y": 60})
    tip = tab.locator("#tooltip")
    expect(tip).to_contain_text(
        re.compile(r"Sample \d+.*true: \d.*predicted: \d \(\d+\.\d %\)", re.DOTALL)
    )
    expect(tip.locator("img")).to_have_js_property("complete", True)
    assert tip.locator("img").evaluate("image => image.naturalWidth") == 8
    expect(tab.locator(".pointer:not([hidden])")).to_have_count(len(LAYERS))
    canvas.focus()
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("Enter")
    assert selected(tab) == 1


def test_clicking_a_picture_in_the_graph_opens_it(tab: Page, digits: Server) -> None:
    open_digits(tab, digits)
    box = tab.locator(".node[data-layer='dense0'] .frame").bounding_box()
    assert box is not None
    tab.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(tab.locator("#detail-name")).to_have_text("dense0")


def test_brushing_selects_everywhere(tab: Page, digits: Server) -> None:
    open_digits(tab, digits, "?layer=prediction")
    brush(tab, (0.0, 0.0), (0.5, 0.5))
    first = selected(tab)
    assert 120 < first < 180
    tab.keyboard.down("Shift")
    brush(tab, (0.5, 0.5), (0.99, 0.99))
    tab.keyboard.up("Shift")
    both = selected(tab)
    assert both > first + 100
    tab.keyboard.down("Alt")
    brush(tab, (0.0, 0.0), (0.5, 0.5))
    tab.keyboard.up("Alt")
    assert selected(tab) == both - first
    faded = len(set(pixels(tab, "input")))
    assert faded > 10, "the unselected are fainter in every layer"
    expect(tab.locator("#frame-strip img")).to_have_count(60)
    tab.get_by_role("button", name="Clear").click()
    expect(tab.locator("#frame-selected strong")).to_have_text("0 of 625")


def test_a_lasso_selects_what_it_encloses(tab: Page, digits: Server) -> None:
    open_digits(tab, digits, "?layer=prediction")
    tab.get_by_text("Lasso", exact=True).click()
    corners = [(0.02, 0.02), (0.98, 0.02), (0.02, 0.98)]
    stroke(tab.locator("#detail canvas.glyph"), *corners, corners[0])
    assert 240 < selected(tab) < 340, "half of the picture"


def test_groups_outlive_a_reload(tab: Page, digits: Server) -> None:
    open_digits(tab, digits)
    row = tab.locator(".row", has=tab.locator(".class[data-class='7']"))
    row.hover()
    row.get_by_role("button", name="Select 7").click()
    sevens = selected(tab)
    assert 55 <= sevens <= 70
    tab.get_by_label("Name of the group").fill("sevens <b>")
    tab.get_by_role("button", name="Save group").click()
    expect(tab.locator("#frame-toast")).to_contain_text("Saved 'sevens <b>'")
    expect(tab).to_have_url(re.compile("group=sevens"))
    open_digits(tab, digits)
    expect(tab.locator("#frame-selected strong")).to_have_text(f"{sevens} of 625")
    tab.get_by_role("button", name="Clear").click()
    expect(tab.locator("#frame-selected strong")).to_have_text("0 of 625")
    tab.get_by_label("Saved groups").first.click()
    tab.get_by_text(re.compile("sevens <b>")).last.click()
    expect(tab.locator("#frame-selected strong")).to_have_text(f"{sevens} of 625")


def test_a_link_reopens_the_same_view(tab: Page, digits: Server) -> None:
    open_digits(tab, digits)
    tab.get_by_role("toolbar").get_by_text("Relative", exact=True).click()
    tab.get_by_role("switch").press("Space")
    expect(tab.locator(".node")).to_have_count(len(LAYERS) - 1)
    tab.locator(".node[data-layer='conv1']").press("Enter")
    expect(tab).to_have_url(re.compile("layer=conv1"))
    link = tab.url
    other = tab.context.new_page()
    other.goto(link)
    expect(other.locator("#detail-name")).to_have_text("conv1")
    expect(other.locator(".node")).to_have_count(len(LAYERS) - 1)
    expect(other.locator(".node.waiting")).to_have_count(0)
    assert len(set(pixels(other, "conv1"))) == 3
    other.close()


def test_other_distances_are_computed_on_demand(tab: Page, digits: Server) -> None:
    open_digits(tab, digits)
    before = pixels(tab, "conv1")
    key = tab.evaluate("window.stratoscope.workspace.glyphs.get('conv1').key")
    tab.locator("#network-metric").click()
    tab.get_by_role("option", name="cosine").click()
    expect(tab).to_have_url(re.compile("metric=cosine"))
    tab.wait_for_function(
        "key => window.stratoscope.workspace.glyphs.get('conv1').key !== key", arg=key
    )
    expect(tab.locator(".node.waiting")).to_have_count(0)
    assert sorted(pixels(tab, "conv1")) == sorted(before)
    assert pixels(tab, "conv1") != before


def test_confusion_selects_mistakes(tab: Page, digits: Server) -> None:
    open_digits(tab, digits)
    tab.get_by_role("tab", name="Confusion").click()
    first = tab.locator(".mistake").first
    number = int(first.locator(".number").inner_text())
    first.click()
    assert selected(tab) == number
    cell = tab.locator("#network-matrix .nsewdrag").first
    box = cell.bounding_box()
    assert box is not None
    tab.mouse.click(box["x"] + box["width"] * 0.05, box["y"] + box["height"] * 0.05)
    tab.wait_for_timeout(300)
    assert 55 <= selected(tab) <= 70, "the zeros that were taken for zeros"


def test_modifier_keys_work_on_mistakes_too(tab: Page, digits: Server) -> None:
    open_digits(tab, digits)
    tab.locator(".class[data-class='7']").focus()
    tab.get_by_role("button", name="Select 7").click()
    sevens = selected(tab)
    tab.get_by_role("tab", name="Confusion").click()
    mistake = tab.locator(".mistake").last
    mistake.click(modifiers=["Shift"])
    assert selected(tab) >= sevens
    tab.locator("#network-matrix .nsewdrag").first.click(
        position={"x": 6, "y": 6}, modifiers=["Shift"]
    )
    tab.wait_for_timeout(300)
    assert selected(tab) > sevens + 50, "the zeros were added"


def test_the_picker_names_a_group_only_while_it_is_selected(tab: Page, digits: Server) -> None:
    open_digits(tab, digits)
    tab.locator(".class[data-class='1']").focus()
    tab.get_by_role("button", name="Select 1").click()
    tab.get_by_label("Name of the group").fill("the ones")
    tab.get_by_label("Name of the group").press("Enter")
    expect(tab).to_have_url(re.compile(r"group=the\+ones"))
    tab.locator(".class[data-class='2']").focus()
    tab.get_by_role("button", name="Select 2").click()
    expect(tab).not_to_have_url(re.compile("group="))
    tab.get_by_label("Name of the group").fill("the ones")
    tab.get_by_role("button", name="Save group").click()
    expect(tab.locator("#frame-toast")).to_contain_text("There is a group 'the ones'")


def test_progress_of_another_question_is_ignored(tab: Page, digits: Server) -> None:
    open_digits(tab, digits)
    taken = tab.evaluate(
        """() => {
            const { workspace } = window.stratoscope;
            const question = { ...workspace.question, metric: "cosine" };
            return workspace.setProgress({ question, done: { input: {} }, failed: { conv0: "x" } });
        }"""
    )
    assert taken is False
    expect(tab.locator(".node.failed")).to_have_count(0)


def test_the_library_for_graphs_may_come_late(tab: Page, digits: Server) -> None:
    def late(route: Route) -> None:
        time.sleep(2)
        route.continue_()

    tab.route("**/dash_cytoscape/**", late)
    tab.goto(f"{digits.url}/tour")
    expect(tab.locator("canvas.tour-samples")).to_be_visible(timeout=60_000)
    tab.get_by_role("link", name="Network").click()
    expect(tab.locator(".node")).to_have_count(len(LAYERS), timeout=15_000)
    expect(tab.locator(".node.waiting")).to_have_count(0, timeout=60_000)


def test_a_lost_server_is_told_and_found_again(
    browser: Browser, start: Callable[..., Server], own_home: Path
) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    tab = context.new_page()  # whose console may complain: the server is taken away
    first = start(home=own_home)
    port = first.url.rsplit(":", 1)[1]
    open_digits(tab, first)
    first.stop()
    tab.locator("#network-metric").click()
    tab.get_by_role("option", name="cosine").click()
    expect(tab.get_by_role("alert")).to_contain_text("The server does not answer")
    start("--port", port, home=own_home)
    expect(tab.locator("#offline")).to_be_hidden()
    tab.locator("#network-metric").click()
    tab.get_by_role("option", name="correlation").click()
    expect(tab.locator(".node.waiting")).not_to_have_count(0)
    expect(tab.locator(".node.waiting")).to_have_count(0, timeout=60_000)
    context.close()


def test_downloads(tab: Page, digits: Server) -> None:
    open_digits(tab, digits, "?layer=conv0")

    def fetch(item: str) -> bytes:
        tab.get_by_role("button", name="Download").click()
        with tab.expect_download() as download:
            tab.get_by_role("menuitem", name=item).click()
        return Path(download.value.path()).read_bytes()

    svg = fetch("Picture (SVG)").decode()
    assert svg.count("<image") == len(LAYERS)
    png = fetch("Glyph of the open layer")
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(png[16:20]) * int.from_bytes(png[20:24]) == 625
    orders = list(csv.DictReader(io.StringIO(fetch("Orders of all layers").decode())))
    assert len(orders) == 625
    assert sorted(int(row["place_in_conv0"]) for row in orders) == list(range(625))
    scores = list(csv.DictReader(io.StringIO(fetch("Scores of all layers").decode())))
    assert [row["operation"] for row in scores] == LAYERS
    matrix = list(csv.DictReader(io.StringIO(fetch("Confusion matrix").decode())))
    counts = [[int(row[f"predicted_{k}"]) for k in range(10)] for row in matrix]
    assert sum(map(sum, counts)) == 625
    assert sum(counts[k][k] for k in range(10)) > 600


def test_theme_and_narrow_screens(tab: Page, digits: Server) -> None:
    tab.set_viewport_size({"width": 1024, "height": 768})
    open_digits(tab, digits)
    light = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    tab.get_by_label("Light or dark").click()
    tab.wait_for_function(
        "light => getComputedStyle(document.body).backgroundColor !== light", arg=light
    )
    assert tab.evaluate("document.documentElement.scrollWidth") <= 1024
    assert tab.evaluate("document.documentElement.scrollHeight") <= 768
    graph = tab.locator("#graph-box").bounding_box()
    assert graph is not None
    for node in tab.locator(".node").all():
        box = node.bounding_box()
        assert box is not None
        assert box["x"] >= graph["x"] - 1
        assert box["x"] + box["width"] <= graph["x"] + graph["width"] + 1


def test_dots_move_and_pause(tab: Page, digits: Server) -> None:
    open_digits(tab, digits)

    def picture() -> str:
        found: str = tab.evaluate("document.getElementById('graph-dots').toDataURL()")
        return found

    first = picture()
    tab.wait_for_timeout(200)
    assert picture() != first
    tab.get_by_label("Pause or play the flow of data").click()
    tab.wait_for_timeout(100)
    still = picture()
    tab.wait_for_timeout(300)
    assert picture() == still


def test_reduced_motion_is_respected(tab: Page, digits: Server) -> None:
    tab.emulate_media(reduced_motion="reduce")
    open_digits(tab, digits)
    first = tab.evaluate("document.getElementById('graph-dots').toDataURL()")
    tab.wait_for_timeout(300)
    assert tab.evaluate("document.getElementById('graph-dots').toDataURL()") == first


def test_a_link_to_nothing_says_so(tab: Page, digits: Server) -> None:
    tab.goto(f"{digits.url}/?study=unknown")
    expect(tab.get_by_role("alert")).to_contain_text("no study 'unknown'")
    tab.goto(f"{digits.url}/nowhere")
    expect(tab.locator("#frame-page")).to_contain_text("There is no such page")


def test_a_killed_server_loses_nothing(
    tab: Page, start: Callable[..., Server], own_home: Path
) -> None:
    first = start(home=own_home)
    open_digits(tab, first, "?metric=manhattan&layer=conv1")
    tab.locator(".class[data-class='4']").focus()
    tab.get_by_role("button", name="Select 4").click()
    tab.get_by_label("Name of the group").fill("fours")
    tab.get_by_role("button", name="Save group").click()
    expect(tab.locator("#frame-toast")).to_contain_text("Saved 'fours'")
    number = selected(tab)
    tab.goto("about:blank")
    first.process.kill()
    first.process.wait(10)
    second = start(home=own_home)
    tab.goto(f"{second.url}/?metric=manhattan&layer=conv1&group=fours")
    expect(tab.locator(".node")).to_have_count(len(LAYERS))
    expect(tab.locator(".node.waiting")).to_have_count(0, timeout=5_000)
    expect(tab.locator("#frame-selected strong")).to_have_text(f"{number} of 625")


@pytest.mark.parametrize("how", ["interrupt", "kill"])
def test_nothing_is_left_over(
    tab: Page, start: Callable[..., Server], digits: Server, how: str
) -> None:
    server = start()
    tab.goto(server.url)
    expect(tab.locator(".brand")).to_be_visible()
    expect(tab.locator(".progress")).to_be_visible()
    end = time.monotonic() + 30
    while len(family := server.family()) < 2:
        assert time.monotonic() < end, "there is no worker"
    if how == "interrupt":
        os.killpg(server.process.pid, signal.SIGINT)
    else:
        server.process.kill()
    tab.goto("about:blank")
    _, alive = psutil.wait_procs(family, timeout=20)
    assert not alive
    if how == "interrupt":
        assert server.process.wait(1) == 0
