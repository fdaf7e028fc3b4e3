"""What is said of a parcel, and what it comes to: the rules as rows of a table."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import zip_longest
from typing import Any

import pandas as pd
import pytest

from lib.domain.outcomes import FINAL, SAYS, Meaning, normal_code
from lib.store import tracking
from lib.store.database import Database
from tests.tracks import SHIPMENT, START, all_outcomes, event, hours, outcome_of, put_shipment, take

#: Every code the published list has, and those seen in live answers: what a parcel is after that code alone, in its
#: outcome and trouble.
PUBLISHED = {
    ("pre_shipment", ""): """
        CONSIGN OM_CONSIGN GTMS_ASN GWMS_ACCEPT GWMS_PICK GWMS_PACKAGE PRE_READY_TO_SHIP ORDER_PLACED ORDER_PAID
    """,
    ("pre_shipment", "problem"): """
        GWMS_REJECT GWMS_EXCEPTION PU_PICKUP_FAILURE PU_SIGN_IN_FAILURE REJECT
    """,
    ("cancelled", ""): "GWMS_CANCEL",
    ("in_transit", ""): """
        GWMS_OUTBOUND GWMS_HANDOVER GOT DEPARTURE ARRIVAL SENT_SCAN SIGNED STA_SIGN PU_PICKUP_SUCCESS
        PU_SIGN_IN_SUCCESS SC_SIGN_IN_SUCCESS SC_INBOUND_SUCCESS SC_OUTBOUND_SUCCESS SC_HO_OUT_SUCCESS
        LH_HO_IN_SUCCESS LH_HO_AIRLINE LH_DEPART LH_ARRIVE LH_HO_OUT_SUCCESS LH_OTHER TD_TRANS_ARRIVE TD_TRANS_DEPART
        GTMS_ACCEPT GTMS_SC_ARRIVE GTMS_DO_ARRIVE GTMS_DO_DEPART GTMS_DELIVERING GTMS_RE_DELIVERING GTMS_RELABEL
        GTMS_STATION_IN GTMS_STATION_OUT GTMS_OTHER GSTAHUB_INBOUND GSTA_OTHER
        CW_INBOUND CW_OUTBOUND CW_COMMON_PROCESSING1 SC_TRANS_INBOUND_SUCCESS SC_TRANS_OUTBOUND_SUCCESS SC_ARRIVE
        SC_DEPART OE_DEPART COMMON_INTRANSIT TD_TRANS_DEPART_C TD_TRANS_ARRIVE_C TRANSFER_ARRIVE TRANSFER_DEPART
        LAST_MILE_ASN_NOTIFY LAST_MILE_HO_SUCCESS GTMS_SC_DEPART LM_DELIVERY_DEPART
    """,
    ("in_transit", "problem"): """
        SC_OUTBOUND_FAILURE SC_HO_OUT_FAILURE FAILED STA_SIGN_FAIL LH_HO_IN_FAILURE LH_POST_COLLECTION
        LH_HO_AIRLINE_FAILURE LH_ARRIVE_FAILURE LH_HO_OUT_FAILURE
    """,
    ("in_transit", "refused"): "SC_SIGN_IN_FAILURE SC_INBOUND_FAILURE",
    ("customs", ""): """
        CC_EX_START CC_EX_SUCCESS CC_TRANS_START CC_TRANS_SUCCESS CC_HO_IN_SUCCESS CC_IM_START CC_IM_PROCESS
        CC_IM_SUCCESS CC_HO_OUT_SUCCESS CUS_DECLARE CUS_SUCCESS CUS_TAX CIQ_SUCCESS
    """,
    ("customs", "customs"): """
        CC_EX_FAILURE CC_TRANS_FAILURE CC_HO_IN_FAILURE CC_IM_FAILURE CC_HO_OUT_FAILURE CUS_FAILURE CIQ_FAILURE
        CC_IM_EXCEPTION
    """,
    ("in_transit", "collection"): "GTMS_WAIT_SELF_PICK GTMS_STA_SIGNED GSTA_INBOUND GSTA_INFORM_BUYER",
    ("in_transit", "address"): """
        GTMS_STA_WAIT_CUST_CHANGE_ADDRESS GTMS_STA_CUST_TO_DOOR GTMS_STA_CHANGE GTMS_STA_CN_TO_DOOR GTMS_STA_CN_CHANGE
        GTMS_STA_CNCP_TO_DOOR GTMS_STA_CNCP_CHANGE
    """,
    ("in_transit", "attempt"): """
        GTMS_DEL_FAILURE GTMS_SC_ARRIVE_FAILURE GSTAHUB_INBOUND_FAIL GSTA_INBOUND_FAIL
    """,
    ("delivered", ""): "GTMS_SIGNED GSTA_SIGN GSTA_BUYER_SIGN LM_SIGN_SUCCESS",
    ("undeliverable", ""): """
        GTMS_SIGN_FAILURE GTMS_STA_SIGN_FAILURE GSTA_SIGN_FAIL GSTA_BUYER_SIGN_FAIL GTMS_FAILURE
    """,
    ("returning", ""): """
        RT_INBOUND RT_OUTBOUND RT_HO_OUT RT_WH_HO_IN RT_WH_HO_IN_FAIL RT_WH_INBOUND RT_WH_INBOUND_FAILURE
        RT_WH_OUTBOUND RT_WH_HO_OUT RT_TRANSWH_HO_IN RT_TRANSWH_INBOUND RT_TRANSWH_OUTBOUND RT_TMS_ACCEPT GTMS_RETURN
        GTMS_RETURN_INBOUND
    """,
    ("returned", ""): "RETURNED GTMS_RETURN_SIGNED",
    ("destroyed", ""): "RT_DESTROY RT_WH_DESTROY",
}

#: The same of what aggregators say.
AGGREGATORS = {
    ("17track", "unknown", ""): "NotFound_Other NotFound_InvalidCode NotFound",
    ("17track", "pre_shipment", ""): "InfoReceived",
    ("17track", "in_transit", ""): """
        InTransit_PickedUp InTransit_Departure InTransit_Arrival InTransit_Other OutForDelivery_Other Transit
    """,
    ("17track", "in_transit", "collection"): "AvailableForPickup_Other PickUp",
    ("17track", "customs", ""): "InTransit_CustomsProcessing InTransit_CustomsReleased",
    ("17track", "customs", "customs"): "InTransit_CustomsRequiringInformation",
    ("17track", "delivered", ""): "Delivered_Other Delivered",
    ("17track", "in_transit", "attempt"): "DeliveryFailure_Other DeliveryFailure_NoBody Undelivered",
    ("17track", "undeliverable", ""): """
        DeliveryFailure_Rejected DeliveryFailure_InvalidAddress DeliveryFailure_Security Exception_NoBody
        Exception_Rejected
    """,
    ("17track", "in_transit", "problem"): """
        Exception_Other Exception_Delayed Exception_Damage Exception_Security Alert
    """,
    ("17track", "returning", ""): "Exception_Returning",
    ("17track", "returned", ""): "Exception_Returned Returned",
    ("17track", "lost", ""): "Exception_Lost",
    ("17track", "destroyed", ""): "Exception_Destroyed",
    ("17track", "cancelled", ""): "Exception_Cancel",
    ("17track", "expired", ""): "Expired_Other",
    ("aftership", "unknown", ""): "Pending Pending_001",
    ("aftership", "pre_shipment", ""): "InfoReceived_001",
    ("aftership", "in_transit", ""): """
        InTransit_001 InTransit_002 InTransit_003 InTransit_004 InTransit_007 InTransit_008 InTransit_009
        OutForDelivery_001
    """,
    ("aftership", "in_transit", "collection"): "AvailableForPickup_001",
    ("aftership", "customs", ""): "InTransit_005 InTransit_006",
    ("aftership", "customs", "customs"): "Exception_004 Exception_018",
    ("aftership", "delivered", ""): "Delivered_001 Delivered_002 Delivered_003 Delivered_004 Delivered_005",
    ("aftership", "in_transit", "attempt"): "AttemptFail_001 AttemptFail_002 AttemptFail_003",
    ("aftership", "undeliverable", ""): (
        "Exception_002 Exception_003 Exception_007 Exception_008 Exception_009"
    ),
    ("aftership", "in_transit", "problem"): """
        Exception_001 Exception_005 Exception_006 Exception_012 Exception_016 Exception_017
    """,
    ("aftership", "returning", ""): "Exception_010",
    ("aftership", "returned", ""): "Exception_011",
    ("aftership", "lost", ""): "Exception_013",
    ("aftership", "expired", ""): "Expired_001",
    ("trackingmore", "unknown", ""): "pending notfound002",
    ("trackingmore", "pre_shipment", ""): "notfound001",
    ("trackingmore", "in_transit", ""): "transit001 transit002 transit003 transit004",
    ("trackingmore", "in_transit", "collection"): "pickup",
    ("trackingmore", "customs", ""): "transit005",
    ("trackingmore", "customs", "customs"): "exception006",
    ("trackingmore", "delivered", ""): "delivered001 delivered002 delivered003 delivered004",
    ("trackingmore", "in_transit", "attempt"): "undelivered",
    ("trackingmore", "undeliverable", ""): "exception004 exception009",
    ("trackingmore", "lost", ""): "exception007",
    ("trackingmore", "cancelled", ""): "exception008",
    ("trackingmore", "returned", ""): "exception010",
    ("trackingmore", "returning", ""): "exception011",
    ("trackingmore", "in_transit", "problem"): "exception005",
    ("trackingmore", "expired", ""): "expired",
}

CODES = [
    ("cainiao", code, outcome, trouble)
    for (outcome, trouble), codes in PUBLISHED.items()
    for code in codes.split()
] + [
    (vocabulary, code, outcome, trouble)
    for (vocabulary, outcome, trouble), codes in AGGREGATORS.items()
    for code in codes.split()
]

#: The way abroad, before anything can fail there.
ABROAD = "GOT SIGNED SC_INBOUND_SUCCESS CC_EX_SUCCESS LH_DEPART LH_ARRIVE CC_IM_SUCCESS GTMS_DELIVERING"
HOME = "RT_INBOUND RT_OUTBOUND RT_WH_INBOUND RT_WH_OUTBOUND RT_TMS_ACCEPT"
#: Name → the codes of a parcel in the order of their times, an hour apart, and what they come to.
SEQUENCES: dict[str, tuple[str, dict[str, Any]]] = {
    "delivered": (f"{ABROAD} GTMS_SIGNED", {"outcome": "delivered", "failed_at": None}),
    "a late scan does not undo a delivery": (
        f"{ABROAD} GTMS_SIGNED GTMS_DO_ARRIVE",
        {"outcome": "delivered", "flags": ["late_scan"]},
    ),
    "a failure scanned after the delivery does not undo it": (
        f"{ABROAD} GTMS_SIGNED GTMS_FAILURE",
        {"outcome": "delivered", "failed_at": None},
    ),
    "a late scan does not undo a return": (
        f"{ABROAD} GTMS_SIGN_FAILURE {HOME} RETURNED RT_WH_OUTBOUND",
        {"outcome": "returned", "flags": ["late_scan"]},
    ),
    "a late scan does not undo a destruction": (
        f"{ABROAD} GTMS_SIGN_FAILURE RT_DESTROY GTMS_OTHER",
        {"outcome": "destroyed"},
    ),
    "refused after a mistaken delivery: both kept, and flagged": (
        f"{ABROAD} GTMS_SIGNED RT_INBOUND",
        {"outcome": "returning", "delivered_at": 8, "failed_at": 9, "flags": ["delivered_then_returning"]},
    ),
    "signed after a return began is back with the seller": (
        f"{ABROAD} GTMS_SIGN_FAILURE {HOME} GTMS_SIGNED",
        {
            "outcome": "returned",
            "delivered_at": None,
            "returned_at": 14,
            "flags": ["signed_after_return"],
            "return_kind": "overseas",
        },
    ),
    "a plain signature after a return began too": (
        f"{ABROAD} GTMS_SIGN_FAILURE {HOME} SIGNED",
        {"outcome": "returned", "flags": ["signed_after_return"]},
    ),
    "returned, said outright": (
        f"{ABROAD} GTMS_SIGN_FAILURE {HOME} RETURNED",
        {"outcome": "returned", "failed_at": 8, "returned_at": 14, "flags": []},
    ),
    "scans of couriers in China do not end a return": (
        f"{ABROAD} GTMS_SIGN_FAILURE RT_WH_OUTBOUND GOT DEPARTURE",
        {"outcome": "returning", "return_kind": "overseas"},
    ),
    "a station's signature is no delivery": (
        f"{ABROAD} GTMS_STA_SIGNED",
        {"outcome": "in_transit", "trouble": "collection", "final": False},
    ),
    "one attempt is no failure": (
        f"{ABROAD} GTMS_DEL_FAILURE",
        {"outcome": "in_transit", "trouble": "attempt", "failed_attempts": 1, "failed_at": None},
    ),
    "out again after an attempt it is still looked at": (
        f"{ABROAD} GTMS_DEL_FAILURE GTMS_RE_DELIVERING",
        {"outcome": "in_transit", "trouble": "attempt"},
    ),
    "a second attempt is": (
        f"{ABROAD} GTMS_DEL_FAILURE GTMS_RE_DELIVERING GTMS_DEL_FAILURE",
        {"outcome": "undeliverable", "failed_attempts": 2, "failed_at": 10},
    ),
    "a third one changes nothing": (
        f"{ABROAD} GTMS_DEL_FAILURE GTMS_DEL_FAILURE GTMS_DEL_FAILURE",
        {"outcome": "undeliverable", "failed_attempts": 3, "failed_at": 9},
    ),
    "two attempts and then delivered": (
        f"{ABROAD} GTMS_DEL_FAILURE GTMS_DEL_FAILURE GTMS_SIGNED",
        {"outcome": "delivered", "failed_attempts": 2, "failed_at": None},
    ),
    "two attempts and then at a station": (
        f"{ABROAD} GTMS_DEL_FAILURE GTMS_DEL_FAILURE GTMS_WAIT_SELF_PICK",
        {"outcome": "in_transit", "trouble": "collection", "failed_at": None},
    ),
    "not collected in time": (
        f"{ABROAD} GTMS_WAIT_SELF_PICK GTMS_FAILURE",
        {"outcome": "undeliverable", "failed_at": 9, "return_kind": None},
    ),
    "an attempt after giving up is no second chance": (
        f"{ABROAD} GTMS_SIGN_FAILURE GTMS_DEL_FAILURE",
        {"outcome": "undeliverable", "failed_at": 8},
    ),
    "refused by the warehouse in China": (
        "GOT SIGNED SC_INBOUND_FAILURE",
        {"outcome": "in_transit", "trouble": "refused", "failed_at": None, "return_kind": "domestic"},
    ),
    "returned without having left China": (
        "GOT SC_SIGN_IN_SUCCESS CC_EX_FAILURE RT_WH_OUTBOUND RETURNED",
        {"outcome": "returned", "failed_at": None, "return_kind": "domestic"},
    ),
    "a failure inside China is none abroad, whoever tells it": (
        "GOT SC_SIGN_IN_SUCCESS 17track:DeliveryFailure_Rejected",
        {"outcome": "in_transit", "trouble": "problem", "failed_at": None},
    ),
    "customs fail": (
        f"{ABROAD} CC_IM_FAILURE",
        {"outcome": "customs", "trouble": "customs", "failed_at": None},
    ),
    "customs fail and the parcel is sent back": (
        f"{ABROAD} CC_IM_FAILURE RT_INBOUND",
        {"outcome": "returning", "failed_at": 9, "trouble": ""},
    ),
    "destroyed abroad": (
        f"{ABROAD} GTMS_SIGN_FAILURE RT_DESTROY",
        {"outcome": "destroyed", "destroyed_at": 9, "return_kind": "overseas"},
    ),
    "a return that ends at the return warehouse": (
        f"{ABROAD} GTMS_SIGN_FAILURE RT_INBOUND RT_WH_DESTROY",
        {"outcome": "destroyed", "returning_at": 9},
    ),
    "signed inside China is no delivery": ("GOT SENT_SCAN SIGNED", {"outcome": "in_transit", "final": False}),
    "an unknown code changes nothing": (
        f"{ABROAD} GTMS_WAIT_SELF_PICK GTMS_LOCKER_RESERVE_NEW",
        {"outcome": "in_transit", "trouble": "collection", "event_count": 10, "flags": ["unknown_code"]},
    ),
    "an unknown code after the end too": (
        f"{ABROAD} GTMS_SIGNED SC_RELABEL_XT",
        {"outcome": "delivered", "outcome_at": 8},
    ),
    "nothing but an unknown code": ("LH_RAIL_TRANSFER_7", {"outcome": "unknown", "outcome_at": 0}),
    "lost, and found with its buyer": (
        f"{ABROAD} 17track:Exception_Lost GTMS_SIGNED",
        {"outcome": "delivered", "lost_at": None},
    ),
    "lost or only damaged": (
        f"{ABROAD} trackingmore:exception007",
        {"outcome": "lost", "lost_at": 8, "flags": ["doubtful"]},
    ),
    "expired can be followed by anything": (
        f"{ABROAD} 17track:Expired_Other GTMS_DELIVERING",
        {"outcome": "in_transit"},
    ),
    "expired while it comes back": (
        f"{ABROAD} GTMS_SIGN_FAILURE RT_INBOUND 17track:Expired_Other",
        {"outcome": "expired", "failed_at": 8, "return_kind": "overseas"},
    ),
    "an answer without news undoes nothing": (
        f"{ABROAD} 17track:NotFound_Other",
        {"outcome": "in_transit"},
    ),
    "spelt as live answers do": ("ae_lh_depart, gtms signed ,AE_GTMS＿STA_SIGNED", {"outcome": "delivered"}),
}


@pytest.fixture
def one(store: Database) -> Database:
    """A store with one parcel on the platform."""
    put_shipment(store, SHIPMENT)
    return store


@pytest.mark.parametrize(("vocabulary", "code", "outcome", "trouble"), CODES)
def test_a_code_alone(one_for_all: Database, vocabulary: str, code: str, outcome: str, trouble: str) -> None:
    row = outcome_of(one_for_all, f"{vocabulary}:{code}")
    assert (row["outcome"], row["trouble"]) == (outcome, trouble)
    assert row["final"] == (outcome in FINAL)


@pytest.fixture(scope="module")
def one_for_all(prepared: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A store with a parcel for every code above, of which that code alone was said."""
    path = tmp_path_factory.mktemp("codes") / "store.duckdb"
    path.write_bytes(prepared.read_bytes())
    database = Database(path)
    names = [f"{vocabulary}:{code}" for vocabulary, code, *_ in CODES]
    put_shipment(database, *names)
    rows = [
        event(name, f"{vocabulary}:{code}", START)
        for name, (vocabulary, code, *_) in zip(names, CODES, strict=True)
    ]
    take(database, rows)
    yield database
    database.close()


def test_every_code_that_comes_with_the_program_has_a_line_here(store: Database) -> None:
    with store.read() as work:
        known = {
            (vocabulary, code)
            for vocabulary, code in work._cursor.execute(
                "select vocabulary, code from known_codes"
            ).fetchall()
        }
    published = {(vocabulary, normal_code(code)) for vocabulary, code, *_ in CODES}
    assert published <= known
    assert {code for vocabulary, code in known - published if vocabulary == "cainiao"} == set()


@pytest.mark.parametrize("name", SEQUENCES)
def test_a_sequence(one: Database, name: str) -> None:
    codes, expected = SEQUENCES[name]
    said = codes.split(",") if "," in codes else codes.split()
    take(one, [event(SHIPMENT, code, START + timedelta(hours=hour)) for hour, code in enumerate(said)])
    row = outcome_of(one)
    found = {field: hours(row[field]) if field.endswith("_at") else row[field] for field in expected}
    assert found == expected


@pytest.mark.parametrize("name", SEQUENCES)
def test_a_list_that_stands_newest_first_says_the_same(one: Database, name: str) -> None:
    codes, expected = SEQUENCES[name]
    said = codes.split(",") if "," in codes else codes.split()
    events = [event(SHIPMENT, code, START + timedelta(hours=hour)) for hour, code in enumerate(said)]
    take(one, events[::-1])
    assert outcome_of(one)["outcome"] == expected["outcome"]


def test_events_of_one_moment_go_by_their_place_also_when_the_newest_stand_first(one: Database) -> None:
    later = START + timedelta(hours=1)
    rows = [
        event(SHIPMENT, "GTMS_ACCEPT", START),
        event(SHIPMENT, "GTMS_WAIT_SELF_PICK", later),
        event(SHIPMENT, "GTMS_DELIVERING", later),
    ]
    take(one, rows[::-1])
    assert outcome_of(one)["trouble"] == ""
    with one.read() as work:
        told = tracking.of_shipment(work, SHIPMENT)
    assert [row["code"] for row in told] == ["GTMS_DELIVERING", "GTMS_WAIT_SELF_PICK", "GTMS_ACCEPT"]


def test_an_event_without_a_time_stands_where_its_neighbour_does(one: Database) -> None:
    rows = [
        event(SHIPMENT, "GTMS_ACCEPT", START),
        event(SHIPMENT, "GTMS_DEL_FAILURE", None),
        event(SHIPMENT, "GTMS_RE_DELIVERING", START + timedelta(hours=2)),
        event(SHIPMENT, "GTMS_SIGNED", None),
    ]
    take(one, rows)
    row = outcome_of(one)
    assert row["outcome"] == "delivered"
    assert hours(row["delivered_at"]) == 2
    assert row["failed_attempts"] == 1


def test_zones_are_kept_and_do_not_change_the_order(one: Database) -> None:
    rows = [
        event(SHIPMENT, "GTMS_SIGNED", START + timedelta(hours=1), zone="GMT+8"),
        event(SHIPMENT, "GTMS_DELIVERING", START, zone="-3"),
    ]
    take(one, rows)
    assert outcome_of(one)["outcome"] == "delivered"
    with one.read() as work:
        assert [row["zone"] for row in tracking.of_shipment(work, SHIPMENT)] == ["GMT+8", "-3"]


def test_what_is_told_twice_is_kept_once(one: Database) -> None:
    rows = [
        event(SHIPMENT, "GTMS_ACCEPT", START),
        event(SHIPMENT, "GTMS_DEL_FAILURE", START + timedelta(hours=1)),
    ]
    assert len(take(one, rows)) == 2
    assert take(one, rows) == []
    assert take(one, [*rows[::-1], event(SHIPMENT, "ae_gtms_accept", START)]) == []
    untimed = event(SHIPMENT, "GTMS_OTHER", None)
    assert len(take(one, [*rows, untimed])) == 1
    assert take(one, [*rows, untimed]) == []
    row = outcome_of(one)
    assert (row["event_count"], row["failed_attempts"]) == (3, 1)


def test_what_two_writers_bring_at_once_is_kept_once(one: Database) -> None:
    rows = [event(SHIPMENT, f"CODE_{n}", START + timedelta(minutes=n)) for n in range(50)]
    with ThreadPoolExecutor(4) as pool:
        added = list(pool.map(lambda _: len(take(one, rows)), range(8)))
    assert sorted(added) == [0] * 7 + [50]
    assert outcome_of(one)["event_count"] == 50


def test_an_attempt_that_two_sources_tell_is_one(one: Database) -> None:
    take(one, [event(SHIPMENT, code, START) for code in ("GTMS_ACCEPT", "GTMS_DEL_FAILURE")])
    rows = [event(SHIPMENT, "17track:DeliveryFailure_NoBody", START + timedelta(minutes=1))]
    take(one, rows, source="17track")
    row = outcome_of(one)
    assert (row["outcome"], row["failed_attempts"]) == ("in_transit", 1)


def test_a_code_somebody_maps_counts_at_once_and_can_be_taken_back(one: Database) -> None:
    take(one, [event(SHIPMENT, code, START) for code in ("GTMS_ACCEPT", "GTMS_LOCKER_RESERVE_NEW")])
    with one.write() as work:
        [unknown] = tracking.unknown_codes(work).to_dict("records")
        assert (unknown["code"], unknown["event_count"], unknown["shipment_count"]) == (
            "GTMS_LOCKER_RESERVE_NEW",
            1,
            1,
        )
        touched = tracking.map_code(
            work, "cainiao", "GTMS_LOCKER_RESERVE_NEW", Meaning.COLLECTION, by="tester", at=START
        )
    assert touched == [SHIPMENT]
    assert outcome_of(one)["trouble"] == "collection"
    with one.write() as work:
        tracking.map_code(work, "cainiao", "GTMS_LOCKER_RESERVE_NEW", None, by="tester", at=START)
    assert outcome_of(one)["trouble"] == ""


def test_outcomes_made_anew_are_those_made_piece_by_piece(store: Database) -> None:
    names = [f"B-1-{place:04}" for place in range(len(SEQUENCES))]
    put_shipment(store, *names)
    ways = [codes.split(",") if "," in codes else codes.split() for codes, _ in SEQUENCES.values()]
    for hour, codes in enumerate(zip_longest(*ways)):
        at = START + timedelta(hours=hour)
        take(store, [event(name, code, at) for name, code in zip(names, codes, strict=True) if code])
    before = all_outcomes(store)
    with store.write() as work:
        tracking.derive_all(work)
    pd.testing.assert_frame_equal(all_outcomes(store), before)


def test_the_meanings_in_the_store_are_those_of_the_domain(store: Database) -> None:
    with store.read() as work:
        rows = work._cursor.execute("select * from meanings order by mark").fetchall()
    assert rows == [
        (mark, str(one), str(SAYS[one].outcome), str(SAYS[one].trouble), str(SAYS[one].leg))
        for mark, one in enumerate(Meaning)
    ]


def test_silence_speaks_after_its_days(store: Database) -> None:
    put_shipment(store, "quiet", "silent", "coming", at=START)
    take(store, [event(name, "LH_ARRIVE", START) for name in ("quiet", "silent")])
    take(store, [event("coming", "RT_INBOUND", START)])

    def after(days: int) -> dict[str, tuple[str, bool]]:
        with store.read() as work:
            rows = work._cursor.execute(
                "select shipment_id, outcome, is_assumed from outcomes_at($now_at)",
                {"now_at": (START + timedelta(days=days)).replace(tzinfo=None)},
            ).fetchall()
        return {name: (outcome, assumed) for name, outcome, assumed in rows}

    assert after(29)["quiet"] == ("in_transit", False)
    assert after(31)["quiet"] == ("expired", True)
    assert after(76)["quiet"] == ("lost", True)
    assert after(179)["coming"] == ("returning", False)
    assert after(181)["coming"] == ("expired", True)
