"""What the configuration of a `.keras` file may name: layers and operations that are data alone.

Keras builds whatever its `config.json` names, by import path if need be. This is the list of what
we let it build. Everything on it computes with numbers from the same archive; nothing on it runs
code, reads files or leads out of Keras.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from .errors import ModelError, UnsafeModelError

MAX_DEPTH = 200
"""Levels of objects within objects; a model nested ten times has about sixty."""

MAX_VALUES = 1_000_000
"""Values and brackets in a configuration; a network of a thousand layers has about 200,000."""

MAX_SIZE = 2**24
"""Largest number of units, filters, pixels along an axis."""


_STRUCTURE = re.compile(r'"(?:[^"\\]|\\.)*"|[][{},]')
"""What gives JSON its form; texts are matched so that brackets within them do not count."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_EVERY_AXES = _words(
    """
    AdaptiveAveragePooling AdaptiveMaxPooling AveragePooling ConvLSTM Cropping GlobalAveragePooling
    GlobalMaxPooling MaxPooling SpatialDropout UpSampling ZeroPadding
    """
)
"""Layers that exist for one, two and three axes."""

_LAYERS = frozenset(
    {f"{name}{axes}D" for name in _EVERY_AXES for axes in (1, 2, 3)}
    | {f"Conv{axes}D{kind}" for axes in (1, 2, 3) for kind in ("", "Transpose")}
    | {f"{kind}Conv{axes}D" for axes in (1, 2) for kind in ("Depthwise", "Separable")}
    | _words(
        """
        Activation ActivityRegularization Add AdditiveAttention AlphaDropout Attention AugMix
        AutoContrast Average BatchNormalization Bidirectional CenterCrop Concatenate CutMix Dense
        Dot Dropout ELU EinsumDense Embedding Equalization Flatten GRU GRUCell GaussianDropout
        GaussianNoise GroupNormalization GroupQueryAttention Identity InputLayer LSTM LSTMCell
        LayerNormalization LeakyReLU Masking Maximum Minimum MixUp MultiHeadAttention Multiply
        Normalization PReLU Permute Pipeline RMSNormalization RNN RandAugment RandomBrightness
        RandomColorDegeneration RandomColorJitter RandomContrast RandomCrop RandomElasticTransform
        RandomErasing RandomFlip RandomGaussianBlur RandomGrayscale RandomHue RandomInvert
        RandomPerspective RandomPosterization RandomRotation RandomSaturation RandomSharpness
        RandomShear RandomTranslation RandomZoom ReLU RepeatVector Rescaling Reshape Resizing
        ReversibleEmbedding SimpleRNN SimpleRNNCell Softmax Solarization SpectralNormalization
        StackedRNNCells Subtract TimeDistributed UnitNormalization
    """
    )
)

_ARRAY_OPERATIONS = _words(
    """
    Absolute Add Amax Amin Append Argmax Argmin Average BroadcastTo Cbrt Ceil Clip Concatenate Copy
    Cos Cosh Cumprod Cumsum Diff Divide DivideNoNan Dot Einsum Equal Exp Exp2 ExpandDims Expm1
    Flip Fliplr Flipud Floor FloorDivide FullLike GetItem Greater GreaterEqual Hstack Inner Less
    LessEqual Log Log10 Log1p Log2 LogicalAnd LogicalNot LogicalOr Logaddexp Matmul Max Maximum
    Mean Median Min Minimum Mod Moveaxis Multiply NanToNum Negative NotEqual OnesLike Pad Power
    Prod Ravel Reciprocal Repeat Reshape Roll Rot90 Round Sign Sin Sinh Sort Split Sqrt Square
    Squeeze Stack Std Subtract Sum Swapaxes Take TakeAlongAxis Tan Tanh Tensordot Tile Transpose
    Tril Triu TrueDivide Trunc Var Vstack Where ZerosLike
    """
)

_NETWORK_OPERATIONS = _words(
    """
    AdaptiveAveragePool AdaptiveMaxPool AveragePool BatchNorm Celu Conv ConvTranspose DepthToSpace
    DepthwiseConv DotProductAttention Elu Gelu Glu HardShrink HardSigmoid HardSilu HardTanh
    LayerNorm LeakyRelu LogSigmoid LogSoftmax MaxPool Moments Normalize OneHot RMSNorm Relu Relu6
    Selu SeparableConv Sigmoid Silu SoftShrink Softmax Softplus Softsign SpaceToDepth SparsePlus
    SparseSigmoid Sparsemax Squareplus TanhShrink Threshold
    """
)

_INITIALISERS = _words(
    """
    Constant GlorotNormal GlorotUniform HeNormal HeUniform Identity IdentityInitializer
    LecunNormal LecunUniform Ones Orthogonal OrthogonalInitializer RandomNormal RandomUniform
    TruncatedNormal VarianceScaling Zeros
    """
)

FUNCTIONS = _words(
    """
    celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh
    leaky_relu linear log_sigmoid log_softmax mish relu relu6 selu sigmoid silu soft_shrink softmax
    softplus softsign sparse_plus sparse_sigmoid sparsemax squareplus swish tanh tanh_shrink
    threshold
    """
)
"""Functions that may be named: activations."""

CLASSES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "keras": frozenset({"Sequential", "Functional", "DTypePolicy"}),
        "keras.models": frozenset({"Sequential", "Functional"}),
        "keras.src.models.functional": frozenset({"Functional"}),
        "keras.src.models.sequential": frozenset({"Sequential"}),
        "keras.layers": _LAYERS,
        "keras.initializers": _INITIALISERS,
        "keras.regularizers": frozenset({"L1", "L2", "L1L2", "OrthogonalRegularizer"}),
        "keras.constraints": frozenset({"MaxNorm", "MinMaxNorm", "NonNeg", "UnitNorm"}),
        "keras.dtype_policies": frozenset({"DTypePolicy", "DTypePolicyMap", "FloatDTypePolicy"}),
        "keras.random": frozenset({"SeedGenerator"}),
        "keras.src.applications.convnext": frozenset({"LayerScale", "StochasticDepth"}),
        "keras.src.ops.numpy": _ARRAY_OPERATIONS,
        "keras.src.ops.nn": _NETWORK_OPERATIONS,
        "keras.src.ops.core": frozenset({"Cast", "Slice", "StopGradient", "Unstack"}),
        "keras.src.ops.math": frozenset({"Logsumexp", "Rsqrt", "Erf", "TopK"}),
        "keras.src.ops.linalg": frozenset({"Norm"}),
        "keras.src.ops.image": frozenset({"Resize", "PadImages", "CropImages"}),
        "keras.src.ops.einops": frozenset({"Rearrange"}),
    }
)
"""Module, as Keras writes it -> names of classes that may be built from it."""

_FUNCTION_MODULES = frozenset({"builtins", "keras.activations", "keras.ops", "keras.layers"})

_VALUES = frozenset({"__keras_tensor__", "__tensor__", "__numpy__", "__slice__", "__ellipsis__"})
"""How Keras writes plain values that JSON does not know."""

_CODE = frozenset(
    {"Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer", "__lambda__"}
)
"""What is known to carry code, for a clearer message."""

_SIZES = _words(
    """
    batch_shape batch_input_shape dim filters height input_dim input_shape key_dim n num_heads
    output_dim output_shape padding pool_size shape size target_shape units value_dim width
    kernel_size depth_multiplier head_dim num_query_heads num_key_value_heads repeats reps newshape
    """
)


def without_training(config: Any) -> Any:
    """A copy without losses, optimisers and metrics, which may be custom and are never built."""
    if isinstance(config, dict):
        return {
            key: without_training(value) for key, value in config.items() if key != "compile_config"
        }
    if isinstance(config, list):
        return [without_training(value) for value in config]
    return config


def check_text(text: str, name: str) -> None:
    """Refuse JSON that no parser should be trusted with, before one is.

    Raises: UnsafeModelError, with the file's `name`: nested too deep, too many values.
    """
    depth = 0
    for number, found in enumerate(_STRUCTURE.finditer(text)):
        mark = found.group()
        depth += (mark in "[{") - (mark in "]}")
        if depth > MAX_DEPTH:
            raise UnsafeModelError(
                f"'{name}' has a configuration nested more than {MAX_DEPTH} levels deep, "
                "which no network needs. Save the model again with Keras 3."
            )
        if number >= MAX_VALUES:
            raise UnsafeModelError(
                f"'{name}' has a configuration of more than {MAX_VALUES:,} values, "
                "which no network needs. Save the model again with Keras 3."
            )


def check(config: Any, name: str) -> None:
    """Refuse a configuration that names anything which is not on the list.

    Args:
        config: a parsed `config.json` whose text `check_text` let pass.
        name: of the file, for the message.
    Raises:
        UnsafeModelError: names code, an import path, a custom class; absurd sizes.
        ModelError: not a network at all.
    """
    if not isinstance(config, dict) or "class_name" not in config:
        raise ModelError(
            f"'{name}' has a configuration that does not describe a network. "
            "Save the model again with model.save('my.keras')."
        )
    for key, value in _values("", config):
        if isinstance(value, dict):
            if not value.keys().isdisjoint({"class_name", "module", "registered_name"}):
                _check_object(value, name)
        elif isinstance(value, int) and key in _SIZES and abs(value) > MAX_SIZE:
            raise UnsafeModelError(
                f"'{name}' asks for {key} = {value:,}; at most {MAX_SIZE:,} is allowed. "
                "Check where the file comes from."
            )
    found = config["class_name"]
    if found not in ("Functional", "Sequential"):
        raise ModelError(
            f"'{name}' holds a {found}, not a network. Only Functional and Sequential models "
            "can be opened."
        )


def _values(key: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Every value within, the whole first, with the key under which it stands."""
    stack = [(key, value)]
    while stack:
        key, value = stack.pop()
        yield key, value
        if isinstance(value, dict):
            stack.extend(value.items())
        elif isinstance(value, list):
            stack.extend((key, item) for item in value)


def _check_object(value: dict[str, Any], name: str) -> None:
    """Refuse one serialised object unless it is on the list."""
    kind, module = value.get("class_name"), value.get("module")
    registered = value.get("registered_name")
    if not isinstance(kind, str) or not isinstance(module, str | None):
        raise _refused(name, f"an object whose class is {kind!r} of module {module!r}")
    if kind in _CODE:
        what = "a Python lambda" if kind == "__lambda__" else f"a {kind} layer"
        raise UnsafeModelError(
            f"'{name}' contains {what}, which can run any code. Replace it by layers "
            "or keras.ops and save the model again."
        )
    if kind in _VALUES and module is None:
        return
    if kind == "function":
        function = value.get("config")
        if module not in _FUNCTION_MODULES or str(function) not in FUNCTIONS:
            raise _refused(name, f"the function '{function}' of module '{module}'")
        allowed_names = (None, function)
    else:
        if module is None:
            raise _refused(name, f"the class '{kind}', without saying that it is Keras' own")
        if kind not in CLASSES.get(module, ()):
            raise _refused(name, f"the class '{kind}' of module '{module}'")
        allowed_names = (None, kind)
    if registered not in allowed_names:
        raise _refused(name, f"the custom object '{registered}'")


def _refused(name: str, what: str) -> UnsafeModelError:
    return UnsafeModelError(
        f"'{name}' asks for {what}, which is not among the layers and operations "
        "that a model file may use. Build the network from Keras' own layers and save it again."
    )
