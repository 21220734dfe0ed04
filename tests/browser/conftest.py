"""The real application in a real browser."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data"

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


class Server:
    """`python app.py` as a user starts it, in a process group of its own."""

    def __init__(self, home: Path, *arguments: str) -> None:
        self.log = home.parent / f"{home.name}.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "app.py", "--home", str(home), "--port", "0", *arguments],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
                env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"},
            )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            found = re.search(r"http://\S+", line)
            if found:
                self.url = found.group()
                return
        raise AssertionError(f"the server did not start:\n{self.log.read_text()}")

    def family(self) -> list[psutil.Process]:
        """The server and all that it started."""
        server = psutil.Process(self.process.pid)
        return [server, *server.children(recursive=True)]

    def stop(self) -> None:
        family = self.family() if self.process.poll() is None else []
        self.process.terminate()
        self.process.wait(30)
        assert self.process.stdout is not None
        self.process.stdout.close()
        _, alive = psutil.wait_procs(family, timeout=10)
        assert not alive, f"left over: {alive}"


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """Start servers; each call may name a home to share one."""
    servers: list[Server] = []

    def make(*arguments: str, home: Path | None = None) -> Server:
        place = home or tmp_path_factory.mktemp("home") / "stratoscope"
        servers.append(Server(place, *arguments))
        return servers[-1]

    yield make
    for server in servers:
        if server.process.poll() is None:
            server.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    path = next((found for name in names if (found := shutil.which(name))), None)
    with sync_playwright() as playwright:
        if path is None and not Path(playwright.chromium.executable_path).exists():
            advice = "Install Chromium (Debian: apt-get install chromium; else: playwright install chromium)."
            if os.environ.get("CI"):
                pytest.fail(f"There is no browser. {advice}")
            pytest.skip(f"No browser was found. {advice}")
        made = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield made
        made.close()


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    """A fresh tab that fails its test if anything shows up in the console."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    page = context.new_page()
    said: list[str] = []
    page.on(
        "console",
        lambda message: said.append(f"{message.type}: {message.text}")
        if message.type in {"error", "warning"} and not any(k in message.text for k in KNOWN)
        else None,
    )
    page.on("pageerror", lambda error: said.append(f"exception: {error}"))
    foreign: list[str] = []
    page.on(
        "request",
        lambda request: foreign.append(request.url)
        if not request.url.startswith(("http://127.0.0.1:", "blob:", "data:"))
        else None,
    )
    yield page
    context.close()
    assert not said, said
    assert not foreign, foreign


@pytest.fixture(scope="session")
def digits(start: Callable[..., Server]) -> Server:
    """A server on the embedded demo."""
    return start()
