"""The graph of a network as it is drawn: operations in data-flow order, and who feeds whom."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from .calls import Operation
from .types import Edge, Graph, Node

if TYPE_CHECKING:
    from .network import Network

_REORDERS = frozenset(
    {
        *("DepthToSpace", "ExpandDims", "Flatten", "Flip", "Fliplr", "Flipud", "Moveaxis"),
        *("Permute", "Ravel", "Rearrange", "Reshape", "Roll", "Rot90", "SpaceToDepth", "Squeeze"),
        *("Swapaxes", "Transpose", "ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D"),
    }
)
"""Operations that move values, or put zeros between them, and do nothing else."""

_KINDS = (
    ("input", r"InputLayer"),
    ("recurrent", r".*(LSTM|GRU|RNN).*|Bidirectional"),
    ("convolution", r".*Conv.*"),
    ("pooling", r".*Pool(ing)?(\dD)?"),
    ("dense", r"Dense|EinsumDense|Matmul|Einsum|Tensordot"),
    ("attention", r".*Attention"),
    ("embedding", r".*Embedding"),
    ("normalisation", r".*Normalization|.*Norm|Normalize|Rescaling"),
    ("merge", r"Add|Average|Concatenate|Dot|Maximum|Minimum|Multiply|Stack|Subtract|[HV]stack"),
    (
        "reshape",
        r"Cropping\dD|UpSampling\dD|RepeatVector|Resizing|CenterCrop|RandomCrop|GetItem|Slice|"
        r"Split|Unstack|Pad|Resize|Repeat|Tile|Take",
    ),
    (
        "activation",
        # Functions are written small; the others are layers and operations of that kind.
        r"[a-z]\w*|\w*ReLU|\w*R[e]?lu\d?|\w*ELU|\w*Elu|Softmax|LogSoftmax|\w*Sigmoid|\w*Silu|"
        r"Tanh|HardTanh|Softplus|Softsign|Selu|Gelu|Celu|Glu|Sparsemax|Threshold",
    ),
)
"""Kind of a node -> pattern of its operation; the first that fits."""


def of(network: Network, simplified: bool = False) -> Graph:
    """The graph of a network, from its inputs to the class probabilities.

    Args:
        simplified: leave out what only moves values (flatten, reshape, zero padding, ...).
    """
    return simplify(network.graph) if simplified else network.graph


def draw(operations: Sequence[Operation]) -> Graph:
    """The graph of operations in data-flow order, the last of which is the sink.

    Operations that do something in training only are left out and their neighbours linked.
    """
    drawn: list[tuple[int, ...]] = []
    nodes: list[Node] = []
    edges: list[Edge] = []
    for number, operation in enumerate(operations):
        sources = _merged([drawn[source] for source in operation.sources])
        if operation.idle:
            drawn.append(sources)
            continue
        drawn.append((number,))
        sink = number == len(operations) - 1
        nodes.append(_node(operation, sink))
        edges.extend((operations[source].name, operation.name) for source in sources)
    return Graph(nodes=tuple(nodes), edges=tuple(edges))


def simplify(graph: Graph) -> Graph:
    """The graph without the nodes that only move values, their neighbours linked."""
    feeds: dict[str, list[str]] = {node.name: [] for node in graph.nodes}
    for source, target in graph.edges:
        feeds[target].append(source)
    kept: dict[str, tuple[str, ...]] = {}
    edges: list[Edge] = []
    for node in graph.nodes:
        sources = tuple(dict.fromkeys(name for feed in feeds[node.name] for name in kept[feed]))
        if node.reorders:
            kept[node.name] = sources
        else:
            kept[node.name] = (node.name,)
            edges.extend((source, node.name) for source in sources)
    return Graph(tuple(node for node in graph.nodes if not node.reorders), tuple(edges))


def bypass(operations: Sequence[Operation], place: int) -> tuple[int, int] | None:
    """Who feeds whom past an operation.

    Args:
        operations: in data-flow order; the last one depends on all of them.
    Returns: places (before, behind) of an operation that feeds another across `place`; None if
        all that comes behind is a function of what this one gives.
    """
    for behind in range(place + 1, len(operations)):
        for before in operations[behind].sources:
            if before < place:
                return before, behind
    return None


def cuts(operations: Sequence[Operation]) -> tuple[int, ...]:
    """Places of all operations through which every path from inputs to the last one passes.

    Neither inputs nor the last operation are among them, nor is what gives several outputs.
    """
    reach = 0
    found = []
    feeds = [0] * len(operations)
    for behind, operation in enumerate(operations):
        for before in operation.sources:
            feeds[before] = max(feeds[before], behind)
    for place, operation in enumerate(operations[:-1]):
        if reach <= place and operation.run is not None and len(operation.used) == 1:
            found.append(place)
        reach = max(reach, feeds[place])
    return tuple(found)


def path_through(graph: Graph, layer: str, preferred: Collection[str] = ()) -> tuple[str, ...]:
    """Layers from an input to the last one, each of which feeds the next, by way of one of them.

    Of all such ways the one with the most preferred layers is taken, of those the longest, of those
    the one that comes first.
    """
    feeds: dict[str, list[str]] = {node.name: [] for node in graph.nodes}
    feeding: dict[str, list[str]] = {node.name: [] for node in graph.nodes}
    for before, behind in graph.edges:
        feeds[behind].append(before)
        feeding[before].append(behind)
    names = [node.name for node in graph.nodes]
    up = _best(names, feeds, preferred)[layer]
    down = _best(names[::-1], feeding, preferred)[layer]
    return (*up, *down[-2::-1])


def _best(
    names: Sequence[str], before: Mapping[str, Sequence[str]], preferred: Collection[str]
) -> dict[str, tuple[str, ...]]:
    """The best way to each layer, which the last of its names is."""
    found: dict[str, tuple[str, ...]] = {}
    scores: dict[str, tuple[int, int]] = {}
    for name in names:
        last = max(before[name], key=lambda one: scores[one], default=None)
        liked, length = (0, 0) if last is None else scores[last]
        scores[name] = (liked + (name in preferred), length + 1)
        found[name] = (*(() if last is None else found[last]), name)
    return found


def reorders(operation: Operation) -> bool:
    """Whether an operation moves the values that it gets and does nothing else."""
    if operation.operation == "Pad":
        return operation.keras.mode == "constant" and not any(operation.constants)
    return operation.operation in _REORDERS


def kind_of(operation: str) -> str:
    """The family of an operation, for its mark."""
    if operation in _REORDERS:
        return "reshape"
    found = (kind for kind, pattern in _KINDS if re.fullmatch(pattern, operation))
    return next(found, "other")


def _node(operation: Operation, sink: bool) -> Node:
    return Node(
        name=operation.name,
        kind="output" if sink else kind_of(operation.operation),
        operation=operation.operation,
        shape=operation.shape,
        parameters=operation.parameters,
        reorders=not sink and reorders(operation),
        layer=operation.layer,
    )


def _merged(groups: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(number for group in groups for number in group))
