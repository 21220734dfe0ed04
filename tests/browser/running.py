"""A server as a user starts it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
"""MNIST and its like, where they are at hand."""


def chromium() -> str | None:
    """Path of a browser that is installed, None for the one that Playwright brings."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((found for name in names if (found := shutil.which(name))), None)


class Server:
    """`python app.py` as a user starts it, in a process group of its own."""

    def __init__(self, home: Path, *arguments: str) -> None:
        self.home = home
        self.log = home.parent / f"{home.name}.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "app.py", "--port", "0", "--home", str(home), *arguments],
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
        """End it as a service manager would, and see that nothing stays behind."""
        family = self.family() if self.process.poll() is None else []
        self.process.terminate()
        self.process.wait(30)
        assert self.process.stdout is not None
        self.process.stdout.close()
        _, alive = psutil.wait_procs(family, timeout=10)
        assert not alive, f"left over: {alive}"
