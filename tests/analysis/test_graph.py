"""Graphs of a zoo of networks: names, edges, kinds, simplification."""

from __future__ import annotations

import itertools
import re
import warnings
from functools import cache

import keras
import numpy as np
import pytest
from keras import layers as kl

from analysis import graph, network
from analysis.errors import ModelError
from analysis.types import Edge, Graph, Node
from tests.analysis import architectures as zoo

NAMES = sorted(zoo.ZOO)


@cache
def opened(name: str) -> network.Network:
    return network.from_keras(zoo.make(name))


def chain(*names: str) -> list[Edge]:
    return list(itertools.pairwise(names))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("simplified", [False, True])
def test_a_graph_flows_from_its_inputs_to_one_prediction(name: str, simplified: bool) -> None:
    net = opened(name)
    drawn = graph.of(net, simplified=simplified)
    names = [node.name for node in drawn.nodes]
    assert len(set(names)) == len(names)
    assert len(set(drawn.edges)) == len(drawn.edges)
    place = {name: number for number, name in enumerate(names)}
    assert all(place[source] < place[target] for source, target in drawn.edges)
    fed = {target for _, target in drawn.edges}
    feeding = {source for source, _ in drawn.edges}
    inputs = [node.name for node in drawn.nodes if node.kind == "input"]
    assert inputs == names[: len(inputs)] == list(net.input_shapes)
    assert set(names) - fed == set(inputs)
    assert set(names) - feeding == {"prediction"}
    assert [node.name for node in drawn.nodes if node.kind == "output"] == ["prediction"]
    assert names[-1] == "prediction"
    assert drawn.nodes[-1].shape == (net.class_count,)
    assert all(node.shape and node.size > 0 and node.parameters >= 0 for node in drawn.nodes)
    assert not any(node.reorders for node in drawn.nodes if simplified)


@pytest.mark.parametrize("name", NAMES)
def test_every_weight_is_counted_once(name: str) -> None:
    net = opened(name)
    assert sum(node.parameters for node in net.graph.nodes) == net.parameters
    assert net.parameters == zoo.ZOO[name]().count_params()


@pytest.mark.parametrize("name", NAMES)
def test_every_operation_has_a_kind(name: str) -> None:
    assert "other" not in {node.kind for node in opened(name).graph.nodes}


def test_fused_activations_are_operations_of_their_own() -> None:
    drawn = opened("lenet").graph
    assert [(node.name, node.kind, node.operation, node.layer) for node in drawn.nodes] == [
        ("image", "input", "InputLayer", "image"),
        ("conv0", "convolution", "Conv2D", "conv0"),
        ("relu0", "activation", "relu", "conv0"),
        ("conv1", "convolution", "Conv2D", "conv1"),
        ("relu1", "activation", "relu", "conv1"),
        ("flatten", "reshape", "Flatten", "flatten"),
        ("dense0", "dense", "Dense", "dense0"),
        ("relu2", "activation", "relu", "dense0"),
        ("dense1", "dense", "Dense", "dense1"),
        ("prediction", "output", "softmax", "dense1"),
    ]
    assert list(drawn.edges) == chain(*(node.name for node in drawn.nodes))
    assert drawn.node("conv0").parameters == 3 * 3 * 3 + 3
    assert drawn.node("relu0").parameters == 0


def test_what_matters_in_training_only_is_left_out() -> None:
    drawn = opened("lenet_separate").graph
    names = ["input", "conv", "act", "pool", "flatten", "dense", "prediction"]
    assert [node.name for node in drawn.nodes] == names
    assert list(drawn.edges) == chain(*names)
    assert drawn.nodes[-1].layer == "probabilities"
    assert "flip" not in opened("preprocessing").layers


def test_branches_join() -> None:
    edges = set(opened("inception").graph.edges)
    assert {("relu0", "join"), ("relu2", "join"), ("relu3", "join")} <= edges
    assert {("image", "one"), ("image", "before_three"), ("image", "pool")} <= edges
    edges = set(opened("residual").graph.edges)
    assert {("stem", "add0"), ("norm0b", "add0"), ("relu0b", "add1")} <= edges


def test_shared_layers_appear_once_per_call() -> None:
    drawn = opened("shared").graph
    assert list(drawn.edges) == [
        *chain("left", "trunk/inner", "trunk/relu0", "twice", "tanh0"),
        *chain("right", "trunk (2)/inner", "trunk (2)/relu0", "twice (2)", "tanh1"),
        *[("tanh0", "join"), ("tanh1", "join")],
        *chain("join", "head", "prediction"),
    ]
    assert drawn.node("twice").parameters == 24
    assert drawn.node("twice (2)").parameters == 0
    assert drawn.node("trunk (2)/inner").parameters == 0
    assert drawn.node("trunk (2)/inner").layer == "trunk/inner"


def test_nested_models_are_opened_up_and_dead_ends_left_out() -> None:
    names = [node.name for node in opened("nested").graph.nodes]
    block = ["middle/norm", "middle/innermost/conv", "middle/innermost/relu0"]
    assert names == ["image", *block, "pool", "head", "prediction"]


def test_a_model_nested_in_mixed_precision_is_opened_up() -> None:
    half = keras.Input((3,), name="half")
    block = keras.Model(half, kl.Dense(4, activation="relu", name="dense")(half), name="block")
    vector = keras.Input((3,), name="vector")
    x = kl.Dense(3, dtype="mixed_bfloat16", name="low")(vector)
    model = keras.Model(vector, kl.Dense(2, activation="softmax", name="head")(block(x)))
    net = network.from_keras(zoo.scramble(model))
    assert net.layers == ("vector", "low", "block/dense", "block/relu0", "head", "prediction")
    x = zoo.samples(model, 6)["vector"]
    # Eight bits are all that the first layer keeps; compiled it rounds in other places.
    np.testing.assert_allclose(net.predict(x), np.asarray(model(x)), atol=4e-3)


@pytest.mark.filterwarnings("ignore:Layer 'inner'")
def test_a_nested_model_that_is_given_a_mask_stays_whole() -> None:
    rows = keras.Input((6, 4), name="rows")
    inner = keras.Model(rows, kl.LSTM(3, name="lstm")(rows), name="inner")
    words = keras.Input((6,), dtype="int32", name="words")
    x = inner(kl.Embedding(5, 4, mask_zero=True, name="embedding")(words))
    model = keras.Model(words, kl.Dense(2, activation="softmax", name="head")(x))
    net = network.from_keras(zoo.scramble(model))
    assert net.layers == ("words", "embedding", "inner", "head", "prediction")
    assert {("words", "inner"), ("embedding", "inner")} <= set(net.graph.edges)
    x = np.array([[1, 2, 3, 4, 0, 0], [1, 2, 3, 4, 1, 1]], np.float32)
    np.testing.assert_allclose(net.predict(x), np.asarray(model(x)), atol=1e-6)


def test_simplified_graphs_link_the_neighbours() -> None:
    full = opened("reordering").graph
    moved = {node.name for node in full.nodes if node.reorders}
    assert moved == {"pad", "permute", "reshape", "flatten"}  # a crop drops values
    assert list(graph.of(opened("reordering"), simplified=True).edges) == chain(
        "image", "crop", "head", "softmax0", "prediction"
    )


def test_simplification_reaches_across_branches() -> None:
    simple = graph.of(opened("two_inputs"), simplified=True)
    assert {("tanh0", "join"), ("relu0", "join")} <= set(simple.edges)
    assert graph.simplify(simple) == simple


def reached(drawn: Graph, start: str) -> set[str]:
    found, stack = {start}, [start]
    while stack:
        name = stack.pop()
        stack += [target for source, target in drawn.edges if source == name]
        found.add(name)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_simplification_keeps_who_depends_on_whom(name: str) -> None:
    full, simple = opened(name).graph, graph.of(opened(name), simplified=True)
    left = {node.name for node in simple.nodes}
    assert left == {node.name for node in full.nodes if not node.reorders}
    for node in simple.nodes[:: max(1, len(simple.nodes) // 8)]:
        assert reached(simple, node.name) == reached(full, node.name) & left


def test_names_are_unique_whatever_layers_are_called() -> None:
    vector = keras.Input((4,), name="vector")
    x = kl.Dense(4, activation="relu", name="relu0")(vector)
    x = kl.Dense(4, activation="relu6", name="relu1")(x)
    x = kl.Dense(4, activation="relu", name="prediction (linear)")(x)
    out = kl.Dense(2, activation="softmax", name="prediction")(x)
    net = network.from_keras(keras.Model(vector, out))
    assert net.layers == (
        *("vector", "relu0", "relu2", "relu1", "relu6_0", "prediction (linear)", "relu3"),
        *("prediction (linear) (2)", "prediction"),
    )


def test_unused_inputs_are_left_out_and_noted() -> None:
    used, unused = keras.Input((4,), name="used"), keras.Input((2,), name="unused")
    out = kl.Dense(3, activation="softmax", name="head")(used)
    net = network.from_keras(keras.Model([used, unused], out))
    assert net.layers == ("used", "head", "prediction")
    assert list(net.input_shapes) == ["used"]
    assert any("1 of the network's inputs" in note for note in net.notes)


def test_names_are_the_same_after_every_load(tmp_path: pytest.TempPathFactory) -> None:
    model = keras.Sequential([kl.Flatten(), kl.Dense(3, activation="softmax")])
    model(np.zeros((1, 4, 4), np.float32))
    model.save(tmp_path / "lazy.keras")
    layers = [network.load(tmp_path / "lazy.keras").layers for _ in range(2)]
    assert layers[0] == layers[1]
    assert layers[0][0] == "input"


def test_several_outputs_are_refused() -> None:
    with pytest.raises(ModelError, match=r"2 outputs \('kind' \(3,\), 'size' \(3,\)\)"):
        network.from_keras(zoo.two_outputs())


def test_models_without_a_graph_are_refused() -> None:
    model = zoo.Subclassed()
    model(np.zeros((1, 4), np.float32))
    with pytest.raises(ModelError, match="Only Functional and Sequential"):
        network.from_keras(model)
    with pytest.raises(ModelError, match="does not know the shape of its input"):
        network.from_keras(keras.Sequential([kl.Dense(3)]))


def test_inputs_of_any_size_are_refused() -> None:
    image = keras.Input((None, None, 3), name="image")
    out = kl.Dense(2)(kl.GlobalMaxPooling2D()(image))
    with pytest.raises(ModelError, match=r"'image' .* any size \(any, any, 3\)"):
        network.from_keras(keras.Model(image, out))


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ([kl.Conv2D(2, 3)], r"shape \(4, 4, 2\) for one sample"),
        ([kl.Flatten(), kl.Dense(3, activation="sigmoid")], "3 independent sigmoids"),
        ([kl.Flatten(), kl.Dense(1, activation="tanh")], "one unit of 'tanh'"),
        ([kl.Flatten(), kl.Dense(1), kl.Softmax()], "one unit of 'Softmax'"),
    ],
)
def test_what_is_no_classifier_is_refused(layers: list[kl.Layer], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        network.from_keras(keras.Sequential([keras.Input((6, 6, 1)), *layers]))


def test_states_between_batches_are_refused() -> None:
    rows = keras.Input(batch_shape=(4, 5, 2), name="rows")
    out = kl.Dense(2)(kl.LSTM(3, stateful=True, name="memory")(rows))
    with pytest.raises(ModelError, match="'memory' carries its state"):
        network.from_keras(keras.Model(rows, out))


def test_operations_that_mix_samples_are_refused() -> None:
    vector = keras.Input((4,), name="vector")
    mixed = keras.ops.transpose(keras.ops.transpose(vector))
    with pytest.raises(ModelError, match=r"has the shape \(4, \?\)"):
        network.from_keras(keras.Model(vector, kl.Dense(2)(mixed)))


def test_the_model_is_left_as_it_was() -> None:
    model = zoo.make("lenet")
    x = zoo.samples(model, 3)["image"]
    before = np.asarray(model(x))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        net = network.from_keras(model)
        net.run(x, net.layers)
    assert model.get_layer("conv0").activation is keras.activations.relu
    np.testing.assert_array_equal(np.asarray(model(x)), before)
    assert not re.search("linear", str(model.get_config()))


def two_branches():
    names = ("in", "a", "b", "c", "x", "join", "out")
    nodes = tuple(Node(name, "other", "Other", (2,), 0) for name in names)
    edges = (
        *(("in", "a"), ("a", "b"), ("b", "c"), ("c", "join")),
        *(("in", "x"), ("x", "join"), ("in", "join"), ("join", "out")),
    )
    return Graph(nodes, edges)


@pytest.mark.parametrize(
    ("layer", "preferred", "path"),
    [
        ("out", (), "in a b c join out"),
        ("x", (), "in x join out"),
        ("join", ("x",), "in x join out"),
        ("b", ("x",), "in a b c join out"),
        ("in", ("x", "gone"), "in x join out"),
    ],
)
def test_a_path_leads_through_a_layer(layer, preferred, path):
    assert graph.path_through(two_branches(), layer, preferred) == tuple(path.split())
