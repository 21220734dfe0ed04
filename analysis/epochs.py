"""Recorded trainings: folders with one network file per epoch, and the history beside them.

Nothing here loads a network, so that the web process may look.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .archive import is_there
from .errors import DataError, ModelError
from .types import Source

HISTORY = "history.json"
"""Beside the files: a list of {"epoch", "loss", ...}, one entry per epoch."""

SAMPLES = "samples.npz"
"""Beside the files: the samples that a training is looked at with, as `dataset.load` reads them."""

NETWORK, WEIGHTS = ".keras", ".weights.h5"
"""How the files of whole networks end, and those of their weights alone."""

_NUMBERED = re.compile(r".*?([0-9]+)")


@dataclass(frozen=True)
class Epoch:
    """One recorded state of a network.

    Attributes:
        number: epochs that it was trained for.
        path: of its `.keras` file, or of its `.weights.h5` file.
    """

    number: int
    path: Path


def epochs_in(folder: Path, *, weights: bool = False) -> tuple[Epoch, ...]:
    """The epochs of a folder: files whose name ends in a number, whatever comes before.

    Args:
        weights: whether `.weights.h5` files count beside `.keras` files; somebody has to know of
            what network they are.
    Returns: at least one, by rising number.
    Raises: ModelError if there is no such folder, none in it, or two files of one number.
    """
    try:
        named = [(file, _epoch(file)) for file in sorted(folder.iterdir())]
        every = [epoch for file, epoch in named if epoch is not None and file.is_file()]
    except OSError as error:
        raise ModelError(f"Cannot read the folder {folder}: {error.strerror or error}.") from error
    found = every if weights else [epoch for epoch in every if not has_weights_alone(epoch.path)]
    if every and not found:
        raise ModelError(
            f"The folder {folder} holds epochs as weights alone, such as {every[0].path.name}, and "
            "no .keras files. Name the network that they belong to, and the folder as its "
            "checkpoints: --model my.keras --checkpoints FOLDER."
        )
    if not found:
        raise ModelError(
            f"The folder {folder} holds no epochs: .keras files whose names end in a number, such "
            "as epoch-07.keras, or with --checkpoints also .weights.h5 files. Name a .keras file, "
            "or record a training with analysis.history.Recorder."
        )
    number, times = Counter(epoch.number for epoch in found).most_common(1)[0]
    if times > 1:
        both = " and ".join(epoch.path.name for epoch in found if epoch.number == number)
        raise ModelError(
            f"The folder {folder} holds {times} files of epoch {number}: {both}. Keep one training "
            "in a folder."
        )
    return tuple(sorted(found, key=lambda epoch: epoch.number))


def _epoch(file: Path) -> Epoch | None:
    """What the name of a file says, None if it is not that of an epoch."""
    for ending in (NETWORK, WEIGHTS):
        if file.name.lower().endswith(ending):
            match = _NUMBERED.fullmatch(file.name[: -len(ending)])
            return Epoch(int(match[1]), file) if match else None
    return None


def has_weights_alone(path: Path) -> bool:
    """Whether a file holds the weights of a network without its layers, by its name."""
    return path.name.lower().endswith(WEIGHTS)


def outputs_beside(path: Path) -> Path:
    """Where outputs of layers are kept that belong to the network in a `.keras` file: beside
    `epoch-007.keras`, in `outputs-007.npz`."""
    match = _NUMBERED.fullmatch(path.stem)
    return path.with_name(f"outputs-{match[1] if match else path.stem}.npz")


def epochs_of(source: Source) -> tuple[Epoch, ...]:
    """The epochs of a user's own network: in the folder of its checkpoints, or in one that is
    named instead of a file.

    Returns: () if there is no such folder.
    Raises: ModelError as `epochs_in`.
    """
    folder = folder_of(source)
    return () if folder is None else epochs_in(folder, weights=bool(source.checkpoints))


def folder_of(source: Source) -> Path | None:
    """The folder with the epochs of a user's own network, None if there is none."""
    if source.checkpoints:
        return Path(source.checkpoints)
    folder = Path(source.model)
    return folder if source.model and is_recorded(folder) else None


def is_recorded(path: Path) -> bool:
    """Whether a path names a folder of epochs, rather than a file or a SavedModel."""
    return is_there(path) and path.is_dir() and not is_there(path / "saved_model.pb")


def finished(path: Path) -> Path:
    """The file of the finished network: the path itself, or the last epoch of a folder of them.

    Raises: ModelError as `epochs_in`.
    """
    return epochs_in(path)[-1].path if is_recorded(path) else path


def chosen(epochs: Sequence[Epoch], number: int, what: str) -> Path:
    """The file of one epoch.

    Args:
        what: was trained, for the message.
    Raises: DataError if it was not recorded, with those that were.
    """
    for epoch in epochs:
        if epoch.number == number:
            return epoch.path
    raise DataError(f"Epoch {number} of {what} was not recorded. {_listed(epochs)}")


def history_in(folder: Path, *, weights: bool = False) -> tuple[Mapping[str, float], ...]:
    """What was measured while a network was trained, one mapping per recorded epoch.

    Args: as of `epochs_in`.
    Returns: {"epoch", and what is known of "loss", "accuracy", "val_loss", ...}; the epochs alone
        where no `history.json` of this form lies beside the files.
    Raises: ModelError as `epochs_in`.
    """
    known = {entry["epoch"]: entry for entry in written(folder)}
    epochs = epochs_in(folder, weights=weights)
    return tuple(known.get(epoch.number, {"epoch": epoch.number}) for epoch in epochs)


def written(folder: Path) -> list[dict[str, float]]:
    """The entries of a `history.json`, none if there is no such file or it has another form."""
    try:
        entries = json.loads((folder / HISTORY).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    entries = entries if isinstance(entries, list) else []
    return [
        {name: value for name, value in entry.items() if _is_number(value)}
        for entry in entries
        if isinstance(entry, dict) and type(entry.get("epoch")) is int
    ]


def _is_number(value: Any) -> bool:
    return type(value) in {int, float} and math.isfinite(value)


def _listed(epochs: Sequence[Epoch]) -> str:
    numbers = [epoch.number for epoch in epochs]
    if not numbers:
        return "No epoch of it was; leave the epoch out for the finished network."
    if len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"There are the epochs {numbers[0]} to {numbers[-1]}."
    more = f" and {len(numbers) - 12} more" if len(numbers) > 12 else ""
    return f"There are the epochs {', '.join(map(str, numbers[:12]))}{more}."
