"""How to read a layer's representation, in words."""

from __future__ import annotations

TEXTS = (
    (
        "Plots",
        "Every plot sets one feature of the layer against another; every sample is a point in each "
        "of them. Plots of a row share their vertical axis, plots of a column the horizontal one. "
        "On the diagonal a feature stands alone: the height of a point means nothing there, the "
        "line is the density.",
    ),
    (
        "Whole matrix",
        "All plots at once, each a few pixels wide. The box is the window that you see in large: "
        "drag it, scroll it, or use the arrow keys.",
    ),
    (
        "Points",
        "A layer with positions (a feature map) gives every sample one point at each of them, "
        "whose receptive field is the box on the sample's picture. Show all of them, the position "
        "with the strongest response, one position, or every value as a feature of its own.",
    ),
    (
        "Features by",
        "Class separation: variance between classes over variance within them. Correlation: "
        "features that go together stand together. Features that never change come last.",
    ),
    (
        "Selecting",
        "Click a point or drag around points; Shift adds, Alt subtracts, both intersect. What is "
        "selected is selected on every page. Wheel zooms (Shift: only across, Alt: only up), the "
        "middle button or Move pans, 0 shows all again.",
    ),
)
