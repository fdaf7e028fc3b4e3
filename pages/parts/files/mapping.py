"""A table of another form: which of its columns is what, how it would load, and its name for the next time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from lib.services import files, plans
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.ui import actions, formats, tables
from lib.ui.context import app
from lib.wording import (
    cargo_label,
    column_label,
    kind_label,
    row_problem,
    status_label,
    unreadable_sentence,
)

#: The file that is looked at: its name, and its bytes, for the uploader is empty again by then.
FILE = "mapping_file"
ROUND = "mapping_round"

#: Loads a file as it was said: its name, its bytes, what was said of it.
Load = Callable[[str, bytes, files.Wishes], None]

#: What is asked first, and in which groups; everything else is in the last one.
ORDER_GROUPS = {
    "needed": ("order_id", "sku", "quantity", "sku_quantities"),
    "receiver": ("receiver", "country", "province", "city", "address", "postcode", "phone", "mobile"),
    "order": ("paid_at", "ship_by_at", "status", "total", "currency", "buyer_service", "note", "weighed"),
}
GROUPS: dict[str, dict[str, tuple[str, ...]]] = {
    "orders": ORDER_GROUPS,
    "products": {"needed": ("sku", "weight_g", "title", "cargo_class")},
    "bills": {
        "needed": (
            "number",
            "charged_on",
            "amount",
            "currency",
            "kind",
            "billed_g",
            "billed_kg",
            "bill_number",
        )
    },
    "rates": {
        "needed": ("plan", "country", "min_g", "max_g", "currency"),
        "prices": ("per_kg", "item_fee", "first_g", "first_fee", "step_g", "step_fee"),
    },
}
AWAITING = "WAIT_SELLER_SEND_GOODS"


def begin(name: str, content: bytes) -> None:
    """Look at a file with the next run."""
    st.session_state[FILE] = (name, content)
    st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1


def show(form: files.Wishes, *, load: Load) -> None:
    """The screen for the file that is looked at, if there is one, and the mappings that are saved.

    `form` has what was said of files beside it: what the screen asks itself starts with that, the rest holds.
    """
    if FILE in st.session_state:
        name, content = st.session_state[FILE]
        with st.container(border=True, key="mapping"):
            _screen(name, content, form, load)
    _saved()


def _screen(name: str, content: bytes, form: files.Wishes, load: Load) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(_("Which column is what in {file}?", file=formats.plain(name)))
        st.button(_("Close"), key="mapping_close", on_click=_end, icon=":material/close:", type="tertiary")
    try:
        sheets = _tables(name, content)
    except files.NotReadable as error:
        st.error(formats.plain(unreadable_sentence(error.code, **error.details)))
        return
    table = _sheet(sheets)
    proposed = files.propose(table)
    kind = st.segmented_control(
        _("It holds"),
        list(files.MAPPABLE),
        default=proposed.kind,
        format_func=kind_label,
        key=_key("kind"),
        required=True,
    )
    if kind != proposed.kind:
        proposed = files.propose(table, kind)
    columns = _columns(table, proposed)
    options = _options(proposed.kind, columns, proposed.options, form)
    wishes = replace(
        form,
        weight_unit=None,
        awaiting=form.awaiting and "status" in columns,
        sheet=table.name if len(sheets) > 1 else None,
    )
    mapping = files.TableMapping("", proposed.kind, table.sheet.header, columns, options)
    lacking = files.lacking(mapping)
    if lacking:
        names = _(", ").join(map(column_label, lacking))
        st.info(_("Still to be chosen: {columns}", columns=formats.plain(names)))
    else:
        _preview(table, mapping, wishes)
    unused = [header for header in table.headers if header not in columns.values()]
    if unused:
        st.caption(formats.plain(_("Columns not used: {columns}", columns=_(", ").join(unused))))
    _save(name, content, mapping, wishes, load if not lacking else None)


@st.cache_resource(max_entries=2, ttl="1h", show_spinner=False)
def _tables(name: str, content: bytes) -> list[files.Table]:
    """The sheets of the file; asked for again with every choice, so they are kept."""
    return files.open_table(name, content)


def _sheet(sheets: Sequence[files.Table]) -> files.Table:
    if len(sheets) == 1:
        return sheets[0]
    place = st.selectbox(
        _("Sheet"), range(len(sheets)), format_func=lambda place: sheets[place].name, key=_key("sheet")
    )
    return sheets[place]


def _columns(table: files.Table, proposed: files.TableMapping) -> dict[str, str]:
    """One box a column of ours, with the file's columns in it; what was guessed is chosen already."""
    st.caption(
        _(
            "{rows} rows, {columns} columns. Boxes are filled in where the header or what stands under it says "
            "enough; correct what is wrong.",
            rows=f"{table.row_count:,}",
            columns=len(table.headers),
        )
    )
    groups = GROUPS[proposed.kind]
    named = {name for group in groups.values() for name in group}
    rest = [name for name in files.choosable(proposed.kind) if name not in named]
    titles = {
        "needed": _("What it needs"),
        "receiver": _("Where it goes"),
        "order": _("The order"),
        "prices": _("Prices"),
    }
    chosen: dict[str, str] = {}
    for group, names in groups.items():
        st.markdown(f"**{titles[group]}**")
        chosen |= _boxes(table, proposed, names)
    with st.expander(
        _("More columns"),
        expanded=any(name in proposed.columns for name in rest),
        icon=":material/more_horiz:",
    ):
        chosen |= _boxes(table, proposed, rest)
    return chosen


def _boxes(table: files.Table, proposed: files.TableMapping, names: Sequence[str]) -> dict[str, str]:
    headers = [None, *table.headers]
    places = st.columns(4)
    chosen = {}
    for place, name in enumerate(names):
        guessed = proposed.columns.get(name)
        with places[place % 4]:
            header = st.selectbox(
                column_label(name),
                headers,
                index=headers.index(guessed) if guessed in headers else 0,
                format_func=lambda header: _shown(table, header),
                key=_key(f"{proposed.kind}_{name}"),
            )
        if header:
            chosen[name] = header
    return chosen


def _shown(table: files.Table, header: str | None) -> str:
    """A header with the first thing that stands under it."""
    if header is None:
        return "–"
    first = table.examples.get(header, "")
    return f"{' '.join(header.split())} · {first[:40]}" if first else " ".join(header.split())


def _options(
    kind: str, columns: dict[str, str], proposed: files.Options, form: files.Wishes
) -> files.Options:
    """What a table does not say of itself; asked only where it matters."""
    if kind == "rates":
        return _options_of_rates(columns, proposed)
    currency = ""
    dates, unit, status = proposed.date_order, proposed.weight_unit, ""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if any(name.endswith(("_at", "_on")) for name in columns):
            dates = st.selectbox(
                _("A date such as 03/04/2026 is"),
                files.DATE_ORDERS,
                index=files.DATE_ORDERS.index(dates),
                format_func=_date_order,
                key=_key("dates"),
                width=260,
            )
        if "weighed" in columns:
            units, wished = list(files.WEIGHT_UNITS), form.weight_unit or unit
            # The box is another one when something else is said beside it.
            unit = st.selectbox(
                _("Its weights are in"),
                units,
                index=units.index(wished),
                key=_key(f"unit_{wished}"),
                width=160,
            )
        if "order_id" in columns and "status" not in columns:
            awaits = st.checkbox(
                _("All orders in it are paid and await shipment"), value=True, key=_key("awaits")
            )
            status = AWAITING if awaits else ""
        if kind == "bills":
            currency = _currency(_("Amounts that name no currency are in"))
    return files.Options(weight_unit=unit, date_order=dates, status=status, currency=currency)


def _options_of_rates(columns: dict[str, str], proposed: files.Options) -> files.Options:
    plan = currency = ""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if "plan" not in columns:
            names = {
                row["plan_id"]: f"{row['plan_id']} · {formats.plan(row)}" for row in plans.all_plans(app())
            }
            plan = st.selectbox(
                _("All prices are of the plan"), [None, *names], key=_key("plan"), width=320,
                format_func=lambda one: names.get(one, "–"),
            ) or ""  # fmt: skip
        if "currency" not in columns:
            currency = _currency(_("All prices are in"))
        units = list(files.WEIGHT_UNITS)
        unit = st.selectbox(
            _("Its weights are in"),
            units,
            index=units.index(proposed.weight_unit),
            key=_key("unit"),
            width=160,
        )
        touching = st.checkbox(
            _("An interval begins where the one before it ends"), value=proposed.touching, key=_key("touching"),
            help=_("As in 0–0.1, 0.1–0.3: a parcel of exactly 0.1 is in the first one."),
        )  # fmt: skip
    if "first_fee" not in columns and len({"per_kg", "item_fee"} & columns.keys()) == 1:
        other = column_label("item_fee" if "per_kg" in columns else "per_kg")
        st.caption(
            formats.plain(_("Without a column for “{column}”, nothing of the kind is charged.", column=other))
        )
    return files.Options(weight_unit=unit, plan=plan, currency=currency, touching=touching)


def _currency(label: str) -> str:
    return st.selectbox(
        label, [None, *files.currencies(app())], key=_key("currency"), width=260, format_func=lambda one: one or "–"
    ) or ""  # fmt: skip


def _date_order(order: str) -> str:
    named = {"": _("not read"), "mdy": _("4 March (month first)"), "dmy": _("3 April (day first)")}
    return named[order]


def _preview(table: files.Table, mapping: files.TableMapping, wishes: files.Wishes) -> None:
    found = files.preview(app(), table, mapping, wishes)
    said = _loadable(mapping.kind, found.loadable)
    refused = ngettext("{count} row would be refused.", "{count} rows would be refused.", found.refused)
    title = _("How it would load")
    st.markdown(f"**{title}**")
    (st.warning if found.refused else st.success)(f"{said}; {refused}")
    frame = found.rows.assign(problem=found.rows["code"].map(lambda code: row_problem(code) if code else ""))
    if "status" in frame:
        frame["status"] = frame["status"].map(
            lambda code: status_label(code) if isinstance(code, str) else None
        )
    if mapping.kind == "rates" and "country" in frame:
        frame["cargo_class"] = formats.words(frame["cargo_class"], cargo_label)
    for name in {"charged_on", "valid_from"} & set(frame.columns):
        frame[name] = [None if pd.isna(day) else f"{day:%Y-%m-%d}" for day in frame[name]]
    for name in ("paid_at", "ship_by_at"):
        if name in frame:
            frame[name] = [formats.moment(at) for at in frame[name]]
    tables.show(frame, _preview_columns(frame), key=_key("preview"), height=300)


def _loadable(kind: str, count: int) -> str:
    if kind == "bills":
        return ngettext(
            "Of the first rows, {count} charge would load",
            "Of the first rows, {count} charges would load",
            count,
        )
    if kind == "rates":
        return ngettext(
            "Of the first rows, {count} price would load, not active yet",
            "Of the first rows, {count} prices would load, not active yet",
            count,
        )
    return ngettext(
        "Of the first rows, {count} order or product would load",
        "Of the first rows, {count} orders or products would load",
        count,
    )


def _preview_columns(frame: pd.DataFrame) -> dict[str, Any]:
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    columns: dict[str, Any] = {}
    if frame["row_no"].notna().any():
        columns["row_no"] = number(_("Row"), width="small")
    if (frame["problem"] != "").any():
        columns["problem"] = text(_("What is wrong"), width="medium")
    kept = [name for name in frame.columns if name not in ("row_no", "code", "problem")]
    filled = [name for name in kept if frame[name].notna().any() and (frame[name] != "–").any()]
    return columns | {name: column_label(name) for name in filled}


def _save(
    file: str,
    content: bytes,
    mapping: files.TableMapping,
    wishes: files.Wishes,
    load: Load | None,
) -> None:
    """Its name, and the button; `load` is none while something has to be chosen still."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            _("Remember it as"), value=file.rsplit(".", 1)[0][:60], key=_key("name"), max_chars=60, width=320
        )
        st.button(
            _("Remember and load"), key="mapping_load", type="primary", disabled=load is None,
            on_click=_load, args=(file, content, mapping, wishes, load), icon=":material/upload:",
        )  # fmt: skip
    st.caption(_("The next file with these columns is recognised by itself."))


def _load(file: str, content: bytes, mapping: files.TableMapping, wishes: files.Wishes, load: Load) -> None:
    name = str(st.session_state.get(_key("name")) or "").strip()
    named = replace(mapping, name=name)
    if actions.run(_keep_and_load, (file, content, named, replace(wishes, mapping=name), load), {}):
        _end()


def _keep_and_load(
    file: str, content: bytes, mapping: files.TableMapping, wishes: files.Wishes, load: Load
) -> bool:
    files.save_mapping(app(), mapping, by=actions.by())
    load(file, content, wishes)
    return True


def _saved() -> None:
    known = files.taught(app())
    if not known:
        return
    with st.expander(
        ngettext("{count} remembered table", "{count} remembered tables", len(known)),
        icon=":material/bookmark:",
    ):
        for place, mapping in enumerate(known):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.text(
                    f"{mapping.name} · {kind_label(mapping.kind)} · {_(', ').join(mapping.columns.values())}"
                )
                actions.button(
                    _("Forget"), files.forget_mapping, app(), mapping.name, key=f"mapping_forget_{place}",
                    by=actions.by(), icon=":material/delete:",
                    done=_("“{name}” is forgotten; what was loaded with it stays.",
                           name=formats.plain(mapping.name)),
                )  # fmt: skip


def _end() -> None:
    st.session_state.pop(FILE, None)


def _key(name: str) -> str:
    """Keys of one look at a file: another file starts with what is guessed of it."""
    return f"mapping_{name}_{st.session_state.get(ROUND, 0)}"
