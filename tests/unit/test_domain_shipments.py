"""Shipments: the table of steps, and what must hold of it whoever changes it."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product

import pytest

from lib.domain.shipments import DEAD, IN_WORK, NEXT, ON_PLATFORM, NotAllowed, Shipment, State, Step

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def a_shipment(state: State) -> Shipment:
    return Shipment("B1-00001", "B1", "default", "8100000000000017", "CAINIAO_STANDARD", state)


@pytest.mark.parametrize(("state", "wanted"), list(product(State, State)))
def test_a_step_is_taken_only_where_the_table_has_it(state: State, wanted: State) -> None:
    shipment = a_shipment(state)
    if wanted in NEXT[state] or wanted is state:
        step = shipment.step(wanted, at=NOW, by="tester", note="why")
        assert (step.from_state, step.state, step.at, step.by, step.note) == (
            state,
            wanted,
            NOW,
            "tester",
            "why",
        )
    else:
        with pytest.raises(NotAllowed, match=rf"B1-00001: {state} → {wanted}"):
            shipment.step(wanted, at=NOW)


def test_every_state_has_its_row_in_the_table() -> None:
    assert NEXT.keys() == set(State)


def test_every_state_is_reached_from_a_draft() -> None:
    assert reachable(State.DRAFT) == set(State)


def test_nothing_leaves_a_dead_state() -> None:
    assert all(not NEXT[state] for state in DEAD)
    assert {state for state in State if not NEXT[state]} == DEAD


def test_what_may_be_on_the_platform_is_never_sent_again_without_asking() -> None:
    assert State.SENDING not in NEXT[State.UNCONFIRMED]
    assert {state for state in State if State.SENDING in NEXT[state]} == {State.QUEUED}
    assert {state for state in State if State.QUEUED in NEXT[state]} == {
        State.DRAFT,
        State.REFUSED,
        State.SENDING,
        State.UNCONFIRMED,
    }


def test_an_unconfirmed_shipment_is_neither_voided_nor_cancelled() -> None:
    assert not NEXT[State.UNCONFIRMED] & {State.VOIDED, State.CANCELLED}
    assert not NEXT[State.SENDING] & {State.VOIDED, State.CANCELLED}


def test_nothing_on_the_platform_falls_back_to_before_it() -> None:
    before = {State.DRAFT, State.QUEUED, State.SENDING, State.UNCONFIRMED, State.REFUSED}
    assert all(not NEXT[state] & before for state in ON_PLATFORM)


def test_only_accepted_and_ready_shipments_are_voided() -> None:
    assert {state for state in State if State.VOIDED in NEXT[state]} == {State.ACCEPTED, State.READY}


def test_the_dispatcher_has_a_way_on_from_everything_it_works_on() -> None:
    assert all(NEXT[state] for state in IN_WORK)
    assert not IN_WORK & DEAD


def test_a_step_cannot_be_made_around_the_table() -> None:
    with pytest.raises(NotAllowed):
        Step("B1-00001", State.DECLARED, State.QUEUED, NOW, "tester")


def reachable(start: State) -> set[State]:
    found, to_look_at = {start}, [start]
    while to_look_at:
        new = NEXT[to_look_at.pop()] - found
        found |= new
        to_look_at += new
    return found
