"""The optimiser that two attacks go by."""

from __future__ import annotations

import math

import numpy as np

from ..types import Array


class Adam:
    """Steps against a gradient, each value at its own pace.

    Source: Kingma & Ba, *Adam: a method for stochastic optimization*, 2015, with their usual
    settings but for the rate.
    """

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self._times = 0
        self._mean: Array | float = 0.0
        self._square: Array | float = 0.0

    def step(self, gradient: Array) -> Array:
        """What is to be subtracted: like the gradient."""
        self._times += 1
        self._mean = 0.9 * self._mean + 0.1 * gradient
        self._square = 0.999 * self._square + 0.001 * np.square(gradient)
        rate = self.rate * math.sqrt(1 - 0.999**self._times) / (1 - 0.9**self._times)
        return np.asarray(rate * self._mean / (np.sqrt(self._square) + 1e-7), gradient.dtype)
