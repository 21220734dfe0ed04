"""Weights that reach out of their file, or are damaged: refused before Keras sees them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from analysis import network, weights
from analysis.errors import ModelError, UnsafeModelError
from tests.analysis import architectures as zoo
from tests.analysis.network_files import WEIGHTS, Members, write


def hostile_weights(change: Callable[[h5py.File, Path], None], folder: Path, good: bytes) -> bytes:
    secret = folder / "secret.h5"
    with h5py.File(secret, "w") as file:
        file["x"] = np.arange(10.0)
    content = io.BytesIO(good)
    with h5py.File(content, "r+") as file:
        change(file, secret)
    return content.getvalue()


def external_link(file: h5py.File, secret: Path) -> None:
    file["layers/conv2d/vars/9"] = h5py.ExternalLink(str(secret), "/x")


def soft_link(file: h5py.File, secret: Path) -> None:
    file["layers/conv2d/vars/9"] = h5py.SoftLink("/layers")


def external_storage(file: h5py.File, secret: Path) -> None:
    del file["layers/conv2d/vars/0"]
    file["layers/conv2d/vars"].create_dataset("0", (10,), "f8", external=[(str(secret), 0, 80)])


def virtual(file: h5py.File, secret: Path) -> None:
    layout = h5py.VirtualLayout((10,), "f8")
    layout[:] = h5py.VirtualSource(str(secret), "x", (10,))
    file.create_virtual_dataset("other", layout)


def shape_bomb(file: h5py.File, secret: Path) -> None:
    file.create_dataset("bomb", (10**6, 10**6), "f4", chunks=(100, 100), compression="gzip")


def text(file: h5py.File, secret: Path) -> None:
    file.create_dataset("words", data=["a", "b"], dtype=h5py.string_dtype())


def reference(file: h5py.File, secret: Path) -> None:
    file.create_dataset("refs", (2,), dtype=h5py.ref_dtype)


def named_type(file: h5py.File, secret: Path) -> None:
    file["type"] = np.dtype("f8")


def plug_in(file: h5py.File, secret: Path) -> None:
    file.create_dataset("packed", data=np.zeros(100), chunks=(10,), compression="lzf")


@pytest.mark.usefixtures("no_keras")
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (external_link, "'/layers/conv2d/vars/9' is a link"),
        (soft_link, "is a link"),
        (external_storage, "is stored in another file"),
        (virtual, "is put together from other files"),
        (shape_bomb, "claims 4,000,000,000,000 bytes and stores 0"),
        (text, "holds object, not numbers"),
        (reference, "not numbers"),
        (named_type, "neither a group nor an array"),
        (plug_in, r"needs a plug-in to be read \(filter 32000\)"),
    ],
)
def test_weights_that_reach_out_are_refused(
    change: Callable[[h5py.File, Path], None], message: str, members: Members, tmp_path: Path
) -> None:
    content = hostile_weights(change, tmp_path, members[WEIGHTS])
    path = write(tmp_path / "w.keras", members | {WEIGHTS: content})
    with pytest.raises(UnsafeModelError, match=message) as caught:
        network.load(path)
    assert "w.keras" in str(caught.value)


def test_circles_of_hard_links_end(members: Members, tmp_path: Path) -> None:
    def circle(file: h5py.File, secret: Path) -> None:
        file["layers/conv2d/again"] = file["layers"]

    content = hostile_weights(circle, tmp_path, members[WEIGHTS])
    weights.check(io.BytesIO(content), "circle.keras")


@pytest.mark.usefixtures("no_keras")
@pytest.mark.parametrize("keep", [0, 4, 100, 3000])
def test_damaged_weights_are_refused(keep: int, members: Members, tmp_path: Path) -> None:
    path = write(tmp_path / "w.keras", members | {WEIGHTS: members[WEIGHTS][:keep]})
    with pytest.raises(ModelError, match=r"'w\.keras' has damaged weights"):
        network.load(path)


def test_weights_of_another_network_are_refused_in_words(members: Members, tmp_path: Path) -> None:
    zoo.make("residual").save(tmp_path / "other.keras")
    with zipfile.ZipFile(tmp_path / "other.keras") as file:
        path = write(tmp_path / "mixed.keras", members | {WEIGHTS: file.read(WEIGHTS)})
    with pytest.raises(ModelError, match=r"Keras [\d.]+ cannot build the network in 'mixed.keras'"):
        network.load(path)
