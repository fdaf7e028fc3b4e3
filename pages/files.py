"""Files in: a seller's order exports and product tables, and what was refused of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from lib.services import background, files
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.ui import actions, formats, tables
from lib.ui.context import app
from lib.wording import layout_label, row_mending, row_problem, unreadable_sentence

REPORT = "files_report"
#: Rows of one report on the screen; all of them are in the download.
SHOWN = 500
TYPES = ["xlsx", "xls", "csv", "tsv", "txt"]


def main() -> None:
    actions.arrive()
    st.title(_("Files"))
    _load()
    report: files.LoadReport | None = st.session_state.get(REPORT)
    if report is not None:
        _report(report)
    _imports()


def _load() -> None:
    own, sample = st.columns([2, 1])
    with own.container(border=True, height="stretch"):
        st.subheader(_("Your files"))
        st.write(_("Order exports of the Seller Center and product tables, several at once. Excel or text."))
        round_ = st.session_state.setdefault("files_round", 0)
        uploads = st.file_uploader(
            _("Files to load"), type=TYPES, accept_multiple_files=True, key=f"files_upload_{round_}",
            label_visibility="collapsed",
        )  # fmt: skip
        count = len(uploads or ())
        actions.button(
            ngettext("Load {count} file", "Load {count} files", count) if count else _("Load the files"),
            _load_uploads, f"files_upload_{round_}", key="files_load", disabled=not count, primary=bool(count),
        )  # fmt: skip
    with sample.container(border=True, height="stretch"):
        st.subheader(_("Sample"))
        st.write(
            _(
                "A product table and some 1,200 orders of made-up buyers, with what goes wrong on a real day. Its "
                "dates are moved to today."
            )
        )
        actions.button(_("Load the sample"), _load_sample, key="files_sample", icon=":material/download:")


def _load_uploads(key: str) -> None:
    """Products first: orders are checked against them when they come in."""
    uploads = st.session_state.get(key) or []
    report = files.LoadReport()
    with st.spinner(_("Reading and checking…")):
        for upload in uploads:
            report += files.load_upload(app(), upload.name, upload.getvalue(), by=actions.by())
    _keep(report)
    st.session_state["files_round"] += 1  # An uploader is emptied by being another one.


def _load_sample() -> None:
    with st.spinner(_("Loading the sample…")):
        _keep(files.load_sample(app(), by=actions.by()))


def _keep(report: files.LoadReport) -> None:
    st.session_state[REPORT] = report
    background.wake()


def _report(report: files.LoadReport) -> None:
    st.subheader(_("What became of them"))
    for file in report.files:
        if file.error_code is not None:
            st.error(f"{formats.plain(file.file)}: {formats.plain(_unreadable(file))}")
    read = [file for file in report.files if file.error_code is None]
    if read:
        _files_table(read)
        for file in read:
            _remarks(file)
    if report.orders:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.success(
                ngettext("{count} new order is loaded.", "{count} new orders are loaded.", report.orders)
            )
            st.page_link("pages/orders.py", label=_("Choose orders"), icon=":material/arrow_forward:")
    if report.problems:
        st.write(
            ngettext(
                "{count} row was refused and set aside; all others are loaded.",
                "{count} rows were refused and set aside; all others are loaded.",
                len(report.problems),
            )
        )
        _problems(report.problems, "files_problems")
    if report.warnings:
        st.write(
            ngettext(
                "{count} row was loaded and deserves a look.",
                "{count} rows were loaded and deserve a look.",
                len(report.warnings),
            )
        )
        _problems(report.warnings, "files_warnings")


def _unreadable(file: files.FileReport) -> str:
    return unreadable_sentence(file.error_code or "", **file.error_args)


def _files_table(read: Sequence[files.FileReport]) -> None:
    frame = pd.DataFrame([vars(file) for file in read])
    frame["layout"] = frame["layout"].map(layout_label)
    tables.show(frame, _count_columns("read", "loaded", "updated", "unchanged", "refused"), key="files_read")


def _count_columns(*names: str) -> dict[str, Any]:
    labels = [_("Rows read"), _("Loaded"), _("Updated"), _("Unchanged"), _("Refused")]
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    counts: dict[str, Any] = {
        name: number(label, format="localized") for name, label in zip(names, labels, strict=True)
    }
    return {"file": text(_("File")), "layout": text(_("What it is"))} | counts


def _remarks(file: files.FileReport) -> None:
    name = formats.plain(file.file)
    if file.shifted_days:
        st.caption(
            ngettext(
                "{file}: all dates of the sample were moved by {count} day, so that its orders are of today.",
                "{file}: all dates of the sample were moved by {count} days, so that its orders are of today.",
                file.shifted_days,
                file=name,
            )
        )
    if file.zone:
        st.caption(
            _("{file}: times without a zone were read as {zone}.", file=name, zone=formats.plain(file.zone))
        )
    if file.missing:
        st.caption(
            _(
                "{file}: columns it lacks: {columns}.",
                file=name,
                columns=formats.plain(", ".join(file.missing)),
            )
        )
    if file.ignored:
        st.caption(
            _(
                "{file}: columns not used: {columns}.",
                file=name,
                columns=formats.plain(", ".join(file.ignored)),
            )
        )


def _problems(rows: Sequence[files.RowProblem], key: str) -> None:
    frame = pd.DataFrame([vars(row) for row in rows]).rename(
        columns={"row": "row_no", "column": "column_name"}
    )
    _problem_table(frame, key)


def _problem_table(frame: pd.DataFrame, key: str) -> None:
    said = frame.assign(
        problem=frame["code"].map(row_problem),
        mending=frame["code"].map(row_mending),
        column_name=frame["column_name"].str.replace("\n", " "),
    )
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    labels = {
        "file": _("File"),
        "sheet": _("Sheet"),
        "row_no": _("Row"),
        "column_name": _("Column"),
        "value": _("What stands there"),
        "problem": _("What is wrong"),
        "mending": _("What to do"),
    }
    widths: dict[str, Any] = {"problem": "large", "mending": "large", "value": "medium"}
    columns = {
        name: (number if name == "row_no" else text)(label, width=widths.get(name, "small"))
        for name, label in labels.items()
    }
    tables.show(said.head(SHOWN), columns, key=key)
    if len(said) > SHOWN:
        st.caption(_("The first {count} are shown; the download has all.", count=f"{SHOWN:,}"))
    st.download_button(
        _("Download these rows"), files.as_xlsx(said[list(labels)].rename(columns=labels)),
        file_name="shipdesk-rows.xlsx", key=f"{key}_download", icon=":material/download:", on_click="ignore",
    )  # fmt: skip


def _imports() -> None:
    st.subheader(_("Read before"))
    read = files.imported(app(), page_size=50)
    if read.empty:
        st.info(_("No file was read yet. Load the sample to see how it goes."))
        return
    shown = read.assign(
        layout=read["layout"].map(layout_label), at=[formats.moment(at) for at in read["loaded_at"]]
    )
    counts = _count_columns("read_count", "loaded_count", "updated_count", "unchanged_count", "refused_count")
    text = st.column_config.TextColumn
    columns = {"at": text(_("When"))} | counts | {"loaded_by": text(_("By"))}
    st.caption(_("Tick a file to see its refused rows."))
    ticked = tables.choose(shown, columns, by="import_id", key="files_imports", single=True)
    if ticked:
        rows = files.refused(app(), import_id=int(ticked[0]), page_size=100_000)
        if rows.empty:
            st.success(_("No row of it was refused."))
        else:
            _problem_table(rows, "files_refused")


main()
