"""The filter of the Orders page in the URL, so that a link, a saved name and the screen mean the same orders."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from urllib.parse import parse_qs, urlencode

import streamlit as st

from lib.domain.orders import OrderFilter
from lib.texts import gettext as _
from lib.texts import later
from lib.ui import formats

#: View → what it fixes in the filter, its title, and its count's name in `services.orders.counts`.
VIEWS: dict[str, tuple[dict[str, bool], str, str]] = {
    "free": ({"placed": False, "on_hold": False, "blocked": False}, later("To ship"), "free"),
    "placed": ({"placed": True}, later("In a batch"), "placed"),
    "held": ({"on_hold": True}, later("On hold"), "held"),
    "blocked": ({"blocked": True}, later("Needs attention"), "blocked"),
    "all": ({}, later("All"), "awaiting"),
}
#: How the URL says "no value": an order without a buyer's service.
NOTHING = "-"
#: Deadlines to choose from: "0" has passed; "0-24" is ahead and within so many hours; "24" is either.
HOURS = ("0", "0-4", "0-12", "0-24", "0-48", "12", "24", "48", "72", "168")
#: Filters behind "More filters".
_MORE = ("shop", "note", "several", "partly")
_NAMES = ("country", "service", "hours", "order", *_MORE)

Query = dict[str, list[str]]


def current() -> Query:
    """What the URL says, by name."""
    return {
        name: st.query_params.get_all(name) for name in (*_NAMES, "view", "page") if name in st.query_params
    }


def view(query: Mapping[str, list[str]]) -> str:
    """The view of the URL: a key of VIEWS."""
    named = query.get("view", [""])[-1]
    return named if named in VIEWS else "free"


def page(query: Mapping[str, list[str]]) -> int:
    """The page of the list in the URL, from 1."""
    number = query.get("page", ["1"])[-1]
    return max(int(number), 1) if number.isdecimal() else 1


def chosen(query: Mapping[str, list[str]]) -> OrderFilter:
    """The filter the URL means; what it cannot mean is left out."""
    fixed = VIEWS[view(query)][0]
    return OrderFilter(
        shops=_values(query, "shop"),
        countries=_values(query, "country"),
        services=_values(query, "service"),
        due_within_h=_hours(query)[1],
        overdue=_hours(query)[0],
        with_note=_flag(query, "note"),
        several=_flag(query, "several"),
        partly=_flag(query, "partly"),
        on_hold=fixed.get("on_hold"),
        blocked=fixed.get("blocked"),
        placed=fixed.get("placed"),
        wanted=_last(query, "order") or None,
    )


def as_text(query: Mapping[str, list[str]]) -> str:
    """The URL's query text without the page number: what is saved under a name."""
    return urlencode({name: values for name, values in query.items() if name != "page"}, doseq=True)


def apply(text: str) -> None:
    """Make a saved query text the URL's."""
    st.query_params.from_dict(parse_qs(text, keep_blank_values=True))


def controls(query: Query, facets: Mapping[str, Mapping[str, int]]) -> None:
    """The filter as widgets: the URL fills them, a change of theirs goes into the URL."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _many("country", _("Country"), facets["country"], query, formats.country)
        _many("service", _("Buyer's service"), facets["service"], query, _service, width=270)
        _one("hours", _("Time left to ship"), _hours_options(query), query, _hours_label)
        _text("order", _("Order number"), query)
        with st.popover(_more(query), icon=":material/filter_list:"):
            if len(facets["shop"]) > 1:
                _many("shop", _("Shop"), facets["shop"], query, str)
            _one("note", _("Note from the buyer"), ["yes", "no"], query, _yes)
            _one("several", _("Products in the order"), ["yes", "no"], query, _several)
            _one("partly", _("Partly shipped"), ["yes", "no"], query, _yes)
        if any(name in query for name in _NAMES):
            st.button(
                _("Clear filters"),
                key="orders_clear",
                on_click=_clear,
                icon=":material/close:",
                type="tertiary",
            )


def show_view(query: Query, counts: Mapping[str, int]) -> None:
    """The views, each with its number."""
    labels = {name: f"{_(title)} · {counts[count]:,}" for name, (_fixed, title, count) in VIEWS.items()}
    _fill("orders_view", view(query))
    st.segmented_control(
        _("View"),
        list(VIEWS),
        required=True,
        format_func=labels.__getitem__,
        key="orders_view",
        on_change=_changed,
        args=("view",),
        label_visibility="collapsed",
        wrap=True,
    )


def pages(query: Query, page_number: int, page_count: int) -> None:
    """Which page of the list; nothing when there is only one."""
    if page_count > 1:
        _fill("orders_page", page_number)
        st.pagination(page_count, key="orders_page", on_change=_turned)


def _many(
    name: str,
    label: str,
    counts: Mapping[str, int],
    query: Query,
    said: Callable[[str], str],
    *,
    width: int = 220,
) -> None:
    key = f"orders_{name}"
    values = query.get(name, [])
    options = list(dict.fromkeys([*(value or NOTHING for value in counts), *values]))
    _fill(key, values)
    st.multiselect(
        label,
        options,
        format_func=lambda value: f"{said(value)} · {counts.get('' if value == NOTHING else value, 0):,}",
        key=key,
        on_change=_changed,
        args=(name,),
        placeholder=_("Any"),
        width=width,
    )


def _one(name: str, label: str, options: list[str], query: Query, said: Callable[[str], str]) -> None:
    key = f"orders_{name}"
    value = _last(query, name)
    _fill(key, value if value in options else None)
    st.selectbox(
        label,
        options,
        index=None,
        format_func=said,
        key=key,
        on_change=_changed,
        args=(name,),
        placeholder=_("Any"),
        width=180,
    )


def _text(name: str, label: str, query: Query) -> None:
    key = f"orders_{name}"
    _fill(key, _last(query, name) or "")
    st.text_input(label, key=key, on_change=_changed, args=(name,), placeholder=_("Part of it"), width=140)


def _fill(key: str, value: object) -> None:
    """The URL is what counts: after a link, the back button or a saved filter the widget follows it."""
    if st.session_state.get(key) != value:
        st.session_state[key] = value


def _changed(name: str) -> None:
    value = st.session_state[f"orders_{name}"]
    values: Iterable[str] = value if isinstance(value, list) else [value] if value else []
    listed = [str(one).strip() for one in values if str(one).strip()]
    if listed:
        st.query_params[name] = listed
    else:
        st.query_params.pop(name, None)
    st.query_params.pop("page", None)


def _turned() -> None:
    st.query_params["page"] = str(st.session_state["orders_page"])


def _clear() -> None:
    for name in (*_NAMES, "page"):
        st.query_params.pop(name, None)


def _last(query: Mapping[str, list[str]], name: str) -> str | None:
    values = query.get(name)
    return values[-1] if values else None


def _values(query: Mapping[str, list[str]], name: str) -> tuple[str, ...] | None:
    return tuple("" if value == NOTHING else value for value in query.get(name, [])) or None


def _hours(query: Mapping[str, list[str]]) -> tuple[bool | None, int | None]:
    """Whether the deadline has passed (None: either), and within how many hours it is."""
    hours = _last(query, "hours") or ""
    ahead = hours.startswith("0-")
    number = hours.removeprefix("0-")
    return (False if ahead else None, int(number)) if number.isdecimal() else (None, None)


def _hours_options(query: Mapping[str, list[str]]) -> list[str]:
    asked = _last(query, "hours")
    return [*HOURS, *([asked] if asked not in HOURS and _hours(query)[1] is not None and asked else [])]


def _flag(query: Mapping[str, list[str]], name: str) -> bool | None:
    return {"yes": True, "no": False}.get(_last(query, name) or "")


def _service(value: str) -> str:
    return _("None chosen") if value == NOTHING else value  # The options of a box are plain text already.


def _hours_label(value: str) -> str:
    hours = int(value.removeprefix("0-"))
    if value.startswith("0-"):
        return _("Due within {hours} h", hours=hours)
    if hours == 0:
        return _("Overdue")
    if hours % 24 or hours == 24:
        return _("Within {hours} h or overdue", hours=hours)
    return _("Within {days} days or overdue", days=hours // 24)


def _yes(value: str) -> str:
    return _("Yes") if value == "yes" else _("No")


def _several(value: str) -> str:
    return _("Several") if value == "yes" else _("One")


def _more(query: Mapping[str, list[str]]) -> str:
    active = sum(name in query for name in _MORE)
    return _("More filters ({count})", count=active) if active else _("More filters")
