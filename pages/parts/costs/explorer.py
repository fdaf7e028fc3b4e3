"""The cost explorer: any two axes as bars, heat map and table, down to the parcels behind a total."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from lib.domain.costs import Axis, Measure, Statistic, View
from lib.services import costs, plans
from lib.services.costs import Explored
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.ui import actions, charts, cost_view, downloads, figures, formats, tables
from lib.ui.context import app
from lib.wording import costs as words

#: So many rows and columns fit on a screen; the table below has the rest.
BARS, STACKS, HEAT_ROWS, HEAT_COLUMNS = 12, 6, 20, 14
#: Axes with an order of their own.
ORDERED = (Axis.MONTH, Axis.BAND)
Facets = Mapping[str, Mapping[str, int]]


def show(facets: Facets, stamp: str) -> None:
    """The question, its answer as a chart and a table, and the parcels behind a total."""
    names = {row["plan_id"]: formats.plan(row) for row in plans.all_plans(app())}
    said = partial(_said, plan_names=names)
    _saved_views()
    view = cost_view.current()
    cost_view.controls(view)
    cost_view.filters(view, facets, lambda one: formats.plain(names.get(one, one)))
    found = costs.explore(app(), view, stamp=stamp)
    if found.cells.empty:
        st.info(_("No parcel is in this view. Take out a filter or choose other days."))
        return
    _totals(found, view)
    rows = _rows(found.cells, view, said)
    _chart(rows, found, view)
    chosen = _table(rows, view)
    downloads.buttons(partial(costs.export_cells, app(), view), key="costs_cells", name="costs")
    _notes(found, view)
    _behind(chosen, found, view, said)


def _saved_views() -> None:
    """Named views: open one, keep this one, drop one."""
    saved = {row["name"]: row["query"] for row in costs.views(app())}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for place, name in enumerate(saved):
            actions.button(
                formats.plain(name), cost_view.apply, saved[name], key=f"costs_view_{place}",
                icon=":material/bookmark:", quiet=True,
            )  # fmt: skip
        with st.popover(_("Save this view"), icon=":material/bookmark_add:"):
            name = st.text_input(_("Name"), key="costs_view_name", max_chars=costs.MAX_NAME)
            actions.button(
                _("Save"),
                partial(costs.save_view, app(), name, cost_view.as_text(), by=actions.by()),
                key="costs_view_save",
                done=_("The view is saved as {name}.", name=formats.plain(name.strip())),
            )
            for place, one in enumerate(saved):
                actions.button(
                    _("Forget {name}", name=formats.plain(one)),
                    partial(costs.forget_view, app(), one, by=actions.by()),
                    key=f"costs_view_forget_{place}",
                    quiet=True,
                    icon=":material/delete:",
                )
        st.caption(_("The address of this page is the view: send it to a colleague."))


def _totals(found: Explored, view: View) -> None:
    total = found.total
    shown = [
        (_("Parcels"), f"{total['parcel_count']:,}"),
        (_("Orders"), f"{total['order_count']:,}"),
        (_("Cost"), formats.money(total["cost_cny"], "CNY")),
        (_("Freight, estimated"), formats.money(total["estimated_cny"], "CNY")),
        (_("{measure}, mean", measure=words.measure_label(view.measure)), _value(total["mean"], view)),
        ("P50", _value(total["p50"], view)),
        ("P90", _value(total["p90"], view)),
    ]
    if total["billed_count"]:
        shown.append((_("Billed"), formats.money(total["billed_cny"], "CNY")))
    if total["compensation_cny"]:
        shown.append((_("Compensation"), formats.money(total["compensation_cny"], "CNY")))
    if view.measure is Measure.BALANCE:
        shown.insert(4, (_("Freight balance"), formats.money(total["balance_cny"], "CNY")))
    figures.row(shown, key="costs_figures")


def _rows(cells: pd.DataFrame, view: View, said: Callable[[Axis, str], str]) -> pd.DataFrame:
    """The cells as they are shown: names in words, amounts in whole units; in time's order, or the dearest first."""
    shown = pd.DataFrame(
        {
            "id": [
                f"{row}\n{column}"
                for row, column in zip(cells["row_value"], cells["column_value"], strict=True)
            ],
            "name": [said(view.rows, one) for one in cells["row_value"]],
            "column": [said(view.columns, one) for one in cells["column_value"]],
            "parcels": cells["parcel_count"],
            "orders": cells["order_count"],
            "weight_kg": (cells["weight_g"].astype("Float64") / 1000).round(1),
            # Shares come in hundredths of a percent, as amounts in those of a CNY.
            **{
                one: formats.whole(cells[one])
                for one in (
                    "value",
                    "mean",
                    "p50",
                    "p90",
                    "cost_cny",
                    "estimated_cny",
                    "return_cny",
                    "billed_cny",
                    "compensation_cny",
                    "revenue_cny",
                    "shipping_cny",
                    "balance_cny",
                )
            },
            "row_value": cells["row_value"],
            "column_value": cells["column_value"],
        }
    )
    if view.rows in ORDERED:
        return shown.sort_values(["row_value", "column_value"], ignore_index=True)
    worst_first = view.measure is Measure.BALANCE
    by = "balance_cny" if worst_first else "cost_cny"
    inner = "column_value" if view.columns in ORDERED else by
    return (
        shown.assign(whole=shown.groupby("row_value")[by].transform("sum"))
        .sort_values(
            ["whole", "row_value", inner],
            ascending=[worst_first, True, worst_first or inner != by],
            ignore_index=True,
        )
        .drop(columns="whole")
    )


def _chart(rows: pd.DataFrame, found: Explored, view: View) -> None:
    """The chart, or the sentence that says why there is none to draw."""
    sentence = _instead(rows, found, view)
    if sentence:
        st.info(formats.plain(sentence))
        return
    label, unit = (
        words.figure_label(view.measure, view.statistic),
        words.figure_unit(view.measure, view.statistic),
    )
    alt = _("{figure} in {unit}, along {axis}.", figure=label, unit=unit, axis=words.axis_label(view.rows))
    drawn = rows[rows["value"].notna()]
    names = list(dict.fromkeys(drawn["name"]))
    if cost_view.shown() == "heat" and view.columns:
        columns = _largest(drawn, HEAT_COLUMNS, view.columns)
        kept = drawn[drawn["name"].isin(names[:HEAT_ROWS]) & drawn["column"].isin(columns)]
        kept = kept.assign(
            text=kept["value"].map("{:,.2f}".format),
            detail=[
                f"{name} · {column}<br>{value:,.2f} {unit}<br>{ngettext('{count} parcel', '{count} parcels', count)}"
                for name, column, value, count in zip(
                    kept["name"], kept["column"], kept["value"], kept["parcels"].astype(int), strict=True
                )
            ],
        )
        if view.columns in ORDERED:
            kept = kept.sort_values("column_value", kind="stable")
            order = list(dict.fromkeys(drawn["name"]))
            kept = kept.sort_values("name", key=lambda one: one.map(order.index), kind="stable")
        charts.heat_map(
            kept, row="name", column="column", value="value", text="text", detail="detail", value_label=unit,
            key="costs_heat", alt=alt,
        )  # fmt: skip
    elif cost_view.shown() != "table":
        columns = _largest(drawn, STACKS, view.columns) if view.columns else [""]
        wide = pd.DataFrame({"name": names[:BARS]})
        for place, column in enumerate(columns):
            values = drawn[drawn["column"] == column] if view.columns else drawn
            wide[f"value_{place}"] = wide["name"].map(values.set_index("name")["value"]).astype("float")
        charts.bars(
            wide,
            name="name",
            values=[f"value_{place}" for place in range(len(columns))],
            labels=columns if view.columns else [label],
            value_label=f"{label} · {unit}",
            key="costs_chart",
            alt=alt,
            stacked=view.statistic is Statistic.TOTAL,
        )
        if len(names) > BARS or (view.columns and drawn["column"].nunique() > STACKS):
            st.caption(_("Only the largest are drawn; the table has all."))


def _instead(rows: pd.DataFrame, found: Explored, view: View) -> str:
    """A sentence where a chart would be empty; '' where there is something to draw."""
    values = rows["value"].dropna()
    total = found.total
    if total["compensation_cny"] < 0 and total["cost_cny"] <= 0:
        return _(
            "Carriers paid back {paid_back} of these parcels, at least all they cost: there is nothing to draw. The "
            "table has the amounts.",
            paid_back=formats.money(-total["compensation_cny"], "CNY"),
        )
    if view.measure is Measure.SHARE and total["revenue_cny"] <= 0:
        return _(
            "Buyers paid nothing for these parcels, or were paid back: there is no revenue to take a share of."
        )
    if view.measure is Measure.DELIVERED and not total["delivered_count"]:
        return _("No parcel of this view is known to be delivered yet.")
    if values.empty:
        return _("The cost of none of these parcels is known.")
    if (values == 0).all():
        return _("All figures of this view are zero: there is nothing to draw.")
    if len(rows) == 1:
        one = rows.iloc[0]
        return _(
            "{name}: {value}. There is nothing beside it to compare.",
            name=" · ".join(text for text in (one["name"], one["column"]) if text),
            value=f"{one['value']:,.2f} {words.figure_unit(view.measure, view.statistic)}",
        )
    return ""


def _largest(rows: pd.DataFrame, most: int, axis: Axis) -> list[str]:
    """The names of the columns with the most cost; months and bands in their own order."""
    sums = rows.groupby(["column", "column_value"])["cost_cny"].sum().reset_index()
    if axis in ORDERED:
        return list(sums.sort_values("column_value")["column"].tail(most))
    return list(sums.sort_values("cost_cny", ascending=False)["column"].head(most))


def _table(rows: pd.DataFrame, view: View) -> list[str]:
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    unit = words.measure_unit(view.measure)
    columns: dict[str, Any] = {
        "name": text(words.axis_name(view.rows, view.basis), width="medium", pinned=True)
    }
    if view.columns:
        columns["column"] = text(words.axis_name(view.columns, view.basis), width="medium")
    columns |= {
        "parcels": number(_("Parcels"), format="localized"),
        "orders": number(_("Orders"), format="localized"),
        "weight_kg": number(_("Weight in kg"), format="localized", step=0.1),
        "mean": tables.amount(_("Mean, {unit}", unit=unit)),
        "p50": tables.amount(_("P50, {unit}", unit=unit)),
        "p90": tables.amount(_("P90, {unit}", unit=unit)),
        "cost_cny": tables.amount(_("Cost in CNY")),
        "estimated_cny": tables.amount(_("Freight estimated, CNY")),
        "return_cny": tables.amount(_("Return service in CNY, assumed")),
        "billed_cny": tables.amount(_("Billed in CNY")),
        "compensation_cny": tables.amount(_("Compensation in CNY")),
        "revenue_cny": tables.amount(_("Revenue in CNY")),
        "shipping_cny": tables.amount(_("Shipping paid by buyers, CNY")),
        "balance_cny": tables.amount(_("Freight balance, CNY")),
    }
    return tables.choose(
        rows,
        columns,
        by="id",
        key="costs_table",
        single=True,
        height=tables.fitting(rows, 320),
        scope=repr(view),
    )


def _notes(found: Explored, view: View) -> None:
    exchange_on = costs.exchange_on(app())
    if exchange_on is not None:
        st.caption(
            _(
                "Amounts in CNY, each fee by the rate of its day, the newest of {date}. The rates are an assumption.",
                date=exchange_on.isoformat(),
            )
        )
    if found.total["unknown_count"]:
        unknown = ngettext(
            "The cost of {count} parcel is not known, so it is in no amount.",
            "The cost of {count} parcels is not known, so they are in no amount.",
            found.total["unknown_count"],
        )
        if found.unconverted:
            unknown += " " + _(
                "Not in the CNY amounts, because no rate is known: {currencies}.",
                currencies=", ".join(found.unconverted),
            )
        st.warning(unknown)
    said = [
        _(
            "Estimated: by the rate card, as decided when the batch was submitted. Assumed: by the return-fee table. "
            "Billed: what loaded bills charge for these parcels."
        ),
        _(
            "Cost: what bills charge once they charge for carrying the parcel, else the estimate; with the return "
            "service, less compensation."
        ),
        _("Months and days are {basis}, in UTC.", basis=words.basis_label(view.basis)),
    ]
    if view.by_sku:
        said.append(_("A parcel of several SKUs is shared out over them by weight; the shares add up to it."))
    if view.measure is Measure.ORDER:
        said.append(_("P50 and P90 are of whole orders, told where the first parcel of each is."))
    if view.rows is Axis.ORDER:
        said.append(
            _("The first {count} orders are listed; the download has all.", count=f"{costs.ORDERS:,}")
        )
    st.caption(" ".join(said))


def _behind(chosen: list[str], found: Explored, view: View, said: Callable[[Axis, str], str]) -> None:
    """The parcels behind the total that was ticked, or that the address names."""
    _follow(chosen)
    asked = cost_view.behind()
    if asked is None:
        st.button(
            _("Show all parcels of this view"),
            key="costs_all",
            on_click=cost_view.look_behind,
            args=(None, None),
        )
        return
    row_value, column_value = asked
    cells = found.cells
    for name, value in (("row_value", row_value), ("column_value", column_value)):
        if value is not None:
            cells = cells[cells[name] == value]
    everything = row_value is column_value is None
    cost_cny = int(found.total["cost_cny"] if everything else cells["cost_cny"].sum())
    parts = [
        said(axis, value)
        for axis, value in ((view.rows, row_value), (view.columns, column_value))
        if value is not None and axis
    ]
    st.subheader(formats.plain(_("Parcels of {what}", what=" · ".join(parts) or _("this view"))))
    listed = costs.parcels(app(), view, row_value, column_value)
    cost = formats.money(cost_cny, "CNY")
    if view.measure is Measure.BALANCE:
        said_of = _(
            "They cost {cost}. The {count} with the worst balance are listed.",
            cost=cost,
            count=f"{len(listed):,}",
        )
    else:
        said_of = _("They cost {cost}. The {count} dearest are listed.", cost=cost, count=f"{len(listed):,}")
    st.text(said_of)
    _parcels(listed, view)
    with st.container(horizontal=True):
        downloads.buttons(
            partial(costs.export_parcels, app(), view, row_value, column_value),
            key="costs_parcels",
            name="parcels",
        )
        st.button(_("Close"), key="costs_close", on_click=_closed, type="tertiary", icon=":material/close:")


def _parcels(listed: pd.DataFrame, view: View) -> None:
    text = st.column_config.TextColumn
    columns: dict[str, Any] = {
        "shipment_id": text(_("Shipment"), pinned=True),
        "order_id": text(_("Order")),
        **({"sku": text(_("SKU"))} if view.by_sku else {}),
        "country": text(_("Country")),
        "plan_id": text(_("Plan")),
        "day": st.column_config.DateColumn(_("Day {basis}", basis=words.basis_label(view.basis))),
        "weight_g": tables.grams(_("Weight")),
        **{
            name: tables.amount(label)
            for name, label in (
                ("cost_cny", _("Cost in CNY")),
                ("estimated_cny", _("Freight estimated, CNY")),
                ("return_cny", _("Return service in CNY, assumed")),
                ("billed_cny", _("Billed in CNY")),
                ("compensation_cny", _("Compensation in CNY")),
                ("shipping_cny", _("Shipping paid by buyers, CNY")),
            )
        },
    }
    money = [name for name in listed.columns if name.endswith("_cny")]
    shown = listed.assign(**{name: formats.whole(listed[name]) for name in money})
    tables.show(shown, columns, key="costs_parcels", height=tables.fitting(shown, 320))


def _follow(chosen: list[str]) -> None:
    """A tick asks for the parcels of its row; taking it away closes them."""
    before = st.session_state.get("costs_ticked")
    ticked = chosen[0] if chosen else None
    if ticked == before:
        return
    st.session_state["costs_ticked"] = ticked
    if ticked is None:
        cost_view.close()
        return
    row_value, column_value = ticked.split("\n", 1)
    cost_view.look_behind(row_value, column_value)


def _closed() -> None:
    cost_view.close()
    actions.clear("costs_table")
    st.session_state["costs_ticked"] = None


def _said(axis: Axis, value: str, *, plan_names: Mapping[str, str]) -> str:
    """A value of an axis in words."""
    if axis is Axis.NONE:
        return ""
    if not value or (axis is Axis.BAND and value == "00000"):
        return words.nothing_label(axis)
    if axis is Axis.PLAN:
        return plan_names.get(value, value)
    if axis is Axis.COUNTRY:
        return formats.country(value)
    return words.band_label(value) if axis is Axis.BAND else value


def _value(amount: Any, view: View) -> str:
    if amount is None or pd.isna(amount):
        return "–"
    unit = words.measure_unit(view.measure)
    return f"{formats.whole(int(amount)):,.2f} {unit}"
