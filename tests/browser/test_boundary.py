"""The journey of somebody who looks at what a network decides between the samples."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from boundary_page import (
    canvas,
    changed,
    click,
    drag,
    drawn_class,
    free,
    legend,
    markers,
    nudge,
    on_map,
    open_page,
    panel,
    pixel,
    point,
    poll,
    saved,
    selected,
    settled,
    slide,
    table,
    tool,
    window,
)
from PIL import Image
from playwright.sync_api import Locator, Page, Route, expect
from running import DATA, Server
from sklearn.datasets import load_digits

from analysis import dataset, demos, training

SURE = 60.0
"""Certainty in percent from which on the ground's colours can be told apart."""

SMOOTH = 30
"""Levels that colours of a small patch differ by at most where no line runs through it."""


def test_a_map_is_made_and_drawn(tab: Page, digits: Server) -> None:
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(f"{digits.url}/boundary")
    steps = tab.locator("#boundary-map .map-steps li")
    expect(steps).to_have_count(5, timeout=120_000)
    expect(steps.first).to_have_attribute("aria-current", "step")
    settled(tab)
    expect(tab.locator("#boundary-title")).to_have_text("Map of the input space")
    expect(tab.locator("#boundary-subtitle")).to_contain_text(
        "600 of 625 test samples by Fisher distance, λ = 0.65, 30 neighbours"
    )
    # Samples are in the colours of their classes, the ground in paler ones.
    colours = legend(tab)
    assert len(colours) == 10
    samples, ground = canvas(tab, "samples"), canvas(tab, "floor")
    for name, colour in colours.items():
        assert (samples[:, :, :3] == colour).all(axis=2).sum() > 100, f"samples of {name}"
    drawn = Counter(drawn_class(colours, pixel) for pixel in ground[::20, ::20].reshape(-1, 4))
    assert sum(number > 5 for number in drawn.values()) >= 8, drawn
    # The ground, the words under the pointer and the network itself say the same of a place.
    nudge(tab)
    ground = canvas(tab, "floor")
    height, width = ground.shape[:2]
    found: dict[tuple[float, float], str] = {}
    for place in free(tab, 7, 6):
        x, y = int(place[0] * width), int(place[1] * height)
        patch = ground[y - 4 : y + 5, x - 4 : x + 5]
        words = re.match(r"(\S+), certainty ([\d.]+) %", point(tab, place))
        if words and float(words[2]) >= SURE and np.ptp(patch, axis=(0, 1)).max() < SMOOTH:
            found[place] = words[1]
            assert drawn_class(colours, ground[y, x]) == words[1], place
    assert len(found) >= 10
    assert len(set(found.values())) >= 6
    tool(tab, "Look")
    click(tab, next(iter(found)))
    expect(markers(tab).locator(".bar-row").first).to_be_visible()
    (url,) = [url for url in asked if "/inverse?" in url]
    told = inverse(tab, url, [on_map(tab, place) for place in found])
    assert [str(np.argmax(row)) for row in told] == list(found.values())


def inverse(tab: Page, url: str, places: list[tuple[float, float]]) -> list[list[float]]:
    """Probabilities at places of the map of which the page asked by that address."""
    points = ";".join(f"{x},{y}" for x, y in places)
    found: list[list[float]] = tab.evaluate(
        """async (url) => {
            const response = await fetch(url);
            const of = (name) => response.headers.get(name).split(",").map(Number);
            const [[count, width], [classes]] = [of("X-Shape"), of("X-Classes")];
            const rows = new Float32Array(await response.arrayBuffer());
            return Array.from({ length: count }, (_, k) =>
                Array.from(rows.subarray((k + 1) * width - classes, (k + 1) * width)));
        }""",
        re.sub("points=.*", f"points={points}", url),
    )
    return found


def test_looking_between_samples(tab: Page, digits: Server) -> None:
    """A click and a line of markers: what lies there, and how long it is kept."""
    open_page(tab, digits)
    tool(tab, "Look")
    before = canvas(tab, "samples")
    place = free(tab, 5, 4)[0]
    click(tab, place)
    cards, bars = markers(tab), markers(tab).locator(".bar-row")
    expect(bars).to_have_count(3)
    assert 0 < changed(before, canvas(tab, "samples")) < 1000, "a pin and nothing else"
    decided = point(tab, place).split(",")[0]
    expect(bars.first).to_contain_text(decided)
    shades = cards.locator("canvas").evaluate(
        """(canvas) => new Set(new Uint32Array(canvas.getContext("2d")
            .getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size"""
    )
    assert shades > 10, "a picture"
    drag(tab, (0.1, 0.15), (0.9, 0.85))
    expect(cards).to_have_count(7)
    expect(bars).to_have_count(21)
    tab.get_by_label("Name of marker 2").fill('the "edge", left')
    tab.get_by_label("Remove marker 4").click()
    expect(cards).to_have_count(6)

    rows = table(tab, "Markers (CSV)")
    assert [row["marker"] for row in rows] == ["1", "2", "3", "5", "6", "7"]
    assert [row["name"] for row in rows] == ["", 'the "edge", left', "", "", "", ""]
    for row in rows:
        shares = {name: float(row[f"p {name}"]) for name in map(str, range(10))}
        assert sum(shares.values()) == pytest.approx(1, abs=1e-4)
        assert max(shares, key=lambda name: shares[name]) == row["decided"]
    assert rows[0]["decided"] == decided
    line = np.array([[float(row["x"]), float(row["y"])] for row in rows[1:]])
    step = line[1] - line[0]
    assert step[0] > 0 > step[1]
    assert np.allclose(line - line[0], np.outer([0, 1, 3, 4, 5], step), atol=1e-6)
    for item in ("Markers (PNG)", "Map (PNG)"):
        assert saved(tab, item).read_bytes().startswith(b"\x89PNG")
    samples = table(tab, "Samples of the map (CSV)")
    assert len({row["sample"] for row in samples}) == len(samples) == 600
    assert sum(row["true_class"] == row["predicted_class"] for row in samples) > 560

    def kept() -> None:
        settled(tab)
        expect(bars).to_have_count(18)
        expect(tab.locator("#boundary-markers .marker-badge")).to_have_text(
            ["1", "2", "3", "5", "6", "7"]
        )
        expect(tab.get_by_label("Name of marker 2")).to_have_value('the "edge", left')

    tab.locator("#frame-rail-network").click()
    expect(tab.locator(".node")).not_to_have_count(0)
    tab.locator("#frame-rail-boundary").click()
    kept()
    tab.reload()
    kept()
    tab.get_by_role("button", name="Clear all").click()
    expect(tab.locator("#boundary-markers")).to_contain_text("Choose Look and click on the map")


def test_other_maps_of_the_same_samples(tab: Page, digits: Server) -> None:
    """Every knob makes a map of its own; markers stay with theirs and lead back to it."""
    open_page(tab, digits, "?count=300")
    subtitle = tab.locator("#boundary-subtitle")
    tool(tab, "Look")
    click(tab, free(tab, 5, 4)[0])
    expect(markers(tab).locator(".bar-row")).to_have_count(3)
    first = canvas(tab, "samples")
    slide(tab, "Euclidean share λ", "ArrowRight", "ArrowRight")
    expect(subtitle).to_contain_text("300 of 625 test samples by Fisher distance, λ = 0.75")
    expect(tab).to_have_url(re.compile("lam=0.75"))
    settled(tab)
    assert changed(first, canvas(tab, "samples")) > 5000
    away = tab.locator("#boundary-markers .marker.away")
    expect(away).to_contain_text("λ = 0.65")
    expect(markers(tab)).to_have_count(0)
    away.get_by_role("button", name="open").click()
    expect(subtitle).to_contain_text("λ = 0.65")
    expect(markers(tab).locator(".bar-row")).to_have_count(3)
    expect(away).to_have_count(0)
    assert changed(first, canvas(tab, "samples")) == 0

    tab.locator("#boundary-distance").get_by_text("Euclidean", exact=True).click()
    expect(subtitle).to_contain_text("300 of 625 test samples by Euclidean distance alone")
    expect(tab.locator("#boundary-lam-box")).to_be_hidden()
    plain = canvas(tab, "samples")
    assert changed(first, plain) > 5000
    tab.get_by_label("Neighbours").fill("10")
    expect(subtitle).to_contain_text("Euclidean distance alone, 10 neighbours", timeout=60_000)
    assert changed(plain, canvas(tab, "samples")) > 5000
    tab.get_by_label("Min. distance").fill("0.9")
    expect(tab).to_have_url(re.compile("mindist=0.9"))
    expect(tab.locator("#boundary-map .map-steps")).to_be_visible()
    # Whatever is called off while samples are laid out is in no later map's way.
    tab.get_by_label("Cancel this computation").click()
    expect(tab.locator("#boundary-map")).to_contain_text("Cancelled")


def test_a_share_is_proposed(tab: Page, digits: Server) -> None:
    open_page(tab, digits, "?count=300")
    tab.get_by_role("button", name="Propose").click()
    shares = tab.locator("#boundary-trust .sweep")
    expect(shares).to_have_count(7, timeout=120_000)
    proposed = shares.filter(has_text="proposed")
    expect(proposed).to_have_count(1)
    lam = float(proposed.locator(".feature-name").inner_text().split()[1].rstrip(","))
    best = max(float(text) for text in shares.locator(".bar-value").all_inner_texts())
    assert float(proposed.locator(".bar-value").inner_text()) > best - 0.03
    expect(tab).to_have_url(re.compile(f"lam={lam}"))
    expect(tab.locator("#boundary-subtitle")).to_contain_text(f"λ = {lam}")
    expect(proposed).to_have_attribute("aria-pressed", "true")
    expect(tab.get_by_role("slider", name="Euclidean share λ")).to_have_attribute(
        "aria-valuenow", str(lam)
    )


def test_a_selection_is_linked(tab: Page, digits: Server) -> None:
    open_page(tab, digits)
    nudge(tab)
    samples = table(tab, "Samples of the map (CSV)")
    places = np.array([[float(row["x"]), float(row["y"])] for row in samples])
    numbers = np.array([int(row["sample"]) for row in samples])
    corners = ((0.2, 0.15), (0.6, 0.7))
    (left, top), (right, bottom) = (on_map(tab, corner) for corner in corners)
    drag(tab, *corners)

    def inside(slack: float) -> set[int]:
        x, y = places.T
        slack *= right - left
        across = (x >= left - slack) & (x <= right + slack)
        return set(numbers[across & (y >= bottom - slack) & (y <= top + slack)].tolist())

    caught = set(tab.evaluate("Array.from(window.stratoscope.workspace.selected)"))
    assert 50 < len(caught) < 550
    # The link gives the window in four digits, and the pointer stands on whole pixels.
    assert inside(-0.01) <= caught <= inside(0.01)
    assert selected(tab) == len(caught)
    tool(tab, "Lasso")
    drag(tab, (0.2, 0.15), (0.6, 0.15), (0.6, 0.7), (0.2, 0.15))
    half = selected(tab)
    assert 0 < half < len(caught)
    assert set(tab.evaluate("Array.from(window.stratoscope.workspace.selected)")) < caught
    tab.locator("#frame-rail-network").click()
    expect(tab.locator(".node")).not_to_have_count(0)
    assert selected(tab) == half
    tab.locator("#frame-rail-boundary").click()
    settled(tab)
    assert selected(tab) == half

    contradicting = {row["sample"] for row in samples if row["contradicting"] == "1"}
    trust = panel(tab, "Trust")
    if contradicting:
        trust.get_by_role("button", name="contradicting sample").click()
        found = tab.evaluate("Array.from(window.stratoscope.workspace.selected, String)")
        assert set(found) == contradicting
    else:
        expect(trust.get_by_role("button", name="contradicting sample")).to_have_count(0)


def test_a_veil_over_what_cannot_be_trusted(tab: Page, digits: Server) -> None:
    open_page(tab, digits)
    trust = panel(tab, "Trust")
    share = re.search(r"To be trusted\s*([\d.]+) %", trust.inner_text())
    assert share
    expect(trust).to_contain_text("Q_kNN")
    said = {place: point(tab, place) for place in free(tab, 7, 6)}
    nudge(tab)
    left, right, bottom, top = window(tab)
    for row in table(tab, "Samples of the map (CSV)")[::8]:
        place = (float(row["x"]) - left) / (right - left), (top - float(row["y"])) / (top - bottom)
        said[place] = point(tab, place)
    tab.mouse.move(5, 5)
    bare = canvas(tab, "floor")
    slide(tab, "Veil over what cannot be trusted", "End")
    expect(tab).to_have_url(re.compile("veil=100"))
    hidden = np.abs(canvas(tab, "floor") - bare).max(axis=2) > 3
    drawn = bare[:, :, 3] > 0  # beyond the map there is nothing
    assert not hidden[~drawn].any()
    assert hidden[drawn].mean() == pytest.approx(1 - float(share[1]) / 100, abs=0.03)
    # The words under the pointer doubt where the veil is, and nowhere else.
    height, width = drawn.shape
    for verdict, veiled in (("· to be trusted", False), ("· not to be trusted", True)):
        places = [place for place, words in said.items() if verdict in words]
        found = [hidden[int(y * height), int(x * width)] for x, y in places]
        assert len(found) > 10
        wrong = np.mean([one != veiled for one in found])
        assert wrong < 0.2, "at edges of the veil at most"
    slide(tab, "Veil over what cannot be trusted", "Home")
    expect(tab).not_to_have_url(re.compile("veil="))
    assert changed(bare, canvas(tab, "floor")) == 0


def test_a_link_shows_the_same_part_of_the_same_map(tab: Page, digits: Server) -> None:
    open_page(tab, digits, "?count=300&lam=0.75")
    whole = canvas(tab, "samples")
    # What is seen becomes sharper once the wheel holds still.
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    tab.route("**/result/**", hold)
    tab.mouse.move(*pixel(tab, (0.6, 0.4)))
    tab.mouse.wheel(0, -1200)
    expect(tab).to_have_url(re.compile("window="))
    poll(tab, lambda: len(held) >= 2)
    rough = canvas(tab, "floor")
    for route in held:
        route.continue_()
    tab.unroute("**/result/**")
    poll(tab, lambda: changed(rough, canvas(tab, "floor")) > 500)
    settled(tab)
    slide(tab, "Veil over what cannot be trusted", *["ArrowRight"] * 8)
    expect(tab).to_have_url(re.compile("veil=40"))
    seen = canvas(tab, "floor")
    places = [(x, y) for x in (0.2, 0.5, 0.8) for y in (0.25, 0.75)]
    words = [point(tab, place) for place in places]
    assert all("certainty" in text for text in words)
    link, part = tab.url, window(tab)
    tab.locator("canvas.map-samples").press("0")
    expect(tab).not_to_have_url(re.compile("window="))
    slide(tab, "Veil over what cannot be trusted", "Home")
    expect(tab).not_to_have_url(re.compile("veil="))
    assert changed(whole, canvas(tab, "samples")) == 0

    tab.evaluate("sessionStorage.clear()")
    tab.goto(link)
    settled(tab)
    expect(tab.locator("#boundary-subtitle")).to_contain_text("300 of 625 test samples by Fisher")
    expect(tab.locator("#boundary-subtitle")).to_contain_text("λ = 0.75")
    expect(tab.get_by_role("slider", name="Veil over what cannot be trusted")).to_have_attribute(
        "aria-valuenow", "40"
    )
    poll(tab, lambda: changed(seen, canvas(tab, "floor")) < 2000)
    assert window(tab) == pytest.approx(part, abs=1e-3 * (part[1] - part[0]))
    assert [point(tab, place) for place in places] == words


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
    print(status.inner_text())
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


def test_the_network_beside_decides_otherwise(tab: Page, digits: Server) -> None:
    """After its first epoch the network draws other boundaries through the same samples."""
    open_page(tab, digits, "?count=300&b=digits&bepoch=1")
    title = tab.locator("#boundary-title")
    expect(title).to_have_text("Map of the input space, boundaries of B in bold", timeout=60_000)
    settled(tab)
    ground = tab.locator("#boundary-ground")
    shown = {"Both": canvas(tab, "floor")}
    words = [point(tab, place) for place in free(tab, 7, 6)]
    assert any("B agrees" in text for text in words)
    assert any(re.search(r"B: \d", text) for text in words)
    for name, text in (("A", ""), ("B", ", decisions of B")):
        ground.get_by_text(name, exact=True).click()
        expect(title).to_have_text(f"Map of the input space{text}")
        settled(tab)
        shown[name] = canvas(tab, "floor")
    expect(tab).to_have_url(re.compile("ground=b"))
    assert changed(shown["A"], shown["Both"]) > 1000, "lines of B"
    assert changed(shown["A"], shown["B"]) > 20_000, "ground of B"
    tab.locator(".header .mantine-InputClearButton-root").click()
    expect(tab.locator("#boundary-ground-box")).to_be_hidden()
    expect(title).to_have_text("Map of the input space")
    settled(tab)
    assert changed(shown["A"], canvas(tab, "floor")) == 0


def test_a_map_that_is_called_off(tab: Page, digits: Server) -> None:
    tab.goto(f"{digits.url}/boundary?split=train&count=2000")
    progress = tab.locator("#boundary-map .map-steps").get_by_role("status")
    again = tab.get_by_role("button", name="Go on")
    for turn in range(2):
        expect(progress).to_contain_text(re.compile(r"[1-9][\d.]* %"), timeout=120_000)
        tab.get_by_label("Cancel this computation").click()
        expect(tab.locator("#boundary-map")).to_contain_text("Cancelled")
        expect(tab.get_by_label("Cancel this computation")).to_be_hidden()
        expect(tab.locator("#frame-jobs")).to_have_text("")
        poll(tab, lambda: idle(digits))
        if not turn:
            again.click()


def idle(server: Server) -> bool:
    """Whether a server and its workers do next to nothing for half a second."""

    def spent() -> float:
        times = [process.cpu_times() for process in server.family()]
        return sum(one.user + one.system for one in times)

    before = spent()
    time.sleep(0.5)
    return spent() - before < 0.1


@pytest.mark.skipif(
    not (DATA / "fashion_mnist.npz").exists(), reason=f"fashion_mnist.npz is not at hand in {DATA}"
)
def test_a_back_door_shows(tab: Page, start: Callable[..., Server], tmp_path: Path) -> None:
    """Bags with a pattern lie in the ground of trousers, and the page points at them."""
    poisoned = replace(demos.get("backdoor-fashion"), epochs=2, batch_size=64)  # does as well
    data = dataset.load(poisoned.train_data, "train", data_dir=DATA)
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
