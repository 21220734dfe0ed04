"""Jobs that the tests of the engine run in its worker."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from analysis.board import Desk
from analysis.errors import ParameterError
from analysis.home import Home


def add(desk: Desk, a: int, b: int) -> int:
    desk.tell([0.5], now=True)
    return a + b


def refuse(desk: Desk) -> None:
    raise ParameterError("epsilon is in [0, 1]; got 8.")


def where(home: Home, letters: str) -> bytes:
    return f"{letters} in {home.path}".encode()


def slowly(home: Home) -> None:
    time.sleep(1.5)


def defect(desk: Desk) -> float:
    return 1 / 0


def endless(desk: Desk) -> None:
    while True:
        time.sleep(0.05)
        desk.tell(["still here"])


def slow_line(desk: Desk, log: str) -> None:
    with Path(log).open("a") as file:
        file.write("ran\n")
    time.sleep(0.5)


def own_pid_then_wait(desk: Desk, log: str) -> None:
    """Waits to be killed the first time, and ends the second."""
    first = not Path(log).exists()
    with Path(log).open("a") as file:
        file.write(f"{os.getpid()}\n")
    if first:
        time.sleep(60)


def die(desk: Desk) -> None:
    os.kill(os.getpid(), signal.SIGKILL)
