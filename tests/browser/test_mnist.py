"""The journey on real data of the literature: LeNet5 on MNIST, from training to glyphs."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from boundary_page import panel, read
from playwright.sync_api import Page, expect
from pointing import stroke
from running import DATA, Server

LAYERS = [
    *("input", "conv0", "relu0", "conv1", "relu1", "flatten"),
    *("dense0", "relu2", "dense1", "prediction"),
]

pytestmark = pytest.mark.skipif(
    not (DATA / "mnist.npz").exists(), reason=f"mnist.npz is not at hand in {DATA}"
)


def names_drawn(tab: Page) -> list[str]:
    return tab.locator(".node:not(.waiting) .name").all_inner_texts()


@pytest.fixture
def few(tmp_path: Path) -> Path:
    """MNIST with a fifth of its training samples, which train a network in a fifth of the time."""
    with np.load(DATA / "mnist.npz") as whole:
        parts = {name: whole[name][: 12_000 if "train" in name else None] for name in whole}
    np.savez(tmp_path / "mnist.npz", **parts)
    return tmp_path


def test_training_cancelling_and_going_on(
    tab: Page, start: Callable[..., Server], few: Path
) -> None:
    server = start("--demo", "lenet5-mnist", "--data-dir", str(few), "--limit", "6000")
    tab.goto(server.url)
    progress = tab.locator("#frame-opening")
    expect(progress).to_contain_text("Opening LeNet5 on MNIST")
    expect(progress).to_contain_text(re.compile(r"epoch \d of \d, accuracy"), timeout=60_000)
    expect(progress).to_contain_text("left")

    # Glyphs appear one by one, with their own progress; the page is usable meanwhile.
    expect(tab.locator(".node.working")).to_have_count(1, timeout=180_000)
    expect(tab.locator(".node")).to_have_count(len(LAYERS))
    expect(tab.locator("#frame-jobs")).to_contain_text("Ordering")
    first = tab.locator(".node:not(.waiting)").first
    expect(first).to_be_visible()
    tab.get_by_role("toolbar").get_by_text("Right / wrong", exact=True).click()

    tab.get_by_label("Cancel this computation").click()
    expect(tab.locator("#network-status")).to_contain_text("Cancelled", timeout=30_000)
    done = names_drawn(tab)
    assert 0 < len(done) < len(LAYERS), "something was kept, something was left"
    assert done == LAYERS[: len(done)], "in the order of the data flow"

    tab.get_by_role("button", name="Go on").click()
    expect(tab.locator(".node.waiting")).to_have_count(0, timeout=120_000)
    assert names_drawn(tab) == LAYERS
    expect(tab.locator("#network-status")).to_have_text("")
    summary = tab.locator("#frame-summary")
    expect(summary).to_contain_text(re.compile(r"6,000 .*accuracy 9[6-9]\.\d %"))
    expect(summary).to_contain_text("1,182,006 parameters")
    scores = [float(text) for text in tab.locator(".node .value").all_inner_texts()]
    assert scores[-1] == max(scores)
    assert scores[-1] > 0.9

    selection_is_quick(tab)
    the_study_opens_at_once_the_second_time(tab, server)
    its_training_is_toured(tab, server)
    positions_are_sampled_and_the_selected_are_all_there(tab, server)
    eights_are_turned_into_zeros(tab, server)
    a_one_is_drawn_as_mnist_has_them(tab)
    filters_are_frozen_by_a_lasso(tab)


def selection_is_quick(tab: Page) -> None:
    """A brush over the open layer redraws all layers and the bar before the next frames."""
    tab.locator(".node[data-layer='prediction']").focus()
    tab.keyboard.press("Enter")
    expect(tab.locator("#detail canvas.glyph")).to_be_visible()
    milliseconds = tab.evaluate(
        """() => {
            const { workspace } = window.stratoscope;
            const half = Array.from({ length: 3000 }, (_, k) => 2 * k);
            const begin = performance.now();
            workspace.select(half, "replace");
            return performance.now() - begin;
        }"""
    )
    assert milliseconds < 500, "far beyond noise: the figure itself is the benchmark's business"
    expect(tab.locator("#frame-selected strong")).to_have_text("3,000 of 6,000")


def the_study_opens_at_once_the_second_time(tab: Page, server: Server) -> None:
    tab.goto(server.url)
    expect(tab.locator(".node")).to_have_count(len(LAYERS), timeout=10_000)
    expect(tab.locator(".node.waiting")).to_have_count(0, timeout=5_000)
    assert names_drawn(tab) == LAYERS


def positions_are_sampled_and_the_selected_are_all_there(tab: Page, server: Server) -> None:
    """A feature map has more points than are drawn; of what is selected, none is left out."""
    tab.goto(f"{server.url}/embedding?layer=conv1")
    subtitle = tab.locator("#embedding-subtitle-a")
    expect(subtitle).to_contain_text(
        "60,000 of 3,456,000 points: 6,000 test samples at 10 of 576 positions each",
        timeout=60_000,
    )
    tab.evaluate("window.stratoscope.workspace.select([3, 5, 8], 'replace')")
    expect(subtitle).to_contain_text("the selected at more")
    # Three samples at all their positions instead of ten.
    expect(subtitle).to_contain_text(f"{60_000 + 3 * (576 - 10):,} of 3,456,000 points")
    expect(tab.locator("#embedding-maps")).to_contain_text("Mean of 3 selected samples")


def its_training_is_toured(tab: Page, server: Server) -> None:
    """The training that was just recorded, epoch by epoch, with both splits beside each other."""
    tab.goto(f"{server.url}/tour")
    expect(tab.locator("#tour-subtitle")).to_contain_text("6,000 of 10,000 test samples")
    rail = tab.locator("#rail-epoch")
    expect(rail).to_have_attribute("aria-valuetext", "6")
    rail.focus()
    tab.keyboard.press("Home")
    expect(tab.locator("#frame-epochs")).to_contain_text("epoch 0 of 6", timeout=60_000)
    expect(tab.locator("#frame-jobs")).to_have_text("", timeout=60_000)
    tab.get_by_role("button", name="Play epochs").click()
    expect(rail).to_have_attribute("aria-valuetext", "6", timeout=60_000)
    expect(tab.locator("#frame-epochs")).to_contain_text("epoch 6 of 6", timeout=30_000)
    tab.locator("#tour-both").click()
    captions = tab.locator(".tour-caption")
    expect(captions.nth(1)).to_contain_text(re.compile(r"train: 6,000 .*9\d\.\d %"), timeout=60_000)


def test_another_study_is_a_click_away(tab: Page, start: Callable[..., Server]) -> None:
    server = start("--data-dir", str(DATA), "--limit", "300")
    tab.goto(server.url)
    expect(tab.locator(".node")).not_to_have_count(0, timeout=120_000)
    expect(tab.locator(".node.waiting")).to_have_count(0, timeout=120_000)
    tab.locator("#frame-split-picker").click()
    tab.get_by_role("option", name="train").click()
    expect(tab.locator("#network-subtitle")).to_contain_text("300 of 1,172 train samples")
    expect(tab.locator(".node.waiting")).to_have_count(0, timeout=60_000)
    expect(tab).to_have_url(re.compile("split=train"))


def eights_are_turned_into_zeros(tab: Page, server: Server) -> None:
    tab.goto(f"{server.url}/attack")
    expect(tab.locator("#attack-about")).not_to_have_text("")
    for control, option in (("of", "Class 8 ("), ("target", "0")):
        tab.locator(f"#attack-{control}").click()
        tab.get_by_role("option", name=option, exact=option == "0").filter(visible=True).click()
    tab.locator("#attack-epsilon").fill("0.3")
    tab.locator("#attack-steps").fill("12")  # go as far, and sooner
    tab.get_by_role("button", name="Attack", exact=True).click()
    success = tab.locator(".attack-success")
    expect(success).to_contain_text("are taken for 0 in the end", timeout=120_000)
    share = re.search(r"\((\d+\.\d) %\)", success.inner_text())
    assert share is not None
    assert float(share[1]) > 50, "most eights can be turned within 0.3"
    expect(tab.locator(".attack-row")).not_to_have_count(0)


def a_one_is_drawn_as_mnist_has_them(tab: Page) -> None:
    tab.locator("#frame-rail-compare").click()
    expect(tab.locator(".compare-layers .lined")).to_have_count(len(LAYERS))
    own = panel(tab, "Inputs")
    stroke(own.locator(".sketchpad"), (0.3, 0.3), (0.3, 0.6))
    said = own.locator(".own-said .lined")
    expect(said.first).to_contain_text("1")
    assert float(said.first.locator(".number").inner_text().split()[0]) > 50
    seen = read(own.locator(".own-seen"))[..., 0]
    assert seen.shape == (28, 28)
    rows, columns = np.nonzero(seen)
    assert np.ptp(rows) + 1 == pytest.approx(20, abs=1), "the longer side has 20 of 28 pixels"
    middle = [np.average(places, weights=seen[rows, columns]) for places in (rows, columns)]
    np.testing.assert_allclose(middle, 13.5, atol=1)  # centred by mass
    said.first.click()
    own.get_by_role("button", name="Add to samples").click()
    own.get_by_label("shown with the data, on every page").check()
    expect(tab.locator("#frame-selected")).to_contain_text("of 6,001", timeout=30_000)
    own.locator(".own-added").get_by_role("button", name="Sample 6000").click()
    expect(tab.locator(".maps-title").first).to_have_text("Sample 6000: true 1, predicted 1")


def filters_are_frozen_by_a_lasso(tab: Page) -> None:
    lab = panel(tab, "Freeze")
    panel(tab, "Layers").get_by_text("conv0", exact=True).first.click()
    panel(tab, "Freeze")
    maps = tab.locator(".maps-layer.active canvas").first
    corners = [(0.01, 0.01), (0.99, 0.01), (0.99, 0.99), (0.01, 0.99)]
    stroke(maps, *corners)
    expect(lab).to_contain_text(re.compile(r"conv0: (\d+) of \1 filters frozen"))
    lab.get_by_role("button", name="Ask the network without them").click()
    # Whatever is shown, it says the same: a tenth of the samples is of that class.
    expect(lab).to_contain_text(
        re.compile(r"Accuracy falls from 9\d\.\d % to (8|9|1[0-2])\.\d %"), timeout=60_000
    )
    changes = lab.locator(".confusion-change tbody tr")
    expect(changes).to_have_count(10)
