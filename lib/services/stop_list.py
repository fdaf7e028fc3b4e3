"""The stop list (拦截): a buyer cancelled, a dispute, another address; the parcel does not leave without a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lib.aliexpress.errors import PlatformError
from lib.app import App
from lib.domain.orders import OrderStatus
from lib.domain.printing import place
from lib.domain.problems import Problem
from lib.services import sync
from lib.store import audit
from lib.store import orders as order_store
from lib.store import stop_list as store
from lib.store import sync as sync_store

#: Orders nobody ships.
TROUBLED = (OrderStatus.CANCEL_ASKED, OrderStatus.DISPUTED, OrderStatus.FROZEN)
#: Many files are printed in a row, and a hand-over comes after them: orders synced so recently will do for printing.
FRESH = timedelta(seconds=10)


@dataclass(frozen=True)
class Stopped:
    """A parcel that must not leave, why, and where it lies in the printed pile."""

    shipment_id: str
    batch_id: str
    order_id: str
    state: str
    tracking_number: str | None
    reasons: tuple[tuple[str, str], ...]  #: ('status', its code) or ('receiver', fields that changed).
    ship_by_at: datetime | None
    run: int | None  #: The print run it was last printed in; None: never printed.
    page: int | None  #: Its page there.
    sheet: int | None
    place: int | None  #: On an A4 sheet, from 1.


def stopped(app: App, batch_id: str | None = None) -> list[Stopped]:
    """The parcels of a batch, or of all, that must not leave."""

    def read() -> list[Stopped]:
        with app.database.read() as work:
            return [_stopped(row) for row in store.stopped(work, batch_id)]

    return list(app.database.kept(("stopped", batch_id), read))


def let_go(app: App, shipment_ids: Sequence[str], *, reason: str, by: str) -> int:
    """Take parcels off the list with a person's reason; what becomes wrong later stops them again.

    Raises Problem: release_needs_reason, not_stopped.
    """
    if not reason.strip():
        raise Problem("release_needs_reason")
    now = app.now()
    with app.database.write() as work:
        released = store.release(work, shipment_ids, reason=reason.strip(), by=by, at=now)
        if not released:
            raise Problem("not_stopped")
        for shipment_id in released:
            audit.record(work, "let_go", shipment_id, by=by, at=now, reason=reason.strip())
    return len(released)


def refresh(app: App, shop_id: str, *, within: timedelta = timedelta(0)) -> str:
    """Sync the shop's order states before something leaves; "" when that went well, else what failed.

    `within`: how old what is known may be. A failure keeps nobody from working: it is said, and the last known
    states hold.
    """
    with app.database.read() as work:
        synced = {row["shop_id"]: row["synced_at"] for row in sync_store.states(work)}.get(shop_id)
    if synced is not None and app.now() - synced < within:
        return ""
    try:
        if synced is None:
            _ask_for_troubled(app, shop_id)
        else:
            _sync(app, shop_id)
    except PlatformError as error:
        return sync.failure_kind(error)
    return ""


def _sync(app: App, shop_id: str) -> None:
    try:
        sync.sync(app, shop_id, by=sync.ITSELF)
    except Problem:  # One is under way, and may have read before the buyer cancelled.
        _ask_for_troubled(app, shop_id)


def _ask_for_troubled(app: App, shop_id: str) -> None:
    """Only which orders are cancelled, in dispute or frozen: a page or two."""
    found = {one.order_id: one.status for one in app.platform_of(shop_id).orders(TROUBLED)}
    now = app.now()
    with app.database.write() as work:
        for order_id in store.in_shipments(work, shop_id, sorted(found)):
            order_store.set_status(work, shop_id, order_id, found[order_id], at=now)


def _stopped(row: dict[str, Any]) -> Stopped:
    known = {name: row[name] for name in Stopped.__dataclass_fields__ if name in row}
    kinds = [one.partition(":") for one in str(row["stamp"]).split(";")]
    page = row["page_no"]
    sheet, spot = (None, None) if page is None else place(row["paper"], row["start_place"], page)
    return Stopped(
        **known,
        reasons=tuple((kind, value) for kind, _colon, value in kinds),
        run=row["print_run_id"],
        page=page,
        sheet=sheet,
        place=spot,
    )
