"""The check before shipping: its rules, findings per receiver, and what a person accepted of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from lib.domain import checks, products
from lib.domain.orders import RECEIVER_BYTES
from lib.store.database import Work

#: Judges what SQL could not: one row per text (kind, country, text) in, the same with `fits` out.
Judge = Callable[[pd.DataFrame], pd.DataFrame]


@dataclass(frozen=True)
class CountryRules:
    """What the countries want of addresses, phones and tax numbers; frames as the queries name them."""

    version: str  #: Another version checks every receiver again.
    country_rules: pd.DataFrame
    dial_codes: pd.DataFrame
    dial_regions: pd.DataFrame
    tax_countries: pd.DataFrame


def set_rules(work: Work) -> None:
    """Write down this program's own rules and limits, so that views can read them."""
    rules = [(str(code), str(one.severity), str(one.subject), one.asks) for code, one in checks.RULES.items()]
    with work.table("rules", pd.DataFrame(rules, columns=["code", "severity", "subject", "asks"])):
        work.run("finding_rules_clear")
        work.run("finding_rules_set")
    limits: list[tuple[str, int, int]] = [
        *((f"receiver_{field}", 0, most) for field, most in RECEIVER_BYTES.items()),
        ("weight_g", *products.DECLARED_WEIGHT_G),
        ("declared_minor", *products.DECLARED_USD_MINOR),
        ("declared_name_zh", 1, products.DECLARED_NAME_ZH_CHARACTERS),
        ("declared_name_en", 1, products.DECLARED_NAME_EN_CHARACTERS),
        ("quantity", *products.DECLARED_COUNT),
        ("hs_code", *checks.HS_DIGITS),
        ("declared_percent", *checks.DECLARED_PERCENT),
    ]
    with work.table("limits", pd.DataFrame(limits, columns=["name", "least", "most"])):
        work.run("field_limits_clear")
        work.run("field_limits_set")


def is_current(work: Work, version: str) -> bool:
    """Whether receivers were checked with this version of the rules."""
    return bool(work.value("check_version") == version)


def forget(work: Work, version: str) -> None:
    """From now on this version of the rules counts, and no receiver is checked."""
    work.run("check_version_clear")
    work.run("check_version_set", version=version)
    work.run("receiver_checks_clear")


def refresh(work: Work, shop_id: str, rules: CountryRules, judge: Judge, *, at: datetime) -> int:
    """Check the awaiting orders whose receiver changed since it was last checked; returns how many."""
    work.run("due_make", shop_id=shop_id)
    count = int(work.value("due_count"))
    if count:
        with ExitStack() as lent:
            for name in ("country_rules", "dial_codes", "dial_regions", "tax_countries"):
                lent.enter_context(work.table(name, getattr(rules, name)))
            work.run("postcode_texts_make")
            work.run("postcode_verdicts_make")
            for row in work.rows("postcode_patterns"):
                work.run("postcodes_judge", pattern=row["pattern"])
            _read_phones(work)
            work.run("tax_verdicts_make")
            lent.enter_context(work.table("judged", judge(work.frame("undecided"))))
            work.run("findings_forget", shop_id=shop_id)
            work.run("findings_find", shop_id=shop_id)
        work.run("receivers_checked_forget", shop_id=shop_id)
        work.run("receivers_checked", shop_id=shop_id, checked_at=at)
    work.run("due_drop")
    return count


def _read_phones(work: Work) -> None:
    """Judge the phone numbers; a pattern that is one constant is compiled once, not for every number."""
    work.run("phone_readings_make")
    work.run("phone_prefixes_make")
    for row in work.rows("phone_patterns"):
        work.run("phone_prefixes_measure", **row, anchored=f"^(?:{row['pattern']})")
    work.run("phone_verdicts_make")


def of_orders(work: Work, order_ids: Sequence[str], *, now: datetime) -> list[dict[str, Any]]:
    """One dict (order_id, code, field, value, severity, subject, blocks) per finding nobody accepted."""
    with work.ids(order_ids):
        return work.rows("findings_of", now_at=now, only=_only(order_ids))


def accepted_of(work: Work, order_ids: Sequence[str]) -> list[dict[str, Any]]:
    """One dict (order_id, code, field, value, accepted_by, accepted_at) per warning that was accepted."""
    with work.ids(order_ids):
        return work.rows("accepted_of", only=_only(order_ids))


def _only(order_ids: Sequence[str]) -> str | None:
    return order_ids[0] if len(order_ids) == 1 else None


def groups(work: Work) -> list[dict[str, Any]]:
    """One dict (code, severity, subject, order_count, blocked_count, accepted_count) per finding, deadlines apart."""
    return work.rows("finding_groups")


def orders_with(
    work: Work, code: str, *, include_accepted: bool, page_size: int | None, skipped: int
) -> pd.DataFrame:
    """One row per awaiting order looked at (`orders.look`) with this finding, soonest deadline first: a page, or all.

    Orders whose status is not known are not among those looked at: they are found by themselves.
    """
    if code == checks.Finding.STATUS_UNKNOWN:
        return work.frame("finding_orders_unknown", page_size=page_size, skipped=skipped)
    return work.frame(
        "finding_orders",
        code=code,
        include_accepted=include_accepted,
        page_size=page_size,
        skipped=skipped,
    )


def accept(work: Work, code: str, order_ids: Sequence[str], *, by: str, at: datetime) -> list[str]:
    """Accept a warning for these orders as it is seen now; returns the orders that had it."""
    with work.ids(order_ids):
        rows = work.rows("findings_accept", code=code, accepted_by=by, accepted_at=at)
    return sorted({row["order_id"] for row in rows})


def take_back(work: Work, code: str, order_ids: Sequence[str]) -> list[str]:
    """Take acceptances back; returns the orders that had one."""
    with work.ids(order_ids):
        return sorted({row["order_id"] for row in work.rows("findings_accept_undo", code=code)})


def blocked_shipments(work: Work, batch_id: str) -> set[str]:
    """The drafts of a batch that something keeps from being sent."""
    return {row["shipment_id"] for row in work.rows("blocked_shipments", batch_id=batch_id)}
