"""The check before shipping (发货前检查): what is wrong with an order, found before anyone ships it.

Receivers are judged in the store, by the rules of their countries as tables; the few texts SQL cannot judge go
through the libraries (`check_rules`). What hangs on products, plans and states is a view, and never stale.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from lib.app import App
from lib.domain.checks import Finding, rule
from lib.domain.orders import RECEIVER_BYTES, Receiver
from lib.domain.problems import Problem
from lib.files import exports
from lib.services import check_rules
from lib.services.awaiting import counted, looked
from lib.store import audit
from lib.store import checks as store
from lib.store import orders as order_store
from lib.store.database import Work

PAGE_SIZE = 100
#: Findings of an order that its own draft brings about; the query `blocked_shipments` passes over them as well.
OF_THE_DRAFT = (Finding.TAKEN, Finding.NOTICE_UNSETTLED, Finding.UNKNOWN_REST)


def refresh(work: Work, shop_id: str, at: datetime) -> int:
    """Check every awaiting order's receiver that changed since it was last checked; returns how many."""
    return store.refresh(work, shop_id, check_rules.tables(), check_rules.judge, at=at)


def bring_up_to_date(app: App) -> int:
    """Check all receivers again when the rules are others than last time; returns how many were checked."""
    version = check_rules.tables().version
    with app.database.read() as work:
        if store.is_current(work, version):
            return 0
    now = app.now()
    with app.database.write() as work:
        store.forget(work, version)
        return sum(refresh(work, shop_id, now) for shop_id in app.shops())


def of_receiver(receiver: Receiver) -> list[tuple[Finding, str, str]]:
    """What is wrong with one receiver: (finding, field, value), the value without personal data.

    The libraries say so here, the store's SQL everywhere else; a test compares the two over all countries.
    """
    return [
        *_address(receiver),
        *_phone(receiver),
        *_tax_number(receiver),
        *_lengths(receiver),
    ]


def groups(app: App) -> list[dict[str, Any]]:
    """One dict (code, severity, subject, order_count, blocked_count, accepted_count) per finding there is."""

    def find() -> list[dict[str, Any]]:
        with app.database.read() as work:
            return store.groups(work)

    found = list(app.database.kept("finding_groups", find))
    overdue = counted(app)["overdue"]
    if overdue:
        found.append(
            {
                "code": Finding.OVERDUE.value,
                "severity": rule(Finding.OVERDUE).severity.value,
                "subject": rule(Finding.OVERDUE).subject.value,
                "order_count": overdue,
                "blocked_count": 0,
                "accepted_count": 0,
            }
        )
    return sorted(found, key=lambda one: (-one["blocked_count"], -one["order_count"], one["code"]))


def orders_with(
    app: App, code: str, *, include_accepted: bool = False, page: int = 1, page_size: int | None = PAGE_SIZE
) -> pd.DataFrame:
    """One row per awaiting order with this finding, soonest deadline first: a page, as of the minute; or all (None).

    `file`, `sheet` and `row_no` say where the order is known from, the first of its rows; `is_synced`: the platform.
    """
    now = app.now()

    def find() -> pd.DataFrame:
        with looked(app, now) as work:
            return store.orders_with(
                work,
                code,
                include_accepted=include_accepted,
                page_size=page_size,
                skipped=(page - 1) * (page_size or 0),
            )

    if page_size is None:
        return find()
    minute = now.replace(second=0, microsecond=0)
    return app.database.kept(("orders_with", code, include_accepted, page, page_size, minute), find)


def export(
    app: App, code: str, form: str, *, say: Callable[[str, str, str], str], titles: Mapping[str, str]
) -> bytes:
    """The orders with a finding as a file (csv, parquet, xlsx): one row an order and field, soonest deadline first.

    `say` makes a sentence of code, field and value; `titles` names the columns that are told, by our names, in their
    order: order_id, ship_by_at, country, field, value, sentence, file, sheet, row_no.
    """
    rows = orders_with(app, code, include_accepted=True, page_size=None)
    told = [say(code, field, value) for field, value in zip(rows["field"], rows["value"], strict=True)]
    return exports.table(rows.assign(sentence=told)[list(titles)].rename(columns=dict(titles)), form)


def of_orders(app: App, order_ids: Sequence[str]) -> list[dict[str, Any]]:
    """What is wrong with these orders, as far as nobody accepted it: order_id, code, field, value, severity, …"""
    with app.database.read() as work:
        return store.of_orders(work, order_ids, now=app.now())


def of_drafts(app: App, order_ids: Sequence[str]) -> list[dict[str, Any]]:
    """As `of_orders`, for orders in a draft: without what is there because the draft itself has them."""
    return [one for one in of_orders(app, order_ids) if one["code"] not in OF_THE_DRAFT]


def accepted_of(app: App, order_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Warnings of these orders that somebody accepted: order_id, code, field, value, accepted_by, accepted_at."""
    with app.database.read() as work:
        return store.accepted_of(work, order_ids)


def accept(app: App, code: str, order_ids: Sequence[str] | None = None, *, by: str) -> int:
    """Accept a warning for these orders, or for all that have it now; returns for how many.

    It is recorded who accepted what when; a changed receiver or value asks again. Raises Problem('not_a_warning').
    """
    if not rule(code).acceptable:
        raise Problem("not_a_warning", finding=code)
    now = app.now()
    with app.database.write() as work:
        wanted = _ids_with(work, code, now) if order_ids is None else order_ids
        accepted = store.accept(work, code, wanted, by=by, at=now)
        audit.record(work, "accept_finding", code, by=by, at=now, orders=accepted)
    return len(accepted)


def take_back(app: App, code: str, order_ids: Sequence[str], *, by: str) -> int:
    """Take acceptances back: the warning is there again. Returns for how many orders."""
    now = app.now()
    with app.database.write() as work:
        undone = store.take_back(work, code, order_ids)
        audit.record(work, "take_back_finding", code, by=by, at=now, orders=undone)
    return len(undone)


def following(app: App, code: str, after: str | None = None) -> str | None:
    """The next order with this finding, in the list's order after one that was just corrected; None: no more."""
    rows = orders_with(app, code, page_size=None)
    ids = list(dict.fromkeys(rows["order_id"]))
    return next((one for one in ids if one != after), None)


def blocked_shipments(work: Work, batch_id: str) -> set[str]:
    """The drafts of a batch that something keeps from being sent; their neighbours can be."""
    return store.blocked_shipments(work, batch_id)


def _ids_with(work: Work, code: str, now: datetime) -> list[str]:
    order_store.look(work, order_store.awaiting(work), now=now)
    rows = store.orders_with(work, code, include_accepted=False, page_size=None, skipped=0)
    return list(dict.fromkeys(rows["order_id"]))


def _address(receiver: Receiver) -> list[tuple[Finding, str, str]]:
    """Required fields and the postcode's pattern, by the country's own rules."""
    rules = check_rules.address_rules(receiver.country)
    needed = {"name"} | {
        field for field, name in check_rules.NEEDED.items() if rules and name in rules.required_fields
    }
    found: list[tuple[Finding, str, str]] = [
        (Finding.MISSING_ADDRESS, field, "")
        for field in ("name", "address", "city", "province")
        if field in needed and not getattr(receiver, field).strip()
    ]
    postcode = receiver.postcode.strip()
    if not postcode:
        return [*found, (Finding.MISSING_POSTCODE, "postcode", "")] if "postcode" in needed else found
    if not check_rules.postcode_fits(postcode, receiver.country):
        code = Finding.ODD_POSTCODE if "postcode" in needed else Finding.DOUBTFUL_POSTCODE
        found.append((code, "postcode", postcode))
    return found


def _phone(receiver: Receiver) -> list[tuple[Finding, str, str]]:
    numbers = [number for number in (receiver.mobile, receiver.phone) if number.strip()]
    if any(check_rules.phone_fits(number, receiver.country) for number in numbers):
        return []
    return [(Finding.ODD_PHONE if numbers else Finding.MISSING_PHONE, "phone", "")]


def _tax_number(receiver: Receiver) -> list[tuple[Finding, str, str]]:
    if receiver.country not in check_rules.TAX_NUMBERS:
        return []
    if not receiver.tax_number.strip():
        return [(Finding.MISSING_TAX_NUMBER, "tax_number", receiver.country)]
    if check_rules.tax_number_fits(receiver.tax_number, receiver.country):
        return []
    return [(Finding.ODD_TAX_NUMBER, "tax_number", receiver.country)]


def _lengths(receiver: Receiver) -> list[tuple[Finding, str, str]]:
    """The platform counts bytes: one Chinese or Cyrillic letter is two or three of them."""
    sizes = {field: len(getattr(receiver, field).encode()) for field in RECEIVER_BYTES}
    return [
        (Finding.ADDRESS_TOO_LONG, field, f"{size} > {RECEIVER_BYTES[field]}")
        for field, size in sizes.items()
        if size > RECEIVER_BYTES[field]
    ]
