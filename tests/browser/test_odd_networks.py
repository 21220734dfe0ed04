"""Networks that are no plain classifier, and data that is hardly any: the pages stay up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from boundary_page import point, settled, table
from playwright.sync_api import Page, expect
from running import Server

keras = pytest.importorskip("keras")


def files(
    folder: Path, model: object, count: int = 120, *, labelled: bool = True
) -> tuple[str, ...]:
    """A model and random pictures of ten classes, as the command line takes them."""
    random = np.random.default_rng(0)
    model.save(folder / "my.keras")  # type: ignore[attr-defined]
    labels = {"y": np.arange(count) % 10} if labelled else {}
    np.savez(folder / "my.npz", x=random.random((count, 6, 6, 1), np.float32), **labels)
    return "--model", str(folder / "my.keras"), "--data", str(folder / "my.npz")


def dense(units: int, activation: str | None = None) -> object:
    """A network with positions, and with features that are constant, alike, or no numbers."""
    keras.utils.set_random_seed(3)
    image = keras.Input((6, 6, 1), name="input")
    x = keras.layers.Conv2D(3, 3, name="conv0")(image)
    x = keras.layers.Flatten(name="flatten")(x)
    x = keras.layers.Dense(1, name="one")(x)
    x = keras.layers.Dense(3, activation="relu", bias_initializer="ones", name="three")(x)
    return keras.Model(image, keras.layers.Dense(units, activation, name="last")(x))


def test_an_embedding_says_no_classes(
    tab: Page, start: Callable[..., Server], tmp_path: Path
) -> None:
    server = start(*files(tmp_path, dense(2)))
    tab.goto(f"{server.url}/embedding")
    expect(tab.locator("#embedding-title-a")).to_have_text("last: 2", timeout=60_000)
    expect(tab.locator("#embedding-subtitle-a")).to_contain_text("120 of 120")
    expect(tab.locator("#embedding-size")).to_have_value("1 x 1")
    expect(tab.locator("#frame-summary")).to_contain_text("an embedding, no classes")
    tab.locator("#embedding-colour").click()
    tab.get_by_role("option", name="Predicted", exact=True).click()
    expect(tab.locator("#frame-toast")).to_contain_text("gives an embedding")

    tab.locator("#frame-rail-network").click()
    expect(tab.locator(".node.waiting")).to_have_count(0, timeout=60_000)
    expect(tab.locator("#network-subtitle")).to_contain_text("taken as an embedding")
    tab.get_by_role("tab", name="Confusion").click()
    expect(tab.locator("#network-accuracy")).to_contain_text("no class that could be right")

    tab.locator("#frame-rail-boundary").click()
    expect(tab.locator("#boundary-map")).to_contain_text("there are no boundaries to draw")
    tab.get_by_role("button", name="Propose").click()
    expect(tab.locator("#frame-toast")).to_contain_text("There is no map yet")


def test_layers_of_low_rank(tab: Page, start: Callable[..., Server], tmp_path: Path) -> None:
    server = start(*files(tmp_path, dense(10, "softmax"), 40))
    title = tab.locator("#embedding-title-a")
    for layer in ("one", "conv0", "three"):
        tab.goto(f"{server.url}/embedding?layer={layer}")
        expect(title).to_contain_text(f"{layer}: ", timeout=60_000)
    # Three features of one number are three times the same, up to a factor.
    tab.get_by_role("tab", name="Features").click()
    expect(tab.locator("#embedding-features")).to_contain_text("2 linear dependences")
    tab.get_by_text("3-D", exact=True).click()
    expect(tab.locator("canvas.cloud")).to_be_visible()


def test_a_single_sample(tab: Page, start: Callable[..., Server], tmp_path: Path) -> None:
    server = start(*files(tmp_path, dense(10, "softmax"), 1))
    tab.goto(f"{server.url}/embedding?layer=conv0")
    expect(tab.locator("#embedding-title-a")).to_have_text("conv0: 4 x 4 x 3", timeout=60_000)
    expect(tab.locator("#embedding-subtitle-a")).to_contain_text("16 of 16 points")
    tab.locator("#frame-rail-boundary").click()
    settled(tab)
    expect(tab.locator("#boundary-subtitle")).to_contain_text("1 of 1 test samples")
    assert "certainty" in point(tab, (0.5, 0.5))


def test_data_without_labels(tab: Page, start: Callable[..., Server], tmp_path: Path) -> None:
    server = start(*files(tmp_path, dense(10, "softmax"), 60, labelled=False))
    tab.goto(f"{server.url}/boundary")
    settled(tab)
    subtitle = tab.locator("#boundary-subtitle")
    expect(subtitle).to_contain_text("60 of 60 test samples")
    expect(subtitle).to_contain_text("Points: predicted class")
    expect(tab.locator("#legend h2")).to_have_text("Predicted class")
    assert "certainty" in point(tab, (0.5, 0.5))
    rows = table(tab, "Samples of the map (CSV)")
    assert {row["true_class"] for row in rows} == {""}
    assert all(row["predicted_class"] for row in rows)


def test_values_that_are_no_numbers(
    tab: Page, start: Callable[..., Server], tmp_path: Path
) -> None:
    keras.utils.set_random_seed(5)
    image = keras.Input((6, 6, 1), name="input")
    x = keras.layers.Flatten(name="flatten")(image)
    x = keras.layers.Dense(4, name="dense0")(x)
    x = keras.ops.log(x)  # of negative numbers, too
    x = keras.layers.Dense(10, "softmax", name="dense1")(x)
    server = start(*files(tmp_path, keras.Model(image, x)))
    tab.goto(f"{server.url}/embedding?layer=log")
    expect(tab.locator("#embedding-title-a")).to_have_text("log: 4", timeout=60_000)
    expect(tab.locator("#embedding-subtitle-a")).to_contain_text("lack a finite value")
    tab.locator("#frame-rail-boundary").click()
    expect(tab.locator("#boundary-map .failure")).to_contain_text(
        "predicts NaN or infinity between these samples", timeout=60_000
    )
    expect(tab.locator("#boundary-again")).to_be_visible()
