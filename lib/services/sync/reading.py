"""A shop's list of orders read page by page, so that nothing is passed over.

A reading of a shop's list has a window of modification times, so that while its pages are turned orders only leave
the list; it is read from the last page to the first, so that what moves to an earlier page is still to come. The
orders of a page are stored in one transaction with the number of the next one: killed anywhere, the next sync goes on
there. The next window begins before the last one ended.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from lib.aliexpress.errors import Refused
from lib.aliexpress.platform import OrderDetail, OrderPage, PlatformOrder
from lib.app import App
from lib.domain.freshness import Progress
from lib.domain.orders import AWAITING, OrderStatus
from lib.services.sync.asking import patiently
from lib.services.sync.reports import SyncReport
from lib.services.sync.taking import COUNTS, SOURCE, Cursor, Lot, Taking
from lib.store import audit, imports
from lib.store import sync as store

#: By whom a sync is that nobody asked for.
ITSELF = "shipdesk"
#: A window begins so long before the last one ended: the platform lists what was modified with some delay, and its
#: clock and this one may differ by ten minutes (farther apart no call is let in).
OVERLAP = timedelta(minutes=20)
#: So often everything that awaits shipment is listed, in case a change was never listed as one.
SWEEP_EVERY = timedelta(hours=24)
#: Orders that await here and are not listed there are asked for one by one, so many a sweep.
MOST_UNLISTED = 500
#: Times of modification are whole seconds: what is so recent may change again without showing it.
SAME_MOMENT = timedelta(seconds=2)
#: Questions about single orders on the wire at once; the dispatcher has its own.
THREADS = 6
LOT = 50
#: Times a list is read again when it looks incomplete.
PASSES = 3

SWEEP, CHANGES = "sweep", "changes"
#: A list → the states asked for; none stands for all but ended ones, which are listed only by themselves.
LISTS: dict[str, tuple[str, ...]] = {
    "awaiting": tuple(map(str, AWAITING)),
    "open": (),
    "ended": (str(OrderStatus.FINISHED),),
}
READS = {SWEEP: ("awaiting",), CHANGES: ("open", "ended")}


class Reading:
    """One reading of a shop's list, from where it was."""

    def __init__(
        self,
        app: App,
        shop_id: str,
        by: str,
        stopping: threading.Event,
        tell: Callable[[Progress], None],
    ) -> None:
        self._app, self._shop_id, self._by, self._stopping, self._tell = app, shop_id, by, stopping, tell
        self._platform = app.platform_of(shop_id)
        self._started_at = app.now()
        self._seen: dict[str, datetime | None] = {}  # Order → when it was modified, as taken in this reading.
        self._complete = True
        self._total = 0
        self._bounded = False  # Whether the window's end is by the platform's clock.
        self._page_at = self._settled_before = self._started_at

    def run(self) -> SyncReport:
        state = self._opened()
        self._window_at: datetime = state["window_started_at"]
        self._from, self._until = state["window_from"], state["window_until"]
        self._kind = str(state["window_kind"])
        lists = READS[self._kind]
        with ThreadPoolExecutor(THREADS, thread_name_prefix="sync") as pool:
            self._taking = Taking(
                self._app, self._shop_id, by=self._by, window_at=self._window_at, sweep=self._kind == SWEEP,
                pool=pool, stopping=self._stopping,
            )  # fmt: skip
            for name in lists[lists.index(state["list_name"]) :]:
                self._read(name, state["next_page"] if name == state["list_name"] else None)
            if self._kind == SWEEP:
                self._ask_unlisted()
        return self._closed()

    # -- the window --------------------------------------------------------------------------------------

    def _opened(self) -> dict[str, Any]:
        """The reading that was interrupted, or a new one."""
        with self._app.database.read() as work:
            state = store.state(work, self._shop_id)
            if state["window_kind"]:
                ended = state["list_name"] == "ended"
                listed = store.listed(work, self._shop_id, state["window_started_at"])
                self._seen = {
                    order_id: None
                    for order_id, status in listed.items()
                    if (status == OrderStatus.FINISHED) == ended
                }
                self._bounded = state["next_page"] is not None
                return state
        now = self._app.now()
        swept = state["swept_at"]
        kind = CHANGES if state["reached_at"] and swept and now - swept < SWEEP_EVERY else SWEEP
        start = state["reached_at"] - OVERLAP if kind == CHANGES else None
        with self._app.database.write() as work:
            store.open_window(work, self._shop_id, kind, READS[kind][0], start=start, until=now, at=now)
            return store.state(work, self._shop_id)

    def _closed(self) -> SyncReport:
        now = self._app.now()
        with self._app.database.write() as work:
            state = store.state(work, self._shop_id)
            asked_for = self._by != ITSELF
            if asked_for and state["import_id"] is None:
                state = store.add_counts(work, self._shop_id, imports.next_id(work), dict.fromkeys(COUNTS, 0))
                store.set_import(work, SOURCE, state, by=self._by, at=now)
            # An incomplete reading has not reached anything: the next one begins where this one did.
            if self._complete:
                swept = self._window_at if self._kind == SWEEP else None
                store.close_window(work, self._shop_id, reached=self._window_at, swept=swept, at=now)
            else:
                store.open_window(
                    work, self._shop_id, self._kind, READS[self._kind][0],
                    start=self._from, until=now, at=now,
                )  # fmt: skip
            report = self._report(state)
            if asked_for or report.loaded or report.updated or report.refused:
                audit.record(
                    work, "sync", self._shop_id, by=self._by, at=now,
                    loaded=report.loaded, updated=report.updated, refused=report.refused,
                )  # fmt: skip
        return report

    def _report(self, state: dict[str, Any]) -> SyncReport:
        return SyncReport(
            self._shop_id,
            self._kind,
            read=state["read_count"],
            loaded=state["loaded_count"],
            updated=state["updated_count"],
            unchanged=state["unchanged_count"],
            refused=state["refused_count"],
            details=state["asked_count"],
            conflicts=tuple(sorted(self._taking.conflicts)),
            problems=tuple(self._taking.problems),
            complete=self._complete,
            import_id=state["import_id"],
        )

    # -- pages -------------------------------------------------------------------------------------------

    def _read(self, name: str, next_page: int | None) -> None:
        """Read a list from its last page to its first; again if it cannot have been all of it."""
        if next_page is None:
            self._seen = {}
        earlier: set[str] = set()
        for _ in range(PASSES):
            found, count = self._pass(name, next_page)
            if len(self._seen) >= count or found == earlier:
                return  # All of it; or the platform counts what it does not list, the same twice.
            earlier, next_page = found, None
        self._complete = False

    def _pass(self, name: str, next_page: int | None) -> tuple[set[str], int]:
        """Turn all pages once; returns the orders on them, and how many the list has."""
        found: set[str] = set()
        page = self._page(name, next_page or 1)
        if next_page is None and page.page_count > 1:
            next_page = page.page_count
            page = self._page(name, next_page)
        number = next_page or 1
        while True:
            self._take(name, page, number - 1)
            found.update(order.order_id for order in page.orders)
            if number <= 1:
                return found, page.order_count
            number -= 1
            page = self._page(name, number)

    def _page(self, name: str, number: int) -> OrderPage:
        self._page_at = self._app.now()
        page = patiently(
            lambda: self._platform.order_page(
                LISTS[name], number, modified_from=self._from, modified_until=self._until
            ),
            self._stopping,
        )
        if not self._bounded:
            self._bounded = True
            if self._bound_by(page.platform_at):
                return self._page(name, number)
        self._total = max(self._total, page.order_count)
        self._settled_before = (page.platform_at or self._page_at) - SAME_MOMENT
        return page

    def _bound_by(self, platform_at: datetime | None) -> bool:
        """End the window now by the platform's clock; returns whether that is far later than was asked for.

        A clock that is far behind is none to go by: its zone is UNCONFIRMED. One far ahead is a sandbox's.
        """
        if platform_at is None or platform_at < self._until - OVERLAP:
            return False
        ahead = platform_at - self._until > OVERLAP
        self._until = platform_at
        return ahead

    def _take(self, name: str, page: OrderPage, next_page: int) -> None:
        """Take over what is new on a page, with the number of the next one."""
        fresh = {
            order.order_id: order
            for order in page.orders
            if order.order_id not in self._seen or self._seen[order.order_id] not in (None, order.changed_at)
        }
        first = set(fresh) - self._seen.keys()
        lot = Lot(list(fresh.values()), first, self._page_at, self._settled_before)
        self._taking.take(lot, Cursor(name, next_page, self._until))
        self._seen |= {order_id: order.changed_at for order_id, order in fresh.items()}
        self._tell(Progress(len(self._seen), max(self._total, len(self._seen)), self._started_at))

    def _ask_unlisted(self) -> None:
        """Orders that await here and were not listed there: asked for one by one."""
        with self._app.database.read() as work:
            left = store.unlisted(work, self._shop_id, self._window_at, MOST_UNLISTED)
        self._total = len(self._seen) + len(left)
        for start in range(0, len(left), LOT):
            asked_at = self._app.now()
            found = self._taking.each(self._state_of, left[start : start + LOT])
            self._taking.take(Lot(found, set(left), asked_at, self._settled_before))
            self._seen |= dict.fromkeys(left[start : start + LOT])
            self._tell(Progress(len(self._seen), self._total, self._started_at))

    def _state_of(self, order_id: str) -> PlatformOrder:
        """An order by its number, as the list would have it; one the platform does not know has no state there."""
        try:
            found = patiently(lambda: self._platform.order(order_id), self._stopping)
        except Refused:
            return PlatformOrder(order_id, "", None, None, "")
        return _as_listed(found)


def _as_listed(order: OrderDetail) -> PlatformOrder:
    return replace(
        PlatformOrder(order.order_id, order.status, None, order.buyer_plan_id, order.buyer_service),
        lines=order.lines,
    )
