"""What every attack can be asked for."""

from __future__ import annotations

from typing import Protocol

from ..network import Network
from ..types import Array


class Attack(Protocol):
    """A way from samples that a network gets right to ones that it gets wrong."""

    title: str

    def trajectory(
        self,
        network: Network,
        x: Array,
        labels: Array,
        epsilon: float,
        *,
        steps: int = 1,
        target: int | None = None,
    ) -> Array:
        """Samples on their way.

        Args:
            x: (n, *shape) as the network's one input takes them, n > 0.
            labels: (n,) classes that are to be left.
            epsilon: how far a value may change, not negative; in units of the input.
            steps: 1 or more.
            target: the class that is to be reached, None for any other.
        Returns: (steps + 1, n, *shape) float32; step 0 is x. Where x lies in [0, 1], all do.
        Raises: ParameterError, ModelError, DataError.
        """
        ...
