"""Quoted and billed: where the difference comes from, what to claim, what matches nothing, what SKUs really weigh."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from lib.services import bills, plans
from lib.services.bills import Comparison
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.ui import actions, charts, downloads, figures, formats, tables
from lib.ui.context import app
from lib.wording.costs import cause_label


def show(facets: Mapping[str, Mapping[str, int]], stamp: str) -> None:
    """Everything there is to say about bills; a sentence where none was loaded."""
    found = bills.compare(app())
    if not found.unmatched:
        st.info(_("No bill was loaded yet. Load what carriers charged, and it is compared here."))
        st.page_link("pages/files.py", label=_("Load a bill"), icon=":material/upload_file:")
        _weights()
        return
    names = {row["plan_id"]: formats.plan(row) for row in plans.all_plans(app())}
    _differences(found, names)
    _claims(found, names)
    _unmatched(found, names)
    _weights()


def _differences(found: Comparison, names: Mapping[str, str]) -> None:
    sums = found.sums
    st.subheader(_("Quoted and billed"))
    if not sums["parcel_count"]:
        st.info(_("No line of a bill charges for a parcel that is on the platform."))
        return
    figures.row(
        [
            (_("Parcels billed"), f"{sums['parcel_count']:,}"),
            (_("Quoted for them"), formats.money(sums["quoted_cny"], "CNY")),
            (_("Billed"), formats.money(sums["billed_cny"], "CNY")),
            (_("Difference"), formats.money(sums["difference_cny"], "CNY")),
            (_("Compensation"), formats.money(sums["compensation_cny"], "CNY")),
        ],
        key="bills_figures",
    )
    causes = pd.DataFrame(
        {
            "name": [cause_label(one) for one in bills.CAUSES],
            "amount": [formats.whole(sums[f"{one}_cny"]) for one in bills.CAUSES],
        }
    )
    if sums["differing_count"]:
        charts.bars(
            causes,
            name="name",
            values=["amount"],
            labels=[_("Difference")],
            value_label="CNY",
            key="bills_causes",
            alt=_("What was billed beyond the quotes in CNY, by cause."),
        )
    else:
        st.info(_("Every parcel was billed as it was quoted."))
    text = st.column_config.TextColumn
    tables.show(
        causes,
        {"name": text(_("Cause"), width="medium"), "amount": tables.amount(_("Difference in CNY"))},
        key="bills_cause_table",
        height="content",
    )
    rows = found.differences
    amounts = ["quoted_cny", "billed_cny", "difference_cny", *(f"{one}_cny" for one in bills.CAUSES)]
    shown = rows.assign(
        plan=rows["plan_id"].map(names),
        country=formats.words(rows["country"], formats.country),
        **{name: formats.whole(rows[name]) for name in amounts},
    )
    grams = tables.grams
    tables.show(
        shown,
        {
            "order_id": text(_("Order"), pinned=True),
            "country": text(_("Country")),
            "plan": text(_("Plan")),
            "sent_g": grams(_("Sent as")),
            "quoted_g": grams(_("Quoted weight")),
            "billed_g": grams(_("Billed weight")),
            "quoted_cny": tables.amount(_("Quoted, CNY")),
            "billed_cny": tables.amount(_("Billed in CNY")),
            "difference_cny": tables.amount(_("Difference in CNY")),
            **{f"{one}_cny": tables.amount(cause_label(one)) for one in bills.CAUSES},
        },
        key="bills_differences",
        height=tables.fitting(rows, 320),
    )
    downloads.buttons(partial(bills.export_differences, app()), key="bills_differences", name="differences")
    st.caption(
        _(
            "The parts of each difference add up to it. Weight: by the rate the quoted weight fell in; tier jump: "
            "what another rate makes of the weight billed; volumetric: both, where the weight billed is that of the "
            "parcel's size. Amounts in CNY by the rate of the day, an assumption."
        )
    )


def _claims(found: Comparison, names: Mapping[str, str]) -> None:
    st.subheader(_("To claim back"))
    if not found.claims:
        st.info(_("Nothing was billed that could be claimed back."))
        return
    sums = {row["reason"]: row for row in found.claims}
    reason = st.pills(
        _("Reason"),
        list(sums),
        format_func=lambda one: (
            f"{cause_label(one)} · {sums[one]['claim_count']:,} · {formats.money(sums[one]['amount_cny'], 'CNY')}"
        ),
        key="bills_reason",
        label_visibility="collapsed",
    )
    rows = bills.claims(app(), reason)
    text = st.column_config.TextColumn
    shown = rows.assign(
        reason=formats.words(rows["reason"], cause_label),
        plan=rows["plan_id"].map(names),
        amount=formats.whole(rows["amount_cny"]),
    )
    tables.show(
        shown,
        {
            "tracking_number": text(_("Number"), pinned=True),
            "reason": text(_("Reason")),
            "amount": tables.amount(_("Amount in CNY")),
            "bill_number": text(_("Bill")),
            "billed_on": st.column_config.DateColumn(_("Charged on")),
            "sent_g": tables.grams(_("Sent as")),
            "billed_g": tables.grams(_("Billed weight")),
            "order_id": text(_("Order")),
            "plan": text(_("Plan")),
        },
        key="bills_claims",
        height=tables.fitting(rows, 280),
    )
    downloads.buttons(partial(bills.export_claims, app(), reason), key="bills_claims", name="claims")


def _unmatched(found: Comparison, names: Mapping[str, str]) -> None:
    st.subheader(_("Matched with nothing"))
    count = sum(row["unmatched_count"] for row in found.unmatched)
    amounts = formats.totals(
        {row["currency"]: row["unmatched_minor"] for row in found.unmatched if row["unmatched_count"]}
    )
    if count:
        st.text(
            ngettext(
                "{count} line of bills charges for no parcel here: {amounts}.",
                "{count} lines of bills charge for no parcel here: {amounts}.",
                count,
                amounts=amounts,
            )
        )
        actions.button(
            _("Look for their numbers again"), partial(bills.match, app()), key="bills_match", quiet=True,
            icon=":material/refresh:",
        )  # fmt: skip
        _lines()
        _guesses(found)
    else:
        st.text(_("Every line of every bill charges for a parcel here."))
    if not found.unbilled_count:
        st.text(_("Every parcel that left more than {days} days ago is on a bill.", days=bills.LATE.days))
        return
    st.text(
        ngettext(
            "{count} parcel left more than {days} days ago and is on no bill; {amount} was estimated for it.",
            "{count} parcels left more than {days} days ago and are on no bill; {amount} was estimated for them.",
            found.unbilled_count,
            days=bills.LATE.days,
            amount=formats.money(found.unbilled_cny, "CNY"),
        )
    )
    rows = found.unbilled
    tables.show(
        rows.assign(plan=rows["plan_id"].map(names), estimated=formats.whole(rows["estimated_cny"])),
        {
            "order_id": _("Order"),
            "shipment_id": _("Shipment"),
            "plan": _("Plan"),
            "handed_on": st.column_config.DateColumn(_("Handed over on")),
            "weight_g": tables.grams(_("Weight")),
            "estimated": tables.amount(_("Freight estimated, CNY")),
        },
        key="bills_unbilled",
        height=tables.fitting(rows, 240),
    )


def _lines() -> None:
    rows = bills.lines(app(), matched=False)
    tables.show(
        rows.assign(amount=formats.amounts(rows["amount_minor"], rows["currency"])),
        {
            "number": _("Number"),
            "charged_on": st.column_config.DateColumn(_("Charged on")),
            "kind_text": _("Fee"),
            "billed_g": tables.grams(_("Billed weight")),
            "amount": st.column_config.TextColumn(_("Amount"), alignment="right"),
            "bill_number": _("Bill"),
        },
        key="bills_unmatched",
        height=tables.fitting(rows, 240),
    )


def _guesses(found: Comparison) -> None:
    rows = found.guesses
    if rows.empty:
        return
    st.text(
        _(
            "By date, weight and amount some of them may be of parcels that are on no bill. Nothing is taken for "
            "granted: tick those that are right."
        )
    )
    chosen = tables.choose(
        rows.assign(
            amount=formats.whole(rows["amount_cny"]),
            estimated=formats.whole(rows["estimated_cny"]),
            sure=rows["confidence"].map("{} %".format),
        ),
        {
            "sure": st.column_config.TextColumn(_("Confidence"), alignment="right"),
            "number": _("Number on the bill"),
            "charged_on": st.column_config.DateColumn(_("Charged on")),
            "billed_g": tables.grams(_("Billed weight")),
            "amount": tables.amount(_("Billed in CNY")),
            "order_id": _("Order"),
            "left_on": st.column_config.DateColumn(_("Left on")),
            "weight_g": tables.grams(_("Weight")),
            "estimated": tables.amount(_("Freight estimated, CNY")),
        },
        by="line_key",
        key="bills_guesses",
        height=tables.fitting(rows, 240),
    )
    actions.button(
        ngettext("Match {count} line", "Match {count} lines", len(chosen)),
        partial(bills.accept, app(), chosen, by=actions.by()),
        key="bills_accept",
        done=_matched,
        clears="bills_guesses",
        disabled=not chosen,
    )


def _matched(count: int) -> str:
    return ngettext(
        "{count} line charges for its parcel now.", "{count} lines charge for their parcels now.", count
    )


def _weights() -> None:
    st.subheader(_("Weights by SKU"))
    rows = bills.sku_weights(app())
    if rows.empty:
        st.info(_("No parcel of one SKU was weighed by a scale or a bill yet."))
        return
    wrong = int(rows["is_wrong"].sum())
    st.text(
        ngettext(
            "{count} SKU weighs something else than the product table says.",
            "{count} SKUs weigh something else than the product table says.",
            wrong,
        )
    )
    grams = tables.grams
    columns: dict[str, Any] = {
        "sku": st.column_config.TextColumn(_("SKU"), pinned=True),
        "is_wrong": st.column_config.CheckboxColumn(_("Wrong")),
        "stored_g": grams(_("Product table")),
        "scale_g": grams(_("Scale")),
        "scale_count": st.column_config.NumberColumn(_("Parcels on a scale"), format="localized"),
        "billed_g": grams(_("Bills")),
        "billed_count": st.column_config.NumberColumn(_("Parcels on bills"), format="localized"),
        "measured_g": grams(_("To put in")),
    }
    chosen = tables.choose(rows, columns, by="sku", key="bills_skus", height=tables.fitting(rows, 280))
    taken = chosen.or_all(rows.loc[rows["is_wrong"], "sku"])
    actions.button(
        ngettext("Correct {count} weight", "Correct {count} weights", len(taken)),
        partial(bills.correct_weights, app(), taken, by=actions.by()),
        key="bills_correct",
        done=_("The product table has the measured weights; drafts are weighed and priced anew."),
        clears="bills_skus",
        disabled=not taken,
        primary=bool(wrong),
    )
    st.caption(
        _(
            "What one unit weighs in parcels of that SKU alone, packaging taken off: the median. A weight is called "
            "wrong when three scales or five bills differ by more than 5 g and 5 %."
        )
    )
