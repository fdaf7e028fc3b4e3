"""Every parcel of a draft, and every plan for one of them, its fee taken apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from lib.services import plans
from lib.services import trials as trial_service
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.ui import actions, formats, tables
from lib.ui.context import app
from lib.wording import cargo_label, due_label, obstacles_sentence, part_label
from pages.parts.plans import edges, trials
from pages.parts.plans.choice import TABLES, got_a_plan

#: So many parcels are on a page of the table: of ten thousand nobody reads more, and each costs the browser time.
PAGE_SIZE = 200


def compare(batch_id: str) -> plans.Comparison:
    """The draft against every plan, with the page of its parcels that the table below shows."""
    return plans.compare(
        app(),
        batch_id,
        wanted=str(st.session_state.get(f"plans_find_{batch_id}") or "").strip(),
        page=int(st.session_state.get(f"plans_page_{batch_id}") or 1),
        page_size=PAGE_SIZE,
    )


def show_orders(batch_id: str, found: plans.Comparison, names: Mapping[str, str]) -> None:
    """One row per parcel, a page of them; a tick opens every plan for it."""
    st.subheader(_("Every order"))
    if found.tally.parcel_count > PAGE_SIZE:
        st.text_input(
            _("Find an order"),
            key=f"plans_find_{batch_id}",
            on_change=_turned,
            args=(f"plans_page_{batch_id}",),
            placeholder=_("Order or shipment number, or a part of it"),
            width=360,
        )
    rows = found.choices
    ticked = tables.choose(
        _order_rows(rows, names),
        _order_columns(),
        by="shipment_id",
        key="plans_orders",
        single=True,
        scope=f"{batch_id} {found.page} {st.session_state.get(f'plans_find_{batch_id}') or ''}",
    )
    if found.page_count > 1:
        # Where the list got shorter meanwhile, the page that was left is not there any more.
        key = f"plans_page_{batch_id}"
        st.session_state[key] = found.page
        st.pagination(found.page_count, key=key, on_change=actions.clear, args=("plans_orders",))
    if ticked:
        show_options(batch_id, rows.set_index("shipment_id").loc[ticked[0]].to_dict(), ticked[0])
    elif rows.empty:
        st.caption(_("No order of this draft has that in its number."))
    else:
        st.caption(_("Tick an order to see every plan for it, with the fee taken apart."))


def _turned(page_key: str) -> None:
    """Another search begins on its first page, with nothing ticked."""
    st.session_state.pop(page_key, None)
    actions.clear("plans_orders")


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
            "over": formats.whole(rows["fee_cny_minor"] - rows["cheapest_cny_minor"]),
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
    text = st.column_config.TextColumn
    return {
        "order_id": text(_("Order"), pinned=True),
        "country": text(_("Country")),
        "weight_g": tables.grams(_("Weight")),
        "cargo": text(_("Goods")),
        "buyer_service": text(_("The buyer's service")),
        "plan": text(_("Chosen plan")),
        "fee": text(_("Fee, estimated"), alignment="right"),
        "cheapest": text(_("Cheapest plan")),
        "cheapest_fee": text(_("Its fee"), alignment="right"),
        "over": tables.amount(_("Over the cheapest, CNY")),
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
    edges.weigh(shipment_id, (*TABLES, options))
    quotes = plans.options(app(), batch_id, shipment_id)
    standing = trial_service.of_parcel(app(), shipment_id)
    trials.ask_one(batch_id, shipment_id, standing)
    names = {one.plan_id: formats.plan({"name_en": one.name_en, "name_zh": one.name_zh}) for one in quotes}
    able = {one.plan_id for one in quotes if one.eligible}
    frame = pd.DataFrame(
        {
            "plan_id": [one.plan_id for one in quotes],
            "name": list(names.values()),
            "fee": [formats.money(one.fee_minor, one.currency) if one.eligible else "–" for one in quotes],
            "fee_cny": [
                formats.whole(one.fee_cny_minor) if one.eligible and one.fee_cny_minor is not None else None
                for one in quotes
            ],
            **trials.columns(quotes, standing),
            "parts": [parts(one) if one.eligible else "" for one in quotes],
            "chargeable": [formats.weight(one.chargeable_g) if one.eligible else "–" for one in quotes],
            "days": [formats.days(one.days_min, one.days_max) for one in quotes],
            "against": [_against_buyers(one) for one in quotes],
            "tracked": [one.tracked for one in quotes],
            "card": [one.card_id or "–" for one in quotes],
            "return_fee": [formats.money(one.return_fee_minor, one.return_fee_currency) for one in quotes],
            "why_not": [obstacles_sentence(one.obstacles) for one in quotes],
        }
    )
    text = st.column_config.TextColumn
    not_all = len(able) < len(quotes)
    ticked = tables.choose(
        frame,
        {
            "name": text(_("Plan"), width="medium", pinned=True),
            "fee": text(_("Fee, estimated"), alignment="right"),
            "fee_cny": tables.amount(_("In CNY")),
            **({"why_not": text(_("Why not"), width="medium")} if not_all else {}),
            **trials.column_config(),
            "parts": text(_("Fee taken apart"), width="medium"),
            "chargeable": text(_("Chargeable weight")),
            "days": text(_("Promised")),
            "against": text(
                _("Against the buyer's service"), help=_("What it costs more or less, and how much later.")
            ),
            "tracked": st.column_config.CheckboxColumn(_("Tracked")),
            "card": text(_("Rate card")),
            "return_fee": text(
                _("Return-service fee, assumed"), help=_("Only when return is chosen; not in the fee.")
            ),
        },
        by="plan_id",
        key=options,
        single=True,
        height="content",
    )
    say_due(plans.landed_of_shipment(app(), batch_id, shipment_id))
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
        done=got_a_plan,
        clears=(*TABLES, options),
        help=_("It stays with this plan, whatever is chosen for the others together."),
    )


def parts(quote: plans.Quote) -> str:
    return " + ".join(
        f"{part_label(part)} {formats.money(minor, quote.currency)}" for part, minor in quote.parts
    )


def _against_buyers(quote: plans.Quote) -> str:
    """`+1.20 CNY, 5 days later`: beside the service the buyer chose."""
    if quote.is_buyers:
        return _("the buyer's own")
    said = []
    if quote.over_buyers_cny_minor is not None:
        sign = "+" if quote.over_buyers_cny_minor > 0 else ""
        said.append(sign + formats.money(quote.over_buyers_cny_minor, "CNY"))
    if quote.eligible and quote.over_buyers_days:
        count = abs(quote.over_buyers_days)
        said.append(
            ngettext("{count} day later", "{count} days later", count)
            if quote.over_buyers_days > 0
            else ngettext("{count} day sooner", "{count} days sooner", count)
        )
    return _(", ").join(said) or "–"


def say_due(due: list[plans.Landed]) -> None:
    """Duties and taxes stand apart; they are no part of a fee."""
    for one in due:
        st.text(
            _(
                "Due at the destination, in no fee above: {what}, since {since}: {amount}",
                what=due_label(one.kind),
                since=formats.day(one.since),
                amount=formats.money(one.amount_minor, one.currency),
            )
        )
