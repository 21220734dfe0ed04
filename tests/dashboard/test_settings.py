"""Settings: where they come from, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

import app
from analysis.errors import ParameterError
from dashboard.settings import Settings, from_environment, parse_size


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STRATOSCOPE_HOME", raising=False)


def test_command_line_goes_before_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRATOSCOPE_PORT", "1234")
    monkeypatch.setenv("STRATOSCOPE_DEMO", "lenet5-mnist")
    settings = app.settings_from(["--port", "99"])
    assert (settings.port, settings.demo) == (99, "lenet5-mnist")


def test_every_option_has_its_variable() -> None:
    options = vars(
        app.parser().parse_args(
            [
                *("--demo", "d", "--model", "m", "--data", "x", "--split", "all", "--limit", "5"),
                *(
                    "--seed",
                    "3",
                    "--data-dir",
                    "e",
                    "--host",
                    "h",
                    "--port",
                    "1",
                    "--memory",
                    "1GiB",
                ),
                *("--password", "p", "--no-auth", "--allow-host", "n", "--home", "o"),
                *("--scheduler", "s", "--debug"),
            ]
        )
    )
    assert set(options) == set(Settings.__dataclass_fields__)


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
        (["--memory", "lots"], "'lots' is no size"),
        (["--memory", "1MB"], "at least 64 MiB"),
        (["--model", "a.keras"], "without --data"),
        (["--data", "a.npz"], "without --model"),
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
            "STRATOSCOPE_HOSTS": "a, b",
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
        (["--port", "-1"], "0 to 65535"),
    ],
)
def test_the_command_line_ends_with_2_and_one_sentence(
    arguments: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert app.main(["--home", str(tmp_path), *arguments]) == 2
    error = capsys.readouterr().err
    assert words in error
    assert "Traceback" not in error
    assert len(error.strip().splitlines()) == 1
