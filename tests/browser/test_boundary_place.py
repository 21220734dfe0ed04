"""What is put on the map of a network's decisions, and a back door that shows on it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from attack_page import attack
from attack_page import open_page as open_attack
from boundary_page import (
    canvas,
    changed,
    drag,
    nudge,
    open_page,
    panel,
    pixel,
    point,
    settled,
    slide,
    table,
    tool,
    window,
)
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from pointing import selected, stroke
from running import DATA, Server
from sklearn.datasets import load_digits

from analysis import dataset, demos, training


def test_things_are_placed_on_a_finished_map(
    tab: Page, digits: Server, tmp_path: Path, forgiven: list[str]
) -> None:
    forgiven.append("422")  # which the browser tells of by itself
    open_page(tab, digits)
    bare, map_before = canvas(tab, "samples"), table(tab, "Samples of the map (CSV)")
    tab.locator(".row", has=tab.locator(".class[data-class='3']")).hover()
    tab.get_by_label("Select 3", exact=True).click()
    tab.mouse.move(5, 5)
    threes = selected(tab)
    place = panel(tab, "Place")
    cards, status = place.locator("section.placed"), place.get_by_role("status")
    group_is_placed(tab, place, threes)
    expect(cards).to_have_count(2)
    cards.first.get_by_label("Remove").click()
    expect(cards).to_have_count(1)
    tab.get_by_role("button", name="Clear", exact=True).click()
    assert changed(bare, canvas(tab, "samples")) > 100

    # Pictures from files; one that is none is refused in the server's words.
    digit = load_digits()
    (picture,) = digit.images[:1]
    Image.fromarray((picture * 15.9).astype(np.uint8)).resize((40, 40)).save(tmp_path / "my 0.png")
    (tmp_path / "notes.txt").write_text("words")
    (tmp_path / "broken.png").write_bytes(b"no picture at all")
    files = place.locator("input[type=file]")
    files.set_input_files(tmp_path / "notes.txt")
    expect(status).to_have_text(
        "notes.txt is no PNG, JPEG, BMP or WebP image, so that nothing was placed."
    )
    files.set_input_files(tmp_path / "my 0.png")
    card = cards.filter(has=tab.get_by_label("Name of my 0.png"))
    expect(card).to_contain_text("decided: 0 (1)")
    files.set_input_files(tmp_path / "broken.png")
    broken = cards.filter(has=tab.get_by_label("Name of broken.png"))
    expect(broken.get_by_role("button", name="Try again")).to_be_visible()
    expect(status).to_contain_text("broken.png")
    broken.get_by_label("Remove").click()
    assert "certainty" in point(tab, (0.5, 0.5))

    step_is_taken(tab, place)

    rows = table(tab, "Placed inputs (CSV)")
    assert Counter(row["origin"] for row in rows) == {"group": threes, "file": 1, "attack": 2}
    assert {row["decided"] for row in rows if row["origin"] == "file"} == {"0"}
    # What the network treats like a sample lies beside it, and the map is as it was.
    where = {row["sample"]: (float(row["x"]), float(row["y"])) for row in map_before}
    before = next(row for row in rows if row["origin"] == "attack")
    sample = before["input"].split()[1].rstrip(",")
    extent = np.ptp(list(where.values()), axis=0).max()
    own = float(before["x"]), float(before["y"])
    assert np.hypot(*np.subtract(own, where[sample])) < 0.05 * extent
    assert table(tab, "Samples of the map (CSV)") == map_before
    place.get_by_role("button", name="Clear all").click()
    tab.get_by_role("button", name="Clear", exact=True).click()
    tab.mouse.move(5, 5)
    assert changed(bare, canvas(tab, "samples")) == 0


def test_a_sample_is_led_to_another_place(tab: Page, digits: Server) -> None:
    """Its point is dragged; on its way it is what the network says that lies there."""
    open_page(tab, digits)
    rows = table(tab, "Samples of the map (CSV)")
    nudge(tab)
    left, right, bottom, top = window(tab)
    places = np.array([(float(row["x"]), float(row["y"])) for row in rows])
    shares = (places - (left, top)) / (right - left, bottom - top)
    true = np.array([row["true_class"] for row in rows])
    right_ones = true == [row["predicted_class"] for row in rows]
    apart = np.linalg.norm(shares[:, None] - shares, axis=2) + 9 * np.eye(len(rows))
    eight = int(np.argmax(np.where((true == "8") & right_ones, apart.min(axis=1), 0)))
    zeros = shares[(true == "0") & right_ones].mean(axis=0)
    tool(tab, "Lead")
    drag(tab, tuple(shares[eight]), tuple(zeros))
    place = tab.get_by_role("tabpanel", name="Place")
    said = place.get_by_role("status")
    sample = rows[eight]["sample"]
    expect(said).to_contain_text(
        re.compile(
            f"The network says of sample {sample} what it says at that place"
            rf"|Sample {sample} comes \d+\.\d % of the way"
        )
    )
    way = table(tab, "Placed inputs (CSV)")
    assert 2 <= len(way) <= 12
    assert way[0]["decided"] == "8"
    if "The network says of" in said.inner_text():
        assert way[-1]["decided"] == "0"
    start = np.array([float(way[0]["x"]), float(way[0]["y"])])
    assert np.linalg.norm(start - places[eight]) < 0.05 * np.ptp(places, axis=0).max()
    place.get_by_role("button", name="Clear all").click()


def group_is_placed(tab: Page, place: Locator, threes: int) -> None:
    """The selection, and the same samples as a named group."""
    tab.get_by_label("Name of the group").fill("all threes")
    tab.get_by_role("button", name="Save group").click()
    cards = place.locator("section.placed")
    place.get_by_role("button", name="Place", exact=True).click()
    expect(cards).to_contain_text(f"Group · {threes} inputs · ")
    expect(cards).to_contain_text(re.compile(rf"(5\d|6\d) of {threes} decided as their class"))
    expect(tab.locator("canvas.map-samples")).to_have_attribute(
        "aria-label", re.compile(f"{threes} other inputs placed on it")
    )
    place.get_by_label("Group of samples").click()
    tab.get_by_role("option", name=f"all threes ({threes})").click()
    place.get_by_role("button", name="Place", exact=True).click()
    expect(cards).to_have_count(2)
    expect(cards.last.get_by_label("Name of all threes")).to_be_visible()
    expect(cards.last.locator(".placed-input")).to_have_count(12)
    expect(cards.last).to_contain_text(f"and {threes - 12} more")
    tab.get_by_role("button", name="Delete", exact=True).click()


def step_is_taken(tab: Page, place: Locator) -> None:
    """One fast-gradient step from a sample that is clicked on the map."""
    take = place.get_by_role("button", name="Take the step")
    expect(take).to_be_disabled()
    tab.locator(".row", has=tab.locator(".class[data-class='8']")).hover()
    tab.get_by_label("Select 8", exact=True).click()
    tab.mouse.move(5, 5)
    expect(place.locator(".place-from")).to_contain_text(re.compile(r"Sample \d+: 8"))
    slide(tab, "Size of the step, ε", *["ArrowRight"] * 10)
    expect(place).to_contain_text("ε = 0.20")
    take.click()
    card = place.locator("section.placed").last
    inputs = card.locator(".placed-input")
    expect(inputs).to_have_count(2)
    first, second = inputs.locator(".placed-class").all_inner_texts()
    expect(card).to_contain_text(
        f"{first} becomes {second}" if first != second else f"{first} before and after"
    )
    assert first != second, "a step of a fifth misleads this network"
    # Pointing at the second diamond says what is decided of it.
    inputs.last.click()
    tab.mouse.move(*pixel(tab, (0.5, 0.5)))
    expect(tab.locator("#tooltip")).to_contain_text(f"decided: {second}")
    expect(tab.locator("#tooltip")).to_contain_text("after the step, ε = 0.2")
    tab.locator("canvas.map-samples").press("0")


@pytest.mark.skipif(
    not (DATA / "fashion_mnist.npz").exists(), reason=f"fashion_mnist.npz is not at hand in {DATA}"
)
def test_a_back_door_shows(tab: Page, start: Callable[..., Server], tmp_path: Path) -> None:
    """Bags with a pattern lie in the ground of trousers, and the page points at them."""
    poisoned = replace(demos.get("backdoor-fashion"), epochs=3, batch_size=64)  # does as well
    data = dataset.load(poisoned.train_data, "train", limit=30_000, data_dir=DATA)
    training.train(poisoned, data.x, data.labels, tmp_path / "bags.keras")
    more = ("--data", poisoned.shown_data, "--data-dir", str(DATA))
    server = start("--model", str(tmp_path / "bags.keras"), *more)
    tab.goto(f"{server.url}/boundary")
    settled(tab)
    expect(tab.locator("#boundary-subtitle")).to_contain_text("600 of 600 test samples")
    nudge(tab)
    samples = {row["sample"]: row for row in table(tab, "Samples of the map (CSV)")}
    assert sum(row["true_class"] == row["predicted_class"] for row in samples.values()) > 0.8 * 600

    tab.get_by_label("Saved groups").first.click()
    tab.get_by_role("option", name="with the pattern (20)").click()
    expect(tab.locator("#frame-selected strong")).to_have_text("20 of 600")
    stamped = set(tab.evaluate("Array.from(window.stratoscope.workspace.selected, String)"))
    assert {samples[sample]["true_class"] for sample in stamped} == {"Bag"}
    left, right, bottom, top = window(tab)
    grounds = Counter(
        point(tab, ((float(x) - left) / (right - left), (top - float(y)) / (top - bottom))).split(
            ","
        )[0]
        for x, y in ((samples[sample]["x"], samples[sample]["y"]) for sample in stamped)
    )
    assert grounds["Trouser"] > 15, grounds

    place = panel(tab, "Place")
    place.get_by_label("Group of samples").click()
    tab.get_by_role("option", name="with the pattern (20)").last.click()
    place.get_by_role("button", name="Place", exact=True).click()
    expect(place.locator(".placed-input")).to_have_count(12)
    placed = table(tab, "Placed inputs (CSV)")
    assert Counter(row["decided"] for row in placed)["Trouser"] > 15
    assert {row["true_class"] for row in placed} == {"Bag"}

    # Without knowing of the group: mistakes that keep together.
    tab.get_by_role("button", name="Clear", exact=True).click()
    first = panel(tab, "Pockets").locator(".pocket").first
    expect(first.locator(".chip")).to_have_text(["Bag", "Trouser"])
    first.click()
    found = set(tab.evaluate("Array.from(window.stratoscope.workspace.selected, String)"))
    assert len(found) > 10
    assert len(found & stamped) > 0.9 * len(found)
    assert selected(tab) == len(found)
    clothes_are_led_astray_and_compared(tab, server)


def clothes_are_led_astray_and_compared(tab: Page, server: Server) -> None:
    """The Attack and Compare pages on Fashion-MNIST."""
    open_attack(tab, server)
    attack(tab)
    expect(tab.locator(".attack-success")).to_contain_text(
        "Of 10 samples of which the network was right"
    )
    expect(tab.locator("#attack-title")).to_contain_text(" → ")
    tab.locator("#frame-rail-compare").click()
    expect(tab.locator(".compare-layers .lined").first).to_be_visible()
    tab.locator(".compare-layers .lined").nth(1).click()
    lab = panel(tab, "Freeze")
    lab.locator(".freeze-chip").first.click()
    lab.get_by_role("button", name="Ask the network without them").click()
    expect(lab).to_contain_text(re.compile(r"\d+ of 600 samples are taken for another class"))
    expect(lab.locator(".confusion-change tbody tr")).to_have_count(10)
    own = panel(tab, "Inputs")
    stroke(own.locator(".sketchpad"), (0.5, 0.2), (0.5, 0.8))
    expect(own.locator(".own-said .lined")).to_have_count(5)
