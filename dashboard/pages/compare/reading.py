"""How to read two inputs side by side, in words."""

TEXTS = (
    (
        "Compare",
        "What every layer makes of two inputs, and the difference of both: right less left. Each "
        "pair of maps has one scale, so that the same colour is the same value; the difference has "
        "its own. Blue is above zero, orange below.",
    ),
    (
        "Left and right",
        "The first two of the selected samples, the mean of a class or of the selection, an "
        "attacked sample as it was and as it became, or the same sample in the network beside, "
        "where its layers have the same shapes. A link says which samples these are by number.",
    ),
    (
        "Layers",
        "How far both are from each other in every layer, as a share of the left one's length. A "
        "click shows the layer in all three columns and on all pages.",
    ),
    (
        "Filters",
        "The filters of that layer that differ most. A click outlines one in all columns. Maps of "
        "more than 64 pixels a side are shown, and compared, as means of several.",
    ),
    (
        "In space",
        "The left one, its layers behind each other in the order of the data flow, each a stack of "
        "maps, vectors as squares of units. Drag to turn, wheel to zoom. A click opens a layer "
        "into its maps, another chooses a map, whose weights stand under Filters; chosen once "
        "more, the layer is closed. Layers and filters in the lists beside do the same.",
    ),
    (
        "Freeze",
        "A frozen filter gives zeros, or its mean over the data, whatever it sees. Freeze some and "
        "ask the network again: what it gets wrong then is what it needs them for. What each is "
        "worth is counted by freezing it alone; two that say the same are worth little each, and "
        "much together. A set that turns the selection is found by adding the filter that turns "
        "most, again and again: that it turns them is what the network says, that none is smaller "
        "is not claimed. What is frozen can be kept under a name: the network without it is then "
        "a study, and can stand beside the whole one on every page.",
    ),
    (
        "Ranking",
        "Samples in the order in which whoever labels or tests by hand should look at them: those "
        "first of which the network is least sure, by DeepGini (how often two draws from its "
        "classes would differ), the margin between its first two classes, or entropy; or those of "
        "which two networks say different things. The curve says which share of all errors the "
        "first k samples hold; the dashed line is chance.",
    ),
    (
        "Inputs",
        "Draw with mouse, finger or keys, and see what the network is shown and what it says, "
        "while you draw. The drawing is scaled and centred as the data's own digits were. Pictures "
        "from files are brought to the network's size, and what was done to each is said. What is "
        "added stays with this data, through restarts; shown with the data, it stands behind all "
        "other samples as a group of its own, on every page.",
    ),
)
