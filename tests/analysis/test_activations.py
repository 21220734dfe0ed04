"""Outputs of every operation of a zoo of networks, against Keras' own; blocks of features."""

from __future__ import annotations

from functools import cache
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import activations, network
from analysis.errors import Cancelled, MemoryBudgetError, UnknownLayerError
from tests.analysis import architectures as zoo

NAMES = sorted(zoo.ZOO)
COUNT = 5
Arrays = dict[str, np.ndarray[Any, Any]]


@cache
def opened(name: str) -> tuple[keras.Model, network.Network, Arrays, Arrays]:
    """A model, its network, samples, and the outputs of all operations for them."""
    model = zoo.make(name)
    net = network.from_keras(model)
    x = zoo.samples(model, COUNT)
    return model, net, x, net.run(x, net.layers)


def by_keras(model: keras.Model, x: Arrays, scale: float) -> Arrays:
    """Outputs of all layers and operations that are called once, by Keras; names with paths."""
    graph = model._functional if isinstance(model, keras.Sequential) else model
    once = [op for op in graph.operations if len(op._inbound_nodes) == 1]
    tensors = {op.name: op._inbound_nodes[0].outputs[0] for op in once}
    inputs = [np.asarray(value) * np.float32(scale) for value in x.values()]
    found = keras.Model(graph.inputs, list(tensors.values()))(inputs, training=False)
    result = {name: np.asarray(value) for name, value in zip(tensors, found, strict=True)}
    for op in once:
        if isinstance(op, keras.Model):
            fed = op._inbound_nodes[0].input_tensors
            values = keras.tree.flatten(keras.Model(graph.inputs, fed)(inputs, training=False))
            below = by_keras(op, {str(k): v for k, v in enumerate(values)}, 1.0)
            result |= {f"{op.name}/{name}": value for name, value in below.items()}
    return result


def close(found: Any, expected: Any) -> None:
    scale = max(1.0, float(np.abs(expected).max()))
    np.testing.assert_allclose(found / scale, np.asarray(expected) / scale, atol=2e-6)


@pytest.mark.parametrize("name", NAMES)
def test_every_operation_gives_what_keras_gives(name: str) -> None:
    model, net, x, outputs = opened(name)
    scale = net.pixel_range[1]
    expected = by_keras(model, x, scale)
    operations = {operation.name: operation for operation in net.operations}
    checked = 0
    for node in net.graph.nodes[:-1]:
        found = outputs[node.name]
        assert found.shape == (COUNT, *node.shape)
        assert found.dtype == np.float32
        assert np.isfinite(found).all()
        if node.kind == "input":
            close(found, x[node.name if node.name in x else model.inputs[0].name] * scale)
            checked += 1
            continue
        if node.layer not in expected or "(2)" in node.name or len(operations[node.name].used) > 1:
            continue
        layer = operations[node.name].keras
        if node.name == node.layer:
            activation = getattr(layer, "activation", None)
            parted = activation is not None and node.operation == type(layer).__name__
            fused = parted and node.kind in ("convolution", "dense")
            close(activation(found) if fused else found, expected[node.layer])
        else:
            close(found, expected[node.layer])
        checked += 1
    # Only calls that Keras cannot name singly are left to other tests.
    unchecked = {"shared": 8, "recurrent": 1, "operators": 1}.get(name, 0)
    assert checked == len(net.graph.nodes) - 1 - unchecked


@pytest.mark.parametrize("name", NAMES)
def test_the_last_operation_is_the_prediction(name: str) -> None:
    _, net, x, outputs = opened(name)
    found = net.predict(x)
    np.testing.assert_allclose(found, outputs["prediction"], atol=1e-6)
    np.testing.assert_allclose(found.sum(axis=1), 1.0, atol=1e-5)
    assert found.min() >= 0


def test_the_linear_half_is_the_layer_before_its_activation() -> None:
    model, _, x, outputs = opened("lenet")
    kernel, bias = model.get_layer("dense0").get_weights()
    close(outputs["dense0"], outputs["flatten"] @ kernel + bias)
    assert (outputs["dense0"] < 0).any()
    np.testing.assert_array_equal(outputs["relu2"], np.maximum(outputs["dense0"], 0))
    patches = np.lib.stride_tricks.sliding_window_view(x["image"][..., 0], (3, 3), axis=(1, 2))
    kernel, bias = model.get_layer("conv0").get_weights()
    close(outputs["conv0"], np.einsum("nhwab,abf->nhwf", patches, kernel[:, :, 0]) + bias)


def test_a_shared_layer_is_applied_to_both_of_its_inputs() -> None:
    model, _, x, outputs = opened("shared")
    inner, outer = model.get_layer("trunk").get_layer("inner"), model.get_layer("twice")
    for side, mark, tanh in (("left", "", "tanh0"), ("right", " (2)", "tanh1")):
        hidden = x[side] @ np.asarray(inner.kernel) + np.asarray(inner.bias)
        close(outputs[f"trunk{mark}/inner"], hidden)
        close(outputs[f"trunk{mark}/relu0"], np.maximum(hidden, 0))
        linear = np.maximum(hidden, 0) @ np.asarray(outer.kernel) + np.asarray(outer.bias)
        close(outputs[f"twice{mark}"], linear)
        close(outputs[tanh], np.tanh(linear))


def test_an_operation_of_several_outputs_gives_those_that_are_used() -> None:
    model, _, x, outputs = opened("recurrent")
    rows = x["rows"]
    both = model.get_layer("both")(rows)
    hidden, _, cell = model.get_layer("lstm")(both)
    close(outputs["lstm"], np.concatenate([hidden, cell], axis=1))


def test_samples_are_scaled_for_networks_with_their_own_preprocessing() -> None:
    model, net, x, outputs = opened("preprocessing")
    assert net.pixel_range == (0.0, 255.0)
    close(outputs["rescale"], x["image"])
    logits = np.asarray(model(x["image"] * 255.0, training=False), np.float64)
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    close(net.predict(x), powers / powers.sum(axis=1, keepdims=True))


def test_whole_and_streamed_are_the_same_bits() -> None:
    _, net, _, _ = opened("lenet")
    x = np.random.default_rng(1).random((300, 12, 12, 1), dtype=np.float32)
    for layer in ("image", "conv0", "relu1", "dense0"):
        whole = activations.of(net, x, layer)
        (one,) = activations.blocks(net, x, layer)
        np.testing.assert_array_equal(one, whole.reshape(300, -1))
        budget = whole.nbytes // 3
        many = list(activations.blocks(net, x, layer, budget=budget))
        assert len(many) >= 6
        assert all(2 * block.nbytes <= budget for block in many)
        np.testing.assert_array_equal(np.concatenate(many, axis=1), one)


@settings(max_examples=25, deadline=None)
@given(
    count=st.integers(0, 20),
    budget=st.integers(160, 5_000),
    layer=st.sampled_from(["relu0", "dense1"]),
)
def test_blocks_cover_all_features_within_the_budget(count: int, budget: int, layer: str) -> None:
    _, net, _, _ = opened("mlp")
    x = np.random.default_rng(count).random((count, 12), dtype=np.float32)
    whole = activations.of(net, x, layer)
    found = list(activations.blocks(net, x, layer, budget=budget))
    assert all(block.nbytes <= budget for block in found)
    assert all(block.dtype == np.float32 and block.flags.c_contiguous for block in found)
    np.testing.assert_array_equal(np.concatenate(found, axis=1), whole)


def test_results_do_not_depend_on_how_many_samples_are_given() -> None:
    for name in ("lenet", "attention", "residual"):
        model, net, _, _ = opened(name)
        x = zoo.samples(model, 2 * net.batch_size + 3)
        (only,) = x.values()
        layer = net.layers[-3]
        whole, probabilities = activations.of(net, x, layer), net.predict(x)
        for count in (1, net.batch_size - 1, net.batch_size + 1):
            np.testing.assert_array_equal(activations.of(net, only[:count], layer), whole[:count])
            np.testing.assert_array_equal(net.predict(only[:count]), probabilities[:count])


def test_progress_is_reported_after_every_batch_and_may_cancel() -> None:
    _, net, _, _ = opened("mlp")
    x = np.zeros((3 * net.batch_size, 12), np.float32)
    heard: list[float] = []
    budget = x.shape[0] * 4 * 4  # two of the eight features at a time
    blocks = activations.blocks(
        net, x, "dense0", budget=budget, report=lambda share, text="": heard.append(share)
    )
    assert len(list(blocks)) == 4
    np.testing.assert_allclose(heard, np.arange(1, 13) / 12)

    def cancel(fraction: float, text: str = "") -> None:
        raise Cancelled("stop")

    with pytest.raises(Cancelled):
        list(activations.blocks(net, x, "dense0", report=cancel))
    with pytest.raises(Cancelled):
        net.predict(x, cancel)


def test_unknown_layers_are_named_with_the_nearest() -> None:
    _, net, x, _ = opened("lenet")
    with pytest.raises(UnknownLayerError, match="Did you mean 'conv1'"):
        activations.of(net, x, "konv1")
    with pytest.raises(UnknownLayerError):
        next(activations.blocks(net, x, "softmax0"))  # run, but not drawn


def test_a_budget_too_small_for_one_feature_is_refused() -> None:
    _, net, _, _ = opened("mlp")
    with pytest.raises(MemoryBudgetError, match="One value of layer 'dense0' for 100 samples"):
        next(activations.blocks(net, np.zeros((100, 12), np.float32), "dense0", budget=700))


def test_an_operation_that_mixes_samples_within_is_refused_alone() -> None:
    vector = keras.Input((4,), name="vector")
    pairs = keras.ops.reshape(vector, (-1, 2))
    back = keras.ops.reshape(pairs, (-1, 4))
    net = network.from_keras(keras.Model(vector, keras.layers.Dense(2, name="head")(back)))
    x = np.ones((3, 4), np.float32)
    assert net.predict(x).shape == (3, 2)
    mixing = next(node.name for node in net.graph.nodes if node.shape == (2,))
    with pytest.raises(network.ModelError, match="does not keep samples apart"):
        activations.of(net, x, mixing)


def test_nan_is_handed_on() -> None:
    _, net, _, _ = opened("mlp")
    x = np.ones((2, 12), np.float32)
    x[1, 3] = np.nan
    found = activations.of(net, x, "dense0")
    assert np.isfinite(found[0]).all()
    assert np.isnan(found[1]).all()
