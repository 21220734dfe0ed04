"""The journey of somebody who brings inputs: drawn, from files, kept from an attack."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import numpy as np
import pytest
from attack_page import attack
from attack_page import open_page as open_attack
from boundary_page import panel, poll, read
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from pointing import selected, stroke
from running import Server
from test_compare import open_page

ONE = [(0.5, 0.15), (0.5, 0.85)]
"""A stroke that every digit network takes for a one, as shares of the pad."""


@pytest.fixture
def forgiven() -> list[str]:
    # What the browser says of a file that was refused.
    return ["status of 422"]


@pytest.fixture
def inputs(tab: Page, digits: Server) -> Iterator[Locator]:
    """The tab of inputs; what a test has added is removed again."""
    open_page(tab, digits)
    yield panel(tab, "Inputs")
    tab.goto(f"{digits.url}/compare")
    own = panel(tab, "Inputs")
    expect(own).to_contain_text("From files")
    tab.wait_for_timeout(300)
    while count := own.locator(".own-added .own-line").count():
        own.get_by_role("button", name="Remove added sample 1").click()
        expect(own.locator(".own-added .own-line")).to_have_count(count - 1)


def png(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def test_a_drawn_digit_is_recognised_and_becomes_a_sample(tab: Page, inputs: Locator) -> None:
    expect(inputs).to_contain_text("Draw, and the network says what it sees")
    add = inputs.get_by_role("button", name="Add to samples")
    expect(add).to_be_disabled()
    pad = inputs.locator(".sketchpad")
    stroke(pad, *ONE)
    said = inputs.locator(".own-said .lined")
    expect(said.first).to_contain_text("1")
    assert float(said.first.locator(".number").inner_text().split()[0]) > 50
    seen = read(inputs.locator(".own-seen"))[..., 0]
    assert seen.shape == (8, 8)
    assert seen[:, 3:5].mean() > 150, "the stroke fills the height, in the middle"
    assert seen[:, [0, 1, 6, 7]].max() == 0

    # The keyboard clears, and the last stroke can be taken back.
    stroke(pad, (0.2, 0.8), (0.8, 0.8))
    tab.keyboard.press("z")
    poll(tab, lambda: np.array_equal(read(inputs.locator(".own-seen"))[..., 0], seen))
    tab.keyboard.press("Delete")
    expect(add).to_be_disabled()
    tab.keyboard.down(" ")
    for _ in range(12):
        tab.keyboard.press("ArrowDown")
    tab.keyboard.up(" ")
    expect(said.first).to_contain_text("1")

    said.first.click()  # it is a one
    add.click()
    added = inputs.locator(".own-added")
    expect(added).to_contain_text("Added to this data (1)")
    expect(added).to_contain_text("true 1")
    tab.evaluate("window.stratoscope.workspace.select([5, 9], 'replace')")
    added.get_by_label("shown with the data, on every page").check()
    tab.wait_for_url(re.compile("study=digits.added"))
    expect(tab.locator("#frame-selected strong")).to_have_text("2 of 626")
    added.get_by_role("button", name="Sample 625").click()
    expect(tab.locator(".maps-title").first).to_have_text("Sample 625: true 1, predicted 1")
    assert selected(tab) == 1

    # It is a sample of every page: its glyph has a pixel for it, and it can be attacked.
    tab.locator("#frame-rail-network").click()
    expect(tab.locator(".node")).to_have_count(11)
    expect(tab.locator(".node.waiting")).to_have_count(0, timeout=60_000)
    expect(tab.locator("#network-subtitle")).to_contain_text("626 of 626 test samples")
    tab.locator("#frame-rail-attack").click()
    tab.locator("#attack-of").click()
    tab.get_by_role("option", name=re.compile("selection")).filter(visible=True).click()
    attack(tab)
    expect(tab.locator("#attack-title")).to_contain_text("Sample 625")


def test_pictures_are_converted_as_is_chosen_and_refused_in_words(
    tab: Page, inputs: Locator
) -> None:
    paper = np.full((40, 80), 255, np.uint8)
    paper[4:36, 36:44] = 0
    field = inputs.locator(".own-files input")

    def give(name: str, content: bytes, kind: str = "image/png") -> None:
        field.set_input_files([{"name": name, "mimeType": kind, "buffer": content}])

    give("one.png", png(paper))
    pictures = inputs.locator(".own-pictures")
    expect(pictures).to_contain_text("one.png: 80 x 40 PNG, its middle, 40 x 40")
    inputs.get_by_label("inverted").check()
    expect(pictures).to_contain_text("inverted")
    expect(pictures.locator("b")).to_contain_text("1, ")
    shown = read(pictures.locator("canvas"))[..., 0]
    assert shown[1:7, 3:5].min() > 150
    assert shown[:, :2].max() < 60

    give("empty.png", b"")
    expect(inputs.get_by_role("alert").filter(has_text="empty.png")).to_be_visible()
    give("words.png", b"no picture at all")
    expect(inputs.get_by_role("alert").filter(has_text="words.png")).to_contain_text("none of PNG")
    give("words.txt", b"no picture at all", "text/plain")
    expect(inputs.get_by_role("alert").filter(has_text="words.txt")).to_contain_text(
        "no PNG, JPEG, BMP or WebP image"
    )
    # What was read before is still there.
    expect(pictures).to_contain_text("one.png")
    inputs.get_by_label("True class of the pictures").select_option("1")
    pictures.get_by_role("button", name="Add to samples").click()
    expect(inputs.locator(".own-added")).to_contain_text("picture true 1")


def test_an_attacked_sample_is_kept_and_outlives_a_reload(
    tab: Page, inputs: Locator, digits: Server
) -> None:
    open_attack(tab, digits)
    attack(tab)
    tab.get_by_role("button", name=re.compile("as shown, to the data")).click()
    expect(tab.locator("#frame-toast")).to_contain_text("is added to the data")
    tab.reload()
    tab.locator("#frame-rail-compare").click()
    added = panel(tab, "Inputs").locator(".own-added")
    expect(added).to_contain_text(re.compile(r"sample \d+ after step 40 of pgd, epsilon"))
    tab.locator("#frame-study-picker").click()
    tab.get_by_role("option", name="samples added").filter(visible=True).click()
    tab.wait_for_url(re.compile("study=digits.added"))
    expect(tab.locator("#frame-selected")).to_contain_text("of 626")
    expect(added).to_contain_text("Sample 625")
    added.get_by_role("button", name="Remove added sample 1").click()
    tab.wait_for_url(re.compile(r"study=digits(&|$)"))
    expect(tab.locator("#frame-selected")).to_contain_text("of 625")
