"""The Attack page as tests use it: opened, set, and its samples attacked."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect
from running import Server


def open_page(tab: Page, server: Server, query: str = "") -> None:
    tab.goto(f"{server.url}/attack{query}")
    expect(tab.locator(".legend .class")).to_have_count(10, timeout=120_000)
    expect(tab.locator("#attack-about")).not_to_have_text("")


def choose(tab: Page, control: str, option: str) -> None:
    tab.locator(f"#attack-{control}").click()
    tab.get_by_role("option", name=option).filter(visible=True).click()


def attack(tab: Page, **chosen: str) -> None:
    """Attack and wait for what comes of it."""
    for control, option in chosen.items():
        choose(tab, control, option)
    before = tab.url
    tab.get_by_role("button", name="Attack", exact=True).click()
    tab.wait_for_function("(before) => location.href !== before", arg=before, timeout=60_000)
    expect(tab.locator(".attack-success")).to_be_visible(timeout=60_000)
    expect(tab.locator("#frame-jobs")).to_have_text("")
    expect(picture(tab, 2)).to_be_visible()


def picture(tab: Page, number: int) -> Locator:
    return tab.locator("canvas.attack-picture").nth(number)
