"""The way of an attacked sample on other pages than the one that it was attacked on.

It runs after the Boundary page's own tests, which want to see how a map is made.
"""

from __future__ import annotations

import re

from attack_page import attack, open_page
from boundary_page import panel, settled
from playwright.sync_api import Page, expect
from running import Server


def test_the_way_of_a_sample_is_seen_on_other_pages(tab: Page, digits: Server) -> None:
    open_page(tab, digits)
    attack(tab)
    sample = tab.locator("#attack-title").inner_text().split(":")[0]
    tab.locator("#frame-rail-tour").click()
    rail = tab.get_by_role("slider", name="Attack", exact=True)
    expect(rail).to_have_attribute("aria-valuetext", "0", timeout=60_000)
    rail.press("End")
    expect(tab.locator("#tour-subtitle")).to_contain_text(
        "10 of them are attacked, at step 40 of 40", timeout=60_000
    )
    # Class probabilities move from end to end, and stay there before the softmax, too.
    tab.locator(".layer-graph").get_by_text("dense1").click()
    expect(tab.locator("#tour-title")).to_contain_text("dense1", timeout=60_000)
    expect(tab.locator("#tour-subtitle")).to_contain_text("at step 40 of 40", timeout=60_000)
    rail.press("Home")
    expect(tab.locator("#tour-subtitle")).not_to_contain_text("attacked")
    tab.locator("#frame-rail-boundary").click()
    settled(tab)
    panel(tab, "Place")
    expect(tab.locator("#boundary-place-way-from")).to_contain_text(sample)
    tab.get_by_role("button", name="Place its way").click()
    placed = tab.locator("#boundary-placed")
    expect(placed).to_contain_text(re.compile(r"12 inputs · (\d) becomes (?!\1)\d"))
    expect(placed.get_by_label(re.compile(r"at step 40"))).to_have_count(1)


def test_a_sample_is_dragged_elsewhere(tab: Page, digits: Server) -> None:
    tab.goto(f"{digits.url}/tour?layer=dense1")
    canvas = tab.locator("canvas.tour-samples")
    expect(canvas).to_be_visible(timeout=60_000)
    expect(tab.locator("#tour-title")).to_contain_text("dense1")
    if tab.get_by_role("button", name="Halt").count():
        tab.get_by_role("button", name="Halt").click()
    tab.locator("#tour-tool label", has_text="Lead").click()
    expect(tab.get_by_label("ε")).to_have_value("0.3")
    box = canvas.bounding_box()
    assert box is not None

    def found() -> tuple[float, float, int]:
        for across in range(30, 70, 3):
            for down in range(30, 70, 3):
                x = box["x"] + box["width"] * across / 100
                y = box["y"] + box["height"] * down / 100
                tab.mouse.move(x, y)
                sample = tab.evaluate("window.stratoscope.workspace.hovered")
                if sample is not None:
                    return x, y, sample
        raise AssertionError("no sample was found under the pointer")

    x, y, sample = found()
    tab.mouse.down()
    tab.mouse.move(x + 8, y - 8, steps=3)
    tab.mouse.move(x + 25, y - 20, steps=3)
    tab.mouse.up()
    told = tab.locator("#tour-led")
    expect(told).to_contain_text(
        re.compile(rf"Sample {sample} (gets there|comes \d+\.\d % of the way)"), timeout=30_000
    )
    expect(told).to_contain_text("L2")
    expect(told.locator("canvas")).to_have_count(3)
    told.get_by_role("button", name="Add it to the samples").click()
    expect(tab.locator("#frame-toast")).to_contain_text(f"Sample {sample}, as it became, is added")
    told.get_by_role("button", name="Forget this").click()
    expect(told).to_be_hidden()
    tab.locator("#frame-rail-compare").click()
    added = panel(tab, "Inputs").locator(".own-added")
    expect(added).to_contain_text(f"sample {sample}, led elsewhere in dense1")
    added.get_by_role("button", name="Remove added sample 1").click()
    expect(added.locator(".own-line")).to_have_count(0)
