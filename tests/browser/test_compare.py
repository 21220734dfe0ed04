"""The journey of somebody who compares two inputs, and freezes what tells them apart."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import numpy as np
import pytest
from boundary_page import panel, read
from playwright.sync_api import Page, expect
from pointing import selected, stroke
from running import Server


def open_page(tab: Page, server: Server, query: str = "") -> None:
    tab.goto(f"{server.url}/compare{query}")
    expect(tab.locator(".compare-layers .lined")).to_have_count(11, timeout=120_000)
    expect(tab.locator("#frame-jobs")).to_have_text("")


def select(tab: Page, *samples: int) -> None:
    tab.evaluate("(some) => window.stratoscope.workspace.select(some, 'replace')", list(samples))


def choose(tab: Page, side: str, option: str | re.Pattern[str]) -> None:
    tab.locator(f"#compare-{side}").click()
    tab.get_by_role("option", name=option).filter(visible=True).first.click()


def titles(tab: Page) -> list[str]:
    return tab.locator(".maps-title").all_inner_texts()


def saved(tab: Page) -> list[dict[str, str]]:
    tab.locator(".compare").get_by_role("button", name="Download").click()
    with tab.expect_download() as download:
        tab.get_by_role("menuitem", name="All values").click()
    return list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text())))


def test_two_samples_are_compared_layer_by_layer(tab: Page, digits: Server) -> None:
    open_page(tab, digits)
    assert titles(tab)[1:] == ["Mean of class 0", "Difference: right less left"]
    select(tab, 5, 9)
    choose(tab, "right", "Second selected: 9")
    expect(tab.locator("#compare-title")).to_contain_text("Sample 9")
    rows = saved(tab)
    left, right, apart = (
        np.array([float(row[name]) for row in rows]) for name in ("left", "right", "difference")
    )
    np.testing.assert_allclose(apart, right - left, atol=1e-6)
    layers = np.array([row["layer"] for row in rows])
    said = tab.locator(".compare-layers .lined .number").all_inner_texts()
    for layer, text in (("input", said[0]), ("prediction", said[-1])):
        own = layers == layer
        far = np.linalg.norm(apart[own]) / np.linalg.norm(left[own])
        assert float(text) == pytest.approx(far, rel=0.01)
    # Both sides have one scale: what is equal looks equal, and the difference of it is nothing.
    choose(tab, "right", "First selected: 5")
    expect(tab.locator(".maps-title").nth(1)).to_contain_text("Sample 5")
    pictures = [read(tab.locator(".maps-layer canvas").nth(11 * k)) for k in range(3)]
    np.testing.assert_array_equal(pictures[0], pictures[1])
    assert len(np.unique(pictures[2].reshape(-1, 4), axis=0)) <= 2, "ground, and lines around it"
    # Sides are changed; columns scroll together; a layer is that of all pages.
    choose(tab, "right", "Mean of class 3")
    tab.get_by_role("button", name="Change sides").click()
    expect(tab.locator(".maps-title").first).to_have_text("Mean of class 3")
    tab.locator(".compare-layers .lined").filter(has_text="relu1").click()
    tab.wait_for_url(re.compile("layer=relu1"))
    tops = tab.evaluate(
        "[...document.querySelectorAll('.maps-scroll')].map((one) => one.scrollTop)"
    )
    assert tops[0] > 100
    assert len(set(tops)) == 1
    found = panel(tab, "Filters")
    expect(found).to_contain_text("Filters of relu1 that differ most")
    found.locator(".lined").first.click()
    expect(tab.locator(".maps-layer.active .maps-focus:visible")).to_have_count(3)


def test_a_link_compares_the_same_inputs(tab: Page, digits: Server) -> None:
    """A colleague has selected nothing, and sees the samples all the same."""
    open_page(tab, digits)
    assert "left" not in tab.url, "what everybody begins with needs no words"
    select(tab, 5, 9)
    choose(tab, "right", "Second selected: 9")
    expect(tab).to_have_url(re.compile(r"left=sample\+5&right=sample\+9$"))
    select(tab, 7, 9)
    expect(tab).to_have_url(re.compile(r"left=sample\+7&right=sample\+9$"))
    link = tab.url
    titled = titles(tab)
    open_page(tab, digits)
    expect(tab.locator("#frame-selected")).to_contain_text("0 of 625")
    tab.goto(link)
    expect(tab.locator("#compare-title")).to_have_text(f"{titled[0]} | {titled[1]}")
    tab.get_by_role("button", name="Change sides").click()
    expect(tab).to_have_url(re.compile(r"left=sample\+9&right=sample\+7$"))
    for side, words in (
        ("sample+999999", "The sample of the link is not among"),
        ("class+99", "The class of the link is not one"),
        ("selection", "at least two selected samples"),
    ):
        tab.goto(f"{digits.url}/compare?left={side}")
        expect(tab.locator("#compare-status")).to_contain_text(words)
        expect(tab.locator(".maps-title").first).to_contain_text("Sample 0")


def test_an_attacked_sample_beside_the_clean_one(tab: Page, digits: Server) -> None:
    tab.goto(f"{digits.url}/attack")
    expect(tab.locator("#attack-about")).not_to_have_text("", timeout=60_000)
    tab.get_by_role("button", name="Attack", exact=True).click()
    expect(tab.locator(".attack-success")).to_be_visible(timeout=60_000)
    tab.locator("#frame-rail-compare").click()
    choose(tab, "left", re.compile("clean"))
    choose(tab, "right", re.compile("attacked"))
    expect(tab.locator(".maps-title").nth(1)).to_contain_text(re.compile(r"attacked: predicted \d"))
    rows = saved(tab)
    change = [abs(float(row["difference"])) for row in rows if row["layer"] == "input"]
    assert max(change) == pytest.approx(0.2, abs=1e-6)
    said = [float(text) for text in tab.locator(".compare-layers .number").all_inner_texts()]
    assert said[-1] > said[0], "what is small at the input is large in the prediction"


def test_filters_are_frozen_and_the_network_is_asked_again(tab: Page, digits: Server) -> None:
    open_page(tab, digits, "?layer=conv1")
    lab = panel(tab, "Freeze")
    expect(lab).to_contain_text("conv1: 0 of 32 filters frozen")
    ask = lab.get_by_role("button", name="Ask the network without them")
    expect(ask).to_be_disabled()
    lab.get_by_role("button", name="3", exact=True).click()
    expect(lab).to_contain_text("1 of 32 filters frozen")
    lab.get_by_role("button", name="All but these").click()
    expect(lab).to_contain_text("31 of 32 filters frozen")
    ask.click()
    expect(lab).to_contain_text(
        re.compile(r"Accuracy falls from 9\d\.\d % to [1-4]?\d\.\d %"), timeout=60_000
    )
    some = lab.get_by_role("button", name=re.compile(r"Select those \(\d+\)"))
    many = int(re.sub(r"\D", "", some.inner_text()))
    assert many > 300
    some.click()
    assert selected(tab) == many
    # On the maps: a click freezes one, a lasso several, in all columns.
    lab.get_by_role("button", name="None", exact=True).click()
    expect(tab.locator(".maps-frozen")).to_have_count(0)
    maps = tab.locator(".maps-layer.active canvas").first
    maps.click(position={"x": 8, "y": 8})
    expect(lab).to_contain_text("1 of 32 filters frozen")
    expect(tab.locator(".maps-frozen")).to_have_count(3)
    # A stroke down their left side takes the first map of each row, one around them takes all.
    stroke(maps, (0.02, 0.02), (0.02, 0.98))
    expect(lab).not_to_contain_text("1 of 32 filters frozen")
    pressed = lab.locator(".freeze-chip[aria-pressed=true]").all_inner_texts()
    assert [int(one) for one in pressed] == list(range(0, 32, int(pressed[1])))
    stroke(maps, (0.01, 0.01), (0.99, 0.01), (0.99, 0.99), (0.01, 0.99))
    expect(lab).to_contain_text("32 of 32 filters frozen")
    maps.click(position={"x": 8, "y": 8})  # and thaws it again
    expect(lab).to_contain_text("31 of 32 filters frozen")
    # Frozen to their means, they cost less; no filter at all costs nothing.
    lab.get_by_role("button", name="None", exact=True).click()
    expect(lab).to_contain_text("Nothing is frozen")
    lab.get_by_role("button", name="Freeze each alone").click()
    expect(lab).to_contain_text("over 625 samples, of which 98.1 % are right", timeout=60_000)
    expect(lab.locator(".lined")).to_have_count(32)
    # A set that turns the selection turns as many as it says.
    select(tab, 7)
    lab.get_by_role("button", name="Find some that turn the selection (1)").click()
    expect(lab).to_contain_text(re.compile("of 1 sample( are turned|, as far)"), timeout=60_000)
    if "All are turned." in lab.inner_text():
        ask.click()
        expect(lab).to_contain_text("another class than before", timeout=60_000)
        lab.get_by_role("button", name=re.compile(r"Select those")).click()
        assert 7 in tab.evaluate("[...window.stratoscope.workspace.selected]")
    # The input has no filters.
    panel(tab, "Layers").locator(".lined").first.click()
    expect(panel(tab, "Freeze")).to_contain_text("Choose a layer between input and prediction")


def test_errors_are_found_among_the_first_samples(tab: Page, digits: Server) -> None:
    open_page(tab, digits)
    first = panel(tab, "Ranking")
    first.get_by_role("button", name="Rank the samples").click()
    expect(first).to_contain_text(
        re.compile(r"The first 50 of 625 samples hold \d+ of 12 errors"), timeout=60_000
    )
    framed = first.locator(".wrong-sample")
    held = re.search(r"hold (\d+) of 12", first.inner_text())
    assert held is not None
    assert framed.count() in (int(held[1]), int(held[1]) - 1), "48 of the 50 are shown"
    first.get_by_role("button", name="Select the first 50").click()
    assert selected(tab) == 50
    # A click into the curve is another number of samples.
    chart = first.locator("canvas.line-chart")
    box = chart.bounding_box()
    assert box is not None
    chart.click(position={"x": 30 + (box["width"] - 38) / 2, "y": 80})
    expect(first).to_contain_text(re.compile(r"The first 31\d of 625 samples hold 12 of 12 errors"))
    framed.first.click()
    assert selected(tab) == 1
    # Two networks disagree: an epoch of the same network stands beside.
    expect(first.get_by_role("option", name="Disagreement of A and B")).to_be_disabled()
