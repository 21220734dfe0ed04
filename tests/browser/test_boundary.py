"""The journey of somebody who looks at what a network decides between the samples."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
from boundary_page import (
    canvas,
    click,
    drawn_class,
    free,
    legend,
    markers,
    nudge,
    on_map,
    point,
    settled,
    tool,
)
from playwright.sync_api import Page, expect
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
