"""The journey of somebody who looks at a layer from all sides, and turns it by hand."""

from __future__ import annotations

import base64
import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from boundary_page import poll, selected
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from running import Server

LONG = np.sqrt(0.9)
"""Of an axis of ten classes, from the middle of them all."""

SEEN = 1.12 * 2.4 / np.sqrt(10) * LONG
"""Half of the shorter side of the picture, as `assets/dom/tourview.mjs` has it."""

Matrix = npt.NDArray[np.float64]


@pytest.fixture
def halted(tab: Page, digits: Server) -> Iterator[Page]:
    """The page on the digits' predictions, halted."""
    open_page(tab, digits)
    tab.get_by_role("button", name="Halt").click()
    expect(tab.get_by_role("button", name="Play", exact=True).last).to_be_visible()
    yield tab


def open_page(tab: Page, server: Server, query: str = "") -> None:
    tab.goto(f"{server.url}/tour{query}")
    expect(canvas(tab)).to_be_visible(timeout=120_000)
    expect(tab.locator("#tour-subtitle")).to_contain_text("test samples in")
    expect(tab.locator("#frame-jobs")).to_have_text("")


def canvas(tab: Page) -> Locator:
    return tab.locator("canvas.tour-samples")


def pixels(tab: Page) -> npt.NDArray[np.int16]:
    url: str = canvas(tab).evaluate("(canvas) => canvas.toDataURL()")
    with Image.open(io.BytesIO(base64.b64decode(url.split(",")[1]))) as image:
        return np.asarray(image.convert("RGB"), np.int16)


def changed(one: npt.NDArray[np.int16], other: npt.NDArray[np.int16]) -> int:
    return int((np.abs(one - other).max(axis=2) > 3).sum())


def saved(tab: Page, item: str) -> bytes:
    tab.locator(".tour").get_by_role("button", name="Download").click()
    with tab.expect_download() as download:
        tab.get_by_role("menuitem", name=item).click()
    return Path(download.value.path()).read_bytes()


def projection(tab: Page) -> tuple[list[str], Matrix]:
    """Names of the axes and the drawn columns of the frame, which are orthonormal."""
    rows = list(csv.DictReader(io.StringIO(saved(tab, "Projection matrix").decode())))
    found = np.array([[float(row["x"]), float(row["y"])] for row in rows])
    np.testing.assert_allclose(found.T @ found, np.eye(2), atol=1e-5)
    return [row["axis"] for row in rows], found


def on_screen(tab: Page, place: Matrix) -> tuple[float, float]:
    """Pixel of a place on the plane, which has its origin in the middle."""
    box = canvas(tab).bounding_box()
    assert box is not None
    unit = min(box["width"], box["height"]) / 2 / SEEN
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    return middle[0] + unit * place[0], middle[1] - unit * place[1]


def ends(matrix: Matrix) -> Matrix:
    """Where the axes of classes end, seen from the middle of them all."""
    found: Matrix = matrix - matrix.mean(axis=0)
    return found


def test_a_layer_turns_until_it_is_halted(tab: Page, digits: Server) -> None:
    open_page(tab, digits)
    expect(tab.locator("#tour-title")).to_have_text("prediction: 10")
    expect(tab.locator("#tour-subtitle")).to_contain_text(
        "625 of 625 test samples in 10 dimensions"
    )
    before = pixels(tab)
    poll(tab, lambda: changed(before, pixels(tab)) > 500)
    canvas(tab).press(" ")
    halted = pixels(tab)
    tab.wait_for_timeout(300)
    assert changed(halted, pixels(tab)) == 0
    canvas(tab).press("n")
    poll(tab, lambda: changed(halted, pixels(tab)) > 500)


def test_handles_are_dropped_where_they_are_wanted(halted: Page) -> None:
    names, before = projection(halted)
    assert names == [str(k) for k in range(10)]
    start, target = ends(before)[3], np.array([0.45, 0.3])
    halted.mouse.move(*on_screen(halted, start))
    halted.mouse.down()
    halted.mouse.move(*on_screen(halted, target), steps=8)
    halted.mouse.up()
    _, after = projection(halted)
    np.testing.assert_allclose(ends(after)[3], target, atol=0.01)
    # By the keyboard: the fourth axis is chosen already, the next one is moved to the left.
    canvas(halted).press("]")
    canvas(halted).press("ArrowLeft")
    _, moved = projection(halted)
    step = ends(moved)[4] - ends(after)[4]
    assert step[0] == pytest.approx(-0.05 * LONG, abs=2e-3)
    assert step[1] == pytest.approx(0, abs=2e-3)
    # What lies between two classes lies between their handles, so that samples follow.
    assert saved(halted, "Picture")[:8] == b"\x89PNG\r\n\x1a\n"


def test_samples_are_selected_and_dragged(halted: Page) -> None:
    box = canvas(halted).bounding_box()
    assert box is not None
    halted.mouse.move(box["x"] + 3, box["y"] + 3)
    halted.mouse.down()
    halted.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 3, steps=6)
    halted.mouse.up()
    assert 0 < selected(halted) < 625
    halted.locator(".row", has=halted.locator(".class[data-class='7']")).hover()
    halted.get_by_label("Select 7", exact=True).click()
    halted.mouse.move(5, 5)
    assert selected(halted) > 50
    # Nearly all sevens are taken for sevens: their middle is where that handle is, beneath it.
    _, before = projection(halted)
    halted.mouse.move(*on_screen(halted, ends(before)[7]))
    halted.mouse.down()
    halted.mouse.move(*on_screen(halted, np.array([-0.4, -0.2])), steps=8)
    halted.mouse.up()
    _, after = projection(halted)
    np.testing.assert_allclose(ends(after)[7], [-0.4, -0.2], atol=0.05)
    before_pixels = pixels(halted)
    halted.get_by_role("button", name="Clear", exact=True).click()
    assert changed(before_pixels, pixels(halted)) > 500


def test_classes_are_separated(halted: Page) -> None:
    """Two classes that are told apart end far from each other; no two axes are more than √2."""

    def apart() -> float:
        places = ends(projection(halted)[1])
        return float(np.linalg.norm(places[3] - places[8]))

    assert apart() < 1
    for label, how in (("3", "New"), ("8", "Add")):
        halted.locator("#frame-how").get_by_text(how, exact=True).click()
        halted.locator(".row", has=halted.locator(f".class[data-class='{label}']")).hover()
        halted.get_by_label(f"Select {label}", exact=True).click()
    halted.get_by_role("button", name="Separate classes").click()
    poll(halted, lambda: apart() > 1.1)
    halted.locator("#frame-how").get_by_text("New", exact=True).click()


def test_epochs_are_gone_through_under_one_projection(halted: Page) -> None:
    _, before = projection(halted)
    finished = pixels(halted)
    halted.get_by_label("Previous epoch").click()
    expect(halted).to_have_url(re.compile("epoch=29"))
    for _ in range(3):
        halted.get_by_label("Previous epoch").click()
    expect(halted).to_have_url(re.compile("epoch=26"))
    expect(halted.locator("#frame-jobs")).to_have_text("")
    poll(halted, lambda: changed(finished, pixels(halted)) > 20)
    _, after = projection(halted)
    np.testing.assert_array_equal(after, before)


def test_a_wide_layer_is_seen_along_principal_axes(tab: Page, digits: Server) -> None:
    open_page(tab, digits, "?layer=conv0")
    expect(tab.locator("#tour-subtitle")).to_contain_text(
        re.compile(r"in 64 principal axes of [\d,]+ dimensions, \d+\.\d % of their variance")
    )
    names, _ = projection(tab)
    assert names[0] == "principal axis 1"
    assert len(names) == 64
    tab.locator("#tour-layer").click()
    tab.get_by_role("option", name="dense1", exact=True).click()
    expect(tab.locator("#tour-title")).to_have_text("dense1: 10")
    expect(tab).to_have_url(re.compile("layer=dense1"))


def test_a_training_is_told_by_its_losses(halted: Page) -> None:
    panel = halted.locator("#tour-training")
    expect(panel).to_contain_text("31 epochs, class by class")
    panel.get_by_role("button", name="Compute the losses").click()
    expect(panel).to_contain_text("learnt", timeout=120_000)
    chart = panel.get_by_role("slider")
    expect(chart).to_have_attribute("aria-valuenow", "30")
    box = chart.bounding_box()
    assert box is not None
    halted.mouse.click(box["x"] + 31, box["y"] + 60)
    expect(halted).to_have_url(re.compile("epoch=0"))
    expect(chart).to_have_attribute("aria-valuenow", "0")
    chart.press("ArrowRight")
    expect(halted).to_have_url(re.compile("epoch=1"))
