"""The return-fee ledger: what having paid for returns came to, added up and parcel by parcel."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from lib.services import costs, ledger, plans
from lib.services.ledger import AXES, Ledger
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.ui import charts, downloads, figures, formats, tables
from lib.ui.context import app
from lib.wording import advice as words
from lib.wording import decision_label
from lib.wording.outcomes import outcome_label
from pages.parts import nothing

#: So many bars fit on a screen, and so many rows into a table; the export has all.
BARS, ROWS = 12, 500


def show() -> None:
    """Totals with how much of them is assumed, then along an axis as bars and numbers, then the parcels."""
    found = ledger.read(app(), page_size=ROWS)
    if found.total is None:
        nothing.sent(_("No parcel paid for return, failed or came back yet."))
        return
    _totals(found.total)
    axis = str(
        st.segmented_control(
            _("Add up"), list(AXES), default="month", required=True, format_func=words.axis_label,
            key="outcomes_ledger_axis", label_visibility="collapsed",
        )
    )  # fmt: skip
    _along(found, axis)
    _parcels(found)


def _totals(total: dict[str, Any]) -> None:
    cny = partial(formats.money, currency="CNY")
    figures.row(
        [
            (_("Paid for return"), f"{total['paid_count']:,}"),
            (_("Failed abroad"), f"{total['failed_count']:,}"),
            (_("Came back from abroad"), f"{total['returned_count']:,}"),
            (_("Destroyed"), f"{total['destroyed_count']:,}"),
            (_("Came back inside China"), f"{total['domestic_count']:,}"),
            (_("Return-service fees"), cny(total["fee_minor"])),
            (_("Recovered from abroad"), cny(total["recovered_minor"])),
            (_("Net of having paid for returns"), cny(total["net_minor"])),
        ],
        key="outcomes_ledger_figures",
    )
    said = [
        _(
            "Assumed are {fee} of the fees and {recovered} of what was recovered; the rest is billed, or was counted "
            "at check-in.",
            fee=_share(total, "fee"),
            recovered=_share(total, "recovered"),
        ),
        _(
            "Freight of what failed: {freight}, not in the net. What came back inside China is worth {domestic} and "
            "came back without a fee.",
            freight=cny(total["freight_minor"]),
            domestic=cny(total["recovered_domestic_minor"]),
        ),
    ]
    st.caption(formats.plain(" ".join(said)))
    if total["unconverted_count"]:
        st.warning(
            ngettext(
                "{count} parcel has an amount in a currency without a rate, which is in no total.",
                "{count} parcels have amounts in currencies without a rate, which are in no total.",
                total["unconverted_count"],
            )
        )


def _along(found: Ledger, axis: str) -> None:
    rows = pd.DataFrame(found.by[axis])
    rows["name"] = [_name(axis, value) for value in rows["value"]]
    if axis != "month":
        rows = rows.sort_values(["fee_minor", "failed_count"], ascending=False, ignore_index=True)
    charts.bars(
        rows.head(BARS).assign(
            fees=formats.whole(rows["fee_minor"]), recovered=formats.whole(rows["recovered_minor"])
        ),
        name="name",
        values=["fees", "recovered"],
        labels=[_("Return-service fees"), _("Recovered from abroad")],
        value_label=_("CNY"),
        key="outcomes_ledger_chart",
        alt=_("Return-service fees paid and what came back is worth, in CNY."),
        stacked=False,
    )
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    money = {name: formats.whole(rows[f"{name}_minor"]) for name in ("fee", "recovered", "freight", "net")}
    assumed = {
        f"{name}_assumed": [_share(row, name) for row in rows.to_dict("records")]
        for name in ("fee", "recovered")
    }
    tables.show(
        rows.assign(**money, **assumed),
        {
            "name": text(words.axis_noun(axis), width="medium"),
            "paid_count": number(_("Paid for return"), format="localized"),
            "failed_count": number(_("Failed abroad"), format="localized"),
            "returned_count": number(_("Came back from abroad"), format="localized"),
            "destroyed_count": number(_("Destroyed"), format="localized"),
            "domestic_count": number(_("Came back inside China"), format="localized"),
            "fee": tables.amount(_("Fees in CNY")),
            "fee_assumed": text(_("of it assumed"), alignment="right"),
            "recovered": tables.amount(_("Recovered in CNY")),
            "recovered_assumed": text(_("of it assumed"), alignment="right"),
            "net": tables.amount(_("Net in CNY")),
            "freight": tables.amount(_("Freight of what failed in CNY")),
        },
        key="outcomes_ledger_table",
    )
    exchange_on = costs.exchange_on(app())
    if exchange_on is not None:
        st.caption(formats.in_cny(exchange_on))


def _parcels(found: Ledger) -> None:
    st.subheader(_("Parcel by parcel"))
    names = {row["plan_id"]: formats.plan(row) for row in plans.all_plans(app())}
    rows, text = found.rows, st.column_config.TextColumn
    tables.show(
        rows.assign(
            plan=rows["plan_id"].map(names),
            land=formats.words(rows["country"], formats.country),
            sent=rows["sent_at"].dt.strftime("%Y-%m-%d"),
            chosen=formats.words(rows["decision"].fillna("–"), decision_label),
            how=formats.words(rows["decided_how"], words.how_label),
            became=formats.words(rows["outcome"], outcome_label),
            came_from=[words.kind_label(one) if isinstance(one, str) else "–" for one in rows["return_kind"]],
            fee=formats.amounts(rows["fee_minor"], rows["fee_currency"]),
            fee_how=_stages(rows["fee_stage"]),
            freight=formats.amounts(rows["freight_minor"], rows["freight_currency"]),
            freight_how=_stages(rows["freight_stage"]),
            recovered=formats.amounts(rows["recovered_minor"], rows["recovered_currency"]),
            recovered_how=_stages(rows["recovered_stage"]),
            net=formats.whole(rows["net_cny_minor"]),
        ),
        {
            "order_id": text(_("Order")),
            "plan": text(_("Plan")),
            "land": text(_("Country")),
            "sent": text(_("Sent"), help=_("UTC")),
            "chosen": text(_("Chosen")),
            "how": text(_("Decided")),
            "decided_by": text(_("By")),
            "became": text(_("Outcome")),
            "came_from": text(_("Came back")),
            "fee": text(_("Return-service fee"), alignment="right"),
            "fee_how": text(_("Stage of the fee")),
            "recovered": text(_("Recovered"), alignment="right"),
            "recovered_how": text(_("Stage of the recovered")),
            "net": tables.amount(_("Net in CNY")),
            "freight": text(_("Freight"), alignment="right"),
            "freight_how": text(_("Stage of the freight")),
        },
        key="outcomes_ledger_rows",
    )
    if found.total is not None and found.total["parcel_count"] > len(rows):
        st.caption(
            _(
                "{shown} of {count} parcels; the export has all.",
                shown=f"{len(rows):,}",
                count=f"{found.total['parcel_count']:,}",
            )
        )
    with st.container(horizontal=True):
        for kind, mime in (
            ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            ("csv", "text/csv"),
        ):
            st.download_button(
                _("Ledger as {kind}", kind=kind.upper()),
                downloads.spoken(partial(ledger.export, app(), kind=kind)),
                file_name=f"return-fees.{kind}",
                mime=mime,
                key=f"outcomes_ledger_{kind}",
                on_click="ignore",
                icon=":material/download:",
            )


def _name(axis: str, value: str) -> str:
    if axis == "country":
        return formats.country(value)
    if axis == "decision":
        return decision_label(value or "–")
    if axis == "plan":
        names = {row["plan_id"]: formats.plan(row) for row in plans.all_plans(app())}
        return names.get(value, value)
    return value


def _share(total: dict[str, Any], name: str) -> str:
    """How much of an amount nobody has charged or counted yet."""
    whole = total[f"{name}_minor"]
    return words.percent(total[f"{name}_assumed_minor"] / whole) if whole else "–"


def _stages(column: pd.Series) -> list[str]:
    return [words.stage_label(one) if isinstance(one, str) else "–" for one in column]
