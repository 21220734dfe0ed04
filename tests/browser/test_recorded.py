"""Trainings that are opened: what a network said without it, and one that still goes on."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from running import ROOT, Server

PUBLISHED = ROOT.parent / "shared" / "reference" / "grand_tour" / "softmax_mnist.npz"

TRAINING = """
import sys, keras
from analysis import dataset
from analysis.history import Recorder
train, test = (dataset.load("digits", split=split) for split in ("train", "test"))
keras.utils.set_random_seed(0)
model = keras.Sequential([
    keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax"),
])
model.compile("sgd", "sparse_categorical_crossentropy")
recorder = Recorder(sys.argv[1], test.x, test.labels)
model.fit(train.x, train.labels, epochs=4, verbose=0, callbacks=[recorder])
"""


def test_a_published_history_needs_no_network(tab: Page, start: Callable[..., Server]) -> None:
    if not PUBLISHED.is_file():
        pytest.skip(f"{PUBLISHED} is not at hand")
    server = start("--softmax", str(PUBLISHED))
    tab.goto(f"{server.url}/tour")
    expect(tab.locator("#tour-title")).to_have_text("prediction: 10", timeout=60_000)
    expect(tab.locator("#frame-epochs")).to_contain_text("epoch 99 of 99")
    tab.get_by_role("button", name="Compute the losses").click()
    said = tab.locator(".lessons")
    expect(said).to_contain_text("'1' is learnt late, at epoch 14, suddenly.", timeout=60_000)
    expect(said).to_contain_text("'7' is learnt late, at epoch 21, suddenly.")
    tab.get_by_role("link", name="Boundary").click()
    expect(tab.locator(".boundary")).to_contain_text("has no network that could be asked")
    tab.get_by_role("link", name="Embedding").click()
    expect(tab.locator("#embedding-title, .embedding h1").first).to_contain_text("prediction")


def test_a_training_that_goes_on_is_followed(
    tab: Page, start: Callable[..., Server], tmp_path: Path
) -> None:
    """Epochs that come into the folder come to the rail by themselves."""
    done, run = tmp_path / "done", tmp_path / "run"
    subprocess.run([sys.executable, "-c", TRAINING, str(done)], cwd=ROOT, check=True, timeout=120)
    run.mkdir()

    def arrive(*names: str) -> None:
        for name in names:
            shutil.copyfile(done / name, tmp_path / name)
            (tmp_path / name).replace(run / name)

    arrive("samples.npz", "epoch-000.keras", "epoch-001.keras")
    server = start("--run", str(run))
    tab.goto(f"{server.url}/tour")
    expect(tab.locator("#frame-epochs")).to_contain_text("epoch 1 of 1", timeout=60_000)
    expect(tab.locator("#rail-epoch")).to_have_attribute("aria-valuetext", "1")
    arrive("epoch-002.keras", "epoch-003.keras")
    expect(tab.locator("#frame-epochs")).to_contain_text("epoch 3 of 3", timeout=30_000)
    expect(tab.locator("#rail-epoch")).to_have_attribute("aria-valuetext", "3", timeout=30_000)
    # Who looks at an epoch stays there.
    tab.locator("#rail-epoch").focus()
    tab.keyboard.press("Home")
    expect(tab).to_have_url(re.compile("epoch=0"))
    arrive("epoch-004.keras")
    expect(tab.locator("#frame-epochs")).to_contain_text("epoch 0 of 4", timeout=30_000)
    expect(tab.locator("#rail-epoch")).to_have_attribute("max", "4", timeout=30_000)
