"""Files read before: their counts, their refused rows, and contradictions that nobody settled."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from lib.services import files, sync
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.ui import actions, formats, tables
from lib.ui.context import app
from lib.wording import layout_label, unreadable_sentence
from pages.parts.files import import_report

CONFLICTS = "files_open_conflicts"


def contradictions() -> None:
    """Orders in a batch of which some file says something else."""
    open_ones = files.conflicts(app())
    if open_ones.empty:
        return
    orders = list(dict.fromkeys(open_ones["order_id"]))
    st.subheader(_("Contradictions"))
    st.write(
        ngettext(
            "{count} order in a batch is different in a file. Keep what is here, or take what is there.",
            "{count} orders in a batch are different in a file. Keep what is here, or take what is there.",
            len(orders),
        )
    )
    st.caption(_("Tick some to settle these alone."))
    ticked = import_report.choose_conflicts(open_ones, CONFLICTS)
    ids = ticked.or_all(open_ones["conflict_id"])
    count = len(ticked)
    keep, take = (
        (
            ngettext(
                "Keep what is here, for the one ticked", "Keep what is here, for the {count} ticked", count
            ),
            ngettext(
                "Take what is there, for the one ticked", "Take what is there, for the {count} ticked", count
            ),
        )
        if ticked
        else (_("Keep what is here, for all of them"), _("Take what is there, for all of them"))
    )
    with st.container(horizontal=True):
        actions.button(
            keep, files.keep, app(), ids, key="files_keep_ours", by=actions.by(), icon=":material/check:",
            clears=CONFLICTS, done=_settled,
        )  # fmt: skip
        actions.button(
            take, files.take_theirs, app(), ids, key="files_take_theirs", by=actions.by(),
            icon=":material/download_done:", clears=CONFLICTS, done=_settled,
            help=_(
                "Orders that were not sent yet leave their batch and become as the file, or the platform, says; an "
                "address is taken whole. What was sent stays as it is."
            ),
        )  # fmt: skip


def _settled(count: int) -> str:
    if not count:
        return _("Nothing was settled: these orders were sent already, or only what is in them differs.")
    return ngettext("{count} difference is settled.", "{count} differences are settled.", count)


def read_before() -> None:
    """Every file read, with the refused rows of the one that is ticked."""
    st.subheader(_("Read before"))
    read = files.imported(app(), page_size=50)
    if read.empty:
        st.info(_("No file was read yet. Load the sample to see how it goes."))
        return
    shown = read.assign(
        file=read["file"].where(read["file"] != sync.SOURCE, _("the platform")),
        layout=read["layout"].map(layout_label),
        at=[formats.moment(at) for at in read["loaded_at"]],
        why=[_why(row) for _place, row in read.iterrows()],
    )
    counts = import_report.count_columns(
        "read_count", "loaded_count", "updated_count", "unchanged_count", "refused_count"
    )
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    waiting = {"open_count": number(_("To mend"), format="localized")}
    columns: dict[str, Any] = {"at": text(_("When"))} | counts | waiting | {"loaded_by": text(_("By"))}
    if read["error_code"].notna().any():
        columns["why"] = text(_("Why it was not read"), width="large")
    st.caption(_("Tick a file to see its refused rows."))
    ticked = tables.choose(shown, columns, by="import_id", key="files_imports", single=True)
    if ticked:
        import_id = int(ticked[0])
        file, why = shown.loc[read["import_id"] == import_id, ["file", "why"]].iloc[0]
        if why:
            st.error(f"{formats.plain(file)}: {formats.plain(why)}")
        else:
            _rows_of(import_id, str(read.loc[read["import_id"] == import_id, "file"].iloc[0]))


def _why(row: pd.Series) -> str:
    """Why a file was refused as a whole; '' for one that was read."""
    return "" if pd.isna(row["error_code"]) else unreadable_sentence(row["error_code"], **row["error_args"])


def _rows_of(import_id: int, file: str) -> None:
    rows = files.refused(app(), import_id=import_id, page_size=100_000)
    if rows.empty:
        st.success(_("No row of it was refused."))
        return
    waiting = rows[rows["closed_at"].isna()]
    closed = rows["closed_how"].value_counts()
    if len(waiting):
        import_report.problem_table(waiting, "files_refused")
        import_report.downloads(import_id, file, "files_refused_mend")
        actions.button(
            _("Put these rows aside"), files.dismiss, app(), import_id, key="files_dismiss", by=actions.by(),
            icon=":material/inventory_2:", help=_("Nothing is to be mended of them; they no longer wait."),
            done=lambda count: ngettext("{count} row is put aside.", "{count} rows are put aside.", count),
        )  # fmt: skip
    else:
        st.success(_("Every refused row of it is closed."))
    if len(closed):
        st.caption(
            _(
                "Closed: {mended} mended, {repeated} refused again in a later file, {dismissed} put aside.",
                mended=closed.get("mended", 0),
                repeated=closed.get("repeated", 0),
                dismissed=closed.get("dismissed", 0),
            )
        )
