"""Structure in space, what a filter has learnt, and networks that are kept without some filters."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from boundary_page import panel
from playwright.sync_api import Browser, Page, expect
from running import Server, chromium
from test_compare import open_page


@pytest.fixture
def forgiven() -> list[str]:
    # Plotly reads its own text back to draw it in space.
    return ["Multiple readback operations"]


@pytest.fixture
def spatial(browser: Browser) -> Iterator[Page]:
    """A tab of a browser that draws in space without a card."""
    flags = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
    made = browser.browser_type.launch(executable_path=chromium(), args=flags)
    page = made.new_page(viewport={"width": 1440, "height": 900})
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda told: told.type == "error" and said.append(told.text))
    yield page
    made.close()
    assert not said


def test_layers_stand_in_space_and_open(spatial: Page, digits: Server) -> None:
    tab = spatial
    open_page(tab, digits)
    tab.get_by_text("In space", exact=True).click()
    scene = tab.locator("#compare-space")
    expect(scene.locator("canvas").first).to_be_visible(timeout=60_000)
    expect(tab.locator("#compare-space-note")).to_contain_text("Drag to turn")
    expect(tab.locator("#compare-title")).to_have_text("Sample 0: true 0, predicted 0")
    meshes = "document.querySelector('#compare-space .js-plotly-plot').data"
    kinds = tab.evaluate(f"{meshes}.filter(({{ type }}) => type === 'mesh3d').map((m) => m.name)")
    assert kinds[0] == "input"
    assert len(kinds) == 11, "one mesh a layer"
    inner = f"{meshes}.find(({{ name }}) => name === 'conv1')"
    assert tab.evaluate(f"{inner}.intensity.length") == 2 * 8 * 8 * 32, "every value is there"
    flat = tab.evaluate(f"Math.max(...{inner}.y) - Math.min(...{inner}.y)")

    # A layer that is chosen in the list is opened into its maps.
    panel(tab, "Layers").locator(".lined").filter(has_text="conv1").click()
    tab.wait_for_url(re.compile("layer=conv1"))
    wide = (
        f"(flat) => {{ const {{ y }} = {inner}; return Math.max(...y) - Math.min(...y) > flat; }}"
    )
    tab.wait_for_function(wide, arg=1.5 * flat)
    over = tab.locator("#compare-space-over")
    box = scene.bounding_box()
    assert box is not None

    def pointed() -> str:
        """Move over the scene until a map of the open layer is under the pointer."""
        for across in range(40, 70, 3):
            for down in range(35, 65, 6):
                x = box["x"] + box["width"] * across / 100
                tab.mouse.move(x, box["y"] + box["height"] * down / 100)
                tab.wait_for_timeout(150)
                if over.inner_text().startswith("conv1"):
                    return over.inner_text()
        raise AssertionError("no map of the open layer was found")

    number = int(pointed().rsplit(" ", 1)[1])
    tab.mouse.down()
    tab.mouse.up()
    filters = panel(tab, "Filters")
    expect(filters).to_contain_text(f"Filter {number} of conv1")
    expect(filters).to_contain_text("kernel, 3 × 3 × 16")
    expect(filters.locator("canvas.kernel")).to_have_count(16)
    tab.get_by_text("Flat", exact=True).click()
    expect(tab.locator(".compare-columns")).to_be_visible()
    expect(tab.locator(".maps-layer.active .maps-focus:visible")).to_have_count(3)


def test_a_browser_that_draws_nothing_in_space_says_so(tab: Page, digits: Server) -> None:
    tab.add_init_script(
        "const own = HTMLCanvasElement.prototype.getContext;"
        "HTMLCanvasElement.prototype.getContext = function (kind, ...more) {"
        "  return kind.startsWith('webgl') ? null : own.call(this, kind, ...more); };"
    )
    open_page(tab, digits)
    tab.get_by_text("In space", exact=True).click()
    expect(tab.locator("#compare-space-note")).to_contain_text("it has no WebGL")


def test_a_network_without_filters_is_kept_and_stands_beside(
    tab: Page, digits: Server, start: Callable[..., Server], own_home: Path, tmp_path: Path
) -> None:
    open_page(tab, digits, "?layer=conv1")
    lab = panel(tab, "Freeze")
    for name in ("3", "5"):
        lab.get_by_role("button", name=name, exact=True).click()
    lab.get_by_role("button", name="Ask the network without them").click()
    expect(lab).to_contain_text("What they are taken for now", timeout=60_000)
    lab.get_by_label("Name of the set").fill("No curves")
    lab.get_by_role("button", name="Keep", exact=True).click()
    expect(lab).to_contain_text("No curves: 2 of conv1")
    changed = re.search(r"(\d+) of 625 samples are taken", lab.inner_text())
    assert changed is not None
    with tab.expect_download() as download:
        lab.get_by_role("button", name="JSON").click()
    file = tmp_path / "set.json"
    download.value.save_as(file)
    content = json.loads(file.read_text())
    assert content["filters"] == {"conv1": [3, 5]}
    assert (content["name"], content["gives"]) == ("No curves", "zeros")

    lab.get_by_role("button", name="Beside").click()
    tab.wait_for_url(re.compile("b=digits.no-curves"))
    two = "() => window.stratoscope.workspace.second?.predicted"
    tab.wait_for_function(two, timeout=60_000)
    differ = tab.evaluate(
        "() => { const { second, predicted } = window.stratoscope.workspace;"
        " return [...predicted.keys()].filter((k) => predicted[k] !== second.predicted[k]).length }"
    )
    assert differ == int(changed[1]), "the study beside is what was frozen here"

    lab.get_by_role("button", name="Delete").click()
    expect(lab).to_contain_text("The network without a kept set is a study of its own")

    # Another server, which never heard of the set, opens its file.
    second = start("--freeze", str(file), home=own_home)
    tab.goto(f"{second.url}/compare")
    tab.wait_for_url(re.compile("b=digits.no-curves"))
    tab.wait_for_function(two, timeout=60_000)
    # It is a study of its own as well.
    tab.goto(f"{second.url}/?study=digits.no-curves")
    expect(tab.locator("#network-title")).to_contain_text("2 filters frozen")
    expect(tab.locator("#network-subtitle")).to_contain_text("Frozen filters, which give zeros")
    expect(tab.locator(".node.waiting")).to_have_count(0, timeout=60_000)
