"""What became of the files just loaded: the counts first, then what needs a person, then how each was read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from lib.services import files
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.ui import actions, formats, tables
from lib.ui.context import app
from lib.ui.downloads import spoken
from lib.wording import (
    column_label,
    layout_label,
    mending_columns,
    row_mending,
    row_problem,
    status_label,
    unreadable_sentence,
)

#: Rows of one list on the screen; all of them are in the download.
SHOWN = 500
#: Names of columns in one line.
NAMED = 12


def show(report: files.LoadReport, again: Callable[[], None] | None = None) -> None:
    """The report of one load. `again` loads those of its files that count as older once more, as the newest."""
    st.subheader(_("What became of them"))
    for file in report.files:
        if file.error_code is not None:
            sentence = unreadable_sentence(file.error_code, **file.error_args)
            st.error(f"{formats.plain(file.file)}: {formats.plain(sentence)}")
    read = [file for file in report.files if file.error_code is None]
    if read:
        _counts(read)
        _files_table(read)
    _news(report, read)
    if report.older:
        _older(report, sum(file.older > 0 for file in read), again)
    for file in read:
        if file.refused:
            _refused(report, file)
    if report.conflicts:
        _conflicts(report.conflicts)
    if report.warnings:
        st.warning(
            ngettext(
                "{count} row was loaded and deserves a look.",
                "{count} rows were loaded and deserve a look.",
                len(report.warnings),
            )
        )
        problem_table(_frame(report.warnings), "files_warnings")
    if read:
        _how_read(read)


def problem_table(frame: pd.DataFrame, key: str) -> None:
    """Rows with something wrong: where they are, what stands there as plain text, what is wrong, what to do."""
    said = frame.assign(
        problem=frame["code"].map(row_problem),
        mending=frame["code"].map(row_mending),
        column_name=frame["column_name"].str.replace("\n", " "),
    )
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    labels = {
        "row_no": _("Row"),
        "column_name": _("Column"),
        "value": _("What stands there"),
        "problem": _("What is wrong"),
        "mending": _("What to do"),
        "file": _("File"),
        "sheet": _("Sheet"),
    }
    if said["file"].nunique() < 2:
        del labels["file"], labels["sheet"]
    widths: dict[str, Any] = {"problem": "large", "mending": "large", "value": "medium"}
    columns = {
        name: (number if name == "row_no" else text)(label, width=widths.get(name, "small"))
        for name, label in labels.items()
    }
    tables.show(said.head(SHOWN), columns, key=key)
    if len(said) > SHOWN:
        st.caption(_("The first {count} are shown; the download has all.", count=f"{SHOWN:,}"))


def downloads(import_id: int, file: str, key: str) -> None:
    """The refused rows of an import as they stood in the file, to mend and load again. Made when asked for."""
    stem = file.rsplit(".", 1)[0]
    with st.container(horizontal=True, vertical_alignment="center"):
        for ending, make in (("xlsx", files.as_xlsx), ("csv", files.as_csv)):
            st.download_button(
                _("Rows to mend, {ending}", ending=f".{ending}"),
                spoken(partial(_made, make, import_id)),
                file_name=f"{stem}-refused.{ending}",
                key=f"{key}_{ending}",
                icon=":material/download:",
                on_click="ignore",
            )
        st.caption(
            _(
                "All columns as they were, and what to do. Mend them and load that file: its rows are closed then."
            )
        )


def _made(make: Callable[[pd.DataFrame], bytes], import_id: int) -> bytes:
    return make(files.to_mend(app(), import_id, mending_columns()))


def _counts(read: Sequence[files.FileReport]) -> None:
    names = ("read", "loaded", "updated", "unchanged", "refused")
    for column, name, label in zip(st.columns(5), names, _count_labels(), strict=True):
        column.metric(label, f"{sum(getattr(file, name) for file in read):,}", border=True)
    st.caption(_("Rows read = loaded + updated + unchanged + refused."))


def _count_labels() -> list[str]:
    return [_("Rows read"), _("Loaded"), _("Updated"), _("Unchanged"), _("Rows refused")]


def count_columns(*names: str) -> dict[str, Any]:
    """The columns of a table of files: which file, what it is, and its counts under these names."""
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    counts: dict[str, Any] = {
        name: number(label, format="localized") for name, label in zip(names, _count_labels(), strict=True)
    }
    return {"file": text(_("File")), "layout": text(_("What it is"))} | counts


def _files_table(read: Sequence[files.FileReport]) -> None:
    frame = pd.DataFrame([vars(file) for file in read])
    frame["layout"] = frame["layout"].map(layout_label)
    tables.show(frame, count_columns("read", "loaded", "updated", "unchanged", "refused"), key="files_read")


def _news(report: files.LoadReport, read: Sequence[files.FileReport]) -> None:
    mended = sum(file.mended for file in read)
    if mended:
        st.success(
            ngettext(
                "{count} row that was refused before is in now.",
                "{count} rows that were refused before are in now.",
                mended,
            )
        )
    if report.orders:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.success(
                ngettext("{count} new order is loaded.", "{count} new orders are loaded.", report.orders)
            )
            st.page_link("pages/orders.py", label=_("Choose orders"), icon=":material/arrow_forward:")


def _older(report: files.LoadReport, file_count: int, again: Callable[[], None] | None) -> None:
    """What files say otherwise that count as older. Whether one is newer all the same, only a person knows."""
    orders = len({one.order_id for one in report.older})
    placed = len({one.order_id for one in report.older if one.batch_id})
    said = ngettext(
        "Of {count} order a newer file or a sync said something else than this one; nothing of it was changed.",
        "Of {count} orders a newer file or a sync said something else than this one; nothing of them was changed.",
        orders,
    )
    if placed:
        said += " " + ngettext("{count} of them is in a batch.", "{count} of them are in a batch.", placed)
    st.warning(said)
    conflict_table(pd.DataFrame([vars(one) for one in report.older]), "files_older")
    if again is None:
        st.caption(_("If this file is the newest, load it again and say so under Options."))
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        actions.button(
            _("This file is the newest: load it again as such")
            if file_count == 1
            else _("These {count} files are the newest: load them again as such", count=file_count),
            again, key="files_newest_again", icon=":material/update:",
        )  # fmt: skip
        st.caption(
            _(
                "A file does not say when it was exported, and one of fewer orders looks older than it is. As the "
                "newest it is believed, except for orders in a batch: those become contradictions."
            )
        )


def _refused(report: files.LoadReport, file: files.FileReport) -> None:
    st.error(
        ngettext(
            "{count} row was refused and set aside; all others are loaded.",
            "{count} rows were refused and set aside; all others are loaded.",
            file.refused,
        )
        + f" {formats.plain(file.file)}"
    )
    rows = [row for row in report.problems if (row.file, row.sheet) == (file.file, file.sheet)]
    problem_table(_frame(rows), f"files_problems_{file.import_id}")
    if file.import_id is not None:
        downloads(file.import_id, file.file, f"files_mend_{file.import_id}")


def _conflicts(conflicts: Sequence[files.Conflict]) -> None:
    orders = len({one.order_id for one in conflicts})
    st.warning(
        ngettext(
            "{count} order in a batch is different in the file. Nothing of it was changed.",
            "{count} orders in a batch are different in the file. Nothing of them was changed.",
            orders,
        )
    )
    conflict_table(pd.DataFrame([vars(one) for one in conflicts]), "files_conflicts")


def conflict_table(frame: pd.DataFrame, key: str) -> None:
    """What a file says otherwise of orders in a batch, as plain text."""
    said, columns = _conflicts_said(frame)
    tables.show(said, columns, key=key)


def choose_conflicts(frame: pd.DataFrame, key: str) -> tables.Ticked:
    """The same to tick: the conflicts that are chosen."""
    said, columns = _conflicts_said(frame)
    return tables.choose(said, columns, by="conflict_id", key=key)


def _conflicts_said(frame: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, Any]]:
    is_status = frame["field"] == "status"
    said = frame.assign(
        what=frame["field"].map(column_label),
        kept=frame["kept"].where(~is_status, frame["kept"].map(status_label)),
        offered=frame["offered"].where(~is_status, frame["offered"].map(status_label)),
    )
    text = st.column_config.TextColumn
    columns = {
        "order_id": text(_("Order")),
        "batch_id": text(_("Batch")),
        "what": text(_("What differs")),
        "kept": text(_("Here, unchanged"), width="medium"),
        "offered": text(_("In the file"), width="medium"),
    }
    return said.head(SHOWN), columns


def _how_read(read: Sequence[files.FileReport]) -> None:
    with st.expander(_("How they were read"), icon=":material/description:", expanded=len(read) == 1):
        for file in read:
            st.markdown(f"**{formats.plain(file.file)}** · {formats.plain(layout_label(file.layout))}")
            for line in _remarks(file):
                st.caption(formats.plain(line))


def _remarks(file: files.FileReport) -> list[str]:
    lines = []
    if file.sheet:
        lines.append(_("Sheet: {sheet}", sheet=file.sheet))
    if file.dialect:
        lines.append(_("Written as: {dialect}", dialect=file.dialect))
    if file.shifted_days:
        lines.append(
            ngettext(
                "All dates of the sample were moved by {count} day, so that its orders are of today.",
                "All dates of the sample were moved by {count} days, so that its orders are of today.",
                file.shifted_days,
            )
        )
    if file.zone:
        lines.append(_("Times without a zone were read as {zone}.", zone=file.zone))
    if file.weight_unit:
        lines.append(_("Weights without a unit were read as {unit}; another one can be said under Options.",
                       unit=file.weight_unit))  # fmt: skip
    if file.awaiting:
        lines.append(
            ngettext(
                "{count} order without a known status awaits shipment, as was said.",
                "{count} orders without a known status await shipment, as was said.",
                file.awaiting,
            )
        )
    if file.missing:
        lines.append(_("Columns it lacks: {columns}", columns=_listed(file.missing)))
    if file.ignored:
        lines.append(_("Columns not used: {columns}", columns=_listed(file.ignored)))
    if file.unread:
        lines.append(_("Columns that are known and not used: {columns}", columns=_(", ").join(file.unread)))
    if not (file.missing or file.ignored or file.unread):
        lines.append(_("Every column was found, and every one is used."))
    return lines


def _listed(names: Sequence[str]) -> str:
    listed = _(", ").join(names[:NAMED])
    more = len(names) - NAMED
    return listed if more <= 0 else _("{columns} and {count} more", columns=listed, count=more)


def _frame(rows: Sequence[files.RowProblem]) -> pd.DataFrame:
    return pd.DataFrame([vars(row) for row in rows]).rename(
        columns={"row": "row_no", "column": "column_name"}
    )
