"""Labels: print them in any order and in runs, see them first, print pages again, fetch the goods by shelf."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from lib.domain.printing import RUN_SIZE, ParcelKind, PrintOrder, PrintSettings
from lib.services import presets, printing, stop_list
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.ui import actions, downloads, formats, tables
from lib.ui.context import app
from lib.wording import (
    SAYABLE,
    error_sentence,
    paper_words,
    parcel_kind_label,
    print_order_label,
    problem_sentence,
)

PAPERS = {"100x150": "100 × 150 mm", "a6": "A6", "a4": "A4 × 4"}


#: The file of labels that is being made.
MAKING = "shipments_print"
#: Putting so many labels together takes about a second.
MANY = 1_500


def show(batch_id: str, shop_id: str, ticked: tables.Ticked) -> None:
    """Everything about the batch's labels; `ticked`: only these of its shipments, when there are any."""
    wanted = ticked.or_all(printing.of_batch(app(), batch_id))
    settings = _settings(batch_id, printing.choose(app(), wanted, PrintSettings()).kinds)
    choice = printing.choose(app(), wanted, settings)
    _say_missing(choice)
    # A button prints what it says, though more may be ready by the click.
    shown = [row["shipment_id"] for row in choice.rows]
    new = [row["shipment_id"] for row in choice.rows if not row["is_printed"]]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if 0 < len(new) < len(choice.rows) and not ticked:
            st.download_button(
                ngettext("Print {count} new label", "Print {count} new labels", len(new)),
                downloads.counted(
                    partial(_print, batch_id, {shop_id}, new, settings, actions.by()), key=MAKING
                ),
                file_name=f"labels-{batch_id}-{settings.paper}-new.pdf",
                mime="application/pdf",
                key="shipments_print_new",
                on_click="ignore",
                icon=":material/print_add:",
                type="primary",
                disabled=bool(choice.gone),
                help=_("Those that stood in no print run yet."),
            )
        st.download_button(
            ngettext("Print all: {count} label", "Print all: {count} labels", len(choice.rows))
            if not ticked
            else ngettext("Print {count} ticked label", "Print {count} ticked labels", len(choice.rows)),
            downloads.counted(
                partial(_print, batch_id, {shop_id}, shown, settings, actions.by()), key=MAKING
            ),
            file_name=f"labels-{batch_id}-{settings.paper}.pdf",
            mime="application/pdf",
            key="shipments_print",
            on_click="ignore",
            icon=":material/print:",
            type="secondary" if 0 < len(new) < len(choice.rows) and not ticked else "primary",
            disabled=bool(choice.gone) or not choice.rows,
        )
        look = st.toggle(_("Show the first 20 pages"), key="shipments_preview", disabled=not choice.rows)
    if len(choice.rows) >= MANY:
        downloads.progress(MAKING)
    if look and choice.rows:
        try:
            st.pdf(printing.preview(app(), wanted, settings), height=520, key="shipments_pdf")
        except SAYABLE as error:
            st.error(formats.plain(error_sentence(error)))
    _runs(batch_id, shop_id)


def show_new() -> None:
    """On the list of batches: labels of several of them that were never printed, as one file."""
    new = printing.unprinted(app())
    of = {row["batch_id"] for row in new}
    if len(of) < 2:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="shipments_new_labels"):
        st.text(
            _(
                "{labels} labels of {batches} batches were never printed.",
                labels=f"{len(new):,}",
                batches=f"{len(of):,}",
            )
        )
        paper = st.segmented_control(
            _("Paper"), list(PAPERS), default="100x150", required=True, format_func=PAPERS.__getitem__,
            key="shipments_new_paper", label_visibility="collapsed",
        )  # fmt: skip
        settings, wanted = PrintSettings(str(paper), run_size=RUN_SIZE), [row["shipment_id"] for row in new]
        gone = printing.choose(app(), wanted, settings).gone
        st.download_button(
            ngettext("Print all: {count} label", "Print all: {count} labels", len(new)),
            downloads.counted(
                partial(_print, "", {row["shop_id"] for row in new}, wanted, settings, actions.by()),
                key=MAKING,
            ),
            file_name=f"labels-new-{paper}.pdf",
            mime="application/pdf",
            key="shipments_print_batches",
            on_click="ignore",
            icon=":material/print:",
            type="primary",
            disabled=bool(gone),
            help=problem_sentence("labels_missing", shipments=formats.some(gone)) if gone else None,
        )
    if len(new) >= MANY:
        downloads.progress(MAKING)


def _settings(batch_id: str, kinds: dict[ParcelKind, int]) -> PrintSettings:
    preset = presets.of_batch(app(), batch_id) or presets.Preset("")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        paper = st.segmented_control(
            _("Paper"), list(PAPERS), default=preset.paper, required=True, format_func=PAPERS.__getitem__,
            key="shipments_paper",
        )  # fmt: skip
        order = st.selectbox(
            _("Order of the pages"), list(PrintOrder), index=list(PrintOrder).index(preset.print_order),
            format_func=print_order_label, key="shipments_print_order",
            width=230,
        )  # fmt: skip
        start = 0
        if paper == "a4":
            start = st.selectbox(
                _("First free place"), range(4), format_func=lambda one: f"{one + 1}", key="shipments_print_start",
                width=130, help=_("From top left to bottom right, for a sheet that was begun before."),
            )  # fmt: skip
        size = st.number_input(
            _("Labels a run"), min_value=0, max_value=10_000, value=preset.run_size or 0, step=50,
            key="shipments_run_size", width=130,
            help=_("Each run begins with a head page. 0: one run without a head page."),
        )  # fmt: skip
        chosen = st.pills(
            _("Parcels with"), list(kinds), default=list(kinds), selection_mode="multi",
            format_func=lambda one: f"{parcel_kind_label(one)}: {kinds[one]:,}", key="shipments_print_kinds",
        )  # fmt: skip
        divide = st.toggle(
            _("Divide by these"), key="shipments_print_divide",
            help=_("One kind after the other; no run mixes them."), disabled=len(kinds) < 2,
        )  # fmt: skip
    return PrintSettings(
        str(paper),
        PrintOrder(str(order)),
        int(start),
        int(size) or None,
        tuple(chosen or kinds),
        bool(divide),
    )


def _say_missing(choice: printing.Choice) -> None:
    if choice.gone:
        st.error(formats.plain(problem_sentence("labels_missing", shipments=formats.some(choice.gone))))
    if choice.missing:
        st.warning(
            ngettext(
                "{count} shipment has no label yet and is not in the file: {names}.",
                "{count} shipments have no label yet and are not in the file: {names}.",
                len(choice.missing),
                names=formats.plain(formats.some(choice.missing)),
            )
        )
    if choice.stopped:
        st.error(
            ngettext(
                "{count} shipment is on the stop list and is not printed: {names}.",
                "{count} shipments are on the stop list and are not printed: {names}.",
                len(choice.stopped),
                names=formats.plain(formats.some(choice.stopped)),
            )
        )


def _print(
    batch_id: str,
    shop_ids: Iterable[str],
    wanted: Sequence[str],
    settings: PrintSettings,
    by: str,
    tell: downloads.Tell,
) -> bytes:
    for shop_id in shop_ids:  # What was cancelled meanwhile is not printed.
        stop_list.refresh(app(), shop_id, within=stop_list.FRESH)
    return printing.print_labels(
        app(), wanted, settings, by=by, words=paper_words, name=batch_id, on_progress=tell
    ).pdf


def _runs(batch_id: str, shop_id: str) -> None:
    """What was printed; a ticked run's pages are printed again, and its goods listed by shelf."""
    runs = printing.runs(app(), batch_id)
    if not runs:
        return
    with st.expander(
        ngettext("{count} print run", "{count} print runs", len(runs)),
        expanded=True,
        icon=":material/history:",
    ):
        text, number = st.column_config.TextColumn, st.column_config.NumberColumn
        frame = pd.DataFrame(runs)
        chosen = tables.choose(
            frame.assign(
                when=[formats.moment(one) for one in frame["printed_at"]],
                sheet=[PAPERS.get(one, one) for one in frame["paper"]],
                order=[print_order_label(one) for one in frame["sorted_by"]],
                again=[_again(one) for one in frame["reprint_of"]],
            ),
            {
                "print_run_id": number(_("Print run"), width="small"),
                "when": text(_("When")),
                "printed_by": text(_("Who")),
                "label_count": number(_("Labels"), format="localized"),
                "sheet": text(_("Paper")),
                "order": text(_("Order of the pages")),
                "again": text(_("Reprint of")),
            },
            by="print_run_id",
            key="shipments_runs",
            single=True,
            height="content" if len(runs) <= 5 else 215,
        )
        ticked = [one for one in runs if str(one["print_run_id"]) in chosen]
        if not ticked:
            st.caption(_("Tick a run to print pages of it again, or to list what it needs from the shelves."))
            return
        _reprint(ticked[0], shop_id)


def _again(run: Any) -> str:
    return "" if pd.isna(run) else str(int(run))


def _reprint(run: dict[str, Any], shop_id: str) -> None:
    number = int(run["print_run_id"])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        first = st.number_input(
            _("From page"), 1, int(run["last_page"]), 1, key=f"shipments_reprint_from_{number}", width=120
        )
        last = st.number_input(
            _("To page"), 1, int(run["last_page"]), int(run["last_page"]), key=f"shipments_reprint_to_{number}",
            width=120,
        )  # fmt: skip
        st.download_button(
            _("Reprint pages {first}–{last}", first=first, last=last),
            downloads.spoken(partial(_reprinted, shop_id, number, int(first), int(last), actions.by())),
            file_name=f"run-{number}-pages-{first}-{last}.pdf",
            mime="application/pdf",
            key="shipments_reprint",
            on_click="ignore",
            icon=":material/print:",
            disabled=first > last,
        )
        st.download_button(
            _("Pick list of run {run}", run=number),
            downloads.spoken(partial(printing.pick_list, app(), [number], words=paper_words)),
            file_name=f"pick-list-{number}.pdf",
            mime="application/pdf",
            key="shipments_pick_list",
            on_click="ignore",
            icon=":material/shelves:",
        )


def _reprinted(shop_id: str, run: int, first: int, last: int, by: str) -> bytes:
    stop_list.refresh(app(), shop_id, within=stop_list.FRESH)
    return printing.reprint(app(), run, first, last, by=by, words=paper_words).pdf
