"""Orders of the platform taken over in lots: details over the network first, then one transaction."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from lib.aliexpress.platform import PlatformOrder
from lib.app import App
from lib.domain.orders import AWAITING
from lib.services import checks
from lib.services.sync import asking, told
from lib.services.sync.asking import Asked
from lib.services.sync.reports import OrderRefused
from lib.store import imports
from lib.store import sync as store
from lib.store.database import Work

#: What stands in the place of a file's name among the imports.
SOURCE = "platform"
COUNTS = ("asked", "read", "loaded", "updated", "unchanged", "refused")


@dataclass(frozen=True)
class Lot:
    """Orders as a list has them, met together."""

    orders: Sequence[PlatformOrder]
    first: set[str]  #: Those this reading meets for the first time; the others are counted already.
    asked_at: datetime
    settled_before: datetime  #: What was modified later may change again without showing it.


@dataclass(frozen=True)
class Cursor:
    """Where the reading goes on once a lot is stored."""

    list_name: str
    next_page: int
    until: datetime


@dataclass(frozen=True)
class _Answers:
    """A lot with what is known of it here and what the platform said when asked."""

    lot: Lot
    concerned: list[PlatformOrder]  # Awaiting there, or kept here.
    known: dict[str, dict[str, Any]]
    own: set[tuple[str, str]]  # (order, tracking number) declared from here.
    asked: list[Asked]

    @cached_property
    def kept(self) -> set[str]:
        return {order_id for order_id, row in self.known.items() if row["is_kept"]}

    @cached_property
    def refused(self) -> dict[str, Asked]:
        """Order → why it cannot be taken in."""
        return {
            one.listed.order_id: one
            for one in self.asked
            if one.refused and one.listed.order_id not in self.kept
        }

    @cached_property
    def detailed(self) -> list[Asked]:
        refused = self.refused
        return [one for one in self.asked if one.detail is not None and one.listed.order_id not in refused]

    @cached_property
    def plain(self) -> list[PlatformOrder]:
        """Orders kept here of which no more came than the list says."""
        detailed = {one.listed.order_id for one in self.detailed}
        return [
            order
            for order in self.concerned
            if order.order_id in self.kept and order.order_id not in detailed and order.status
        ]

    def refusal_of(self, order: PlatformOrder) -> str | None:
        """Why it is refused now, or was before and was not asked for again."""
        if order.order_id in self.refused:
            return self.refused[order.order_id].refused
        earlier = self.known.get(order.order_id, {})
        unasked = not earlier.get("is_kept") and earlier.get("modified_at") == order.changed_at
        return earlier.get("refused_code") if unasked else None


class Taking:
    """What one reading takes over."""

    def __init__(
        self,
        app: App,
        shop_id: str,
        *,
        by: str,
        window_at: datetime,
        sweep: bool,
        pool: Executor,
        stopping: threading.Event,
    ) -> None:
        self._app, self._shop_id, self._by = app, shop_id, by
        self._window_at, self._sweep = window_at, sweep
        self._pool, self._stopping = pool, stopping
        self._platform = app.platform_of(shop_id)
        self.conflicts: set[str] = set()  #: Orders in a shipment that the platform contradicts.
        self.problems: list[OrderRefused] = []
        with app.database.read() as work:
            self._countries = store.countries(work)

    def each(self, ask: Callable[[Any], Any], values: Sequence[Any]) -> list[Any]:
        """Ask for each on the pool; the first failure ends it once the others on the wire are back."""
        return list(self._pool.map(ask, values))

    def take(self, lot: Lot, cursor: Cursor | None = None) -> None:
        """Ask for what the list does not say of these orders, then store all of it with the cursor."""
        answers = self._answered(lot)
        now = self._app.now()
        with self._app.database.write() as work:
            state = store.state(work, self._shop_id)
            known_import = state["import_id"]
            import_id = imports.next_id(work) if known_import is None else known_import
            taken = self._store(work, answers, import_id, now)
            self._keep_listed(work, answers, taken)
            if answers.refused or taken.loaded or taken.updated or taken.conflicts:
                known_import = import_id
            state = store.add_counts(work, self._shop_id, known_import, _counts(answers, taken))
            if known_import is not None:
                self._record(work, state, self._newly_refused(answers), now)
            if cursor is not None:
                store.set_cursor(work, self._shop_id, cursor.list_name, cursor.next_page, until=cursor.until)
            checks.refresh(work, self._shop_id, now)
        self.conflicts |= taken.conflicts
        self.problems += [
            OrderRefused(one.listed.order_id, one.refused, one.column, one.value)
            for one in self._newly_refused(answers)
        ]

    def _answered(self, lot: Lot) -> _Answers:
        ids = [order.order_id for order in lot.orders]
        with self._app.database.read() as work:
            known = store.known(work, self._shop_id, ids)
            own = store.own_numbers(work, self._shop_id, ids)
        concerned = [
            order
            for order in lot.orders
            if order.status in AWAITING or known.get(order.order_id, {}).get("is_kept")
        ]
        wanted = [order for order in concerned if self._needs_details(order, known.get(order.order_id, {}))]
        asked: list[Asked] = self.each(
            lambda order: asking.ask(self._platform, order, lot.asked_at, self._countries, self._stopping),
            wanted,
        )
        return _Answers(lot, concerned, known, own, asked)

    def _needs_details(self, order: PlatformOrder, known: dict[str, Any]) -> bool:
        """Whether the order changed since its details came, or was refused for what may be mended by now."""
        if order.status not in AWAITING:
            return False
        if known.get("refused_code"):
            changed = known["modified_at"] != order.changed_at
            return changed or (self._sweep and known["refused_code"] != asking.PLATFORM_SHIPS)
        return known.get("modified_at") is None or known["modified_at"] != order.changed_at

    def _store(self, work: Work, answers: _Answers, import_id: int, now: datetime) -> store.Taken:
        detailed, plain = answers.detailed, answers.plain
        return store.take(
            work,
            self._shop_id,
            told.orders(detailed, [(order, answers.lot.asked_at) for order in plain]),
            told.lines(detailed, plain, answers.own),
            told.receivers(detailed),
            import_id=import_id,
            by=self._by,
            at=now,
        )

    def _keep_listed(self, work: Work, answers: _Answers, taken: store.Taken) -> None:
        """Remember what the list said, and which of it need not be asked for again.

        What changed here meanwhile was left alone, and comes again with the next window; so does what changed there
        just now.
        """
        answered = {one.listed.order_id for one in answers.detailed} | answers.refused.keys()
        settled = answered - taken.left_alone
        rows = [
            (
                order.order_id,
                order.status,
                order.changed_at,
                order.order_id in settled
                and order.changed_at is not None
                and order.changed_at <= answers.lot.settled_before,
                answers.refusal_of(order),
            )
            for order in answers.lot.orders
        ]
        store.keep_listed(work, self._shop_id, store.frame(store.SEEN_ORDERS, rows), at=self._window_at)

    def _newly_refused(self, answers: _Answers) -> list[Asked]:
        return [one for order_id, one in answers.refused.items() if order_id in answers.lot.first]

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


def _counts(answers: _Answers, taken: store.Taken) -> dict[str, int]:
    """Each order once: one that is met again and changed in between counts where it stood first."""
    read = {order.order_id for order in answers.concerned} & answers.lot.first
    loaded, updated, refused = taken.loaded & read, taken.updated & read, answers.refused.keys() & read
    unchanged = len(read) - len(loaded) - len(updated) - len(refused)
    counts = (len(answers.asked), len(read), len(loaded), len(updated), unchanged, len(refused))
    return dict(zip(COUNTS, counts, strict=True))
