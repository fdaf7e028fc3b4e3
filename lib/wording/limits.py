"""Limits across a batch in words: what binds, what clashes, what was proven."""

from __future__ import annotations

from lib.domain.limits import Goal, Limit, LimitKind
from lib.domain.money import Money
from lib.texts import gettext as _
from lib.texts import later

GOALS = {Goal.CHEAPEST: later("Cheapest in all"), Goal.FASTEST: later("Fewest promised days in all")}


def goal_label(goal: Goal) -> str:
    """What is made least."""
    return _(GOALS[goal])


def limit_label(limit: Limit) -> str:
    """One limit with its amount."""
    on = _(", ").join(limit.plan_ids)
    match limit.kind:
        case LimitKind.BUDGET:
            return _("budget {amount}", amount=Money(limit.amount, "CNY"))
        case LimitKind.MOST:
            return _("at most {count} on {plans}", count=limit.amount, plans=on)
        case LimitKind.LEAST:
            return _("at least {count} on {plans}", count=limit.amount, plans=on)
        case LimitKind.DIFFERING:
            return _("at most {count} on another plan than their buyers chose", count=limit.amount)
        case LimitKind.DAYS:
            return _("promised within {days} days", days=limit.amount)


def clash_sentence(limits: list[Limit]) -> str:
    """No choice keeps all limits: which clash."""
    return _(
        "No choice keeps these limits together: {limits}. Loosen one of them; nothing was changed.",
        limits=_("; ").join(map(limit_label, limits)),
    )


def chosen_sentence(count: int, fee_cny_minor: int, gap: int, binding: list[Limit], goal: Goal) -> str:
    """What was chosen, how good it is, and what holds it back."""
    if gap == 0:
        proof = _("proven the best")
    elif goal is Goal.CHEAPEST:
        proof = _("at most {gap} above the best", gap=Money(gap, "CNY"))
    else:
        proof = _("at most {gap} days above the best", gap=gap)
    held = _("; ").join(map(limit_label, binding)) or _("none")
    return _(
        "{count} parcels got their plan for {total}: {proof}. Limits that bind: {limits}.",
        count=f"{count:,}",
        total=Money(fee_cny_minor, "CNY"),
        proof=proof,
        limits=held,
    )
