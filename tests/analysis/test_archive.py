"""Hostile and damaged `.keras` files: refused before Keras sees them."""

from __future__ import annotations

import copy
import json
import shutil
import stat
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keras import layers as kl

from analysis import allowed, archive, network
from analysis.errors import ModelError, StudyError, UnsafeModelError
from tests.analysis import architectures as zoo
from tests.analysis.network_files import CONFIG, METADATA, WEIGHTS, Members, refused, write

ROOT = Path(__file__).parents[2]


# What is in the archive


def test_a_good_file_is_described(good: Path) -> None:
    info = archive.inspect(good)
    assert info.name == "good.keras"
    assert info.keras_version == keras.__version__
    assert info.config["class_name"] == "Functional"
    assert len(info.fingerprint) == 64
    with zipfile.ZipFile(good) as file:
        assert info.weights == file.getinfo(WEIGHTS).file_size


@pytest.mark.parametrize("name", sorted(zoo.ZOO))
def test_every_good_architecture_passes(name: str, tmp_path: Path) -> None:
    model = zoo.make(name)
    model.save(tmp_path / "model.keras")
    net = network.load(tmp_path / "model.keras")
    x = zoo.samples(model, 3)
    np.testing.assert_array_equal(net.predict(x), network.from_keras(model).predict(x))


def test_what_is_unpacked_is_what_was_checked(good: Path, tmp_path: Path) -> None:
    assert archive.unpack(good, tmp_path) == archive.inspect(good)
    model = keras.models.load_model(tmp_path)
    for one, other in zip(model.get_weights(), zoo.make("lenet").get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_file_swapped_after_the_check_is_not_loaded(
    good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "swapped.keras"
    shutil.copy(good, path)
    load = keras.models.load_model

    def swap(checked: Path, **options: Any) -> Any:
        path.write_bytes(b"something else")
        assert options == {"compile": False, "safe_mode": True}
        assert stat.S_IMODE(checked.stat().st_mode) == 0o700
        return load(checked, **options)

    monkeypatch.setattr(keras.models, "load_model", swap)
    assert network.load(path).class_count == 5


def test_the_fingerprint_is_of_the_content_alone(
    good: Path, members: Members, tmp_path: Path
) -> None:
    print_of = archive.inspect(good).fingerprint
    later = members | {METADATA: json.dumps({"keras_version": "3.0.0"}).encode()}
    assert archive.inspect(write(tmp_path / "a.keras", later)).fingerprint == print_of
    packed = write(tmp_path / "b.keras", members, zipfile.ZIP_DEFLATED)
    assert archive.inspect(packed).fingerprint == print_of
    config = json.loads(members[CONFIG])
    turned = dict(reversed(config.items())) | {"compile_config": {"loss": "mse"}}
    same = members | {CONFIG: json.dumps(turned, indent=1).encode()}
    assert archive.inspect(write(tmp_path / "c.keras", same)).fingerprint == print_of
    config["config"]["layers"][1]["config"]["padding"] = "same"
    other = members | {CONFIG: json.dumps(config).encode()}
    assert archive.inspect(write(tmp_path / "d.keras", other)).fingerprint != print_of
    model = zoo.scramble(zoo.lenet(), seed=1)
    model.save(tmp_path / "e.keras")
    assert archive.inspect(tmp_path / "e.keras").fingerprint != print_of


def test_looking_imports_neither_keras_nor_hdf5() -> None:
    script = (
        "import sys, analysis.archive\n"
        "sys.exit(bool({'keras', 'tensorflow', 'h5py'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0


# Configurations that ask for more than layers


def serialised(module: Any, kind: Any, registered: Any = None, **more: Any) -> dict[str, Any]:
    return {
        "module": module,
        "class_name": kind,
        "config": {},
        "registered_name": registered,
    } | more


def place_layer(config: Any, thing: Any) -> None:
    config["config"]["layers"][1].update(thing)


def place_initialiser(config: Any, thing: Any) -> None:
    config["config"]["layers"][1]["config"]["kernel_initializer"] = thing


def place_activation(config: Any, thing: Any) -> None:
    config["config"]["layers"][2]["config"]["activation"] = thing


def place_argument(config: Any, thing: Any) -> None:
    config["config"]["layers"][1]["inbound_nodes"][0]["kwargs"]["mask"] = [[thing]]


def place_build(config: Any, thing: Any) -> None:
    config["config"]["layers"][1]["build_config"] = {"deep": {"deeper": [1, thing]}}


def place_policy(config: Any, thing: Any) -> None:
    config["config"]["layers"][3]["config"]["dtype"] = thing


def place_nested(config: Any, thing: Any) -> None:
    inner = copy.deepcopy(config)
    place_layer(inner, thing)
    config["config"]["layers"].append(inner)


PLACES = [
    *(place_layer, place_initialiser, place_activation, place_argument),
    *(place_build, place_policy, place_nested),
]
HOSTILE = {
    "lambda layer": serialised("keras.layers", "Lambda"),
    "python lambda": {"class_name": "__lambda__", "config": {"value": ["4wEA", None, None]}},
    "saved model": serialised("keras.layers", "TFSMLayer"),
    "torch": serialised("keras.layers", "TorchModuleWrapper"),
    "jax": serialised("keras.layers", "JaxLayer"),
    "flax": serialised("keras.layers", "FlaxLayer"),
    "vocabulary file": serialised("keras.layers", "TextVectorization"),
    "import path": serialised("os", "system"),
    "keras path": serialised("keras.src.utils.file_utils", "get_file"),
    "keras utility": serialised("keras.utils", "get_file"),
    "right name, wrong module": serialised("evil.layers", "Dense"),
    "module of another class": serialised("keras.initializers", "Dense"),
    "custom package": serialised("keras.layers", "Dense", "Mine>Dense"),
    "no module": serialised(None, "Dense"),
    "module of no text": serialised(["keras.layers"], "Dense"),
    "class of no text": serialised("keras.layers", ["Dense"]),
    "no class": {"module": "os", "config": {}},
    "name only": {"registered_name": "Mine>Dense"},
    "function": serialised("builtins", "function", "eval", config="eval"),
    "function path": serialised("os", "function", "relu", config="relu"),
    "function renamed": serialised("builtins", "function", "Mine>relu", config="relu"),
    "function of no text": serialised("builtins", "function", None, config={"a": 1}),
    "type": {"class_name": "__typespec__", "spec_name": "x", "module": "os", "config": []},
    "loop": serialised("keras.src.ops.core", "WhileLoop", "WhileLoop"),
}


@pytest.mark.usefixtures("no_keras")
@pytest.mark.parametrize("what", sorted(HOSTILE))
def test_hostile_objects_are_refused_wherever_they_are(
    what: str, members: Members, tmp_path: Path
) -> None:
    for number, place in enumerate(PLACES):
        config = json.loads(members[CONFIG])
        thing = HOSTILE[what]
        if place in (place_layer, place_nested) and thing.get("class_name", 0) == 0:
            thing = {"class_name": None} | thing
        place(config, thing)
        path = write(tmp_path / f"h{number}.keras", members | {CONFIG: json.dumps(config).encode()})
        refused(path, r"asks for|which can run any code")


@pytest.mark.usefixtures("no_keras")
def test_a_real_lambda_is_refused(tmp_path: Path) -> None:
    zoo.with_lambda().save(tmp_path / "hostile.keras")
    refused(tmp_path / "hostile.keras", "a Lambda layer, which can run any code")


@pytest.mark.usefixtures("no_keras")
def test_a_custom_class_is_refused(tmp_path: Path) -> None:
    model = zoo.Subclassed()
    model(np.zeros((1, 4), np.float32))
    model.save(tmp_path / "own.keras")
    refused(tmp_path / "own.keras", "the class 'Subclassed'")


def test_what_was_compiled_is_never_built(members: Members, tmp_path: Path) -> None:
    config = json.loads(members[CONFIG])
    config["compile_config"] = {"loss": HOSTILE["python lambda"]}
    config["config"]["layers"][1]["compile_config"] = {"optimizer": HOSTILE["import path"]}
    path = write(tmp_path / "compiled.keras", members | {CONFIG: json.dumps(config).encode()})
    archive.unpack(path, tmp_path)
    assert b"compile_config" not in (tmp_path / CONFIG).read_bytes()
    assert network.load(path).class_count == 5


@pytest.mark.usefixtures("no_keras")
@pytest.mark.parametrize(
    ("text", "message", "kind"),
    [
        ("[" * 100_000, "nested more than", UnsafeModelError),
        ('{"a":' * 500 + "1" + "}" * 500, "nested more than", UnsafeModelError),
        ("[" + "1," * allowed.MAX_VALUES + "1]", "more than 1,000,000 values", UnsafeModelError),
        ("{", "is no JSON", ModelError),
        ("\\u12", "is no JSON", ModelError),
        ("[]", "does not describe a network", ModelError),
        ('"Sequential"', "does not describe a network", ModelError),
        (json.dumps(serialised("keras.layers", "Dense")), "holds a Dense, not a net", ModelError),
    ],
)
def test_configurations_that_are_none_are_refused(
    text: str, message: str, kind: type[StudyError], members: Members, tmp_path: Path
) -> None:
    refused(write(tmp_path / "c.keras", members | {CONFIG: text.encode()}), message, kind)


@pytest.mark.usefixtures("no_keras")
def test_configurations_that_are_no_text_are_refused(members: Members, tmp_path: Path) -> None:
    path = write(tmp_path / "c.keras", members | {CONFIG: b"\xff\xfe{}"})
    refused(path, "'config.json' is no text", ModelError)


def test_brackets_in_texts_are_no_depth() -> None:
    allowed.check_text(json.dumps({"name": "[{" * 1000, 'a"[': "\\" * 999 + "["}), "x")


@pytest.mark.usefixtures("no_keras")
@pytest.mark.parametrize("key", ["units", "filters", "batch_shape"])
def test_absurd_sizes_are_refused(key: str, members: Members, tmp_path: Path) -> None:
    config = json.loads(members[CONFIG])
    config["config"]["layers"][1]["config"][key] = [None, 10**12]
    path = write(tmp_path / "big.keras", members | {CONFIG: json.dumps(config).encode()})
    refused(path, f"asks for {key} = 1,000,000,000,000")


# Archives that are no plain ones


def member(name: str, mode: int = 0o600) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = mode << 16
    return info


@pytest.mark.usefixtures("no_keras")
@pytest.mark.parametrize(
    ("extra", "content", "message"),
    [
        (member("link", stat.S_IFLNK | 0o777), b"/etc/passwd", "as a link"),
        (member("assets/link", stat.S_IFLNK | 0o777), b"../..", "as a link"),
        (member("../evil"), b"", "points out of the archive"),
        (member("assets/../../evil"), b"", "points out of the archive"),
        (member("/etc/evil"), b"", "points out of the archive"),
        (member("C:evil"), b"", "points out of the archive"),
        (member("assets/vocabulary.txt"), b"", "unexpected member 'assets/vocabulary.txt'"),
        (member("assets/", stat.S_IFDIR | 0o700), b"", "unexpected member"),
        (member("model.weights.npz"), b"", "unexpected member"),
        (member(CONFIG), b"{}", "two members named 'config.json'"),
        (member(f"{CONFIG} "), b"{}", "unexpected member"),
    ],
)
def test_unexpected_members_are_refused(
    extra: zipfile.ZipInfo, content: bytes, message: str, good: Path, tmp_path: Path
) -> None:
    path = tmp_path / "extra.keras"
    shutil.copy(good, path)
    with zipfile.ZipFile(path, "a") as file, pytest.MonkeyPatch.context() as patch:
        patch.setattr("warnings.warn", lambda *args, **kwargs: None)  # about the duplicate
        file.writestr(extra, content)
    refused(path, message)


@pytest.mark.usefixtures("no_keras")
@pytest.mark.parametrize("mode", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFDIR])
def test_links_and_devices_in_place_of_members_are_refused(
    mode: int, members: Members, tmp_path: Path
) -> None:
    path = tmp_path / "special.keras"
    with zipfile.ZipFile(path, "w") as file:
        for name, content in members.items():
            file.writestr(member(name, mode if name == WEIGHTS else 0o600), content)
    refused(path, "as a link|as a special file")


@pytest.mark.usefixtures("no_keras")
def test_bombs_are_refused(members: Members, tmp_path: Path) -> None:
    bomb = members | {WEIGHTS: bytes(50 * 2**20)}
    refused(write(tmp_path / "b.keras", bomb, zipfile.ZIP_DEFLATED), "as zip bombs are")
    padded = members | {CONFIG: members[CONFIG] + b" " * archive.LIMITS[CONFIG]}
    refused(write(tmp_path / "c.keras", padded), "at most 8,388,608 are allowed")


@pytest.mark.usefixtures("no_keras")
def test_a_member_larger_than_it_claims_is_refused(members: Members, tmp_path: Path) -> None:
    bomb = members | {WEIGHTS: members[WEIGHTS] + bytes(40 * 2**20)}
    path = write(tmp_path / "b.keras", bomb, zipfile.ZIP_DEFLATED)
    content = bytearray(path.read_bytes())
    real = len(bomb[WEIGHTS]).to_bytes(4, "little")
    while real in content:
        place = content.index(real)
        content[place : place + 4] = (500_000).to_bytes(4, "little")
    path.write_bytes(content)
    refused(path, "damaged|bombs", ModelError)


@pytest.mark.usefixtures("no_keras")
def test_a_directory_of_many_members_is_refused_unread(
    members: Members, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = members | {f"m{number}": b"" for number in range(40)}
    path = write(tmp_path / "many.keras", many)
    monkeypatch.setattr(archive, "_members", lambda *args: pytest.fail("the directory was read"))
    refused(path, "claims more than 16 members")


@pytest.mark.usefixtures("no_keras")
def test_other_ways_of_packing_are_refused(members: Members, tmp_path: Path) -> None:
    path = write(tmp_path / "bz.keras", members, zipfile.ZIP_BZIP2)
    refused(path, r"packed by an unusual method \(12\)")
    path = write(tmp_path / "locked.keras", members)
    content = bytearray(path.read_bytes())
    central = content.index(b"PK\x01\x02")
    content[central + 8] |= 1
    path.write_bytes(content)
    refused(path, "encrypted")


@pytest.mark.usefixtures("no_keras")
@pytest.mark.parametrize("gone", [CONFIG, METADATA, WEIGHTS])
def test_a_missing_member_is_named(gone: str, members: Members, tmp_path: Path) -> None:
    left = {name: content for name, content in members.items() if name != gone}
    refused(write(tmp_path / "m.keras", left), f"without '{gone}'", ModelError)


@pytest.mark.usefixtures("no_keras")
@pytest.mark.parametrize(
    "content", [b"", b"P", b"PK", b"\x89HDF\r\n", b"hello" * 100, b"PK\x05\x06"]
)
def test_what_is_no_archive_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "no.keras").write_bytes(content)
    refused(tmp_path / "no.keras", "not a .keras file|has no end", ModelError)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(cut=st.floats(0, 1, exclude_max=True))
def test_a_file_cut_short_is_refused(cut: float, good: Path) -> None:
    content = good.read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cut.keras"
        path.write_bytes(content[: int(cut * len(content))])
        refused(path, "cut.keras", ModelError)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(place=st.integers(0, 10**9), value=st.integers(1, 255))
def test_a_changed_byte_is_refused_or_changes_nothing(place: int, value: int, good: Path) -> None:
    content = bytearray(good.read_bytes())
    content[place % len(content)] ^= value
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bit.keras"
        path.write_bytes(content)
        try:
            info = archive.inspect(path)
        except StudyError:
            return
        assert info.fingerprint == archive.inspect(good).fingerprint


# Paths and other formats


@pytest.mark.usefixtures("no_keras")
def test_a_wrong_path_names_the_nearest_file(tmp_path: Path) -> None:
    for name in ("lenet5.keras", "resnet.keras", "notes.txt"):
        (tmp_path / name).write_bytes(b"")
    refused(tmp_path / "lenet.keras", "Did you mean 'lenet5.keras'", ModelError)
    refused(tmp_path / "zzz.keras", "Models in that folder: lenet5.keras, resnet.keras", ModelError)
    refused(tmp_path / "no" / "x.keras", "does not exist", ModelError)
    refused(tmp_path / f"{'x' * 300}.keras", "There is no file", ModelError)


@pytest.mark.usefixtures("no_keras")
def test_formats_that_may_hold_code_need_trust(tmp_path: Path) -> None:
    (tmp_path / "old.h5").write_bytes(b"")
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved" / "saved_model.pb").write_bytes(b"")
    for name in ("old.h5", "saved"):
        with pytest.raises(UnsafeModelError, match="--model on the command line"):
            network.load(tmp_path / name)
    with pytest.raises(ModelError, match="Keras 3 cannot see the layers in it"):
        network.load(tmp_path / "saved", trusted=True)
    with pytest.raises(ModelError, match="damaged weights"):
        network.load(tmp_path / "old.h5", trusted=True)


@pytest.mark.usefixtures("no_keras")
def test_trust_does_not_open_a_hostile_keras_file(tmp_path: Path) -> None:
    zoo.with_lambda().save(tmp_path / "hostile.keras")
    with pytest.raises(UnsafeModelError, match="Lambda"):
        network.load(tmp_path / "hostile.keras", trusted=True)


def test_a_trusted_h5_file_is_loaded(tmp_path: Path) -> None:
    vector = keras.Input((4,), name="vector")
    x = kl.Dense(3, activation="relu", name="hidden")(vector)
    model = keras.Model(vector, kl.Dense(2, activation="softmax", name="head")(x))
    model.save(tmp_path / "old.h5")
    net = network.load(tmp_path / "old.h5", trusted=True)
    assert net.layers == ("vector", "hidden", "relu0", "head", "prediction")
    x = np.ones((3, 4), np.float32)
    np.testing.assert_array_equal(net.predict(x), network.from_keras(model).predict(x))
