"""What several tests of the analysis share."""

from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture
def save(tmp_path):
    """Arrays -> path of a `.npz` that holds them."""

    def write(**arrays):
        np.savez(tmp_path / "mine.npz", **arrays)
        return tmp_path / "mine.npz"

    return write
