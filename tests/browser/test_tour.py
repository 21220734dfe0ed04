"""The journey of somebody who looks at a layer from all sides, and turns it by hand."""

from __future__ import annotations

import base64
import csv
import io
import re
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from boundary_page import changed, poll
from PIL import Image
from playwright.sync_api import Locator, Page, Route, expect
from pointing import selected
from running import Server

LONG = np.sqrt(0.9)
"""Of an axis of ten classes, from the middle of them all."""

SEEN = 1.12 * 2.4 / np.sqrt(10) * LONG
"""Half of the shorter side of the picture, as `assets/lib/tourpose.mjs` has it."""

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


def pixels(tab: Page, number: int = 0) -> npt.NDArray[np.int16]:
    url: str = canvas(tab).nth(number).evaluate("(canvas) => canvas.toDataURL()")
    with Image.open(io.BytesIO(base64.b64decode(url.split(",")[1]))) as image:
        return np.asarray(image.convert("RGB"), np.int16)


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


# ------------------------------------------------------------------ the playhead


def handle(tab: Page, name: str) -> Locator:
    return tab.locator(f"#rail-{name}")


def hold(tab: Page, name: str, value: float) -> None:
    """Hold the playhead's handle somewhere, also between two stops."""
    handle(tab, name).evaluate(
        "(input, value) => { input.value = value; input.dispatchEvent(new Event('input')); }", value
    )


def test_layers_are_gone_through_on_the_same_plane(halted: Page) -> None:
    """The last scores are seen along the classes; where nothing but a flattening lies between two
    layers no sample moves."""
    graph = halted.locator(".layer-graph")
    expect(graph.locator("[aria-current]")).to_contain_text("prediction")
    handle(halted, "layer").focus()
    halted.keyboard.press("ArrowLeft")
    expect(halted.locator("#tour-title")).to_have_text("dense1: 10")
    expect(halted.locator("#frame-jobs")).to_have_text("", timeout=120_000)
    expect(halted).to_have_url(re.compile("layer=dense1"))
    # Once its frame has come, it is known that its axes mean classes.
    poll(halted, lambda: projection(halted)[0] == [str(k) for k in range(10)])
    # Flattening moves values and nothing else.
    names = graph.locator(".layer-name").all_text_contents()
    place = names.index("flatten")
    hold(halted, "layer", place)
    expect(halted.locator("#tour-title")).to_contain_text("flatten")
    still = pixels(halted)
    for part in (0.3, 0.7, 1.0):
        hold(halted, "layer", place - part)
        expect(handle(halted, "layer")).to_have_attribute(
            "aria-valuetext", names[place - 1] if part == 1 else re.compile("→ flatten")
        )
        halted.wait_for_timeout(60)
        assert changed(still, pixels(halted)) < 0.01 * still[..., 0].size
    # A rectifier moves them.
    hold(halted, "layer", place - 1.5)
    poll(halted, lambda: changed(still, pixels(halted)) > 500)
    # Lists and words follow.
    expect(graph.locator("[aria-current]")).not_to_contain_text("flatten")
    expect(halted.locator("#tour-layer")).not_to_have_value("flatten")
    assert "layer=dense1" in halted.url
    graph.get_by_role("button", name=re.compile("^conv0")).click()
    expect(halted).to_have_url(re.compile("layer=conv0"))


def test_a_training_flows_and_rests_where_it_is_let_go(halted: Page) -> None:
    hold(halted, "epoch", 2.5)
    expect(halted.locator("#frame-jobs")).to_have_text("", timeout=120_000)
    expect(handle(halted, "epoch")).to_have_attribute("aria-valuetext", "2 → 3")
    between = pixels(halted)
    hold(halted, "epoch", 20)
    poll(halted, lambda: changed(between, pixels(halted)) > 300)
    # The header says where the handle is; the link stays that of what it rested at.
    expect(halted.locator("#frame-epochs")).to_contain_text("epoch 20 of 30")
    assert "epoch" not in halted.url
    halted.get_by_label("Next epoch").click()
    expect(halted).to_have_url(re.compile("epoch=21"))
    handle(halted, "epoch").focus()
    halted.keyboard.press("Home")
    expect(halted).to_have_url(re.compile("epoch=0"))
    expect(halted.locator("#frame-epochs")).to_contain_text("epoch 0 of 30")
    start = pixels(halted)
    halted.get_by_role("button", name="Play epochs").click()
    poll(halted, lambda: float(handle(halted, "epoch").input_value()) > 3)
    halted.get_by_role("button", name="Play epochs").click()
    expect(halted).to_have_url(re.compile(r"epoch=[3-9]"))
    assert changed(start, pixels(halted)) > 300


def to_the_beginning(tab: Page) -> None:
    handle(tab, "epoch").focus()
    tab.keyboard.press("Home")
    expect(tab).to_have_url(re.compile("epoch=0"))


def test_other_samples_end_what_plays(halted: Page) -> None:
    player = halted.get_by_role("button", name="Play epochs")
    to_the_beginning(halted)
    player.click()
    expect(player).to_have_attribute("aria-pressed", "true")
    halted.locator("#frame-split-picker").click()
    halted.get_by_role("option", name="train", exact=True).click()
    expect(player).to_have_attribute("aria-pressed", "false")
    expect(halted.locator("#tour-subtitle")).to_contain_text("1,172 train samples in")
    expect(halted.locator("#frame-epochs")).to_contain_text("epoch 0 of 30")
    expect(handle(halted, "epoch")).to_have_attribute("aria-valuetext", "0")
    assert "epoch=0" in halted.url


def test_leaving_ends_what_plays(halted: Page) -> None:
    player = halted.get_by_role("button", name="Play epochs")
    to_the_beginning(halted)
    player.click()
    poll(halted, lambda: float(handle(halted, "epoch").input_value()) > 1)
    halted.get_by_role("link", name="Network").click()
    expect(halted.locator("#network-graph")).to_be_visible()
    expect(halted.locator("#frame-epochs")).to_contain_text("epoch 0 of 30")
    halted.get_by_role("link", name="Tour").click()
    expect(canvas(halted)).to_be_visible()
    for _ in range(2):
        expect(player).to_have_attribute("aria-pressed", "false")
        expect(handle(halted, "epoch")).to_have_attribute("aria-valuetext", "0")
        halted.wait_for_timeout(500)


def test_what_is_being_computed_is_said(tab: Page, digits: Server) -> None:
    tab.goto(f"{digits.url}/tour?split=train")
    expect(tab.locator("#tour-subtitle")).to_contain_text("train samples in", timeout=120_000)
    expect(tab.locator("#frame-jobs")).to_have_text("")
    # The server's news of a job come late.
    tab.route("**/_dash-update-component?*", late)
    tab.locator(".layer-graph").get_by_role("button", name=re.compile("^conv0")).click()
    expect(tab.locator("#tour-subtitle")).to_have_text(
        "conv0 is being computed; until then prediction is shown."
    )
    expect(tab.locator(".tour-view")).to_have_class(re.compile("waiting"))
    expect(tab.locator("#tour-subtitle")).to_contain_text("principal axes", timeout=60_000)
    expect(tab.locator(".tour-view")).not_to_have_class(re.compile("waiting"))
    # Axes without a meaning have no handles.
    expect(tab.locator("#tour-handles")).to_be_disabled()


def late(route: Route) -> None:
    time.sleep(0.5)
    route.continue_()


def test_both_splits_are_seen_under_the_same_projection(halted: Page) -> None:
    halted.locator("#tour-both").click()
    captions = halted.locator(".tour-caption")
    expect(captions).to_have_count(2, timeout=60_000)
    expect(captions.nth(0)).to_contain_text("test: 625 samples")
    expect(captions.nth(1)).to_contain_text(
        re.compile(r"train: 1,172 samples, \d+"), timeout=60_000
    )

    def drawn() -> bool:
        """A canvas that nobody has drawn on yet has 300 x 150 pixels."""
        found = pixels(halted, 1)
        return found.shape[0] > 200 and int((found < 200).any(axis=2).sum()) > 300

    poll(halted, drawn)
    before = pixels(halted, 1)
    canvas(halted).nth(0).press("]")
    for _ in range(4):
        canvas(halted).nth(0).press("ArrowRight")
    poll(halted, lambda: changed(before, pixels(halted, 1)) > 300)
    points = [pixels(halted, number) for number in (0, 1)]
    halted.locator("#tour-look").get_by_text("Images", exact=True).click()
    for number in (0, 1):
        poll(halted, lambda k=number: changed(points[k], pixels(halted, k)) > 400)
    panel = halted.locator("#tour-training")
    panel.get_by_role("button", name=re.compile("Compute the losses")).click()
    expect(panel).to_contain_text("Dashed: train samples", timeout=120_000)
    expect(panel).to_contain_text(re.compile(r"At epoch 30 the loss is \S+ on train samples"))
    halted.locator("#tour-both").click()
    expect(panel).not_to_contain_text("Dashed")
    expect(captions).to_have_count(1)


def test_samples_are_drawn_as_their_pictures(halted: Page) -> None:
    points = pixels(halted)
    halted.locator("#tour-look").get_by_text("Images", exact=True).click()
    poll(halted, lambda: changed(points, pixels(halted)) > 3000)
    pictures = pixels(halted)
    canvas(halted).press("+")
    poll(halted, lambda: changed(pictures, pixels(halted)) > 3000)


def test_projections_are_kept_and_taken_back(halted: Page) -> None:
    _, first = projection(halted)
    halted.get_by_role("tab", name="Kept").click()
    halted.get_by_label("Name of the projection").fill("the first")
    halted.get_by_role("button", name="Keep", exact=True).click()
    # Keys mean what they do on the picture, wherever one is on the page.
    halted.get_by_role("button", name="Separate classes").focus()
    halted.keyboard.press("s")
    poll(halted, lambda: float(np.abs(projection(halted)[1] - first).max()) > 0.2)
    halted.get_by_label("Back to the projection before").click()

    def back() -> bool:
        """On the same plane, however it lies in the picture."""
        across = projection(halted)[1].T @ first
        return bool(np.linalg.svd(across, compute_uv=False).min() > 1 - 1e-4)

    poll(halted, back)
    canvas(halted).press("n")
    poll(halted, lambda: not back())
    canvas(halted).press(" ")
    halted.reload()
    expect(canvas(halted)).to_be_visible()
    canvas(halted).press(" ")
    halted.get_by_role("tab", name="Kept").click()
    halted.get_by_role("button", name="the first", exact=True).click()
    poll(halted, back)
    halted.get_by_label("Remove the first").click()
    expect(halted.locator("#tour-kept")).to_contain_text("listed here")
