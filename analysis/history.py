"""Records a training: the network before the first epoch and after every one.

    from analysis.history import Recorder

    model.fit(x, y, epochs=20, callbacks=[Recorder("run7")])

`python app.py --model run7 --data my.npz` then shows every epoch.
"""

from __future__ import annotations

import json
import math
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras

from .epochs import HISTORY, epochs_in, written
from .errors import DataError, StoreError


class Recorder(keras.callbacks.Callback):
    """A Keras callback that keeps `epoch-000.keras` (before training), `epoch-001.keras`, ... and
    `history.json` in a folder.

    A training that goes on (`initial_epoch`) may go on in the folder where it began.

    Args:
        folder: made if it is not there.
    Raises: DataError when training begins, if the folder holds another training.
    """

    def __init__(self, folder: str | Path) -> None:
        super().__init__()
        self.folder = Path(folder).expanduser()
        self._begun = False

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        self._begun = False

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Keep the network as it is before the first epoch."""
        if self._begun:
            return
        self._begun = True
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            there = any(self.folder.glob("*.keras"))
        except OSError as error:
            raise _unwritable(self.folder, error) from error
        last = epochs_in(self.folder)[-1].number if there else None
        if last is None:
            record(self.model, self.folder, epoch)
        elif last != epoch or epoch == 0:
            raise DataError(
                f"The folder {self.folder} holds a training up to epoch {last} already; this one "
                f"begins at epoch {epoch}. Record it in a new folder."
            )

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        record(self.model, self.folder, epoch + 1, logs or {})


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
