"""From a Keras model to the calls of layers and operations that it is made of.

Nested models are opened up, a layer that is applied twice becomes two operations, and a layer
that ends in an activation function becomes two: what it computes, and the activation. The model
itself is not changed. Keras' objects are taken as they come: nothing is imported from Keras.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from .calls import Call, Operation, Path, Run, Values, describe
from .errors import ModelError

_PARTED = (
    frozenset({"Dense", "EinsumDense"})
    | {f"Conv{axes}D{kind}" for axes in (1, 2, 3) for kind in ("", "Transpose")}
    | {f"{kind}Conv{axes}D" for axes in (1, 2) for kind in ("Depthwise", "Separable")}
)
"""Layers of Keras whose activation function is the last thing that they do."""

MAX_BATCH = 4096
"""Samples in a batch that a model may insist on."""


Flatten = Callable[[Any], list[Any]]
Cast = Callable[[Any, str], Any]


def trace(model: Any, flatten: Flatten, cast: Cast) -> tuple[Operation, ...]:
    """All operations between inputs and output in data-flow order, the inputs first.

    Args:
        model: a Keras model that has passed `check_form`.
        flatten, cast: `keras.tree.flatten` and `keras.ops.cast`.
    Raises: ModelError if an operation mixes samples, keeps state, or has no fixed shape.
    """
    graph = inner_graph(model)
    tracer = _Tracer(flatten, cast)
    inputs = [tracer.input(tensor, type(model).__name__) for tensor in graph.inputs]
    env = {id(tensor): call.writes[0] for tensor, call in zip(graph.inputs, inputs, strict=True)}
    tracer.open(graph, env, ())
    return describe(inputs, tracer.calls, env[id(graph.outputs[0])])


def inner_graph(model: Any) -> Any:
    """The graph of a model of Keras' own that has one, else None."""
    if _is_own(model, "Sequential"):
        return model._functional
    return model if _is_own(model, "Functional") else None


def _is_own(thing: Any, *names: str) -> bool:
    """Whether a thing is of one of these classes of Keras itself, not of a class built on it."""
    kind = type(thing)
    return kind.__name__ in names and kind.__module__.startswith("keras.")


def check_form(model: Any) -> None:
    """Raises: ModelError unless this is a graph with one output and inputs of a fixed size."""
    name = model.name
    graph = inner_graph(model)
    if graph is None and _is_own(model, "Sequential"):
        raise ModelError(
            f"The model '{name}' does not know the shape of its input yet. Begin it with "
            "keras.Input(...), or call it once on data, and save it again."
        )
    if graph is None:
        raise ModelError(
            f"The model '{name}' is a {type(model).__name__}, whose graph only its own code "
            "knows. Only Functional and Sequential models can be opened."
        )
    if len(graph.outputs) != 1:
        outputs = ", ".join(
            f"'{tensor._keras_history.operation.name}' {tuple(tensor.shape[1:])}"
            for tensor in graph.outputs
        )
        raise ModelError(
            f"The model '{name}' has {len(graph.outputs)} outputs ({outputs}); a classifier has "
            "one. Save keras.Model(model.inputs, model.outputs[0]) for the one to be seen."
        )
    for tensor in graph.inputs:
        source = tensor._keras_history.operation.name
        if None in tensor.shape[1:]:
            shape = ", ".join("any" if size is None else str(size) for size in tensor.shape[1:])
            raise ModelError(
                f"Input '{source}' of model '{name}' takes any size ({shape}). Save a model "
                "with a fixed one: inputs = keras.Input((64, 64, 3)); "
                "keras.Model(inputs, model(inputs)).save('fixed.keras')."
            )
        batch = tensor.shape[0]
        if 0 in tensor.shape or (batch is not None and batch > MAX_BATCH):
            raise ModelError(
                f"Input '{source}' of model '{name}' takes batches of shape {tuple(tensor.shape)}. "
                "Save a model that takes any number of samples: keras.Input((64, 64, 3))."
            )
        if str(tensor.dtype) == "string":
            raise ModelError(f"Input '{source}' of model '{name}' takes text, not numbers.")


class _Tracer:
    """Collects the calls of a model and of the models within it."""

    def __init__(self, flatten: Flatten, cast: Cast) -> None:
        self._flatten = flatten
        self._to_type = cast
        self.calls: list[Call] = []
        self._count = 0

    def input(self, tensor: Any, model: str) -> Call:
        name = tensor._keras_history.operation.name
        if model == "Sequential":
            # Keras numbers the input that it makes for a sequential model over the whole
            # process; names must be the same after every load.
            name = re.sub(r"^input_layer(_\d+)?$", "input", name)
        shape, kind = tuple(tensor.shape), str(tensor.dtype)
        return Call(name, "InputLayer", name, (shape,), self._new(1), dtype=kind)

    def open(self, graph: Any, env: dict[int, int], path: Path) -> None:
        """Collect the calls of a graph.

        Args:
            env: identity of a Keras tensor -> number of its value; knows the graph's inputs, and
                learns everything else. It belongs to one call of the graph, since a model that
                is called twice has the same tensors both times.
            path: the models around it, as in `Call`.
        """
        for depth in sorted(graph._nodes_by_depth, reverse=True):
            for node in graph._nodes_by_depth[depth]:
                if node.is_input or any(id(tensor) not in env for tensor in node.input_tensors):
                    continue
                inner = inner_graph(node.operation)
                given = None if inner is None else self._given(inner, node)
                if given is None:
                    self._add(node, env, path)
                    continue
                place = (*path, (node.operation.name, len(self.calls)))
                inside = {
                    id(wanted): self._cast(env[id(tensor)], tensor, wanted, place)
                    for wanted, tensor in zip(inner.inputs, given, strict=True)
                }
                self.open(inner, inside, place)
                for tensor, made in zip(node.outputs, inner.outputs, strict=True):
                    env[id(tensor)] = inside[id(made)]

    def _add(self, node: Any, env: dict[int, int], path: Path) -> None:
        """Collect one call of one layer, in two parts if its activation can be told apart."""
        layer = node.operation
        if getattr(layer, "stateful", False):
            raise ModelError(
                f"Layer '{layer.name}' carries its state from batch to batch, so that activations "
                "would depend on the samples before. Build it with stateful=False."
            )
        function = _fused(layer)
        flat = self._flatten((node.arguments.args, node.arguments.kwargs))
        writes = self._new(len(node.outputs))
        whole = Call(
            name=layer.name,
            operation=_title(layer),
            layer=layer.name,
            path=path,
            shapes=tuple(tuple(tensor.shape) for tensor in node.outputs),
            reads=tuple(env[id(tensor)] for tensor in node.input_tensors),
            writes=writes if function is None else self._new(1),
            weights=tuple(
                (id(weight), int(np.prod(weight.shape, dtype=np.int64)))
                for weight in getattr(layer, "weights", ())
            ),
            run=_runner(
                layer if function is None else _linear_twin(layer), node, env, self._flatten
            ),
            keras=layer,
            constants=tuple(value for value in flat if isinstance(value, int | float)),
            dtype=str(node.outputs[0].dtype),
        )
        self.calls.append(whole)
        if function is not None:
            title = _function_name(function)
            activation = replace(
                whole,
                name=_snake(title),
                fused=True,
                operation=title,
                reads=whole.writes,
                writes=writes,
                weights=(),
                run=_applied(function, whole.writes[0]),
                constants=(),
            )
            self.calls.append(activation)
        env.update((id(tensor), value) for tensor, value in zip(node.outputs, writes, strict=True))

    def _cast(self, value: int, tensor: Any, wanted: Any, path: Path) -> int:
        """The value as a nested model takes it; mixed precision may change its type."""
        if tensor.dtype == wanted.dtype:
            return value
        (cast,) = writes = self._new(1)
        self.calls.append(
            Call(
                name="cast",
                operation="Identity",
                layer="cast",
                path=path,
                shapes=(tuple(tensor.shape),),
                writes=writes,
                reads=(value,),
                run=lambda values: [self._to_type(values[value], wanted.dtype)],
            )
        )
        return cast

    def _given(self, inner: Any, node: Any) -> list[Any] | None:
        """Tensors for the inputs of a nested model, None if it is called in an unusual way.

        A mask is one: the layers inside would look for it on their inputs.
        """
        args, kwargs = node.arguments.args, node.arguments.kwargs
        if len(args) != 1 or any(hasattr(value, "dtype") for value in self._flatten(kwargs)):
            return None
        struct = args[0]
        if isinstance(struct, dict) and not isinstance(inner._inputs_struct, dict):
            struct = [struct.get(tensor.name) for tensor in inner.inputs]
        tensors: list[Any] = self._flatten(struct)
        ranks = [len(tensor.shape) for tensor in tensors if hasattr(tensor, "dtype")]
        return tensors if ranks == [len(tensor.shape) for tensor in inner.inputs] else None

    def _new(self, count: int) -> tuple[int, ...]:
        self._count += count
        return tuple(range(self._count - count, self._count))


def _runner(layer: Any, node: Any, env: Mapping[int, int], flatten: Flatten) -> Run:
    """A call of a layer on values, as Keras itself would call it when nobody trains."""
    numbers = {id(tensor): env[id(tensor)] for tensor in node.input_tensors}
    trains = "training" in getattr(layer, "_call_context_args", ())

    def run(values: Values) -> list[Any]:
        given = {tensor: values[number] for tensor, number in numbers.items()}
        args, kwargs = node.arguments.fill_in(given)
        if trains:
            kwargs = {**kwargs, "training": False}
        return flatten(layer(*args, **kwargs))

    return run


def _applied(function: Callable[[Any], Any], number: int) -> Run:
    return lambda values: [function(values[number])]


def _fused(layer: Any) -> Callable[[Any], Any] | None:
    """The activation function that ends a layer, None if there is none to tell apart."""
    if not _is_own(layer, *_PARTED):
        return None
    function: Callable[[Any], Any] | None = layer.activation
    return None if function is None or _function_name(function) == "linear" else function


def _linear_twin(layer: Any) -> Any:
    """The same layer with the same weights, but without its activation function."""
    twin = object.__new__(type(layer))
    twin.__dict__.update(layer.__dict__)
    twin.__dict__["activation"] = None
    return twin


def _function_name(function: Any) -> str:
    return str(getattr(function, "__name__", type(function).__name__))


def _title(layer: Any) -> str:
    kind = type(layer).__name__
    return _function_name(layer.activation) if kind == "Activation" else kind


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
