"""What stands beside the plots of a layer: maps, lists, another network, files; and mishaps."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from embedding_page import drag, open_page, pick, settled, shown
from playwright.sync_api import Page, Route, expect
from pointing import selected
from running import Server


def test_feature_maps_lead_back_to_features(tab: Page, digits: Server) -> None:
    open_page(tab, digits)
    tab.locator(".row", has=tab.locator(".class[data-class='1']")).hover()
    tab.get_by_label("Mean feature maps of 1", exact=True).click()
    expect(tab.locator("#embedding-maps")).to_contain_text("Mean of class 1")
    tab.locator("#embedding-maps").get_by_role("button", name="conv0", exact=True).click()
    expect(tab.locator("#embedding-title-a")).to_have_text("conv0: 8 x 8 x 16")
    settled(tab)
    maps = tab.locator("#embedding-maps canvas").nth(1)
    maps.scroll_into_view_if_needed()
    box = maps.bounding_box()
    assert box is not None
    tab.mouse.click(box["x"] + box["width"] - 12, box["y"] + 12)
    expect(tab).to_have_url(re.compile(r"row=(\d+)&column=\1(&|$)"))


def test_features_are_listed_and_lead_to_their_plot(tab: Page, digits: Server) -> None:
    open_page(tab, digits, "?layer=dense0")
    tab.get_by_role("tab", name="Features").click()
    rows = tab.locator("#embedding-features .feature-rows .feature")
    expect(rows).to_have_count(64)
    values = [text for text in rows.locator(".bar-value").all_inner_texts() if text != "dead"]
    numbers = [float(value) for value in values]
    assert numbers == sorted(numbers, reverse=True)
    rows.nth(20).focus()
    tab.keyboard.press("Enter")
    expect(tab).to_have_url(re.compile("row=20&column=20"))
    # The list stays as it was, with the keyboard's place in it, and shows what is in the window.
    pressed = tab.locator("#embedding-features .feature[aria-pressed='true']")
    expect(pressed).to_have_count(4)
    expect(rows.nth(20)).to_be_focused()
    expect(rows.nth(23)).to_have_attribute("aria-pressed", "true")
    tab.keyboard.press("Shift+Tab")
    tab.keyboard.press("Enter")
    expect(tab).to_have_url(re.compile("row=19&column=19"))
    expect(rows.nth(19)).to_be_focused()
    expect(rows.nth(23)).to_have_attribute("aria-pressed", "false")


def test_earlier_features_stand_across(tab: Page, digits: Server) -> None:
    open_page(tab, digits, "?layer=dense1")
    tab.get_by_role("tab", name="Earlier").click()
    tab.get_by_role("button", name=re.compile("Rank earlier features by #0 of dense1")).click()
    first = tab.locator("#embedding-earlier .feature").first
    expect(first).to_be_visible()
    assert abs(float(first.locator(".bar-value").inner_text())) > 0.4
    layer = first.locator(".feature-name").inner_text().split(" ")[0]
    first.click()
    expect(tab).to_have_url(re.compile(f"form=across&across={layer}"))
    expect(tab.locator("#embedding-subtitle-a")).to_contain_text(f"of {layer} across")


def test_a_network_beside(tab: Page, digits: Server) -> None:
    """The untrained network beside the finished one, then turned towards it."""
    open_page(tab, digits, "?layer=dense0&b=digits&bepoch=0")
    expect(tab.locator("#embedding-subtitle-b")).to_contain_text("625 of 625 test samples")
    tab.get_by_role("tab", name="A and B").click()
    tab.get_by_role("button", name="Correlate A's features with B's").click()
    pair = tab.locator("#embedding-pair")
    expect(pair).to_contain_text(re.compile(r"Linear CKA \.\d\d"))
    expect(pair.locator("canvas")).to_be_visible()
    tab.locator("#embedding-pane-b label", has_text="Turn to A").click()
    expect(tab).to_have_url(re.compile("align=1"))
    expect(tab.locator("#embedding-plot-b .scatter-frame")).to_contain_text("≈")
    drag(tab, (0.35, 0.1), (0.46, 0.22))
    assert 0 < selected(tab) < 625
    # Another layer of A, or of B, turns it anew.
    subtitle = tab.locator("#embedding-subtitle-b")
    pick(tab, "layer-b", "dense1")
    expect(subtitle).to_contain_text("of 64 features of A, towards which dense1 is turned")
    pick(tab, "layer", "dense1")
    expect(subtitle).to_contain_text("of 10 features of A, towards which dense1 is turned")
    tab.locator(".header .mantine-InputClearButton-root").click()
    expect(tab.locator("#embedding-pane-b")).to_be_hidden()


def test_a_training_is_played_on_axes_that_hold_still(tab: Page, digits: Server) -> None:
    open_page(tab, digits, "?layer=dense1&order=separation")
    expect(tab.locator("#frame-epochs")).to_contain_text("epoch 30 of 30")
    tab.get_by_label("Previous epoch").click()
    expect(tab.locator("#frame-epochs")).to_contain_text("epoch 29 of 30")
    expect(tab).to_have_url(re.compile("epoch=29"))
    texts = tab.locator("#embedding-plot-a .scatter-frame text")
    expect(tab.locator("#frame-jobs")).to_have_text("", timeout=120_000)
    tab.wait_for_function("() => !window.stratoscope.workspace.busy.size", timeout=120_000)
    held = texts.all_text_contents()
    before = shown(tab)
    player = tab.get_by_label("Play the training")
    player.click()
    tab.wait_for_function("() => window.stratoscope.workspace.view.epoch === null", timeout=60_000)
    expect(player).to_have_attribute("aria-pressed", "false")  # at its end it stops by itself
    player.click()
    tab.wait_for_function("() => window.stratoscope.workspace.study.epoch === 3", timeout=60_000)
    player.click()
    settled(tab)
    assert texts.all_text_contents() == held
    assert shown(tab) != before
    expect(tab.locator("#frame-summary")).to_contain_text("accuracy")
    # Features stand in the order of the epoch at which this began, in the plots and in the list.
    expect(tab.locator("#embedding-subtitle-a")).to_contain_text("by class separation at epoch 30")
    tab.get_by_role("tab", name="Features").click()
    row = tab.locator("#embedding-features .feature-rows .feature").nth(6)
    name = row.locator(".feature-name").inner_text()
    row.click()
    expect(tab).to_have_url(re.compile("row=6&column=6"))
    expect(tab.locator("#embedding-plot-a .scatter-frame text.name").first).to_have_text(name)


def test_what_can_be_taken_away(tab: Page, digits: Server) -> None:
    open_page(tab, digits, "?layer=dense0&size=2&order=stored")
    rows = download(tab, "Points of these plots (CSV)")
    assert rows[0] == ["sample", "position", "true_class", "dense0 0", "dense0 1"]
    assert len(rows) == 626
    features = download(tab, "All features (CSV)")
    assert len(features) == 65
    for item in ("Plots (PNG)", "Whole matrix (PNG)"):
        assert saved(tab, item).read_bytes().startswith(b"\x89PNG")


def saved(tab: Page, item: str) -> Path:
    tab.locator(".embedding").get_by_role("button", name="Download").click()
    with tab.expect_download() as download:
        tab.get_by_role("menuitem", name=item).click()
    return Path(download.value.path())


def download(tab: Page, item: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(saved(tab, item).read_text(encoding="utf-8"))))


def test_leaving_while_something_is_on_its_way(tab: Page, digits: Server) -> None:
    """What comes too late for a page changes nothing on the next one, and is there on return."""
    open_page(tab, digits, "?layer=dense0")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    tab.route("**/columns/**", hold)
    with tab.expect_request("**/columns/**"):
        pick(tab, "size", "8 x 8")
    tab.locator("#frame-rail-network").click()
    expect(tab.locator(".node")).not_to_have_count(0)
    with tab.expect_response("**/columns/**"):
        for route in held:
            route.continue_()
    tab.unroute("**/columns/**")
    expect(tab.locator("#legend .class")).to_have_count(10)
    tab.locator("#frame-rail-embedding").click()
    settled(tab)
    expect(tab.locator("#embedding-subtitle-a")).to_contain_text("places 1–8 up")


def test_plots_are_drawn_without_the_whole_matrix(tab: Page, digits: Server) -> None:
    """What cannot be fetched of it says so in its own place, and can be tried again."""
    tab.route("**/owner", lambda route: route.fulfill(status=200, body=b""))  # without its shape
    tab.goto(f"{digits.url}/embedding?layer=dense0")
    expect(tab.locator("#embedding-subtitle-a")).to_contain_text("samples", timeout=120_000)
    expect(tab.locator("#embedding-overview-a .overview-map.failed")).to_be_visible()
    assert len(shown(tab)) > 10
    tab.unroute("**/owner")
    tab.locator("#embedding-again-a").click()
    settled(tab)
    expect(tab.locator("#embedding-again-a")).to_be_hidden()
