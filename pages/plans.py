"""Plans for a draft batch: what each costs, which one every parcel takes, and what differs from the buyers'."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from lib.domain.plans import Obstacle, Policy
from lib.services import batches, costs, plans
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.ui import actions, figures, formats, tables
from lib.ui import batches as batch_lists
from lib.ui.context import app
from lib.wording import (
    SAYABLE,
    cargo_label,
    class_label,
    error_sentence,
    obstacle_label,
    obstacles_sentence,
    pair_kind_label,
    part_label,
    policy_label,
)
from pages.parts import comparison

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
}


def show_drafts() -> None:
    """Without a batch in the URL: those that wait for a decision."""
    known = batches.all_batches(app())
    drafts = known[(known["draft_count"] > 0) | (known["refused_count"] > 0)]
    if drafts.empty:
        st.info(_("No batch waits for plans. Choose orders and make a new batch of them."))
        st.page_link("pages/orders.py", label=_("Choose orders"), icon=":material/receipt_long:")
        return
    st.text(_("Batches with parcels to be decided. Choose one."))
    batch_lists.links(drafts, "pages/plans.py", key="plans_drafts")


def show_batch(batch_id: str) -> None:
    """Compare, choose, confirm, go on."""
    try:
        batch = batches.get(app(), batch_id)
        with st.spinner(_("Every plan is quoted for every parcel…"), show_time=True):
            found = plans.compare(app(), batch_id)
    except SAYABLE as error:
        st.error(formats.plain(error_sentence(error)))
        show_drafts()
        return
    head(batch_id, len(found.choices))
    if found.choices.empty:
        st.info(_("Nothing of this batch is left to decide."))
        st.page_link(
            "pages/shipments.py",
            label=_("See its shipments"),
            icon=":material/local_shipping:",
            query_params={"batch": batch_id},
        )
        return
    choose(batch_id, found.plans, len(found.choices), found.places)
    chosen_total(found.choices)
    show_uncarried(batch_id, found.choices)
    differing = confirm(batch_id, batch)
    go_on(batch_id, found.choices, differing, confirmed=batch["confirmed_at"] is not None)
    show_orders(batch_id, found.choices)


def head(batch_id: str, parcel_count: int) -> None:
    """Which batch this is; another one, or giving it up, is a click away."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(
            ngettext(
                "Batch {batch_id}: {count} parcel to decide",
                "Batch {batch_id}: {count} parcels to decide",
                parcel_count,
                batch_id=batch_id,
            )
        )
        st.page_link("pages/plans.py", label=_("Other drafts"), icon=":material/list:")
        if parcel_count:
            give_up(batch_id)


def give_up(batch_id: str) -> None:
    """A draft nobody wants: its orders are free again."""
    if batches.get(app(), batch_id)["submitted_at"] is not None:
        return
    with st.popover(_("Give up this draft"), icon=":material/delete:"):
        st.text(_("Every order of batch {batch_id} becomes free for another batch.", batch_id=batch_id))
        actions.button(
            _("Give up batch {batch_id}", batch_id=batch_id),
            batches.discard,
            app(),
            batch_id,
            by=actions.by(),
            key="plans_discard",
            done=lambda n: ngettext("{count} order is free again.", "{count} orders are free again.", n),
            clears=TABLES,
        )


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
                done=_got_a_plan,
                clears=TABLES,
                help=_("For every parcel whose plan was not fixed one by one."),
            )
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
        done=_got_a_plan,
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
            "total_cny": (by_plan["fee_cny_minor"] / 100).mask(nothing),
            "mean_cny": (by_plan["fee_cny_minor"] / 100 / carried).round(2),
            "per_kg_cny": (by_plan["fee_cny_minor"] * 10 / by_plan["carried_g"].mask(nothing)).round(2),
            "matching": (by_plan["matching_count"] / parcel_count).round(3),
            "days": _day_ranges(by_plan),
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
        "name": text(_("Plan"), width="medium", pinned=True),
        "class": text(_("Class")),
        "carried": number(_("Can carry of {count}", count=f"{parcel_count:,}"), format="localized"),
        "total": text(_("Total"), help=_("Estimated by the rate card, in its currency.")),
        "total_cny": number(_("Total in CNY"), format="%.2f"),
        "mean_cny": number(_("Mean per parcel in CNY"), format="%.2f"),
        "per_kg_cny": number(_("Mean per kg in CNY"), format="%.2f", help=_("Of what the parcels weigh.")),
        "matching": number(
            _("The buyer's own"),
            format="percent",
            help=_("Share of all parcels whose buyer chose this plan."),
        ),
        "days": text(_("Promised"), help=_("Days from hand-over to delivery, as the carrier states them.")),
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


def _numbers(column: pd.Series) -> list[float]:
    """A column that may miss values, as numbers and NaN."""
    return column.astype("Float64").to_numpy(dtype="float64", na_value=float("nan")).tolist()


def chosen_total(choices: pd.DataFrame) -> None:
    """What the choice costs as it stands."""
    chosen = choices.dropna(subset="fee_minor")
    by_currency = chosen.groupby("currency")["fee_minor"].sum()
    over = (chosen["fee_cny_minor"] - chosen["cheapest_cny_minor"]).sum()
    total = formats.totals({str(code): int(minor) for code, minor in by_currency.items()})
    figures.row(
        [
            (_("Parcels with a plan"), f"{len(chosen):,} / {len(choices):,}"),
            (_("Total of the choice, estimated"), total),
            (_("In CNY"), formats.money(int(chosen["fee_cny_minor"].sum()), "CNY")),
            (_("Over the cheapest plans"), formats.money(int(over), "CNY")),
        ],
        key="plans_figures",
    )


def show_uncarried(batch_id: str, choices: pd.DataFrame) -> None:
    """Parcels no plan can carry would stop the batch: take them out, all at once."""
    uncarried = choices.loc[choices["option_count"] == 0, "shipment_id"].tolist()
    if not uncarried:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.warning(
            ngettext(
                "{count} parcel can be carried by no plan: it stands first among the orders below.",
                "{count} parcels can be carried by no plan: they stand first among the orders below.",
                len(uncarried),
            ),
            width=420,
        )
        actions.button(
            _("Take out of the batch: {count} that no plan can carry", count=f"{len(uncarried):,}"),
            batches.take_out,
            app(),
            batch_id,
            uncarried,
            by=actions.by(),
            key="plans_take_out",
            done=lambda n: ngettext(
                "{count} parcel taken out; its order is free again.",
                "{count} parcels taken out; their orders are free again.",
                n,
            ),
            clears=TABLES,
        )


def confirm(batch_id: str, batch: Mapping[str, Any]) -> int:
    """Choices that differ from the buyers' own need one confirmation; returns how many differ."""
    pairs = plans.mismatches(app(), batch_id)
    differing = sum(pair.shipment_count for pair in pairs)
    if not differing:
        return 0
    st.subheader(_("Other plans than the buyers chose"))
    names = {row["plan_id"]: formats.plan(row) for row in plans.all_plans(app())}
    tables.show(
        pd.DataFrame(
            {
                "buyers": [pair.buyer_service or _("not known") for pair in pairs],
                "plan": [names[pair.plan_id] for pair in pairs],
                "kind": [pair_kind_label(pair.kind) for pair in pairs],
                "count": [pair.shipment_count for pair in pairs],
                "fee": [pair.fee_cny_minor / 100 for pair in pairs],
                "buyers_days": [formats.days(None, pair.buyer_days_max) for pair in pairs],
                "plan_days": [formats.days(None, pair.plan_days_max) for pair in pairs],
            }
        ),
        {
            "buyers": st.column_config.TextColumn(_("The buyer's service"), width="medium"),
            "plan": st.column_config.TextColumn(_("Chosen plan"), width="medium"),
            "kind": st.column_config.TextColumn(_("Means")),
            "count": st.column_config.NumberColumn(_("Parcels"), format="localized"),
            "fee": st.column_config.NumberColumn(_("Cost in CNY"), format="%.2f"),
            "buyers_days": st.column_config.TextColumn(_("The buyer's: at most")),
            "plan_days": st.column_config.TextColumn(_("Chosen: at most")),
        },
        key="plans_pairs",
        height="auto" if len(pairs) > 8 else "content",
    )
    if batch["confirmed_at"] is not None:
        st.success(
            ngettext(
                "Confirmed by {who} on {when}: {count} parcel goes on another plan.",
                "Confirmed by {who} on {when}: {count} parcels go on another plan.",
                batch["confirmed_count"],
                who=formats.plain(batch["confirmed_by"]),
                when=formats.moment(batch["confirmed_at"]),
            )
        )
        return differing
    actions.button(
        ngettext(
            "Confirm: {count} parcel goes on another plan than its buyer chose",
            "Confirm: {count} parcels go on another plan than their buyers chose",
            differing,
        ),
        plans.confirm,
        app(),
        batch_id,
        differing,
        by=actions.by(),
        key="plans_confirm",
        primary=True,
    )
    return differing


def go_on(batch_id: str, choices: pd.DataFrame, differing: int, *, confirmed: bool) -> None:
    """To the shipments, once every parcel has its plan and the differing ones are confirmed."""
    missing = []
    planless = int(choices["fee_minor"].isna().sum())
    if planless:
        missing.append(
            ngettext("{count} parcel has no plan yet", "{count} parcels have no plan yet", planless)
        )
    if differing and not confirmed:
        missing.append(_("the plans that differ are not confirmed yet"))
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            _("Continue to shipments"),
            key="plans_continue",
            type="primary" if confirmed or not differing else "secondary",
            disabled=bool(missing),
            icon=":material/arrow_forward:",
        ):
            st.switch_page("pages/shipments.py", query_params={"batch": batch_id})
        if missing:
            st.text(_("Before that: {what}.", what=_("; ").join(missing)))


def show_orders(batch_id: str, choices: pd.DataFrame) -> None:
    """One row per parcel; a tick opens every plan for it."""
    st.subheader(_("Every order"))
    names = {row["plan_id"]: formats.plan(row) for row in plans.all_plans(app())}
    rows = choices.sort_values(
        by=["option_count", "position"],
        key=lambda column: column > 0 if column.name == "option_count" else column,
    )
    ticked = tables.choose(
        _order_rows(rows, names), _order_columns(), by="shipment_id", key="plans_orders", single=True
    )
    if ticked:
        show_options(batch_id, rows.set_index("shipment_id").loc[ticked[0]].to_dict(), ticked[0])
    else:
        st.caption(_("Tick an order to see every plan for it, with the fee taken apart."))


def _order_rows(rows: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "shipment_id": rows["shipment_id"],
            "order_id": rows["order_id"],
            "country": formats.words(rows["country"], formats.country),
            "weight_g": rows["weight_g"],
            "cargo": formats.words(rows["cargo_class"], cargo_label),
            "buyer_service": rows["buyer_service"].fillna("–"),
            "plan": _named(rows["plan_id"], rows["option_count"], names),
            "fee": formats.amounts(rows["fee_minor"], rows["currency"]),
            "cheapest": _named(rows["cheapest_plan_id"], rows["option_count"], names),
            "cheapest_fee": formats.amounts(rows["cheapest_minor"], rows["cheapest_currency"]),
            "over": (rows["fee_cny_minor"] - rows["cheapest_cny_minor"]) / 100,
            "locked": rows["locked"],
        }
    )


def _named(plan_ids: pd.Series, option_counts: pd.Series, names: Mapping[str, str]) -> list[str]:
    nothing, none_yet = _("No plan can carry it"), "–"
    return [
        names.get(plan_id, none_yet) if count else nothing
        for plan_id, count in zip(plan_ids, option_counts, strict=True)
    ]


def _order_columns() -> dict[str, Any]:
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    return {
        "order_id": text(_("Order"), pinned=True),
        "country": text(_("Country")),
        "weight_g": number(_("Weight"), format="%d g"),
        "cargo": text(_("Goods")),
        "buyer_service": text(_("The buyer's service")),
        "plan": text(_("Chosen plan")),
        "fee": text(_("Fee, estimated"), alignment="right"),
        "cheapest": text(_("Cheapest plan")),
        "cheapest_fee": text(_("Its fee"), alignment="right"),
        "over": number(_("Over the cheapest, CNY"), format="%.2f"),
        "locked": st.column_config.CheckboxColumn(_("Fixed"), help=_("Chosen for this order alone.")),
    }


def show_options(batch_id: str, row: Mapping[Any, Any], shipment_id: str) -> None:
    """Every plan for one parcel, its fee taken apart, or why it cannot carry it."""
    st.markdown(
        "**"
        + formats.plain(
            _(
                "Order {order_id} to {country}, {weight}: every plan",
                order_id=row["order_id"],
                country=formats.country(row["country"]),
                weight=formats.weight(row["weight_g"]),
            )
        )
        + "**"
    )
    options = f"plans_options_{shipment_id}"
    quotes = plans.options(app(), batch_id, shipment_id)
    names = {one.plan_id: formats.plan({"name_en": one.name_en, "name_zh": one.name_zh}) for one in quotes}
    able = {one.plan_id for one in quotes if one.eligible}
    frame = pd.DataFrame(
        {
            "plan_id": [one.plan_id for one in quotes],
            "name": list(names.values()),
            "fee": [formats.money(one.fee_minor, one.currency) if one.eligible else "–" for one in quotes],
            "fee_cny": [
                one.fee_cny_minor / 100 if one.eligible and one.fee_cny_minor is not None else None
                for one in quotes
            ],
            "parts": [_parts(one) if one.eligible else "" for one in quotes],
            "chargeable": [formats.weight(one.chargeable_g) if one.eligible else "–" for one in quotes],
            "days": [formats.days(one.days_min, one.days_max) for one in quotes],
            "card": [one.card_id or "–" for one in quotes],
            "return_fee": [formats.money(one.return_fee_minor, one.return_fee_currency) for one in quotes],
            "why_not": [obstacles_sentence(one.obstacles) for one in quotes],
        }
    )
    text = st.column_config.TextColumn
    ticked = tables.choose(
        frame,
        {
            "name": text(_("Plan"), width="medium", pinned=True),
            "fee": text(_("Fee, estimated"), alignment="right"),
            "fee_cny": st.column_config.NumberColumn(_("In CNY"), format="%.2f"),
            "parts": text(_("Fee taken apart"), width="medium"),
            "chargeable": text(_("Chargeable weight")),
            "days": text(_("Promised")),
            "card": text(_("Rate card")),
            "return_fee": text(
                _("Return-service fee, assumed"), help=_("Only when return is chosen; not in the fee.")
            ),
            "why_not": text(_("Why not"), width="medium"),
        },
        by="plan_id",
        key=options,
        single=True,
        height="content",
    )
    picked = ticked[0] if ticked and ticked[0] in able else None
    actions.button(
        _("Use {plan} for this order", plan=names[picked]) if picked else _("Tick a plan that can carry it"),
        plans.choose_plan,
        app(),
        batch_id,
        picked,
        by=actions.by(),
        shipment_ids=[shipment_id],
        key="plans_use_for_one",
        disabled=picked is None,
        done=_got_a_plan,
        clears=(*TABLES, options),
        help=_("It stays with this plan, whatever is chosen for the others together."),
    )


def _parts(quote: plans.Quote) -> str:
    return " + ".join(
        f"{part_label(part)} {formats.money(minor, quote.currency)}" for part, minor in quote.parts
    )


def _got_a_plan(count: int) -> str:
    return ngettext("{count} parcel got its plan.", "{count} parcels got their plan.", count)


st.title(_("Plans"))
if "batch" in st.query_params:
    show_batch(st.query_params["batch"])
else:
    show_drafts()
