"""Rules that choose plans: the list, and what they decide for rated parcels."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pandas as pd

from lib.store.database import Work


def every(work: Work) -> list[dict[str, Any]]:
    """One dict per rule, in the order in which they are tried; see the table plan_rules."""
    return work.rows("plan_rules_all")


def add(work: Work, *, by: str, at: datetime, **conditions: Any) -> int:
    """Add a rule behind all others; returns its number."""
    return int(work.value("plan_rule_add", made_by=by, made_at=at, **conditions))


def put_first(work: Work, rule_id: int) -> bool:
    """Try a rule before all others; False when there is none of that number."""
    return work.row("plan_rule_first", rule_id=rule_id) is not None


def remove(work: Work, rule_id: int, *, by: str, at: datetime) -> bool:
    """Remove a rule; False when there is none of that number."""
    return work.row("plan_rule_remove", rule_id=rule_id, removed_by=by, removed_at=at) is not None


def take_days(work: Work, *, since: datetime) -> None:
    """Take the parcels of the orders since a moment, to be rated."""
    work.run("parcels_clear")
    work.run("parcels_of_days", since_at=since)


def decide(work: Work, *, on: date) -> None:
    """Find the first rule that matches each rated parcel, for the readers below within the same work."""
    work.run("rule_decisions_clear")
    work.run("rule_decisions", quoted_on=on)


def plans(work: Work) -> dict[str, str]:
    """parcel_id → the plan its rule gives it."""
    return {row["parcel_id"]: row["plan_id"] for row in work.rows("rule_plans")}


def choose(work: Work, *, at: datetime) -> int:
    """Give every rated, unlocked shipment the plan of its rule; returns how many got one."""
    return len(work.rows("shipments_choose_rules", changed_at=at))


def reach(work: Work) -> list[dict[str, Any]]:
    """One dict per rule in its order: decided_count, and of these carried_count."""
    return work.rows("rules_reach")


def dry_run(work: Work) -> pd.DataFrame:
    """One row per parcel of the last days: what its rule decides, beside what it went on."""
    return work.frame("rules_dry_run")
