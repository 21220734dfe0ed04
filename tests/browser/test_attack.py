"""The journey of somebody who leads a network astray, and asks how much it withstands."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from attack_page import attack, choose, open_page, picture
from boundary_page import Picture, panel, read
from playwright.sync_api import Page, expect
from running import Server

SIDE = 8
"""Pixels of a side of the embedded digits."""


def row(tab: Page, name: str, place: int) -> Any:
    """An attacked sample's entry in an array of the attack that is shown, from the server."""
    key = re.search(r"attack=([0-9a-f]{64})", tab.url)
    assert key is not None
    site = tab.url.split("/attack")[0]
    response = tab.request.get(f"{site}/result/{key[1]}/{name}/{place}")
    assert response.ok
    shape = [int(side) for side in response.headers["x-shape"].split(",")]
    return np.frombuffer(response.body(), response.headers["x-dtype"]).reshape(shape)


def saved(tab: Page, item: str) -> list[dict[str, str]]:
    tab.locator(".attack").get_by_role("button", name="Download").click()
    with tab.expect_download() as download:
        tab.get_by_role("menuitem", name=item).click()
    return list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text())))


def grey(seen: Picture) -> Any:
    """(8, 8) of a picture whose three colours are one."""
    assert seen.shape == (SIDE, SIDE, 4)
    assert (seen[..., 0] == seen[..., 1]).all()
    return seen[..., 0]


def levels(values: Any) -> Any:
    """(8, 8) pixels of an image in [0, 1]."""
    return np.floor(255 * values.reshape(SIDE, SIDE) + 0.5)


def test_a_sample_is_led_astray_step_by_step(tab: Page, digits: Server) -> None:
    open_page(tab, digits)
    expect(tab.locator("#attack-view")).to_contain_text("press Attack")
    attack(tab)
    rows = tab.locator(".attack-row")
    expect(rows).to_have_count(10)
    turned = tab.locator(".attack-row.turned")
    assert turned.count() > 0
    place = int(rows.nth(0).get_attribute("data-place") or -1)
    assert place == 0
    way, said = row(tab, "x", place), row(tab, "probabilities", place)
    assert way.shape == (41, SIDE, SIDE, 1)
    rows.nth(0).click()
    expect(rows.nth(0)).to_have_attribute("aria-current", "true")
    # Three pictures: what was, what was changed, what the network sees.
    np.testing.assert_allclose(grey(read(picture(tab, 0))), levels(way[0]), atol=1)
    np.testing.assert_allclose(grey(read(picture(tab, 2))), levels(way[40]), atol=1)
    change = (way[40] - way[0]).reshape(SIDE, SIDE)
    assert np.abs(change).max() == pytest.approx(0.2, abs=1e-6)
    seen = read(picture(tab, 1))
    blue = seen[..., 2] - seen[..., 0]
    assert (np.sign(blue)[np.abs(change) > 0.02] == np.sign(change)[np.abs(change) > 0.02]).all()
    assert (seen[change == 0][:, :3] == 255).all(), "nothing is drawn where nothing was changed"
    expect(tab.locator("figcaption").nth(1)).to_contain_text("Change × 5: L∞ 0.2")
    # Its steps: by the rail, by keys, and played to the end.
    text = tab.locator(".attack-rail .rail-text")
    rows.nth(0).press("ArrowLeft")
    rows.nth(0).press("ArrowLeft")
    expect(text).to_have_text("38")
    np.testing.assert_allclose(grey(read(picture(tab, 2))), levels(way[38]), atol=1)
    likely = f"{100 * said[38].max():.1f} %"
    expect(tab.locator("figcaption").nth(2)).to_have_text(
        f"Step 38 of 40: {said[38].argmax()}, {likely}"
    )
    tab.get_by_role("slider", name="Step", exact=True).press("Home")
    expect(text).to_have_text("0")
    tab.get_by_role("button", name="Play steps").click()
    expect(text).to_have_text("40", timeout=15_000)
    # A click into the probabilities is a step.
    chart = tab.locator("canvas.line-chart").first
    box = chart.bounding_box()
    assert box is not None
    chart.click(position={"x": 30 + (box["width"] - 38) / 2, "y": 60})
    expect(text).to_have_text("20")
    rows.nth(0).press("ArrowDown")
    expect(rows.nth(1)).to_have_attribute("aria-current", "true")


def test_a_class_is_led_into_another_and_a_link_brings_it_back(tab: Page, digits: Server) -> None:
    open_page(tab, digits)
    tab.locator("#attack-epsilon").fill("102/255")
    attack(tab, of="Class 8 (", target="0")
    expect(tab.locator(".attack-success")).to_contain_text("that were not 0 before")
    table = saved(tab, "Attacked samples")
    assert {one["class"] for one in table} == {"8"}
    turned = [one for one in table if one["outcome"] == "turned"]
    assert turned
    assert {one["after"] for one in turned} == {"0"}
    assert max(float(one["linf"]) for one in table) == pytest.approx(0.4, abs=1e-6)
    said = f"{len(turned)} are taken for 0 in the end"
    expect(tab.locator(".attack-success")).to_contain_text(said)
    tab.get_by_role("button", name="Select the turned").click()
    expect(tab.locator("#frame-selected")).to_contain_text(f"{len(turned)} of 625")
    # The layers, of which one can be shown on all pages.
    panel(tab, "Layers")
    bars = tab.locator(".attack-layers .lined")
    expect(bars.first).to_contain_text("input")
    values = [float(text) for text in tab.locator(".attack-layers .number").all_inner_texts()]
    assert values[-1] > values[0], "what begins small grows"
    bars.filter(has_text="dense0").click()
    tab.wait_for_url(re.compile("layer=dense0"))
    # What was chosen is there again after another page, and in another tab.
    tab.locator("#frame-rail-network").click()
    tab.locator("#frame-rail-attack").click()
    expect(tab.locator("#attack-epsilon")).to_have_value("102/255")
    expect(tab.locator(".attack-row")).to_have_count(len(table))
    other = tab.context.new_page()
    other.goto(tab.url)
    expect(other.locator(".attack-success")).to_contain_text(said)
    expect(other.locator("#attack-of")).to_have_value(f"Class 8 ({len(table)})")
    expect(other.locator("#attack-target")).to_have_value("0")
    expect(other.locator("#attack-epsilon")).to_have_value("0.4")
    other.close()


def test_what_cannot_be_attacked_is_said_and_nothing_is_lost(tab: Page, digits: Server) -> None:
    open_page(tab, digits)
    attack(tab)
    title = tab.locator("#attack-title").inner_text()
    choose(tab, "of", "The selection (0)")
    tab.get_by_role("button", name="Attack", exact=True).click()
    trouble = tab.locator("#attack-trouble")
    expect(trouble).to_contain_text("Nothing is selected")
    choose(tab, "of", "One of each class")
    tab.locator("#attack-epsilon").fill("a lot")
    tab.get_by_role("button", name="Attack", exact=True).click()
    expect(trouble).to_contain_text("like 0.1 or 8/255; got 'a lot'")
    expect(tab.locator("#attack-epsilon")).to_have_attribute("aria-invalid", "true")
    expect(tab.locator("#attack-title")).to_have_text(title)
    expect(tab.locator("#attack-view")).to_have_class(re.compile("stale"))
    # What was wrong is not said any more once it is put right.
    tab.locator("#attack-epsilon").fill("0.1")
    expect(trouble).to_have_text("")
    expect(tab.locator("#attack-view")).not_to_have_class(re.compile("stale"))
    # Carlini-Wagner needs no bound.
    choose(tab, "method", "Carlini-Wagner")
    expect(tab.locator("#attack-epsilon")).to_be_disabled()
    expect(tab.locator("#attack-norm")).to_have_value("L2")
    expect(tab.locator("#attack-steps")).to_have_value("100")
    # The attack of another network is none of this one.
    tab.locator("#frame-epochs").get_by_role("button").first.click()
    expect(trouble).to_contain_text("another epoch of this one", timeout=60_000)


def test_how_much_a_network_withstands(tab: Page, digits: Server) -> None:
    open_page(tab, digits)
    robust = panel(tab, "Robustness")
    expect(robust.get_by_label("Largest epsilon")).to_have_value("0.4")
    robust.get_by_label("Samples of the curve").select_option("100")
    robust.get_by_role("button", name="Compute the curves").click()
    expect(robust).to_contain_text("Fall first", timeout=120_000)
    curves = saved(tab, "Robustness")
    for name in ("pgd", "fast gradient"):
        values = [float(one["accuracy"]) for one in curves if one["attack"] == name]
        assert len(values) == 9
        assert values == sorted(values, reverse=True), "what fell has fallen"
        assert values[0] > 0.9
        assert values[-1] < 0.5
    for pgd, fast in zip(
        *([one for one in curves if one["attack"] == name] for name in ("pgd", "fast gradient")),
        strict=True,
    ):
        assert float(pgd["accuracy"]) <= float(fast["accuracy"]) + 0.05, "the stronger attack"
    robust.get_by_role("button", name=re.compile(r"Select all \d+ that fell")).click()
    expect(tab.locator("#frame-selected")).to_contain_text(re.compile(r"^[1-9]\d* of 625"))
    # Another attack has to be computed first; an attack of another norm is none of these.
    robust.get_by_label("Basic iterative").check()
    expect(robust).to_contain_text("1 of 3 curves are still to be computed")
    choose(tab, "norm", "L2")
    expect(robust.get_by_label("SPSA")).to_have_count(0)
