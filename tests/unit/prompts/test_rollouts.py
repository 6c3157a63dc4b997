"""Rollouts: the assignment is the client's, ids stay where only shares change, and sums are sums."""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.prompts import served_from
from pellucid.prompts import share_of as clients_share_of
from pellucid_server.prompts.errors import BadRollout
from pellucid_server.prompts.rollouts import Arm, Rollout, from_stored, next_rollout, share_of, to_stored

SHARES = st.lists(st.integers(0, 100), min_size=2, max_size=10).filter(lambda shares: sum(shares) > 0)


def arms_of(shares: list[int], first: int = 1) -> list[Arm]:
    return [Arm(version=first + place, probability=share / sum(shares)) for place, share in enumerate(shares)]


def ids() -> "itertools.count[int]":
    return itertools.count(1)


def test_the_example_of_the_wire_reference() -> None:
    assert round(share_of("r1:ann"), 5) == 0.26071


@given(SHARES, st.text(min_size=1, max_size=20), st.text(max_size=10))
def test_the_client_assigns_the_same_arm(shares: list[int], key: str, rollout_id: str) -> None:
    rollout = Rollout(arms=tuple(arms_of(shares)), id=rollout_id)
    arms = [{"version": arm.version, "probability": arm.probability, "prompt": "x"} for arm in rollout.arms]
    document = {"name": "p", "version": 1, "prompt": "x", "rollout": {"id": rollout_id, "arms": arms}}
    assert served_from(document, "production").assigned(key).version == rollout.assigned(key).version
    assert share_of(key) == clients_share_of(key)


@given(SHARES, st.randoms())
def test_the_id_and_the_order_stay_when_shares_change(shares: list[int], random: object) -> None:
    number = ids()
    first = next_rollout(None, arms_of(shares), lambda prefix: f"{prefix}_{next(number)}")
    changed = arms_of(shares[::-1])[::-1]
    second = next_rollout(first, changed, lambda prefix: f"{prefix}_{next(number)}")
    assert second.id == first.id
    assert [arm.version for arm in second.arms] == [arm.version for arm in first.arms]
    assert next_rollout(first, changed, lambda prefix: f"{prefix}_{next(number)}", shuffle=True).id != first.id
    other = arms_of(shares, first=2)
    assert next_rollout(first, other, lambda prefix: f"{prefix}_{next(number)}").id != first.id


def test_a_growing_share_takes_nobody_out() -> None:
    before = Rollout(arms=(Arm(version=8, probability=0.1), Arm(version=7, probability=0.9)), id="r")
    after = next_rollout(before, [Arm(version=7, probability=0.5), Arm(version=8, probability=0.5)], str)
    users = [f"user-{n}" for n in range(2_000)]
    treated = {user for user in users if before.assigned(user).version == 8}
    assert 140 < len(treated) < 260
    assert all(after.assigned(user).version == 8 for user in treated)


@pytest.mark.parametrize(
    "arms",
    [
        [],
        [Arm(version=1, probability=0.5)],
        [Arm(version=1, probability=0.5), Arm(version=2, probability=0.4)],
        [Arm(version=1, probability=0.5), Arm(version=1, probability=0.5)],
        [Arm(version=1, probability=1.5), Arm(version=2, probability=-0.5)],
        [Arm(version=1, probability=math.nan), Arm(version=2, probability=1.0)],
        [Arm(version=n, probability=1 / 11) for n in range(11)],
    ],
)
def test_shares_that_do_not_fit_are_refused(arms: list[Arm]) -> None:
    with pytest.raises(BadRollout):
        next_rollout(None, arms, str)


@given(SHARES)
def test_what_is_stored_is_read_back(shares: list[int]) -> None:
    rollout = Rollout(arms=tuple(arms_of(shares)), id="r")
    assert from_stored(to_stored(rollout), "r") == rollout
    assert from_stored(to_stored(None)) is None
