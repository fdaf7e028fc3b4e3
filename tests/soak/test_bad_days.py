"""Bad days: every fault of the platform at once, two operators with one list, a disk that is full."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread

from lib.aliexpress.journal import Journal
from lib.aliexpress.platform import Client, Platform
from lib.aliexpress.protocol import locate
from lib.aliexpress.tokens import Authority, Token, Tokens
from lib.aliexpress.wire import Wire
from lib.app import SANDBOX_KEY, SANDBOX_REFRESH, SANDBOX_SECRET, SANDBOX_TOKEN
from lib.domain.orders import OrderFilter
from lib.domain.plans import Policy
from lib.services import batches, orders, shipments
from lib.services.dispatch import Dispatcher
from tests.builders import an_export_row
from tests.conftest import HTTP, Desk, soaking
from tests.lives import wrong_with

PARCELS = 500 if soaking() else 24
ROUNDS, LISTED, SHARED = (20, 1000, 600) if soaking() else (2, 24, 16)
LATE_S = 5.0 if soaking() else 1.0
#: Dice that leave the refreshing of the token alone: unanswered, it takes a person to let the shop in again.
DICE = 3 if soaking() else 7
LIMIT = 30 if soaking() else 16
GIVE_UP = timedelta(minutes=5)

EVERYTHING = {
    "isp_after": 0.10, "cut_after": 0.05, "cut_before": 0.05, "html_502": 0.05, "bad_json": 0.02, "ban": 0.005,
    "late_visibility": 1.0, "late_number": 0.2, "create:refuse_plan": 0.03,
}  # fmt: skip


def test_on_a_day_when_everything_fails_all_are_sent_once_or_refused_in_the_platforms_words(
    empty_desk: Desk,
) -> None:
    desk = empty_desk
    desk.load([an_export_row() for _ in range(PARCELS)])
    with _with_a_token_that_runs_out(desk) as client:
        desk.app.settings.settle_seconds = int(LATE_S) + 1
        batch_id = desk.draft()
        desk.submit(batch_id)
        # A limit as well: a request then leaves long after its shipment was claimed.
        desk.behave(faults=EVERYTHING, late_s=LATE_S, seed=DICE, rate_limit=LIMIT)
        expiring = Thread(target=_expire, args=(desk, 0.7))
        expiring.start()
        desk.work(batch_id)
        expiring.join()
        rows = shipments.listing(desk.app, batch_id)
        assert set(rows["state"]) <= {"ready", "refused"}
        refused = rows[rows["state"] == "refused"]
        assert all(refused["reason_text"].str.len() > 0), "the platform's own reason"
        shipments.hand_over(desk.app, batch_id, by="tester")
        shipments.declare(desk.app, batch_id, by="tester")
        desk.work(batch_id)
        assert set(desk.states(batch_id)) <= {"declared", "refused"}
        state = desk.platform_state()
        sent = set(rows.loc[rows["state"] == "ready", "order_id"])
        assert wrong_with(state, sent, declared=True) == {}
        assert {one["trade_order_id"] for one in state["logistics_orders"]} == sent, (
            "what is refused is not there"
        )
        assert desk.app.exchanges()
        assert client.tokens.access() != SANDBOX_TOKEN, "the token was renewed on the way"


def test_two_operators_with_overlapping_lists_again_and_again(empty_desk: Desk) -> None:
    desk = empty_desk
    for _round in range(ROUNDS):
        desk.load([an_export_row() for _ in range(2 * LISTED - SHARED)])
        ids = orders.matching_ids(desk.app, OrderFilter(placed=False))
        lists = {"first": ids[:LISTED], "second": ids[-LISTED:]}
        together = Barrier(2)

        def operate(who: str, lists: dict[str, list[str]], together: Barrier) -> tuple[str | None, set[str]]:
            together.wait()
            made = batches.create(desk.app, lists[who], by=who, policy=Policy.CHEAPEST)
            if made.batch_id is not None:
                desk.submit(made.batch_id)
                assert shipments.submit(desk.app, made.batch_id, agreed=True, by=who) == 0
            assert all(one.code == "taken" for one in made.excluded)
            named = {one.value.partition("(")[2].rstrip(")") for one in made.excluded}
            assert named <= {"first", "second"} - {who}, "who has it is said"
            return made.batch_id, {one.order_id for one in made.excluded}

        with ThreadPoolExecutor(2) as pool:
            told = dict(zip(lists, pool.map(operate, lists, [lists] * 2, [together] * 2), strict=True))
        desk.work()
        left_out = [of for _batch, of in told.values()]
        assert left_out[0] | left_out[1] == set(ids[-LISTED:LISTED])
        assert not left_out[0] & left_out[1]
        assert wrong_with(desk.platform_state(), set(ids), declared=False) == {}


def test_a_disk_that_is_full_makes_the_batch_wait_until_there_is_room(empty_desk: Desk) -> None:
    """Really full, for this process: the kernel refuses to let any file grow beyond what the store has already."""
    desk = empty_desk
    desk.load([an_export_row() for _ in range(PARCELS)])
    batch_id = desk.draft()
    desk.submit(batch_id)
    desk.behave(latency_ms=10)
    dispatcher = Dispatcher(desk.app)
    dispatcher.recover()
    said: list[str] = []
    for _turn in range(2):
        dispatcher.turn(batch_id)
    with _full(desk.folder):
        until = time.monotonic() + 1.5
        while time.monotonic() < until:
            dispatcher.turn(batch_id)
            said.append(dispatcher.trouble)
            time.sleep(0.1)
    dispatcher.run_until_idle(batch_id, give_up=GIVE_UP)
    dispatcher.stop()
    assert "not_written" in said, "it says why"
    assert desk.states(batch_id) == {"ready": PARCELS}
    assert wrong_with(desk.platform_state(), set(desk.order_ids()), declared=False) == {}


@contextmanager
def _full(folder: Path) -> Iterator[None]:
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    grown = (folder / "store.duckdb.wal").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (grown, limit[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)


@contextmanager
def _with_a_token_that_runs_out(desk: Desk) -> Iterator[Client]:
    """A client whose token the sandbox can let run out, and which can renew it."""
    wire = Wire(desk.url)
    authority = Authority(
        locate(desk.url), SANDBOX_KEY, SANDBOX_SECRET, wire=wire, journal=Journal(), now=desk.app.now
    )
    tokens = Tokens(Token(SANDBOX_TOKEN, SANDBOX_REFRESH), authority=authority)
    tokens.renew(SANDBOX_TOKEN)
    client = Client(desk.url, SANDBOX_KEY, SANDBOX_SECRET, tokens, now=desk.app.now)
    before, desk.app._platform = desk.app._platform, Platform(client)
    try:
        yield client
    finally:
        desk.app._platform = before
        client.close()
        wire.close()


def _expire(desk: Desk, after_s: float) -> None:
    time.sleep(after_s)
    HTTP.post(f"{desk.url}/sandbox/tokens/expire", json={"shop": "default"}).raise_for_status()
