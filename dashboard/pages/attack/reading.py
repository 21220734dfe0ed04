"""How to read an attack, in words."""

TEXTS = (
    (
        "Attack",
        "An attack changes a sample a little, step by step, so that the network takes it for "
        "another class. It follows the gradient of the network's own scores, and every value "
        "stays within ε of what it was and between 0 and 1. ε is measured in units of the input: "
        "for pictures of 256 levels 8/255 is a usual one.",
    ),
    (
        "Samples",
        "One of each class, the selection of any page, a whole class, or all. Choose a class "
        "under Into, and they are led there: all eights into zeros.",
    ),
    (
        "Pictures",
        "The sample as it was, what was changed, and what the network sees. The change is "
        "magnified by as much as its scale says. Colours of a grey picture: blue is brighter, "
        "orange darker. The handle below goes through the steps, also by arrow keys.",
    ),
    (
        "Add to the data",
        "Keeps the sample as it is at the step that is shown, with where it came from. Inputs on "
        "the Compare page lists what was added, and shows it with the data.",
    ),
    (
        "Probabilities",
        "What the network says of the sample at every step, a line a class. A click goes to that "
        "step.",
    ),
    (
        "Layers",
        "How far the attacked sample is from the clean one in every layer, as a share of the clean "
        "one's own length: small at the input, and growing where the network is misled. The mark "
        "is the layer from which on half of all turned samples are further apart than half their "
        "length.",
    ),
    (
        "Robustness",
        "How many samples are still right, the further an attack may change them. A sample that "
        "fell counts as fallen for every larger ε. A network withstands no better than under "
        "the strongest attack that was tried.",
    ),
    (
        "Doubts",
        "An attack that fails proves little: gradients may vanish where a network is sure, or not "
        "be there at all. What speaks against a result is said beside it.",
    ),
)
