"""Plans: what a choice means beside the buyer's own, and obstacles that add up."""

from __future__ import annotations

from itertools import combinations

import pytest

from lib.domain.plans import TIERS, Obstacle, PairKind, pair_kind


@pytest.mark.parametrize(
    ("buyers", "chosen", "kind"),
    [
        ("standard", "standard", PairKind.SAME_TIER),
        ("economy", "standard", PairKind.UPGRADE),
        ("saver", "economy", PairKind.DOWNGRADE),
        ("express", "standard", PairKind.DOWNGRADE),
        (None, "standard", PairKind.UNKNOWN),
        ("standard", None, PairKind.UNKNOWN),
        ("other", "other", PairKind.UNKNOWN),
        (None, None, PairKind.UNKNOWN),
    ],
)
def test_a_choice_is_compared_by_class_and_a_class_nobody_knows_never_matches(
    buyers: str | None, chosen: str | None, kind: PairKind
) -> None:
    assert pair_kind(buyers, chosen) is kind


@pytest.mark.parametrize(("slower", "faster"), list(combinations(TIERS, 2)))
def test_up_one_way_is_down_the_other(slower: str, faster: str) -> None:
    assert pair_kind(slower, faster) is PairKind.UPGRADE
    assert pair_kind(faster, slower) is PairKind.DOWNGRADE


def test_obstacles_add_up_without_loss() -> None:
    for one, other in combinations(Obstacle, 2):
        assert set(Obstacle(one + other)) == {one, other}
    assert not Obstacle(0)
    assert [int(one) for one in Obstacle] == [1, 2, 4, 8, 16, 32, 64, 128]
