"""What several tests of the analysis share."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from tests.analysis import architectures as zoo
from tests.analysis.network_files import Members


@pytest.fixture
def save(tmp_path):
    """Arrays -> path of a `.npz` that holds them."""

    def write(**arrays):
        np.savez(tmp_path / "mine.npz", **arrays)
        return tmp_path / "mine.npz"

    return write


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network file in which nothing is wrong."""
    path = tmp_path_factory.mktemp("models") / "good.keras"
    zoo.make("lenet").save(path)
    return path


@pytest.fixture
def members(good: Path) -> Members:
    """What lies in it, by name."""
    with zipfile.ZipFile(good) as file:
        return {name: file.read(name) for name in file.namelist()}


@pytest.fixture
def no_keras(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing may reach Keras."""

    def called(*args: Any, **kwargs: Any) -> None:
        pytest.fail("Keras was asked to load a file that should have been refused")

    monkeypatch.setattr(keras.models, "load_model", called)
    return
