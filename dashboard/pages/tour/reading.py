"""How to read a grand tour, in words."""

from __future__ import annotations

TEXTS = (
    (
        "Tour",
        "The layer's samples lie in a space of many dimensions; the picture is its shadow on a "
        "plane. The plane turns slowly, so that in time every side is seen. Nothing is bent: what "
        "moves together belongs together, and what is apart anywhere is apart in the space.",
    ),
    (
        "Handles",
        "Each line is one axis. In the prediction it is a class: its end is where a sample lies of "
        "which the network is sure. A sample between two ends is one between two classes.",
    ),
    (
        "Turning by hand",
        "Drag the end of a line to where you want it, or the cross of the selection: the space is "
        "turned as little as that takes, and stops. Play goes on from there. Separate turns to the "
        "plane in which the classes of the selection, or all classes, lie apart best.",
    ),
    (
        "Leading",
        "With Lead, drag a sample's point elsewhere: the smallest change of its values that takes "
        "it there is looked for, none by more than ε. What is found is drawn as a line that turns "
        "with the plane; the dashed line is what is missing. The search goes downhill from the "
        "sample, so that a better change may exist.",
    ),
    (
        "Playhead",
        "Below the picture: rails for epochs and layers, and for the steps of the attack that was "
        "made last on the Attack page: attacked samples move, lines are their ways. Handles may "
        "stand between two stops; the epoch and layer that they rest at is what all pages show. "
        "From layer to layer the view turns along: a layer that only rotates moves nothing, so "
        "that what moves is real. Where layers branch, click on the list at the left to choose "
        "another path.",
    ),
    (
        "Other split",
        "Training samples beside test samples, under the same projection. Classes that lie apart "
        "in the one and mixed in the other were learnt by heart.",
    ),
    (
        "Wide layers",
        "A layer of more than 64 dimensions is seen along its 64 leading principal axes; the line "
        "below the title says how much of its variance they hold. Its axes have no names, and no "
        "handles.",
    ),
    (
        "Training",
        "Beside the picture: the loss of every recorded epoch, overall in bold and class by class. "
        "A click on the curves shows that epoch under the same projection. Classes that were "
        "learnt long after the others are named. With the other split its loss is dashed: where "
        "the two part, the network begins to learn by heart.",
    ),
    (
        "Compare",
        "Beside the picture: the same epochs as this projection, PCA, UMAP, t-SNE and two random "
        "planes draw them, a row each. Under a fixed plane samples move as far as the network "
        "moved them; UMAP and t-SNE lay all of them out anew, and jump also where little has "
        "changed. Each row says how far.",
    ),
    (
        "Keys",
        "Space plays and halts, N chooses a new direction, S separates, U goes back to the "
        "projection before, + and - zoom, 0 shows all. The brackets choose an axis, arrows move "
        "it; on a rail they go from stop to stop.",
    ),
)
