"""A view of costs in the URL, so that a link, a saved name and the screen mean the same question."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlencode

import streamlit as st

from lib.domain.costs import Axis, Basis, Measure, Statistic, View
from lib.texts import gettext as _
from lib.ui import formats
from lib.wording import costs as words

#: How the URL says '' for a value of an axis.
NOTHING = "-"
FILTERS = ("country", "plan", "warehouse", "shop", "band", "sku")
_NAMES = ("rows", "columns", "measure", "stat", "basis", "from", "until", "show", *FILTERS)
SHOWN = ("bars", "heat", "table")
One = TypeVar("One", bound=StrEnum)


def current() -> View:
    """The view the URL means; what it cannot mean is left out."""
    columns = _one("columns", Axis, Axis.NONE)
    rows = _one("rows", Axis, Axis.PLAN)
    return View(
        rows=Axis.PLAN if rows is Axis.NONE else rows,
        columns=Axis.NONE if columns in (rows, Axis.ORDER) else columns,
        measure=_one("measure", Measure, Measure.PARCEL),
        statistic=_one("stat", Statistic, Statistic.MEAN),
        basis=_one("basis", Basis, Basis.CREATED),
        from_on=_day("from"),
        until_on=_day("until"),
        countries=_values("country"),
        plans=_values("plan"),
        warehouses=_values("warehouse"),
        shops=_values("shop"),
        bands=_values("band"),
        skus=_values("sku"),
    )


def shown() -> str:
    """How the URL wants the view drawn: one of SHOWN."""
    asked = st.query_params.get("show", "bars")
    return asked if asked in SHOWN else "bars"


def behind() -> tuple[str | None, str | None] | None:
    """The total whose parcels the URL asks for: values of the two axes; (None, None) is all; None for none."""
    if "at" not in st.query_params:
        return None
    values = [None if one == "*" else one.removeprefix("=") for one in st.query_params.get_all("at")[:2]]
    return values[0], values[1] if len(values) > 1 else None


def look_behind(row_value: str | None, column_value: str | None) -> None:
    """Make the URL ask for the parcels of a total."""
    st.query_params["at"] = ["*" if one is None else f"={one}" for one in (row_value, column_value)]


def close() -> None:
    """Ask for no parcels any more."""
    st.query_params.pop("at", None)


def as_text() -> str:
    """The URL's query text without the parcels of a total: what is saved under a name."""
    kept = {name: st.query_params.get_all(name) for name in _NAMES if name in st.query_params}
    return urlencode(kept, doseq=True)


def apply(text: str) -> None:
    """Make a saved query text the URL's."""
    st.query_params.from_dict(parse_qs(text, keep_blank_values=True))


def controls(view: View) -> None:
    """What is asked, as widgets: the URL fills them, a change of theirs goes into the URL."""
    _choice("rows", "costs_axis", [one for one in Axis if one], view.rows, words.axis_label)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        others = [Axis.NONE, *(one for one in Axis if one not in (Axis.NONE, Axis.ORDER, view.rows))]
        _select("columns", _("And"), others, view.columns, words.axis_label)
        _select("measure", _("Figure"), list(Measure), view.measure, words.measure_label, width=230)
        _select("stat", _("Told as"), list(Statistic), view.statistic, words.statistic_label, width=140)
        _select("basis", _("Months and days"), list(Basis), view.basis, words.basis_label, width=150)
        labels = {"bars": _("Bars"), "heat": _("Heat map"), "table": _("Table")}
        _select("show", _("Shown as"), list(SHOWN), shown(), labels.__getitem__, width=130)


def filters(view: View, facets: Mapping[str, Mapping[str, int]], plan_name: Callable[[str], str]) -> None:
    """Which parcels are in the view."""
    said: dict[str, tuple[str, Callable[[str], str]]] = {
        "country": (_("Country"), formats.country),
        "plan": (_("Plan"), plan_name),
        "warehouse": (_("Warehouse"), str),
        "shop": (_("Shop"), str),
        "band": (_("Weight band"), words.band_label),
    }
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _many("country", *said["country"], facets)
        _many("plan", *said["plan"], facets)
        _days("from", _("First day"), view.from_on)
        _days("until", _("Last day"), view.until_on)
        more = sum(name in st.query_params for name in ("warehouse", "shop", "band", "sku"))
        label = _("More filters ({count})", count=more) if more else _("More filters")
        with st.popover(label, icon=":material/filter_list:"):
            for name in ("warehouse", "shop", "band"):
                _many(name, *said[name], facets)
            _fill("costs_sku", ", ".join(view.skus))
            st.text_input(_("SKUs, with commas"), key="costs_sku", on_change=_skus_changed)
        if any(name in st.query_params for name in (*FILTERS, "from", "until")):
            st.button(
                _("Clear filters"),
                key="costs_clear",
                on_click=_clear,
                icon=":material/close:",
                type="tertiary",
            )


def _choice(name: str, key: str, options: list[Any], value: Any, said: Callable[[Any], str]) -> None:
    _fill(key, str(value))
    st.segmented_control(
        _("Add up"),
        [str(one) for one in options],
        required=True,
        format_func={str(one): said(one) for one in options}.__getitem__,
        key=key,
        on_change=_changed,
        args=(name, key),
        label_visibility="collapsed",
        wrap=True,
    )


def _select(
    name: str, label: str, options: list[Any], value: Any, said: Callable[[Any], str], width: int = 180
) -> None:
    key = f"costs_{name}"
    _fill(key, str(value))
    st.selectbox(
        label,
        [str(one) for one in options],
        format_func={str(one): said(one) for one in options}.__getitem__,
        key=key,
        on_change=_changed,
        args=(name, key),
        width=width,
    )


def _many(name: str, label: str, said: Callable[[str], str], facets: Mapping[str, Mapping[str, int]]) -> None:
    counts = facets.get(name, {})
    values = st.query_params.get_all(name)
    key = f"costs_{name}"
    _fill(key, values)
    st.multiselect(
        label,
        list(dict.fromkeys([*(one or NOTHING for one in counts), *values])),
        format_func=lambda one: (
            f"{_('not known') if one == NOTHING else said(one)} · {counts.get(_bare(one), 0):,}"
        ),
        key=key,
        on_change=_changed,
        args=(name, key),
        placeholder=_("Any"),
        width=220,
    )


def _days(name: str, label: str, value: date | None) -> None:
    key = f"costs_{name}"
    _fill(key, value)
    st.date_input(label, value=None, key=key, on_change=_changed, args=(name, key), width=140)


def _fill(key: str, value: object) -> None:
    """The URL is what counts: after a link, the back button or a saved view the widget follows it."""
    if st.session_state.get(key) != value:
        st.session_state[key] = value


def _changed(name: str, key: str) -> None:
    value = st.session_state[key]
    values = [str(one) for one in (value if isinstance(value, list) else [value]) if one not in (None, "")]
    if values:
        st.query_params[name] = values
    else:
        st.query_params.pop(name, None)
    close()


def _skus_changed() -> None:
    skus = [one.strip() for one in str(st.session_state["costs_sku"]).replace("，", ",").split(",")]
    if any(skus):
        st.query_params["sku"] = [one for one in skus if one]
    else:
        st.query_params.pop("sku", None)
    close()


def _clear() -> None:
    for name in (*FILTERS, "from", "until", "at"):
        st.query_params.pop(name, None)


def _one(name: str, kind: type[One], default: One) -> One:
    try:
        return kind(st.query_params.get(name, str(default)))
    except ValueError:
        return default


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(st.query_params.get(name, ""))
    except ValueError:
        return None


def _values(name: str) -> tuple[str, ...]:
    return tuple(_bare(one) for one in st.query_params.get_all(name))


def _bare(value: str) -> str:
    return "" if value == NOTHING else value
