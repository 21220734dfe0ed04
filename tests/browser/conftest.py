"""The real application in a real browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from running import Server, chromium

# Cytoscape warns of the wheel sensitivity that its Dash component always sets.
KNOWN = ("custom wheel sensitivity",)

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
]

expect.set_options(timeout=30_000)


@pytest.fixture
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """Start servers, which end with the test; each call may name a home to share one."""
    servers: list[Server] = []

    def make(*arguments: str, home: Path | None = None) -> Server:
        place = home or tmp_path_factory.mktemp("home") / "stratoscope"
        servers.append(Server(place, *arguments))
        return servers[-1]

    yield make
    with ThreadPoolExecutor() as together:
        list(together.map(Server.stop, servers))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium()
    with sync_playwright() as playwright:
        if path is None and not Path(playwright.chromium.executable_path).exists():
            advice = "Install it by 'apt-get install chromium' or 'playwright install chromium'."
            if os.environ.get("CI"):
                pytest.fail(f"There is no browser. {advice}")
            pytest.skip(f"No browser was found. {advice}")
        made = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield made
        made.close()


@pytest.fixture
def forgiven() -> list[str]:
    """Texts in the console that a test brings about on purpose."""
    return []


@pytest.fixture
def tab(browser: Browser, forgiven: list[str], start: object) -> Iterator[Page]:
    """A fresh tab that fails its test if anything shows up in the console.

    It is closed before the servers of its test end, or it would complain of that.
    """
    context = browser.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    page = context.new_page()
    said: list[str] = []
    page.on(
        "console",
        lambda message: (
            said.append(f"{message.type}: {message.text}")
            if message.type in {"error", "warning"}
            and not any(k in message.text for k in (*KNOWN, *forgiven))
            else None
        ),
    )
    page.on("pageerror", lambda error: said.append(f"exception: {error}"))
    foreign: list[str] = []
    page.on(
        "request",
        lambda request: (
            foreign.append(request.url)
            if not request.url.startswith(("http://127.0.0.1:", "blob:", "data:"))
            else None
        ),
    )
    yield page
    context.close()
    assert not said, said
    assert not foreign, foreign


@pytest.fixture(scope="session")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on the embedded demo."""
    server = Server(tmp_path_factory.mktemp("home") / "stratoscope")
    yield server
    server.stop()


@pytest.fixture
def own_home(digits: Server, tmp_path: Path) -> Path:
    """A home of a test's own; what `digits` has trained by then need not be trained again."""
    home = tmp_path / "home"
    for place in (home, home / "results"):
        place.mkdir(mode=0o700)
    shutil.copytree(digits.home / "networks", home / "networks")
    return home
