"""How quickly the Compare page answers: a filter frozen, and a stroke of a drawing.

    python tests/bench/bench_compare_page.py DIR_WITH_MNIST [--home HOME] [--layer conv1]

LeNet5 on 10,000 samples of MNIST, in a browser without a graphics card. With `--home` a directory
is used that a server has worked in already; otherwise the demo is trained first.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))

from conftest import FLAGS
from playwright.sync_api import Page, expect, sync_playwright
from running import Server, chromium

FILTERS = 6
TIMES = 6
STROKES = 12
FREEZE = """(chosen) => new Promise((done) => {
  const lab = document.querySelector(".compare-freeze");
  const { length } = lab.querySelectorAll(".freeze-chip");
  for (let k = 0; k < length; k++) {
    const chip = lab.querySelectorAll(".freeze-chip")[k]; // made anew by every click
    if (chip.ariaPressed !== String(chosen.includes(k))) chip.click();
  }
  const ask = [...lab.querySelectorAll("button")].find((one) => one.textContent.startsWith("Ask"));
  const begun = performance.now();
  ask.click();
  const look = () => {
    const said = lab.querySelector("p[role=status]");
    const there = said?.textContent.includes("samples are taken");
    if (there) return done(performance.now() - begun);
    return requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})"""
STROKE = """(places) => new Promise((done) => {
  const pad = document.querySelector(".sketchpad");
  const said = document.querySelector(".own-said");
  const { left, top, width, height } = pad.getBoundingClientRect();
  const send = (kind, [x, y]) => pad.dispatchEvent(new PointerEvent(kind, {
    clientX: left + x * width, clientY: top + y * height, buttons: 1, bubbles: true, pointerId: 1,
  }));
  pad.setPointerCapture = () => {};
  const before = said.textContent;
  const begun = performance.now();
  send("pointerdown", places[0]);
  for (const place of places.slice(1)) send("pointermove", place);
  send("pointerup", places.at(-1));
  const look = () => {
    if (said.querySelector(".lined") && said.textContent !== before) {
      return done(performance.now() - begun);
    }
    return requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})"""


def frozen(page: Page, url: str, layer: str) -> list[float]:
    """Milliseconds from asking to what is said of all samples, of sets that nobody asked about."""
    page.goto(f"{url}/compare?layer={layer}")
    expect(page.locator(".compare-layers .lined").first).to_be_visible(timeout=600_000)
    page.get_by_role("tab", name="Freeze").click()
    chips = page.locator(".freeze-chip")
    expect(chips.nth(FILTERS)).to_be_visible()
    draw = random.SystemRandom()
    some = [draw.sample(range(chips.count()), FILTERS) for _ in range(TIMES + 1)]
    return [float(page.evaluate(FREEZE, chosen)) for chosen in some]


def drawn(page: Page) -> list[float]:
    """Milliseconds from a stroke to what the network says of the drawing."""
    page.get_by_role("tab", name="Inputs").click()
    expect(page.locator(".sketchpad")).to_be_visible()
    found = []
    for k in range(STROKES):
        places = [[0.2 + 0.05 * k, 0.2], [0.3 + 0.04 * k, 0.5], [0.25, 0.6 + 0.02 * k]]
        found.append(float(page.evaluate(STROKE, places)))
        page.wait_for_timeout(200)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--layer", default="conv1")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        home = wanted.home or Path(place) / "home"
        server = Server(home, "--demo", "lenet5-mnist", "--data-dir", str(wanted.data.resolve()))
        try:
            browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            first, *warm = frozen(page, server.url, wanted.layer)
            print(f"LeNet5, 10,000 samples, filters of {wanted.layer}; in milliseconds")
            worst, middle = max(warm), statistics.median(warm)
            print(f"  frozen, to what is said: {middle:.0f}, at most {worst:.0f} (limit 1000)")
            print(f"  the first time, when nothing is kept yet: {first:.0f}")
            begun, *strokes = drawn(page)
            worst, middle = max(strokes), statistics.median(strokes)
            print(f"  stroke, to what is said: {middle:.0f}, at most {worst:.0f} (limit 150)")
            print(f"  the first one: {begun:.0f}")
            browser.close()
        finally:
            server.stop()


if __name__ == "__main__":
    main()
