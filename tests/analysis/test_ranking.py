"""Which samples to look at first, as it is answered, against its plain statement."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from stripes import striped
from test_attack_answers import shown

from analysis import mutation, network, priorities
from analysis.errors import ParameterError, StudyError
from analysis.workbench import Workbench


@pytest.fixture(scope="module")
def net() -> network.Network:
    return network.from_keras(striped())


@pytest.fixture
def bench(net: network.Network) -> Workbench:
    data = shown(60)
    labels = data.labels.copy()
    labels[::7] = (labels[::7] + 1) % 3  # so that some are wrong
    labels[3] = -1
    return Workbench(net, dataclasses.replace(data, labels=labels))


@pytest.mark.parametrize("score", list(priorities.SCORES))
def test_samples_come_by_their_score_and_errors_are_counted(bench: Workbench, score: str) -> None:
    found = bench.ranking(score)
    p = bench.predictions().arrays["probabilities"]
    scores = priorities.SCORES[score](p)
    order = found.arrays["order"]
    assert sorted(order.tolist()) == list(range(60))
    assert (np.diff(scores[order]) <= 1e-12).all()
    np.testing.assert_allclose(found.arrays["score"], scores, rtol=1e-5, atol=1e-7)
    truth, said = bench.dataset.labels, p.argmax(axis=1)
    wrong = (said != truth) & (truth >= 0)
    share, seen = [0.0], 0
    for sample in order:  # one without a class is no error and is passed over
        if truth[sample] >= 0:
            seen += int(wrong[sample])
            share.append(seen / wrong.sum())
    np.testing.assert_allclose(found.arrays["found"], share, rtol=1e-6)
    assert found.facts["errors"] == wrong.sum() > 0


def test_two_networks_disagree_where_they_name_other_classes(bench: Workbench) -> None:
    with pytest.raises(StudyError, match="Two networks are needed"):
        bench.ranking("disagreement")
    mutant = mutation.freeze(bench.network, {"conv": list(range(6))})
    bench.other = Workbench(mutant, bench.dataset)
    order = bench.ranking("disagreement").arrays["order"]
    one, two = (each.predictions().arrays["predicted"] for each in (bench, bench.other))
    differ = one != two
    assert differ.any()
    assert differ[order[: differ.sum()]].all(), "these come first"
    with pytest.raises(StudyError, match="Two networks are needed"):
        bench.ask("ranking", score="disagreement", other="c" * 64)


def test_without_true_classes_there_is_an_order_and_no_curve(net: network.Network) -> None:
    found = Workbench(net, shown(20, labels=np.full(20, -1))).ranking()
    assert set(found.arrays) == {"order", "score"}
    assert found.facts == {"errors": None, "gain": None}


def test_another_score_is_refused(bench: Workbench) -> None:
    with pytest.raises(ParameterError, match="choose gini, margin, entropy or disagreement"):
        bench.ranking("beauty")
