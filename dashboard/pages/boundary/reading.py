"""How to read a map of decisions, in words."""

from __future__ import annotations

TEXTS = (
    (
        "Map",
        "Samples that the network treats alike lie near each other. Distances are Fisher "
        "distances, along which the network's answer changes little, mixed with a share λ of the "
        "plain Euclidean ones; UMAP lays them out. Axes have no unit and no direction.",
    ),
    (
        "Ground",
        "Every place of the map is made into an image by an inverse map and shown to the network: "
        "the colour is the class that it decides for, pale where it is not certain. Lines part "
        "classes.",
    ),
    (
        "Samples",
        "The colour of a point is its true class. A ring shows the class that the network takes "
        "it for, where that is another one. A cross marks a contradiction: the ground around the "
        "sample is of another class than the network gives the sample itself. Of many samples some "
        "are drawn; those that were added to the data are always among them.",
    ),
    (
        "Veil",
        "Two dimensions cannot hold them all. The veil hides what cannot be trusted: places far "
        "from all samples, and places whose image belongs elsewhere on the map.",
    ),
    (
        "Looking",
        "With Look, a click shows what lies there, and dragging walks along a line in six steps. "
        "The wheel zooms, and what holds still is drawn finer; the middle button or Move pans, 0 "
        "shows all. By keyboard: arrows move the map under a cross, + and - zoom, Enter selects "
        "or looks at the cross.",
    ),
    (
        "Leading",
        "With Lead, drag a sample to a place: its values are changed, no more than ε of Place "
        "allows, until the network says of it what it says at that place, or as nearly as it gets. "
        "It need not come to lie there, because samples lie apart by their looks, too. The way is "
        "drawn as a path of diamonds; how far it came is said under Place.",
    ),
    (
        "Pockets",
        "Samples of one class that are taken for another and lie side by side, as those of a back "
        "door do; and islands of one class inside another, the most suspicious first, in which "
        "adversarial samples may lie.",
    ),
    (
        "Placing",
        "Groups, image files and adversarial samples can be placed on a finished map, which stays "
        "as it is: each comes to lie where the map puts what the network treats like it. They "
        "are diamonds in the colour of the class that is decided.",
    ),
)

MARKS = {
    "ring": "taken for the ring's class",
    "cross": "contradicts the ground",
    "diamond": "placed on the map (Place)",
    "pale": "not certain",
    "hatched": "not to be trusted (Veil)",
}
"""What is drawn beside the colours of classes, and what it means."""
