"""The journey of somebody who looks at what a network decides between the samples."""

from __future__ import annotations

import re
import time
from collections import Counter

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
    settled,
    slide,
    table,
    tool,
    window,
)
from playwright.sync_api import Page, Route, expect
from pointing import selected
from running import Server

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
    settled(tab)
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
    # Until all is said again, texts above the map may leave it less room.
    poll(tab, lambda: changed(first, canvas(tab, "samples")) == 0)

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
