"""The plans of a draft beside each other, and the ways to choose among them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from lib.domain.plans import Obstacle, Policy
from lib.services import costs, plans, rules, transit
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.ui import actions, figures, formats, tables
from lib.ui.context import app
from lib.wording import class_label, obstacle_label, policy_label
from lib.wording.rules import reach_sentence, rule_sentence
from pages.parts.plans import comparison, limits

#: Tables whose rows may move when something was decided.
TABLES = ("plans_table", "plans_orders")
#: A count of `compare().plans` → the obstacle it counts.
COUNTS = {
    "no_weight_count": Obstacle.NO_WEIGHT,
    "too_heavy_count": Obstacle.TOO_HEAVY,
    "too_large_count": Obstacle.TOO_LARGE,
    "cargo_count": Obstacle.CARGO,
    "suspended_count": Obstacle.SUSPENDED,
    "no_rate_count": Obstacle.NO_RATE,
    "too_dear_count": Obstacle.TOO_DEAR,
    "stopped_count": Obstacle.STOPPED,
}


def choose(batch_id: str, by_plan: pd.DataFrame, parcel_count: int, places: pd.DataFrame) -> None:
    """The plans beside each other, and the ways to choose among them."""
    st.subheader(_("Choose a plan for every parcel"))
    with st.container(horizontal=True, vertical_alignment="center"):
        for policy in Policy:
            actions.button(
                policy_label(policy),
                plans.choose_by_policy,
                app(),
                batch_id,
                policy,
                by=actions.by(),
                key=f"plans_policy_{policy}",
                primary=policy is Policy.CHEAPEST,
                done=partial(_ruled, batch_id) if policy is Policy.RULES else got_a_plan,
                clears=TABLES,
                help=_("For every parcel whose plan was not fixed one by one."),
            )
        names = {row["plan_id"]: formats.plan(row) for row in by_plan.to_dict("records")}
        limits.show(batch_id, names, TABLES)
    as_table, as_chart, as_map = st.tabs(
        [_("Every plan"), _("Cost against days"), _("Cheapest by country and weight")]
    )
    with as_table:
        ticked = tables.choose(
            _plan_rows(by_plan, parcel_count),
            _plan_columns(parcel_count),
            by="plan_id",
            key="plans_table",
            single=True,
        )
        st.caption(formats.in_cny(costs.exchange_on(app())))
        if ticked:
            use_for_all(batch_id, by_plan.set_index("plan_id").loc[ticked[0]].to_dict(), ticked[0])
    with as_chart:
        comparison.show_chart(by_plan)
    with as_map:
        comparison.show_map(places, by_plan)


def use_for_all(batch_id: str, plan: Mapping[Any, Any], plan_id: str) -> None:
    """One plan for everything it can carry."""
    count = int(plan["carried_count"])
    actions.button(
        ngettext(
            "Use {plan} for the {count} parcel it can carry",
            "Use {plan} for all {count} parcels it can carry",
            count,
            plan=formats.plan(plan),
        ),
        plans.choose_plan,
        app(),
        batch_id,
        plan_id,
        by=actions.by(),
        key="plans_use_for_all",
        disabled=not count,
        done=got_a_plan,
        clears=TABLES,
        help=_("Also for parcels whose plan was fixed one by one. The others keep what they have."),
    )


def _plan_rows(by_plan: pd.DataFrame, parcel_count: int) -> pd.DataFrame:
    carried = by_plan["carried_count"].where(by_plan["carried_count"] > 0)
    nothing = by_plan["carried_count"] == 0
    return pd.DataFrame(
        {
            "plan_id": by_plan["plan_id"],
            "name": [formats.plan(row) for row in by_plan.to_dict("records")],
            "class": formats.words(by_plan["class"], class_label),
            "carried": by_plan["carried_count"],
            "total": pd.Series(formats.amounts(by_plan["fee_minor"], by_plan["currency"])).mask(nothing, "–"),
            "total_cny": formats.whole(by_plan["fee_cny_minor"]).mask(nothing),
            "mean_cny": (formats.whole(by_plan["fee_cny_minor"]) / carried).round(2),
            "per_kg_cny": (
                formats.whole(by_plan["fee_cny_minor"]) * 1000 / by_plan["carried_g"].mask(nothing)
            ).round(2),
            "matching": (by_plan["matching_count"] / parcel_count).round(3),
            "days": _day_ranges(by_plan),
            "own_days": by_plan["plan_id"].map(_experience()),
            "tracked": by_plan["tracked"],
            "returns": by_plan["return_supported"],
            "card_from": by_plan["card_from"].dt.strftime("%Y-%m-%d"),
            "why_not": [_why_not(row) for row in by_plan.to_dict("records")],
        }
    )


def _plan_columns(parcel_count: int) -> dict[str, Any]:
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    yes_no = st.column_config.CheckboxColumn
    return {
        "name": text(_("Plan"), pinned=True),
        "class": text(_("Class")),
        "carried": number(_("Can carry of {count}", count=f"{parcel_count:,}"), format="localized"),
        "total": text(_("Total"), alignment="right", help=_("Estimated by the rate card, in its currency.")),
        "total_cny": tables.amount(_("Total in CNY")),
        "mean_cny": tables.amount(_("Mean per parcel in CNY")),
        "per_kg_cny": tables.amount(_("Mean per kg in CNY"), help=_("Of what the parcels weigh.")),
        "matching": number(
            _("The buyer's own"),
            format="percent",
            help=_("Share of all parcels whose buyer chose this plan."),
        ),
        "days": text(_("Promised"), help=_("Days from hand-over to delivery, as the carrier states them.")),
        "own_days": text(
            _("Own experience"), help=_("Days within which half, and 85 of 100, of your own parcels arrived.")
        ),
        "tracked": yes_no(_("Tracked")),
        "returns": yes_no(
            _("Return offered"), help=_("Undeliverable parcels can come back for a fixed fee.")
        ),
        "card_from": text(_("Rates of"), help=_("The day the rate card is of.")),
        "why_not": text(_("Why not the others"), width="large"),
    }


def _why_not(row: Mapping[Any, Any]) -> str:
    return _("; ").join(
        _("{count} × {why}", count=f"{row[column]:,}", why=obstacle_label(obstacle))
        for column, obstacle in COUNTS.items()
        if row[column]
    )


def _day_ranges(frame: pd.DataFrame) -> list[str]:
    pairs = zip(_numbers(frame["days_min"]), _numbers(frame["days_max"]), strict=True)
    return [formats.days(least, most) for least, most in pairs]


def _experience() -> dict[str, str]:
    return {plan_id: formats.days(*days) for plan_id, days in transit.experience(app()).items()}


def _numbers(column: pd.Series) -> list[float]:
    """A column that may miss values, as numbers and NaN."""
    return column.astype("Float64").to_numpy(dtype="float64", na_value=float("nan")).tolist()


def chosen_total(tally: plans.Tally) -> None:
    """What the choice costs as it stands."""
    figures.row(
        [
            (_("Parcels with a plan"), f"{tally.planned_count:,} / {tally.parcel_count:,}"),
            (_("Total of the choice, estimated"), formats.totals(tally.fee_minor)),
            (_("In CNY"), formats.money(tally.fee_cny_minor, "CNY")),
            (_("Over the cheapest plans"), formats.money(tally.over_cny_minor, "CNY")),
        ],
        key="plans_figures",
    )


def _ruled(batch_id: str, count: int) -> str:
    """Why so many: a rule nothing meets is seen at once."""
    said = {one["rule_id"]: rule_sentence(one) for one in rules.every(app())}
    reach = [(one.rule_id, one.decided_count, one.carried_count) for one in rules.reach(app(), batch_id)]
    return formats.plain(reach_sentence(said, reach, count))


def got_a_plan(count: int) -> str:
    return ngettext("{count} parcel got its plan.", "{count} parcels got their plan.", count)
