"""What a rate card would change: prices by destination, and the orders of the last days."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from lib.services import costs, files, rates
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.ui import actions, charts, downloads, figures, formats, tables
from lib.ui.context import app
from lib.wording import cargo_label

#: So many rows of a preview are on the screen; the download has all.
SHOWN = 500
#: So many bars fit on a screen.
BARS = 12


def show(card: Mapping[str, Any]) -> None:
    """What quoting by the card would change, and the button that makes it so."""
    day = st.date_input(
        _("Active from"), value=rates.first_day(app(), dict(card)), min_value=card["valid_from"],
        key="rates_day", width=220,
        help=_("Quotes of this day and later are made by it; the card before it ends there."),
    )  # fmt: skip
    with st.spinner(_("Every parcel is quoted both ways…"), show_time=True):
        found = rates.preview(app(), card["card_id"], on=day, page_size=SHOWN)
    with st.container(horizontal=True):
        actions.button(
            _("Activate from {day}", day=found.active_from.isoformat()), rates.activate, app(), card["card_id"],
            on=found.active_from, by=actions.by(), key="rates_activate", primary=True,
            done=lambda since: _("Quotes are made by it from {day} on.", day=since),
        )  # fmt: skip
        actions.button(
            _("Discard"), discard, card["card_id"], key="rates_discard",
            help=_("Drops this version; the active card stays."),
        )  # fmt: skip
    total, orders = found.places_total, found.orders_total
    st.subheader(_("Prices"))
    figures.row(
        [
            (_("Prices compared"), f"{total['price_count']:,}"),
            (_("Changed"), f"{total['changed_count']:,}"),
            (_("Mean change"), percent(total["mean_percent"])),
            (_("Median change"), percent(total["median_percent"])),
            (_("Only in the new card"), f"{total['added_count']:,}"),
            (_("No longer quoted"), f"{total['lost_count']:,}"),
        ],
        key="rates_price_figures",
    )
    show_places(found.places)
    st.subheader(_("Orders of the last {days} days", days=rates.PREVIEW_DAYS))
    figures.row(
        [
            (_("Parcels"), f"{orders['parcel_count']:,}"),
            (_("Other price or plan"), f"{orders['changed_count']:,}"),
            (_("Other plan"), f"{orders['plan_count']:,}"),
            (_("No plan any more"), f"{orders['lost_count']:,}"),
            (_("Cost before"), formats.money(orders["before_cny_minor"], "CNY")),
            (_("Difference in all"), signed(found.difference_cny_minor)),
        ],
        key="rates_order_figures",
    )
    show_orders(found.orders, card["card_id"], lambda: rates.preview(app(), card["card_id"], on=day).orders)
    st.caption(
        _(
            "A parcel goes on the plan chosen for it, or on the cheapest while nobody chose; one that goes on the "
            "cheapest follows it. Return-service fees and duties are not part of this."
        )
    )
    st.caption(formats.in_cny(costs.exchange_on(app())))


def show_places(places: pd.DataFrame) -> None:
    """Changes by destination, the largest first: bars, and the numbers behind them."""
    if places.empty:
        st.info(_("No destination has prices to compare."))
        return
    said = places.assign(
        name=[formats.country(code) for code in places["country"]],
        goods=formats.words(places["cargo_class"], cargo_label),
        mean=places["mean_percent"].round(1),
        mean_cny=formats.whole(places["mean_minor"]),
    )
    said = said[(said["changed_count"] > 0) | (said["added_count"] > 0) | (said["lost_count"] > 0)]
    st.caption(
        ngettext(
            "{count} destination stays as it is.",
            "{count} destinations stay as they are.",
            len(places) - len(said),
        )
    )
    if said.empty:
        return
    changed = said[said["changed_count"] > 0]
    if not changed.empty:
        charts.bars(
            changed.head(BARS),
            name="name",
            values=["mean"],
            labels=[_("Mean change")],
            value_label="%",
            key="rates_chart",
            alt=_("Mean change of price by destination, the largest first."),
        )
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    tables.show(
        said,
        {
            "name": text(_("Country"), width="medium"),
            "goods": text(_("Goods")),
            "weight_count": number(_("Weights compared"), format="localized"),
            "changed_count": number(_("Changed"), format="localized"),
            "mean_percent": number(_("Mean change"), format="%+.1f %%"),
            "median_percent": number(_("Median change"), format="%+.1f %%"),
            "least_percent": number(_("Least"), format="%+.1f %%"),
            "most_percent": number(_("Most"), format="%+.1f %%"),
            "mean_cny": tables.amount(_("Mean in CNY")),
            "added_count": number(_("New"), format="localized"),
            "lost_count": number(_("Gone"), format="localized"),
            "is_stopped": st.column_config.CheckboxColumn(_("Suspended now")),
        },
        key="rates_places",
    )


def show_orders(orders: pd.DataFrame, card_id: str, everything: Callable[[], pd.DataFrame]) -> None:
    """The parcels that would have cost something else, the largest difference first."""
    if orders.empty:
        st.info(_("No order of these days would have cost anything else."))
        return
    names = {card["plan_id"]: formats.plan(card) for card in rates.cards(app())}
    said = orders.assign(
        paid=[formats.moment(at) for at in orders["paid_at"]],
        name=[formats.country(code) for code in orders["country"]],
        weight=[formats.weight(grams) for grams in orders["weight_g"]],
        before=orders["plan_before"].map(names).fillna("–"),
        after=orders["plan_after"].map(names).fillna("–"),
        fee_before=formats.amounts(orders["before_minor"], orders["before_currency"]),
        fee_after=formats.amounts(orders["after_minor"], orders["after_currency"]),
        difference=formats.whole(orders["difference_cny_minor"]),
    )
    text = st.column_config.TextColumn
    columns = {
        "order_id": text(_("Order")),
        "name": text(_("Country")),
        "weight": text(_("Weight"), alignment="right"),
        "difference": tables.amount(_("Difference in CNY")),
        "before": text(_("Plan"), width="medium"),
        "fee_before": text(_("Fee"), alignment="right"),
        "after": text(_("New plan"), width="medium"),
        "fee_after": text(_("New fee"), alignment="right"),
        "paid": text(_("Paid")),
        "is_decided": st.column_config.CheckboxColumn(_("Plan chosen")),
    }
    tables.show(said, columns, key="rates_orders")
    if len(orders) == SHOWN:
        st.caption(_("The first {count} are shown; the download has all.", count=f"{SHOWN:,}"))
    st.download_button(
        _("Download these orders"), downloads.spoken(lambda: files.as_xlsx(everything())),
        file_name=f"{card_id}-orders.xlsx", key="rates_orders_download", icon=":material/download:",
        on_click="ignore",
    )  # fmt: skip


def discard(card_id: str) -> None:
    """Drop the card and go back to the list."""
    rates.discard(app(), card_id, by=actions.by())
    actions.notice("success", _("Rate card {card_id} is dropped.", card_id=formats.plain(card_id)))
    actions.go("pages/rates.py")


def percent(value: float | None) -> str:
    """`+3.2 %`; a dash for none."""
    return "–" if value is None else f"{value:+.1f} %"


def signed(minor: int) -> str:
    """An amount of CNY with its sign."""
    return ("+" if minor > 0 else "") + formats.money(minor, "CNY")
