"""What a user of the Embedding page waits for, on MNIST, beside Plotly in the same browser.

    python tests/bench/bench_embedding.py DIR_WITH_MNIST [--samples 1000|10000|60000]
        [--study lenet5-mnist|siamese-mnist] [--home DIR] [--layer NAME]

Starts the application as a user does and watches it in headless Chromium. Only trained networks
are taken from `--home`, which stays as it is; all results are computed afresh.
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import plotly
import psutil

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))

from conftest import FLAGS
from playwright.sync_api import Browser, Page, sync_playwright
from running import Server

from analysis.home import Home

# Plotly draws its matrix by WebGL, which without a graphics card is done in software.
SOFTWARE_GL = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
WATCH = Path(__file__).with_name("embedding.js")
PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
LIMIT_MS = {"first": 1000, "echo": 50, "hover": 50, "overview": 5000}
LIMIT_MB = 500
FASTER = 50
REPEATS = 9

READY = """() => window.stratoscope?.workspace.ready && bench.plots()
    && document.querySelector("#embedding-overview-a .overview-map")?.ariaLabel"""


def line(what: str, milliseconds: Iterable[float], limit: float | None = None) -> float:
    """Print the median of some times with their range; returns it."""
    times = sorted(milliseconds)
    middle = statistics.median(times)
    text = f"{what}: {middle:.1f} ms ({times[0]:.1f} to {times[-1]:.1f}, {len(times)} times)"
    if limit:
        text += f", {middle / limit:.2f} of the limit of {limit:g} ms"
    print(text, flush=True)
    return middle


def opened(browser: Browser, server: Server) -> Page:
    """The page in a browser that has nothing in its cache, with the last layer drawn."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.on("pageerror", lambda error: print(f"  exception in the page: {error}"))
    page.add_init_script(path=WATCH)
    page.goto(f"{server.url.rstrip('/')}/embedding")
    page.wait_for_function(READY, timeout=900_000)
    return page


def layers_open(browser: Browser, server: Server, state: str) -> tuple[Page, list[str]]:
    """Open one layer after the other; returns the page, and the layers that are plain vectors."""
    page = opened(browser, server)
    layers = page.evaluate(
        "window.stratoscope.workspace.study.layers.map(({ name, shape }) => [name, shape])"
    )
    times = {}
    for name, shape in layers[:-1]:  # the last one is open
        times[name] = page.evaluate("(layer) => bench.open(layer)", name)
        size = " x ".join(str(side) for side in shape)
        plots, whole = times[name]
        print(f"  {name} ({size}), {state}: plots {plots:.0f} ms, overview {whole:.0f} ms")
        page.wait_for_timeout(300)
    line(f"first 4 x 4, {state}", (plots for plots, _ in times.values()), LIMIT_MS["first"])
    line(f"overview, {state}", (whole for _, whole in times.values()), LIMIT_MS["overview"])
    plain = [(shape[0], name) for name, shape in layers[:-1] if len(shape) == 1]
    return page, [name for size, name in sorted(plain) if size <= 1024]


def lassoed(page: Page, cells: list[list[float]]) -> list[dict[str, float]]:
    """What follows the release of lassos of several sizes in several cells."""
    found = []
    for k in range(REPEATS):
        left, top, width, height = cells[(9 * k + 1) % 64]
        reach = 0.15 + 0.035 * k
        corners = [(-1, -1), (0, -1), (1, -1), (1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0)]
        places = [
            (left + width * (0.5 + reach * x), top + height * (0.5 + reach * y)) for x, y in corners
        ]
        page.mouse.move(*places[0])
        page.mouse.down()
        for place in places[1:]:
            page.mouse.move(*place)
        page.mouse.up()
        found.append(page.evaluate("bench.done"))
        page.wait_for_timeout(600)  # until what follows a selection has been done
    return found


def hovered(page: Page, cells: list[list[float]], wanted: int = 20) -> list[float]:
    """From the pointer over a point to the sample's picture in the tooltip."""
    chance = random.Random(0)  # noqa: S311
    times: list[float] = []
    for _ in range(40 * wanted):
        left, top, width, height = chance.choice(cells)
        page.mouse.move(left + width * chance.random(), top + height * chance.random())
        took = page.evaluate("bench.hovered")
        if took is not None:
            times.append(took)
        if len(times) == wanted:
            break
        page.wait_for_timeout(50)
    return times


def zoomed(page: Page, cells: list[list[float]]) -> list[dict[str, float]]:
    """What follows a notch of the wheel."""
    left, top, width, height = cells[10]
    page.mouse.move(left + width / 2, top + height / 2)
    found = []
    for k in range(REPEATS):
        page.mouse.wheel(0, -100 if k % 2 == 0 else 100)
        page.wait_for_timeout(200)
        found.append(page.evaluate("bench.done"))
    return found


def memory(page: Page) -> None:
    """Print what the tab holds; the largest renderer is the one that shows it."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    metrics = {
        one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]
    }
    sizes = [
        (process.memory_full_info().rss / 1e6, process.memory_full_info().uss / 1e6)
        for process in psutil.Process().children(recursive=True)
        if "--type=renderer" in process.cmdline()
    ]
    resident, own = max(sizes)
    print(
        f"memory: heap {metrics['JSHeapUsedSize'] / 1e6:.0f} MB; renderer {resident:.0f} MB, of it"
    )
    print(f"  {own:.0f} MB its own: {resident / LIMIT_MB:.2f} of the limit of {LIMIT_MB} MB")


def columns_of(page: Page) -> tuple[str, list[str]]:
    """Address and names of eight columns that the page has asked for last."""
    urls = page.evaluate(
        "performance.getEntriesByType('resource').map(({ name }) => name)"
        ".filter((name) => name.includes('/columns/'))"
    )
    asked = [re.search(r"/columns/(\w+)/(.+)", url) for url in urls]
    key = asked[-1].group(1) if asked[-1] else ""
    names = [
        name for one in asked if one and one.group(1) == key for name in one.group(2).split(",")
    ]
    return key, list(dict.fromkeys(names))[:8]


def beside(browser: Browser, server: Server, url: str) -> dict[str, Any]:
    """What Plotly takes for the same columns, in a tab of its own."""
    page = browser.new_context(bypass_csp=True, viewport={"width": 1440, "height": 900}).new_page()
    page.add_init_script(path=WATCH)
    page.goto(f"{server.url.rstrip('/')}/health")
    page.add_script_tag(path=PLOTLY)
    found: dict[str, Any] = page.evaluate("(given) => bench.splom(given)", [url, 5])
    page.context.close()
    return found


def interaction(browser: Browser, server: Server, page: Page, layer: str) -> None:
    """Print what gestures take on one layer at 8 x 8, beside Plotly."""
    page.evaluate("(layer) => bench.open(layer)", layer)
    cells = page.evaluate("bench.enlarge()")
    print(f"{layer} at 8 x 8:")
    ended = lassoed(page, cells)
    echo = line("lasso's end to the frame", (one["took"] for one in ended), LIMIT_MS["echo"])
    presented = page.evaluate("bench.presented")
    if presented:
        line("lasso's end to the screen, by the browser in steps of 8 ms", presented)
    sizes = sorted({int(one["chosen"]) for one in ended})
    print(f"  selected: {sizes}; paintings of all points each: {[one['paints'] for one in ended]}")
    times = page.evaluate("(repeats) => bench.select(repeats)", REPEATS)
    line("select half: script", (script for script, _ in times))
    half = line("select half: to the frame", (whole for _, whole in times), LIMIT_MS["echo"])
    line("hover to picture", hovered(page, cells), LIMIT_MS["hover"])
    line("wheel to the frame", (one["took"] for one in zoomed(page, cells)))
    memory(page)
    key, names = columns_of(page)
    for name, took in page.evaluate(
        "(given) => bench.steps(given)", [[key, names], REPEATS]
    ).items():
        print(f"  MatrixView.{name}: {took:.1f} ms")
    other = beside(browser, server, f"/columns/{key}/{','.join(names)}")
    print(f"Plotly {other['version']}, {other['gl']} WebGL canvases:")
    print(f"  first 4 x 4 {other['first']:.0f} ms, first 8 x 8 {other['larger']:.0f} ms")
    slow = line("  select half", other["echo"])
    print(f"  {slow / half:.0f} x ours by select, {slow / echo:.0f} x by lasso (limit {FASTER} x)")
    print(f"  64 empty subplots {other['frame']:.0f} ms")
    line("  zoom of two of their axes", other["zoom"])


def main() -> None:
    """Print the figures."""
    parse = argparse.ArgumentParser()
    parse.add_argument("data_dir")
    parse.add_argument("--samples", type=int, default=10_000, choices=[1000, 10_000, 60_000])
    parse.add_argument("--study", default="lenet5-mnist", choices=["lenet5-mnist", "siamese-mnist"])
    parse.add_argument("--home", default=None)
    parse.add_argument("--layer", default=None, help="for gestures; else the widest plain one")
    given = parse.parse_args()
    which = ["--limit", str(given.samples)]
    if given.samples == 60_000:
        which = ["--limit", "all", "--split", "train"]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder) / "home"
        if given.home:
            networks = Home(home).path / "networks"
            shutil.copytree(Path(given.home) / "networks", networks, dirs_exist_ok=True)
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=[*FLAGS, *SOFTWARE_GL]
        )
        server = Server(home, "--demo", given.study, "--data-dir", given.data_dir, *which)
        try:
            print(f"{given.study}, {given.samples} samples:")
            page, _ = layers_open(browser, server, "never computed")
            page.context.close()
            page, plain = layers_open(browser, server, "computed before")
            interaction(browser, server, page, given.layer or plain[-1])
        finally:
            server.stop()
            browser.close()


if __name__ == "__main__":
    main()
