"""Records a training: the network before the first epoch and after every one.

    from analysis.history import Recorder

    model.fit(x, y, epochs=20, callbacks=[Recorder("run7", x_test, y_test)])

`python app.py --run run7` then shows every epoch on these samples, also while the training goes on.
With `layers=["prediction", "dense"]` it also keeps what these give for them, so that they are shown
without running the network again.
Without samples the folder is opened with `--model run7 --data my.npz`.
"""

from __future__ import annotations

import io
import json
import math
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from . import archive, dataset, network, outputs, weights
from .epochs import HISTORY, SAMPLES, epochs_in, outputs_beside, written
from .errors import DataError, ParameterError, StoreError
from .npz import Npz
from .types import Array, Dataset, Inputs


class Recorder(keras.callbacks.Callback):
    """A Keras callback that keeps `epoch-000.keras` (before training), `epoch-001.keras`, ... and
    `history.json` in a folder; and `outputs-000.npz`, ... if layers are chosen.

    A training that goes on (`initial_epoch`) may go on in the folder where it began. What an
    interruption leaves half written is never seen under its name.

    Args:
        folder: made if it is not there.
        x: (n, *shape) samples that the training is looked at with, kept once as `samples.npz`; or a
            mapping from input names to such arrays.
        y: (n,) their classes, or one row a sample with a 1 in its class.
        class_names: one per class.
        layers: whose outputs for `x` are kept after every epoch, by the names that they are drawn
            under; see `outputs`.
    Raises: DataError when training begins, if the folder holds another training, or other samples;
        UnknownLayerError then, for a layer that the network does not have; ParameterError for
        samples and classes of different numbers, or layers without samples.
    """

    def __init__(
        self,
        folder: str | Path,
        x: Array | Inputs | None = None,
        y: Array | None = None,
        class_names: Sequence[str] = (),
        layers: Sequence[str] = (),
    ) -> None:
        super().__init__()
        if layers and x is None:
            raise ParameterError(
                f"Outputs of layers ({', '.join(layers)}) are kept for samples; give some: "
                "Recorder(folder, x, y, layers=...)."
            )
        self.layers = tuple(layers)
        self._data: Dataset | None = None
        self.folder = Path(folder).expanduser()
        self._samples = {} if x is None else _samples(x, y, class_names)
        self._begun = False

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        self._begun = False

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Keep the network as it is before the first epoch."""
        if self._begun:
            return
        self._begun = True
        if self.layers:
            opened = network.from_keras(self.model, "not asked for")
            for layer in self.layers:
                opened.operation(layer)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            there = any(self.folder.glob("*.keras"))
        except OSError as error:
            raise _unwritable(self.folder, error) from error
        last = epochs_in(self.folder)[-1].number if there else None
        if last is not None and (last != epoch or epoch == 0):
            raise DataError(
                f"The folder {self.folder} holds a training up to epoch {last} already; this one "
                f"begins at epoch {epoch}. Record it in a new folder."
            )
        if last is not None:
            self._check_same_network(epoch)
        if self._samples:
            self._keep_samples()
        if self.layers:
            self._data = dataset.load(self.folder / SAMPLES, split="all")
        if last is None:
            self._keep(epoch, {})

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        self._keep(epoch + 1, logs or {})

    def _keep(self, epoch: int, measured: Mapping[str, Any]) -> None:
        path = record(self.model, self.folder, epoch, measured)
        if self._data is None:
            return
        # What is in the file has this name, whoever reads it.
        name = archive.inspect(path).fingerprint
        found = network.from_keras(self.model, name).run(self._data.inputs, self.layers)
        arrays = {outputs.LAYER + layer: array for layer, array in found.items()}
        arrays |= {"network": np.array(name), "data": np.array(self._data.fingerprint)}
        self._write(outputs_beside(path), arrays)

    def _check_same_network(self, epoch: int) -> None:
        """Raises: DataError if what the folder holds has weights of other shapes."""
        kept = epochs_in(self.folder)[-1].path
        with tempfile.TemporaryDirectory(prefix="stratoscope-") as place:
            now = Path(place) / kept.name
            self.model.save(now)
            same = _shapes(kept) == _shapes(now)
        if not same:
            raise DataError(
                f"The folder {self.folder} holds the training of another network: its weights at "
                f"epoch {epoch} have other shapes. Record this one in a new folder."
            )

    def _keep_samples(self) -> None:
        """Raises: DataError if other samples are kept there."""
        path = self.folder / SAMPLES
        if path.exists():
            with Npz(path) as kept:
                same = set(kept) == set(self._samples) and all(
                    np.array_equal(kept[name], array) for name, array in self._samples.items()
                )
            if not same:
                raise DataError(
                    f"The folder {self.folder} holds other samples than this training is to be "
                    "looked at with. Give the same ones, or record it in a new folder."
                )
            return
        self._write(path, self._samples)

    def _write(self, path: Path, arrays: Mapping[str, Array]) -> None:
        """Write a `.npz` that appears under its name only when it is complete."""
        try:
            with tempfile.TemporaryDirectory(dir=self.folder, prefix=".recording-") as place:
                part = Path(place) / path.name
                np.savez_compressed(part, allow_pickle=False, **arrays)
                part.replace(path)
        except OSError as error:
            raise _unwritable(self.folder, error) from error


def _shapes(file: Path) -> dict[str, tuple[int, ...]]:
    """Weight -> shape of a `.keras` file, without what the optimiser remembers.

    Raises: DataError if it is damaged.
    """
    try:
        with zipfile.ZipFile(file) as members:
            return weights.shapes(io.BytesIO(members.read(archive.WEIGHTS)))
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise DataError(
            f"The last epoch in {file.parent} cannot be read ({error}): {file.name} is damaged. "
            "Remove it and go on from the epoch before, or record in a new folder."
        ) from error


def _samples(x: Array | Inputs, y: Array | None, class_names: Sequence[str]) -> dict[str, Array]:
    """Samples as `dataset.load` reads them."""
    found = {"x": x} if not isinstance(x, Mapping) else {f"x_{name}": x[name] for name in x}
    found = {name: np.asarray(array) for name, array in found.items()}
    if y is not None:
        found["y"] = np.asarray(y)
    counts = {name: len(array) for name, array in found.items()}
    if len(set(counts.values())) > 1:
        told = ", ".join(f"{name}: {count:,}" for name, count in counts.items())
        raise ParameterError(f"Every sample needs one value of each array; got {told}.")
    if class_names:
        found["class_names"] = np.array([str(name) for name in class_names])
    return found


def record(
    model: keras.Model, folder: Path, epoch: int, measured: Mapping[str, Any] | None = None
) -> Path:
    """Keep a network as the state after an epoch, and what was measured in it.

    Every file appears under its name only when it is complete.

    Args:
        epoch: epochs that the network was trained for.
        measured: name -> number, such as "loss"; what is not finite is left out.
    Returns: the file of the network.
    Raises: StoreError if it cannot be written.
    """
    numbers = {name: float(value) for name, value in (measured or {}).items()}
    entry = {name: value for name, value in numbers.items() if math.isfinite(value)}
    entries = [known for known in written(folder) if known["epoch"] < epoch]
    path = folder / f"epoch-{epoch:03d}.keras"
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix=".recording-") as place:
            part = Path(place) / path.name
            model.save(part)
            text = json.dumps([*entries, {"epoch": epoch} | entry], indent=1)
            (Path(place) / HISTORY).write_text(text, encoding="utf-8")
            part.replace(path)
            (Path(place) / HISTORY).replace(folder / HISTORY)
    except OSError as error:
        raise _unwritable(folder, error) from error
    return path


def _unwritable(folder: Path, error: OSError) -> StoreError:
    return StoreError(
        f"Cannot keep a training in '{folder}': {error.strerror or error}. "
        "Free some space or choose another folder."
    )
