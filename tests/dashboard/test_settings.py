"""Settings: where they come from, what is refused, and which studies they offer."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

import app
from analysis.engine import Engine
from analysis.errors import ParameterError
from analysis.home import Home
from dashboard.settings import Settings, from_environment, parse_size
from dashboard.studies import Studies

OWN = ["--model", "my.keras", "--data", "digits"]


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STRATOSCOPE_HOME", raising=False)


def test_command_line_goes_before_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRATOSCOPE_PORT", "1234")
    monkeypatch.setenv("STRATOSCOPE_DEMO", "lenet5-mnist")
    settings = app.settings_from(["--port", "99"])
    assert (settings.port, settings.demo) == (99, "lenet5-mnist")


def test_every_option_has_its_variable() -> None:
    actions = [action for action in app.parser()._actions if action.dest != "help"]
    assert {action.dest for action in actions} == set(Settings.__dataclass_fields__)
    values = {"port": "1", "seed": "3", "limit": "5", "budget": "1GiB"}
    for action in actions:
        text = values.get(action.dest, "yes")
        name = action.option_strings[0].strip("-").replace("-", "_").upper()
        assert list(from_environment({f"STRATOSCOPE_{name}": text})) == [action.dest]


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("1024", 1024),
        ("2GiB", 2**31),
        ("500MB", 500_000_000),
        ("1.5 gib", 3 * 2**29),
        ("3g", 3 * 2**30),
    ],
)
def test_sizes(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--port", "eighty"], "whole number; got 'eighty'"),
        (["--port", "70000"], "0 to 65535"),
        (["--limit", "0"], "at least 1 sample"),
        (["--softmax", "a.npz", "--model", "m.keras", "--data", "d.npz"], "--model and --softmax"),
        (["--softmax", "history.csv"], "is a .npz file"),
        (["--model", "h.npz", "--data", "d.npz"], "opened with --softmax"),
        (["--run", "nowhere"], "no samples.npz in that folder"),
        (["--memory", "lots"], "'lots' is no size"),
        (["--memory", "1MB"], "at least 64 MiB"),
        (["--model", "a.keras"], "without --data"),
        (["--data", "a.npz"], "without --model"),
        (["--embedding"], "a network of your own"),
        (["--checkpoints", "run7"], "without --model"),
        ([*OWN, "--checkpoints", "nowhere"], "--checkpoints nowhere: Cannot read the folder"),
        (["--host", "0.0.0.0"], "Set a password"),
        (["--host", "example.org"], "Set a password"),
    ],
)
def test_what_is_refused(arguments: list[str], words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        app.settings_from(arguments)


@pytest.mark.parametrize("more", [["--no-auth"], ["--password", "secret"]])
def test_an_open_address_needs_a_decision(more: list[str]) -> None:
    assert app.settings_from(["--host", "0.0.0.0", *more]).host == "0.0.0.0"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.0.0.5"])
def test_this_machine_alone_needs_none(host: str) -> None:
    assert app.settings_from(["--host", host]).is_local


def test_an_unknown_variable_is_named() -> None:
    with pytest.raises(ParameterError, match="STRATOSCOPE_PROT is no setting"):
        from_environment({"STRATOSCOPE_PROT": "1"})


def test_values_have_the_types_of_their_fields() -> None:
    values = from_environment(
        {
            "STRATOSCOPE_HOME": "/tmp/x",
            "STRATOSCOPE_LIMIT": "all",
            "STRATOSCOPE_NO_AUTH": "yes",
            "STRATOSCOPE_ALLOW_HOST": "a, b",
            "OTHER": "1",
        }
    )
    assert values == {
        "home": Path("/tmp/x"),
        "limit": None,
        "no_auth": True,
        "hosts": ("a", "b"),
    }


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--model", "missing.keras", "--data", "digits"], "missing.keras"),
        (["--demo", "lenet6"], "lenet6"),
        (["--model", "{empty}", "--data", "digits"], "holds no epochs"),
        (["--port", "-1"], "0 to 65535"),
    ],
)
def test_the_command_line_ends_with_2_and_one_sentence(
    arguments: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "run7"
    empty.mkdir()
    arguments = [argument.replace("{empty}", str(empty)) for argument in arguments]
    assert app.main(["--home", str(tmp_path / "home"), "--port", "0", *arguments]) == 2
    error = capsys.readouterr().err
    assert words in error
    assert "Traceback" not in error
    assert len(error.strip().splitlines()) == 1


def test_a_recorded_run_and_a_history_are_studies(tmp_path: Path) -> None:
    (tmp_path / "samples.npz").touch()
    run = app.settings_from(["--run", str(tmp_path)]).source
    assert (run.model, run.data) == (str(tmp_path), str(tmp_path / "samples.npz"))
    assert (run.demo, run.trusted) == ("", False)
    told = app.settings_from(["--softmax", "h.npz"]).source
    assert (told.model, told.data, told.demo) == ("h.npz", "h.npz", "")


def test_a_network_of_ones_own_may_give_an_embedding(monkeypatch: pytest.MonkeyPatch) -> None:
    own = ["--model", "my.keras", "--data", "digits"]
    assert app.settings_from(own).source.output == ""
    assert app.settings_from([*own, "--embedding"]).source.output == "embedding"
    monkeypatch.setenv("STRATOSCOPE_EMBEDDING", "yes")
    assert app.settings_from(own).source.output == "embedding"


def test_checkpoints_are_the_epochs_of_a_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "07.weights.h5").touch()
    (tmp_path / "epoch-8.keras").touch()
    monkeypatch.setenv("HOME", str(tmp_path.parent))
    source = app.settings_from([*OWN, "--checkpoints", f"~/{tmp_path.name}"]).source
    assert (source.model, source.checkpoints) == ("my.keras", str(tmp_path))
    monkeypatch.setenv("STRATOSCOPE_CHECKPOINTS", str(tmp_path))
    assert app.settings_from(OWN).source.checkpoints == str(tmp_path)


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ((), r"holds no epochs: \.keras .* \.weights\.h5 files"),
        (("best.weights.h5", "7.h5"), "holds no epochs"),
        (("7.keras", "07.weights.h5"), r"2 files of epoch 7: 07\.weights\.h5 and 7\.keras"),
    ],
)
def test_folders_that_hold_no_checkpoints_are_refused(
    names: tuple[str, ...], words: str, tmp_path: Path
) -> None:
    for name in names:
        (tmp_path / name).touch()
    with pytest.raises(ParameterError, match=words):
        app.settings_from([*OWN, "--checkpoints", str(tmp_path)])


def test_checkpoints_belong_to_one_file(tmp_path: Path) -> None:
    (tmp_path / "1.keras").touch()
    folder = str(tmp_path)
    with pytest.raises(ParameterError, match="which has epochs of its own"):
        app.settings_from(["--model", folder, "--data", "digits", "--checkpoints", folder])


@pytest.fixture
def studies(tmp_path: Path) -> Studies:
    """A server with a network of the user's own besides the demos."""
    settings = Settings(
        model="/x/run7/", data="/x/my.npz", limit=50, seed=3, split="train", embedding=True
    )
    home = Home(tmp_path / "home")
    return Studies(settings, home, Engine(home))


def test_the_finished_network_and_its_epochs(studies: Studies) -> None:
    own = studies.source("run7")
    assert (own.model, own.split, own.epoch, own.trusted) == ("/x/run7/", "train", None, True)
    assert studies.source("run7", epoch=4) == replace(own, epoch=4)
    assert studies.task({"study": "run7", "split": "all", "epoch": 0})["source"] == asdict(
        replace(own, split="all", epoch=0)
    )
    assert studies.task({"study": "run7"})["source"] == asdict(own)


def test_a_network_is_applied_to_the_data_of_another_study(studies: Studies) -> None:
    own, demo = studies.source("run7"), studies.source("lenet5-mismatch")
    assert studies.applied("run7", "lenet5-mismatch", "test", 2) == replace(
        own, data="fashion_mnist", split="test", epoch=2
    )
    there = studies.applied("lenet5-mismatch", "run7")
    assert there == replace(demo, data="/x/my.npz", split="train")
    assert not there.trusted
    wish = {"study": "lenet5-mismatch", "data_of": "run7", "epoch": None}
    assert studies.task(wish)["source"] == asdict(there)
    assert studies.wished(wish) == there


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"study": "/etc/passwd"}, "no study '/etc/passwd'"),
        ({"study": "digits", "data_of": "/x/my.npz"}, "no study '/x/my.npz'"),
        ({"study": "digits", "data_of": ["run7"]}, "no study"),
        ({"study": "digits", "data_of": "run7", "split": "../x"}, "no split '../x'"),
        ({"study": "digits", "epoch": True}, "whole number; got 'True'"),
        ({"study": "digits", "epoch": "3"}, "whole number; got '3'"),
        ({"study": "digits", "epoch": 1.0}, "whole number"),
        ({"study": "digits", "epoch": {}}, "whole number"),
        ({}, "no study ''"),
        (["digits"], "name of a study"),
        (None, "name of a study"),
    ],
)
def test_forged_wishes_reach_no_file(studies: Studies, wish: Any, words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        studies.task(wish)
    if isinstance(wish, dict) and wish.get("study") == "digits":
        forged = {"model": "/etc/passwd", "data": "/etc", "trusted": True, "data_dir": "/etc"}
        assert studies.task({"study": "digits"} | forged) == studies.task({"study": "digits"})
