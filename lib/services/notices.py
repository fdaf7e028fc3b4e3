"""Telling the platform by hand: fill in a notice (填写发货通知), change a number, finish a partly shipped order.

Each is written down before the platform is asked; one that was not answered is read back, never repeated blindly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from lib.aliexpress.errors import OutcomeUnknown, PlatformError, Refused
from lib.aliexpress.platform import Carrier
from lib.app import App
from lib.domain.orders import AWAITING, OrderStatus
from lib.domain.problems import Problem
from lib.services import notice_tables
from lib.store import audit
from lib.store import notices as store
from lib.store import orders as order_store

NOTICE, CHANGE, FINISH = "notice", "change", "finish"
MISSING = "not_declared"  #: Why one is refused that the platform never had.
SENDING, DONE, REFUSED, UNCONFIRMED = "sending", "done", "refused", "unconfirmed"
#: One that has not ended by then was left by a program that died; longer than any time-out on the wire.
LEASE = timedelta(minutes=3)


@dataclass(frozen=True)
class Told:
    """How telling the platform ended: done, refused (with its reason), or unconfirmed (it is read back later)."""

    order_id: str
    state: str
    reason_code: str | None = None
    reason_text: str | None = None  #: The platform's words.
    #: What fills the sentence, when it was refused here.
    details: dict[str, object] = field(default_factory=dict)
    row_no: int | None = None  #: Of the table it was told by, as a spreadsheet counts.


def carriers(app: App, shop_id: str = "default") -> list[Carrier]:
    """Carriers a parcel can be declared with. Raises PlatformError."""
    return app.platform_of(shop_id).carriers()


def left(app: App, order_id: str) -> list[dict[str, Any]]:
    """One dict per line of an order: line_no, sku, title, quantity, left_quantity, under_way (in parcels of ours)."""
    with app.database.read() as work:
        return store.left(work, _order(work, order_id)["shop_id"], order_id)


def unshipped(app: App, order_id: str) -> list[dict[str, Any]]:
    """As `left`, the lines that stay unshipped when all is said to be shipped.

    Raises Problem: order_unknown, parcels_under_way, notice_under_way.
    """
    with app.database.read() as work:
        return _unshipped(work, _order(work, order_id))


def of_order(app: App, order_id: str) -> list[dict[str, Any]]:
    """What people told the platform of an order, oldest first."""
    with app.database.read() as work:
        return store.of_order(work, _order(work, order_id)["shop_id"], order_id)


def numbers(app: App, order_id: str) -> list[tuple[str, str]]:
    """Number and carrier key of each notice by hand, as they stand on the platform after what was changed since."""
    standing: list[tuple[str, str]] = []
    for one in of_order(app, order_id):
        if one["state"] != DONE:
            continue
        told, old = (one["tracking_number"], one["service_key"]), one["old_tracking_number"]
        if one["kind"] == NOTICE:
            standing.append(told)
        elif one["kind"] == CHANGE:
            standing = [told if number == old else (number, service) for number, service in standing]
    return standing


def fill_in(
    app: App,
    order_id: str,
    *,
    service_key: str,
    tracking_number: str,
    everything: bool,
    by: str,
    quantities: Mapping[int, int] | None = None,
    tracking_website: str = "",
) -> Told:
    """Declare a parcel that went out some other way: all that is left of the order, or a part (line → how many).

    Raises Problem: order_unknown, notice_order_status, carrier_unknown, number_pattern, notice_quantity,
    notice_nothing (a part of no piece), notice_under_way, parcels_under_way; PlatformError before anything was told.
    """
    with app.database.read() as work:
        order = _order(work, order_id)
    number = tracking_number.strip()
    _check_number(app, order["shop_id"], service_key, number)
    now = app.now()
    with app.database.write() as work:
        order = _order(work, order_id)
        if order["status"] not in AWAITING:
            raise Problem("notice_order_status", order_id=order_id)
        _check_settled(work, order)
        lines = _lines(work, order, everything, quantities)
        notice = _written(
            work, order, NOTICE, lines, service_key=service_key, tracking_number=number,
            website=tracking_website.strip(), is_everything=everything, made_by=by, made_at=now,
        )  # fmt: skip
        audit.record(
            work, "notice", order_id, by=by, at=now, number=number, service=service_key, all=everything
        )
    return _tell(app, notice, lambda: _declare(app, notice))


def finish(app: App, order_id: str, *, by: str) -> Told:
    """Confirm that all is shipped (发货完毕确认): what is left stays unshipped, by a person's word.

    The last number told is told once more with `all` (UNCONFIRMED as the platform's rule). Raises Problem:
    order_unknown, nothing_declared, parcels_under_way, notice_under_way.
    """
    with app.database.read() as work:
        order = _order(work, order_id)
    told = app.platform_of(order["shop_id"]).declarations(order_id)
    if not told:
        raise Problem("nothing_declared", order_id=order_id)
    now, last = app.now(), told[-1]
    with app.database.write() as work:
        stays = {row["line_no"]: row["left_quantity"] for row in _unshipped(work, order)}
        notice = _written(
            work, order, FINISH, {}, service_key=last.service_key, tracking_number=last.tracking_number,
            website="", is_everything=True, made_by=by, made_at=now,
        )  # fmt: skip
        audit.record(work, "finish", order_id, by=by, at=now, unshipped=stays)
    return _tell(app, notice, lambda: _declare(app, notice))


def change(
    app: App, order_id: str, *, old_number: str, service_key: str, tracking_number: str, by: str
) -> Told:
    """Put another number or carrier in the place of a declared one, on the platform and here.

    Raises Problem: order_unknown, number_not_declared, carrier_unknown, number_pattern, notice_under_way.
    """
    with app.database.read() as work:
        order = _order(work, order_id)
    number = tracking_number.strip()
    _check_number(app, order["shop_id"], service_key, number)
    told = app.platform_of(order["shop_id"]).declarations(order_id)
    old = next((one for one in told if one.tracking_number == old_number.strip()), None)
    if old is None:
        raise Problem("number_not_declared", number=old_number, order_id=order_id)
    now = app.now()
    with app.database.write() as work:
        notice = _written(
            work, order, CHANGE, {}, service_key=service_key, tracking_number=number,
            old_service_key=old.service_key, old_tracking_number=old.tracking_number, website="",
            is_everything=old.everything, made_by=by, made_at=now,
        )  # fmt: skip
        audit.record(work, "change_number", order_id, by=by, at=now, old=old.tracking_number, new=number)
    return _tell(
        app,
        notice,
        lambda: app.platform_of(order["shop_id"]).modify_declaration(
            order_id,
            old_service_key=old.service_key,
            old_tracking_number=old.tracking_number,
            service_key=service_key,
            tracking_number=number,
            everything=old.everything,
        ),
    )


def from_file(app: App, path: Path, *, by: str) -> list[Told]:
    """Fill in the notices of a table: order, carrier key, number, all or part, and for a part its pieces in two more
    columns. Returns one per row; one that cannot be told says why. A part without pieces is refused: what is left
    would go once more.

    Once the platform is not there, the rows that are left are named and not tried. Raises sheets.NotReadable.
    """
    done: list[Told] = []
    is_gone = False
    for row in notice_tables.read(path):
        try:
            if is_gone:
                raise Problem("notice_not_told")
            told = _fill_in_row(app, row, by=by)
        except PlatformError:
            is_gone = True
            told = _not_told(row.order_id, Problem("notice_not_told"))
        except Problem as problem:
            told = _not_told(row.order_id, problem)
        done += [replace(told, row_no=row_no) for row_no in row.row_nos]
    return done


def settle(app: App) -> list[Told]:
    """Read back what was not answered, also by a program that died meanwhile, once each.

    What is not there when it was looked for twice, the last time after the settle time, was not told and may be told
    again. Returns one per notice that waited, with how it stands now.
    """
    with app.database.read() as work:
        waiting = store.unsettled(work, over_at=app.now() - LEASE)
    states = [(notice["order_id"], _read_back(app, notice)) for notice in waiting]
    return [Told(order_id, state, MISSING if state == REFUSED else None) for order_id, state in states]


def _fill_in_row(app: App, row: notice_tables.Row, *, by: str) -> Told:
    row.check()
    quantities = row.quantities(left(app, row.order_id)) if row.parts else None
    return fill_in(
        app, row.order_id, service_key=row.service_key, tracking_number=row.tracking_number,
        everything=row.everything, quantities=quantities, by=by,
    )  # fmt: skip


def _not_told(order_id: str, problem: Problem) -> Told:
    return Told(order_id, REFUSED, problem.code, details=dict(problem.details))


def _order(work: Any, order_id: str) -> dict[str, Any]:
    order = order_store.by_id(work, order_id)
    if order is None:
        raise Problem("order_unknown", order_id=order_id)
    return order


def _check_number(app: App, shop_id: str, service_key: str, number: str) -> None:
    known = {one.service_key: one for one in carriers(app, shop_id)}
    if service_key not in known and not service_key.upper().startswith("OTHER"):
        raise Problem("carrier_unknown", service=service_key)
    if not number or (service_key in known and not known[service_key].takes(number)):
        raise Problem(
            "number_pattern", number=number, carrier=getattr(known.get(service_key), "name", service_key)
        )


def _lines(
    work: Any, order: dict[str, Any], everything: bool, quantities: Mapping[int, int] | None
) -> dict[int, int]:
    """What goes out with a notice; parcels of ours are declared by themselves and never counted in."""
    rows = store.left(work, order["shop_id"], order["order_id"])
    if everything and any(row["under_way"] for row in rows):
        raise Problem("parcels_under_way", order_id=order["order_id"])
    free = {row["line_no"]: max(row["left_quantity"], 0) for row in rows}
    if everything:
        return {line: quantity for line, quantity in free.items() if quantity}
    wanted = {line: quantity for line, quantity in (quantities or {}).items() if quantity}
    if not wanted:
        raise Problem("notice_nothing")
    for line, quantity in wanted.items():
        if not 0 < quantity <= free.get(line, 0):
            raise Problem("notice_quantity", line=line, quantity=quantity, most=free.get(line, 0))
    return wanted


def _unshipped(work: Any, order: dict[str, Any]) -> list[dict[str, Any]]:
    rows = store.left(work, order["shop_id"], order["order_id"])
    if any(row["under_way"] for row in rows):
        raise Problem("parcels_under_way", order_id=order["order_id"])
    _check_settled(work, order)
    return [row for row in rows if row["left_quantity"] > 0]


def _check_settled(work: Any, order: dict[str, Any]) -> None:
    if store.under_way(work, order["shop_id"], order["order_id"]):
        raise Problem("notice_under_way", order_id=order["order_id"])


def _written(
    work: Any, order: dict[str, Any], kind: str, lines: Mapping[int, int], **told: Any
) -> dict[str, Any]:
    _check_settled(work, order)
    number = store.add(work, order["shop_id"], order["order_id"], kind, lines, **told)
    return next(
        one for one in store.of_order(work, order["shop_id"], order["order_id"]) if one["notice_id"] == number
    )


def _declare(app: App, notice: Mapping[str, Any]) -> None:
    app.platform_of(notice["shop_id"]).declare(
        notice["order_id"],
        service_key=notice["service_key"],
        tracking_number=notice["tracking_number"],
        everything=notice["everything"],
        tracking_website=notice["tracking_website"],
    )


def _tell(app: App, notice: Mapping[str, Any], ask: Callable[[], None]) -> Told:
    try:
        ask()
    except OutcomeUnknown:
        state = _read_back(app, notice)
        return Told(notice["order_id"], state)
    except PlatformError as error:
        text = error.text if isinstance(error, Refused) else ""
        with app.database.write() as work:
            store.settle(work, notice, REFUSED, at=app.now(), code=error.code, text=text)
        return Told(notice["order_id"], REFUSED, error.code, text)
    _done(app, notice)
    return Told(notice["order_id"], DONE)


def _read_back(app: App, notice: Mapping[str, Any]) -> str:
    try:
        found = app.platform_of(notice["shop_id"]).declarations(notice["order_id"])
    except PlatformError:
        with app.database.write() as work:
            store.settle(work, notice, UNCONFIRMED, at=app.now())
        return UNCONFIRMED
    there = any(
        one.tracking_number == notice["tracking_number"] and (one.everything or not notice["everything"])
        for one in found
    )
    if there:
        _done(app, notice)
        return DONE
    return _not_there(app, notice)


def _not_there(app: App, notice: Mapping[str, Any]) -> str:
    """It may become visible late: it is believed missing when twice not seen, the last time once it settled."""
    now = app.now()
    settled_at = notice["made_at"] + timedelta(seconds=app.settings.settle)
    believed = notice["absent_at"] is not None and now >= settled_at
    with app.database.write() as work:
        if believed:
            store.settle(work, notice, REFUSED, at=now, code=MISSING)
        else:
            store.absent(work, notice, at=now)
    return REFUSED if believed else UNCONFIRMED


def _done(app: App, notice: Mapping[str, Any]) -> None:
    now = app.now()
    status = OrderStatus.AWAITING_RECEIPT if notice["everything"] else OrderStatus.PARTLY_SHIPPED
    with app.database.write() as work:
        if store.settle(work, notice, DONE, at=now) and notice["kind"] != CHANGE:
            order_store.set_status(work, notice["shop_id"], notice["order_id"], status, at=now)
