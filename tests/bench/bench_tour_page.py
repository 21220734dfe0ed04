"""How quickly the Tour page answers: first frame, dragging, and what a recorded epoch costs.

    python tests/bench/bench_tour_page.py [--demo lenet5-mnist --data-dir DIR] [--home HOME]

The study is finished before: what is measured is the page alone, in a browser without a graphics
card. With `--home` a directory is used that a server has worked in already.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))

from conftest import FLAGS
from playwright.sync_api import Page, expect, sync_playwright
from running import Server
from test_tour_canvas import program

TIMES = 5
DRAWN = """() => new Promise((done) => {
  const look = () => {
    const canvas = document.querySelector("canvas.tour-samples");
    if (!canvas || canvas.width < 100) return requestAnimationFrame(look);
    const { width, height } = canvas;
    const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
    const pixels = new Uint32Array(data.buffer);
    if (!pixels.some((value) => value !== pixels[0])) return requestAnimationFrame(look);
    return done(performance.now());
  };
  look();
})"""
DRAG = """() => new Promise((done) => {
  const canvas = document.querySelector("canvas.tour-samples");
  const times = [];
  const heard = ({ timeStamp }) =>
    requestAnimationFrame(() => times.push(performance.now() - timeStamp));
  canvas.addEventListener("pointermove", heard);
  window.stopDrag = () => canvas.removeEventListener("pointermove", heard);
  window.dragTimes = times;
  done();
})"""


def first_frame(page: Page, url: str) -> float:
    """Milliseconds from opening the page to samples on it."""
    page.goto("about:blank")
    page.goto(url, wait_until="commit")
    return float(page.evaluate(DRAWN))


def from_another_page(page: Page, url: str) -> float:
    """Milliseconds from a click on the rail to samples on the page."""
    page.goto(url)
    expect(page.locator(".node").first).to_be_visible()
    page.wait_for_timeout(1500)
    link = "document.querySelector('.rail-link[href=\"/tour\"]')"
    begun = page.evaluate(f"() => {{ const now = performance.now(); {link}.click(); return now; }}")
    return float(page.evaluate(DRAWN)) - float(begun)


def dragging(page: Page) -> list[float]:
    """Milliseconds from moving a handle to the end of the frame that shows it."""
    place = page.evaluate(
        """() => {
          const canvas = document.querySelector("canvas.tour-samples");
          const { left, top, width, height } = canvas.getBoundingClientRect();
          return [left + width / 2, top + height / 2, Math.min(width, height) / 2];
        }"""
    )
    x, y, side = place
    page.locator("canvas.tour-samples").press(" ")
    page.evaluate(DRAG)
    # The handle of some axis lies on one of these rays.
    for step in range(40):
        page.mouse.move(x + side * step / 40, y + side * 0.2)
    page.mouse.down()
    for step in range(60):
        page.mouse.move(x + side * 0.5 + step, y + step)
    page.mouse.up()
    page.wait_for_timeout(200)
    found: list[float] = page.evaluate("(window.stopDrag(), window.dragTimes)")
    return found


def epochs(page: Page) -> tuple[int, int]:
    """Bytes that came for all epochs, and their number."""
    sizes: list[int] = []

    def heard(response: object) -> None:
        if "/result/" in response.url:  # type: ignore[attr-defined]
            sizes.append(len(response.body()))  # type: ignore[attr-defined]

    page.on("response", heard)
    last = int(page.locator("#rail-epoch").get_attribute("max") or 0)
    for value in range(last + 1):
        page.locator("#rail-epoch").evaluate(
            "(input, value) => { input.value = value; input.dispatchEvent(new Event('input')); }",
            value,
        )
        page.wait_for_timeout(120)
    page.wait_for_timeout(1000)
    return sum(sizes), last + 1


def main() -> None:
    """Print what was measured."""
    parse = argparse.ArgumentParser()
    parse.add_argument("--demo", default="digits")
    parse.add_argument("--data-dir", default="")
    parse.add_argument("--home", default="")
    given = parse.parse_args()
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        home = Path(given.home or f"{place}/home")
        more = ("--data-dir", given.data_dir) if given.data_dir else ()
        server = Server(home, "--demo", given.demo, *more)
        browser = playwright.chromium.launch(executable_path=program(), args=FLAGS)
        try:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            url = f"{server.url}/tour"
            first_frame(page, url)
            # Every epoch is computed before anything is measured.
            page.locator("#rail-epoch").evaluate(
                "(input) => { input.value = 0.5; input.dispatchEvent(new Event('input')); }"
            )
            page.wait_for_timeout(1500)
            expect(page.locator("#frame-jobs")).to_have_text("", timeout=600_000)
            times = [first_frame(page, url) for _ in range(TIMES)]
            clicked = [from_another_page(page, server.url) for _ in range(TIMES)]
            print(f"first frame after a click on the rail: {statistics.median(clicked):.0f} ms")
            print(f"after opening the address in a new tab: {statistics.median(times):.0f} ms")
            first_frame(page, url)
            page.wait_for_timeout(1500)
            answers = dragging(page)
            print(
                f"dragging, to the end of the next frame: {statistics.median(answers):.1f} ms in "
                f"the median, {max(answers):.1f} ms at most, {len(answers)} moves"
            )
            total, count = epochs(page)
            print(f"{count} epochs: {total / count / 1024:.0f} KiB each")
            memory = page.evaluate("performance.memory?.usedJSHeapSize ?? 0")
            print(f"JavaScript's memory then: {memory / 2**20:.0f} MiB")
        finally:
            browser.close()
            server.stop()


if __name__ == "__main__":
    main()
