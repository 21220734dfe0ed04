"""All settings in one typed object: defaults, then the environment, then the command line."""

from __future__ import annotations

import dataclasses
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

from analysis import demos, frozen_sets
from analysis.epochs import SAMPLES, epochs_in
from analysis.errors import ModelError, ParameterError
from analysis.softmax_history import is_history
from analysis.types import Source

PREFIX = "STRATOSCOPE_"

_NAMED = {"budget": "memory", "hosts": "allow_host"}
"""Fields whose option on the command line has another name."""


@dataclass(frozen=True)
class Settings:
    """What `python app.py --help` explains, one field per option.

    Attributes:
        freeze: file with frozen filters; the network without them stands beside the first study.
        budget: bytes of activations and distances that may stand in a worker's memory.
        hosts: names under which browsers may reach the server besides `host` and localhost.
    """

    home: Path = dataclasses.field(default_factory=lambda: user_data_path("stratoscope"))
    host: str = "127.0.0.1"
    port: int = 8050
    password: str = ""
    no_auth: bool = False
    hosts: tuple[str, ...] = ()
    scheduler: str = ""
    budget: int = 2 * 2**30
    data_dir: str = ""
    demo: str = demos.DEFAULT
    model: str = ""
    checkpoints: str = ""
    data: str = ""
    softmax: str = ""
    run: str = ""
    split: str = "test"
    limit: int | None = 10_000
    seed: int = 0
    embedding: bool = False
    freeze: str = ""
    debug: bool = False

    @property
    def source(self) -> Source:
        """The study that the command line asked for."""
        model, data = self.model, self.data if self.model else ""
        if self.softmax:
            model = data = self.softmax
        if self.run:
            model, data = self.run, str(Path(self.run) / SAMPLES)
        return Source(
            demo="" if model else self.demo,
            model=model,
            data=data,
            split=self.split,
            limit=self.limit,
            seed=self.seed,
            data_dir=self.data_dir,
            trusted=bool(self.model),
            output="embedding" if self.embedding else "",
            checkpoints=self.checkpoints,
        )

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach the server."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    def check(self) -> Settings:
        """The settings themselves, if they make sense together.

        Raises: ParameterError otherwise.
        """
        if not self.model:
            demos.get(self.demo)
        self._check_one_study()
        self._check_checkpoints()
        if self.freeze:
            frozen_sets.read(Path(self.freeze))
        if not 0 <= self.port <= 65_535:
            raise ParameterError(f"--port is a number from 0 to 65535; got {self.port}.")
        if self.limit is not None and self.limit < 1:
            raise ParameterError(f"--limit is at least 1 sample; got {self.limit}.")
        if not 0 <= self.seed < 2**32:
            raise ParameterError(f"--seed is a number from 0 to 4294967295; got {self.seed}.")
        if self.split not in {"test", "train", "all"}:
            raise ParameterError(f"--split is test, train or all; got '{self.split}'.")
        if self.data_dir and not Path(self.data_dir).is_dir():
            raise ParameterError(f"There is no folder {self.data_dir} for --data-dir.")
        if self.budget > 2**50:
            raise ParameterError("--memory is more than any machine has. Write it as 2GiB.")
        if self.budget < 64 * 2**20:
            raise ParameterError(f"--memory is at least 64 MiB; got {self.budget / 2**20:.0f} MiB.")
        if bool(self.model) != bool(self.data):
            has, lacks = ("--model", "--data") if self.model else ("--data", "--model")
            raise ParameterError(
                f"{has} was given without {lacks}. A study is a network and its data: "
                "python app.py --model my.keras --data my.npz"
            )
        if self.embedding and not (self.model or self.run):
            raise ParameterError(
                "--embedding says how a network of your own is read. Give it with --model and "
                "--data; demos know themselves."
            )
        if not self.is_local and not self.password and not self.no_auth:
            raise ParameterError(
                f"--host {self.host} lets other machines in. Set a password "
                f"({PREFIX}PASSWORD=...), or say --no-auth if everybody may see this data."
            )
        return self

    def _check_one_study(self) -> None:
        named = {"--model": self.model, "--softmax": self.softmax, "--run": self.run}
        given = [option for option, value in named.items() if value]
        if len(given) > 1:
            raise ParameterError(
                f"{' and '.join(given)} name different studies. Start with one of them; others can "
                "be opened on another port."
            )
        if is_history(self.model):
            raise ParameterError(
                f"--model {self.model} is no network. A .npz with the probabilities of every epoch "
                "is opened with --softmax."
            )
        if self.softmax and not is_history(self.softmax):
            raise ParameterError(
                f"--softmax is a .npz file with the probabilities of every epoch; got "
                f"'{self.softmax}'."
            )
        if self.run and not (Path(self.run) / SAMPLES).is_file():
            raise ParameterError(
                f"--run {self.run}: there is no {SAMPLES} in that folder. It is kept by "
                "analysis.history.Recorder(folder, x, y); for a folder that has none, give --model "
                "with that folder and --data."
            )

    def _check_checkpoints(self) -> None:
        if not self.checkpoints:
            return
        if not self.model:
            raise ParameterError(
                f"--checkpoints {self.checkpoints} was given without --model. Weights belong to a "
                "network: python app.py --model my.keras --data my.npz --checkpoints "
                f"{self.checkpoints}"
            )
        if Path(self.model).is_dir():
            raise ParameterError(
                f"--model {self.model} is a folder, which has epochs of its own or none. Beside "
                "--checkpoints it is one file, the network whose weights they are."
            )
        try:
            epochs_in(Path(self.checkpoints), weights=True)
        except ModelError as error:
            raise ParameterError(f"--checkpoints {self.checkpoints}: {error}") from error


def from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    """Fields that `STRATOSCOPE_*` variables set, as the types that `Settings` has.

    Raises: ParameterError for a variable that is no setting, or a value of the wrong form.
    """
    names = [field.name for field in dataclasses.fields(Settings)]
    fields = {PREFIX + _NAMED.get(name, name).upper(): name for name in names}
    found: dict[str, Any] = {}
    for name, text in environment.items():
        if not name.startswith(PREFIX) or not text:
            continue
        if name not in fields:
            raise ParameterError(
                f"{name} is no setting of Stratoscope. There are: {', '.join(fields)}."
            )
        found[fields[name]] = parse(fields[name], text)
    return found


def parse(field: str, text: str) -> Any:
    """The value of a setting from text.

    Raises: ParameterError if the text has the wrong form.
    """
    if field in {"port", "seed"}:
        return _whole(field, text)
    if field == "limit":
        return None if text.lower() in {"all", "none"} else _whole(field, text)
    if field == "budget":
        return parse_size(text)
    if field in {"no_auth", "debug", "embedding"}:
        words = {"1": True, "true": True, "yes": True, "on": True}
        words |= {"0": False, "false": False, "no": False, "off": False}
        if text.lower() not in words:
            raise ParameterError(f"{PREFIX}{field.upper()} is yes or no; got '{text}'.")
        return words[text.lower()]
    if field == "hosts":
        return tuple(name.strip() for name in text.split(",") if name.strip())
    return Path(text) if field == "home" else text


def parse_size(text: str) -> int:
    """Bytes from "2GiB", "500MB", "1073741824".

    Raises: ParameterError for anything else.
    """
    units = {
        "": 1,
        "kb": 10**3,
        "mb": 10**6,
        "gb": 10**9,
        "kib": 2**10,
        "mib": 2**20,
        "gib": 2**30,
        "k": 2**10,
        "m": 2**20,
        "g": 2**30,
    }
    number = text.strip().lower().rstrip("bgikm")
    unit = text.strip().lower()[len(number) :]
    try:
        return int(float(number) * units[unit])
    except (ValueError, KeyError, OverflowError):
        raise ParameterError(f"'{text}' is no size of memory. Write it as 2GiB or 500MB.") from None


def _whole(field: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ParameterError(f"--{field} is a whole number; got '{text}'.") from None
