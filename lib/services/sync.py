"""Orders from the platform, by themselves: what is new or changed there since the last time, and how fresh that is.

A reading of a shop's list has a window of modification times, so that while its pages are turned orders only leave
the list; it is read from the last page to the first, so that what moves to an earlier page is still to come. The
orders of a page are stored in one transaction with the number of the next one: killed anywhere, the next sync goes on
there. The next window begins before the last one ended.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from lib.aliexpress.errors import DailyQuota, PlatformError, Refused, Unauthorised, Unavailable
from lib.aliexpress.platform import OrderDetail, OrderPage, PlatformOrder
from lib.app import App
from lib.domain.freshness import Progress, Standing
from lib.domain.orders import AWAITING, OrderStatus
from lib.domain.problems import Problem
from lib.services import checks
from lib.services import sync_details as details
from lib.services.sync_details import Asked, Stopped
from lib.store import audit, imports
from lib.store import shops as shop_store
from lib.store import sync as store
from lib.store.database import Work

#: By whom a sync is that nobody asked for.
ITSELF = "shipdesk"
#: What stands in the place of a file's name among the imports.
SOURCE = "platform"
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


@dataclass(frozen=True)
class OrderRefused:
    """An order on the platform that could not be taken in."""

    order_id: str
    code: str
    column: str
    value: str


@dataclass(frozen=True)
class SyncReport:
    """What a sync did: read = loaded + updated + unchanged + refused, in orders.

    Read are the orders that await shipment there or are known here; others are passed over. After an interruption the
    counts are those of the whole reading.
    """

    shop_id: str
    kind: str  #: 'sweep': all that await shipment; 'changes': what was modified since the last time.
    read: int = 0
    loaded: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    details: int = 0  #: Orders asked for one by one.
    conflicts: tuple[
        str, ...
    ] = ()  #: Orders in a shipment with another receiver or other lines there by now.
    problems: tuple[OrderRefused, ...] = ()
    complete: bool = True  #: False: the list moved all the while; the next sync reads it again.
    import_id: int | None = None

    @property
    def all_well(self) -> bool:
        """Nothing in it needs a person."""
        return self.complete and not self.refused and not self.conflicts


def sync(
    app: App,
    shop_id: str,
    *,
    by: str,
    stopping: threading.Event | None = None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> SyncReport:
    """Bring the shop's orders up to date with the platform.

    Raises Problem("sync_running") while another sync of the shop is under way, PlatformError when the platform could
    not be asked (what came until then is stored), Stopped when told to.
    """
    desk = _desk(app)
    if not desk.begin(shop_id, app.now()):
        raise Problem("sync_running", shop=shop_id)
    try:
        with app.database.write() as work:
            store.tried(work, shop_id, at=app.now())

        def tell(progress: Progress) -> None:
            desk.running[shop_id] = progress
            on_progress(progress)

        report = _Reading(app, shop_id, by, stopping or threading.Event(), tell).run()
        if not report.complete:
            _failed(app, shop_id, "incomplete", "")
        return report
    except Stopped:
        raise
    except PlatformError as error:
        _failed(app, shop_id, failure_kind(error), error.code)
        raise
    except Exception:
        _failed(app, shop_id, "unforeseen", "")
        raise
    finally:
        desk.end(shop_id)


def sync_all(
    app: App, *, by: str, on_progress: Callable[[str, Progress], None] = lambda shop, progress: None
) -> list[SyncReport]:
    """Sync every shop, one after the other; the first failure is raised once all were tried."""
    reports, failures = [], []
    for shop_id in app.shops():
        try:
            reports.append(
                sync(app, shop_id, by=by, on_progress=lambda one, shop=shop_id: on_progress(shop, one))  # type: ignore[misc]
            )
        except (PlatformError, Problem) as error:
            failures.append(error)
    if failures:
        raise failures[0]
    return reports


def standing(app: App) -> list[Standing]:
    """How fresh the orders of each shop are. Three small queries."""
    with app.database.read() as work:
        kept = {row["shop_id"]: row for row in store.states(work)}
        contradicted = Counter(row["shop_id"] for row in store.conflicts(work))
        names = {row["shop_id"]: row["name"] for row in shop_store.known(work)}
    running, now = _desk(app).running, app.now()
    return [
        replace(
            _standing(app, shop_id, kept.get(shop_id, {}), running.get(shop_id), now, contradicted[shop_id]),
            name=names.get(shop_id, shop_id),
        )
        for shop_id in app.shops()
    ]


def conflicts(app: App) -> list[dict[str, Any]]:
    """One dict (shop_id, order_id, fields, found_at, batch_id) per order in a shipment the platform contradicts."""
    with app.database.read() as work:
        return store.conflicts(work)


def refused_now(app: App) -> list[dict[str, Any]]:
    """One dict (shop_id, order_id, code, listed_at) per order that awaits there and could not be taken in."""
    with app.database.read() as work:
        return store.refused_now(work)


def failure_kind(error: PlatformError) -> str:
    """A word for why the platform could not be asked, by what to do about it."""
    match error:
        case DailyQuota():
            return "quota"
        case Unauthorised():
            return "unauthorised"
        case Refused():
            return "refused"
        case Unavailable() if error.code in ("unreachable", "no_answer") or error.code.startswith("http_5"):
            return "unreachable"
        case Unavailable() if error.retry_after is not None:
            return "limited"
    return "unanswered"


class _Desk:
    """The syncs under way of one App."""

    def __init__(self) -> None:
        self.running: dict[str, Progress] = {}
        self._guard = threading.Lock()

    def begin(self, shop_id: str, at: datetime) -> bool:
        with self._guard:
            if shop_id in self.running:
                return False
            self.running[shop_id] = Progress(0, 0, at)
            return True

    def end(self, shop_id: str) -> None:
        self.running.pop(shop_id, None)


_desks: WeakKeyDictionary[App, _Desk] = WeakKeyDictionary()
_guard = threading.Lock()


def _desk(app: App) -> _Desk:
    with _guard:
        return _desks.setdefault(app, _Desk())


def _standing(
    app: App,
    shop_id: str,
    kept: dict[str, Any],
    running: Progress | None,
    now: datetime,
    conflict_count: int,
) -> Standing:
    synced_at = kept.get("synced_at")
    late = synced_at is not None and running is None and now - synced_at > app.settings.sync_late
    return Standing(
        shop_id,
        synced_at,
        kept.get("tried_at"),
        kept.get("failed_kind") or "",
        kept.get("failed_code") or "",
        kept.get("failed_at"),
        running,
        late,
        conflict_count=conflict_count,
    )


def _failed(app: App, shop_id: str, kind: str, code: str) -> None:
    with app.database.write() as work:
        store.failed(work, shop_id, kind, code, at=app.now())


class _Reading:
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
        self._conflicts: set[str] = set()
        self._problems: list[OrderRefused] = []
        self._complete = True
        self._total = 0
        self._bounded = False  # Whether the window's end is by the platform's clock.
        self._page_at = self._settled_before = self._started_at
        with app.database.read() as work:
            self._countries = store.countries(work)

    def run(self) -> SyncReport:
        state = self._opened()
        self._window_at: datetime = state["window_started_at"]
        self._from, self._until = state["window_from"], state["window_until"]
        self._kind = str(state["window_kind"])
        lists = READS[self._kind]
        with ThreadPoolExecutor(THREADS, thread_name_prefix="sync") as self._pool:
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
            conflicts=tuple(sorted(self._conflicts)),
            problems=tuple(self._problems),
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
        page = details.patiently(
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
        """Ask for what the list does not say of a page's orders, then store all of it with the cursor."""
        asked_at = self._page_at
        fresh = {
            order.order_id: order
            for order in page.orders
            if order.order_id not in self._seen or self._seen[order.order_id] not in (None, order.changed_at)
        }
        first = set(fresh) - self._seen.keys()
        self._store(list(fresh.values()), asked_at, first, cursor=(name, next_page))
        self._seen |= {order_id: order.changed_at for order_id, order in fresh.items()}
        self._tell(Progress(len(self._seen), max(self._total, len(self._seen)), self._started_at))

    def _ask_unlisted(self) -> None:
        """Orders that await here and were not listed there: asked for one by one."""
        with self._app.database.read() as work:
            left = store.unlisted(work, self._shop_id, self._window_at, MOST_UNLISTED)
        self._total = len(self._seen) + len(left)
        for start in range(0, len(left), LOT):
            asked_at = self._app.now()
            found = self._each(self._state_of, left[start : start + LOT])
            self._store(found, asked_at, set(left))
            self._seen |= dict.fromkeys(left[start : start + LOT])
            self._tell(Progress(len(self._seen), self._total, self._started_at))

    def _state_of(self, order_id: str) -> PlatformOrder:
        """An order by its number, as the list would have it; one the platform does not know has no state there."""
        try:
            found = details.patiently(lambda: self._platform.order(order_id), self._stopping)
        except Refused:
            return PlatformOrder(order_id, "", None, None, "")
        return _as_listed(found)

    def _each(self, ask: Callable[[Any], Any], values: Sequence[Any]) -> list[Any]:
        """Ask for each on the pool; the first failure ends it once the others on the wire are back."""
        return list(self._pool.map(ask, values))

    # -- storing -----------------------------------------------------------------------------------------

    def _store(
        self,
        orders: list[PlatformOrder],
        asked_at: datetime,
        first: set[str],
        *,
        cursor: tuple[str, int] | None = None,
    ) -> None:
        """Take orders over: details over the network first, then one transaction.

        `first`: orders this reading meets for the first time; the others are counted already.
        """
        ids = [order.order_id for order in orders]
        with self._app.database.read() as work:
            known = store.known(work, self._shop_id, ids)
            own = store.own_numbers(work, self._shop_id, ids)
        concerned = [
            order
            for order in orders
            if order.status in AWAITING or known.get(order.order_id, {}).get("is_kept")
        ]
        wanted = [order for order in concerned if self._needs_details(order, known.get(order.order_id, {}))]
        asked: list[Asked] = self._each(
            lambda order: details.ask(self._platform, order, asked_at, self._countries, self._stopping),
            wanted,
        )
        self._write(orders, concerned, asked, known, own, asked_at, first, cursor)

    def _needs_details(self, order: PlatformOrder, known: dict[str, Any]) -> bool:
        """Whether the order changed since its details came, or was refused for what may be mended by now."""
        if order.status not in AWAITING:
            return False
        if known.get("refused_code"):
            changed = known["modified_at"] != order.changed_at
            return changed or (self._kind == SWEEP and known["refused_code"] != details.PLATFORM_SHIPS)
        return known.get("modified_at") is None or known["modified_at"] != order.changed_at

    def _write(
        self,
        orders: list[PlatformOrder],
        concerned: list[PlatformOrder],
        asked: list[Asked],
        known: dict[str, dict[str, Any]],
        own: set[tuple[str, str]],
        asked_at: datetime,
        first: set[str],
        cursor: tuple[str, int] | None,
    ) -> None:
        kept = {order_id for order_id, row in known.items() if row["is_kept"]}
        refused = {
            one.listed.order_id: one for one in asked if one.refused and one.listed.order_id not in kept
        }
        detailed = [one for one in asked if one.detail is not None and one.listed.order_id not in refused]
        with_details = {one.listed.order_id for one in detailed}
        plain = [
            order
            for order in concerned
            if order.order_id in kept and order.order_id not in with_details and order.status
        ]
        now = self._app.now()
        with self._app.database.write() as work:
            state = store.state(work, self._shop_id)
            import_id = state["import_id"]
            number = imports.next_id(work) if import_id is None else import_id
            taken = store.take(
                work,
                self._shop_id,
                details.told_orders(detailed, [(order, asked_at) for order in plain]),
                details.told_lines(detailed, plain, own),
                details.told_receivers(detailed),
                import_id=number,
                by=self._by,
                at=now,
            )
            # What changed here meanwhile was left alone, and comes again with the next window; so does what changed
            # there just now.
            settled = {
                order.order_id
                for order in orders
                if order.changed_at is not None and order.changed_at <= self._settled_before
            }
            settled &= (with_details | refused.keys()) - taken.left_alone
            store.keep_listed(
                work,
                self._shop_id,
                store.frame(
                    store.SEEN_ORDERS,
                    [
                        (
                            order.order_id,
                            order.status,
                            order.changed_at,
                            order.order_id in settled,
                            self._refusal(order, refused, known),
                        )
                        for order in orders
                    ],
                ),
                at=self._window_at,
            )
            if refused or taken.loaded or taken.updated or taken.conflicts:
                import_id = number
            counts = _counts(first, concerned, taken, set(refused), len(asked))
            state = store.add_counts(work, self._shop_id, import_id, counts)
            if import_id is not None:
                self._record(
                    work, state, [one for order_id, one in refused.items() if order_id in first], now
                )
            if cursor is not None:
                store.set_cursor(work, self._shop_id, *cursor, until=self._until)
            checks.refresh(work, self._shop_id, now)
        self._conflicts |= taken.conflicts
        self._problems += [
            OrderRefused(order_id, one.refused, one.column, one.value)
            for order_id, one in refused.items()
            if order_id in first
        ]

    def _refusal(
        self, order: PlatformOrder, refused: dict[str, Asked], known: dict[str, dict[str, Any]]
    ) -> str | None:
        if order.order_id in refused:
            return refused[order.order_id].refused
        earlier = known.get(order.order_id, {})
        unasked = not earlier.get("is_kept") and earlier.get("modified_at") == order.changed_at
        return earlier.get("refused_code") if unasked else None

    def _record(self, work: Work, state: dict[str, Any], refused: list[Asked], now: datetime) -> None:
        """Keep the reading among the imports, and why orders were refused."""
        store.set_import(work, SOURCE, state, by=self._by, at=now)
        rows = [
            (
                "",
                state["read_count"] - place,
                one.column,
                f"{one.listed.order_id} {one.value}".strip(),
                one.refused,
                one.listed.order_id,
                "[]",
            )
            for place, one in enumerate(reversed(refused))
        ]
        store.add_problems(work, state["import_id"], SOURCE, store.frame(store.REFUSED, rows))


COUNTS = ("asked", "read", "loaded", "updated", "unchanged", "refused")


def _counts(
    first: set[str], concerned: list[PlatformOrder], taken: store.Taken, refused: set[str], asked: int
) -> dict[str, int]:
    """Each order once: one that is met again and changed in between counts where it stood first."""
    read = {order.order_id for order in concerned} & first
    loaded, updated = taken.loaded & read, taken.updated & read
    refused = refused & read
    unchanged = len(read) - len(loaded) - len(updated) - len(refused)
    counts = (asked, len(read), len(loaded), len(updated), unchanged, len(refused))
    return dict(zip(COUNTS, counts, strict=True))


def _as_listed(order: OrderDetail) -> PlatformOrder:
    return replace(
        PlatformOrder(order.order_id, order.status, None, order.buyer_plan_id, order.buyer_service),
        lines=order.lines,
    )
