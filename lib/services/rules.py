"""A list of rules that choose plans: the first that matches a parcel decides; locks on single orders always win."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pandas as pd
import pycountry

from lib.app import App
from lib.domain.money import Money
from lib.domain.problems import Problem
from lib.services.batches import need
from lib.store import audit, stops
from lib.store import plans as plan_store
from lib.store import rules as store

#: A dry run looks at so many days.
DAYS = 90
_COUNTRIES = frozenset(country.alpha_2 for country in pycountry.countries)


@dataclass(frozen=True)
class Reach:
    """How many parcels of a batch a rule decides."""

    rule_id: int
    decided_count: int  #: It is the first that matches them.
    carried_count: int  #: Of these: its plan can carry them.


def every(app: App) -> list[dict[str, Any]]:
    """One dict per rule, in the order in which they are tried."""
    with app.database.read() as work:
        return store.every(work)


def add(
    app: App,
    plan_id: str,
    *,
    by: str,
    countries: tuple[str, ...] = (),
    min_g: int | None = None,
    max_g: int | None = None,
    least: Money | None = None,
    most: Money | None = None,
    cargo_class: str = "",
    sku: str = "",
    buyer_service: str = "",
) -> int:
    """Add a rule behind all others; returns its number. Countries are ISO alpha-2.

    Raises Problem: stop_plan_unknown, rule_reversed, rule_country_unknown.
    """
    named = sorted({one.strip().upper() for one in countries if one.strip()})
    if min_g is not None and max_g is not None and min_g > max_g:
        raise Problem("rule_reversed", least=f"{min_g} g", most=f"{max_g} g")
    if (
        least is not None
        and most is not None
        and (least.currency != most.currency or least.minor > most.minor)
    ):
        raise Problem("rule_reversed", least=least, most=most)
    worth = least or most
    now = app.now()
    with app.database.write() as work:
        if not stops.knows(work, plan_id):
            raise Problem("stop_plan_unknown", plan_id=plan_id)
        strange = set(named) - set(plan_store.destinations(work, on=now.date())) - _COUNTRIES
        if strange:
            raise Problem("rule_country_unknown", countries=", ".join(sorted(strange)))
        rule_id = store.add(
            work,
            by=by,
            at=now,
            countries=",".join(named),
            min_g=min_g,
            max_g=max_g,
            min_value_minor=least.minor if least else None,
            max_value_minor=most.minor if most else None,
            value_currency=worth.currency if worth else "",
            cargo_class=cargo_class,
            sku=sku.strip(),
            buyer_service=buyer_service.strip(),
            plan_id=plan_id,
        )
        audit.record(work, "add_rule", str(rule_id), by=by, at=now, plan=plan_id)
    return rule_id


def put_first(app: App, rule_id: int, *, by: str) -> None:
    """Try a rule before all others. Raises Problem('rule_unknown')."""
    with app.database.write() as work:
        if not store.put_first(work, rule_id):
            raise Problem("rule_unknown", rule_id=rule_id)
        audit.record(work, "first_rule", str(rule_id), by=by, at=app.now())


def remove(app: App, rule_id: int, *, by: str) -> None:
    """Try a rule no more; what it decided stays. Raises Problem('rule_unknown')."""
    now = app.now()
    with app.database.write() as work:
        if not store.remove(work, rule_id, by=by, at=now):
            raise Problem("rule_unknown", rule_id=rule_id)
        audit.record(work, "remove_rule", str(rule_id), by=by, at=now)


def reach(app: App, batch_id: str) -> list[Reach]:
    """What each rule decides of a batch's undecided parcels, in their order; one that decides nothing has zeros.

    Raises Problem('batch_unknown').
    """
    today = app.now().date()
    with app.database.read() as work:
        need(work, batch_id)
        plan_store.rate_batch(work, batch_id, on=today)
        store.decide(work, on=today)
        return [Reach(**row) for row in store.reach(work)]


def dry_run(app: App, *, days: int = DAYS) -> pd.DataFrame:
    """What the rules would decide for the orders of the last days; changes nothing.

    One row per parcel. Columns: parcel_id, order_id, country, weight_g; rule_id, plan_id (null: no rule matches);
    is_carried; fee_cny_minor by the rates of today; was_plan_id and was_cny_minor (same rates); locked.
    """
    now = app.now()
    with app.database.read() as work:
        store.take_days(work, since=now - timedelta(days=days))
        plan_store.rate(work, now.date())
        store.decide(work, on=now.date())
        return store.dry_run(work)
