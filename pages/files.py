"""Files in: a seller's order exports and product tables, and what was refused of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.services import background, files
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.ui import actions, formats
from lib.ui.context import app
from lib.wording import loading_step, sandbox_takes_in, shop_label
from pages.parts.files import import_history, import_report, mapping

REPORT = "files_report"
#: Uploads of the report that count as older, with what was said of them: to be loaded again as the newest.
OLDER = "files_older_uploads"
TYPES = ["xlsx", "xls", "xlsm", "xlsb", "ods", "csv", "tsv", "txt"]


def main() -> None:
    actions.arrive()
    st.title(_("Files"))
    _load()
    mapping.show(_form(), load=_load_mapped)
    report: files.LoadReport | None = st.session_state.get(REPORT)
    if report is not None:
        import_report.show(report, _load_as_newest if st.session_state.get(OLDER) else None)
    import_history.contradictions()
    import_history.read_before()


def _load() -> None:
    own, sample = st.columns([2, 1])
    with own.container(border=True, height="stretch"):
        st.subheader(_("Your files"))
        st.write(
            _(
                "Order exports of the Seller Center, Dianxiaomi, Mabang or Lingxing, product tables, bills and rate "
                "cards: several at once, Excel or text. Any other table too, once you said which column is what."
            )
        )
        _shop()
        round_ = st.session_state.setdefault("files_round", 0)
        key = f"files_upload_{round_}"
        uploads = st.file_uploader(
            _("Files to load"), type=TYPES, accept_multiple_files=True, key=key, label_visibility="collapsed"
        )
        count = len(uploads or ())
        with st.container(horizontal=True, vertical_alignment="center"):
            actions.button(
                ngettext("Load {count} file", "Load {count} files", count) if count else _("Load the files"),
                _load_uploads, key, key="files_load", disabled=not count, primary=bool(count),
            )  # fmt: skip
            actions.button(
                _("Choose the columns"), _choose_columns, key, key="files_choose", disabled=count != 1,
                icon=":material/view_column:", help=_("Say yourself which column of one file is what."),
            )  # fmt: skip
            _wishes()
    with sample.container(border=True, height="stretch"):
        st.subheader(_("Sample"))
        st.write(
            _(
                "A product table and some 1,200 orders of made-up buyers, with what goes wrong on a real day. Its "
                "dates are moved to today."
            )
        )
        actions.button(_("Load the sample"), _load_sample, key="files_sample", icon=":material/download:")


def _shop() -> None:
    """Whose orders the files hold; asked only where there is more than one shop."""
    names = files.shops(app())
    if len(names) > 1:
        st.selectbox(
            _("Shop"), list(names), format_func=lambda shop_id: shop_label(shop_id, names[shop_id]),
            key="files_shop", width=320,
        )  # fmt: skip


def _wishes() -> None:
    """What a file does not say of itself, and is rarely needed."""
    with st.popover(_("Options"), icon=":material/tune:", key="files_options"):
        st.selectbox(
            _("Weights in exports of other programs are in"),
            [None, *files.WEIGHT_UNITS],
            format_func=lambda unit: unit or _("what is usual (g)"),
            key="files_weight_unit",
        )
        st.checkbox(
            _("These files are newer than all loaded before"),
            key="files_newest",
            help=_(
                "A file that looks older than what is known changes nothing of it. Tick this when you know better."
            ),
        )
        st.checkbox(
            _("All orders in it await shipment"),
            key="files_awaiting",
            help=_(
                "For files without a column for the status, or with one in words that are not known here. An order "
                "whose status is known keeps it."
            ),
        )


def _load_uploads(key: str) -> None:
    """Load what was dropped, and say how far it is: the page comes again when all of it is in."""
    uploads = st.session_state.get(key) or []
    _load_each([(upload.name, upload.getvalue()) for upload in uploads], _form())
    _empty_uploader()


def _load_mapped(name: str, content: bytes, wishes: files.Wishes) -> None:
    """Load a file whose columns a person chose, as any other is."""
    _load_each([(name, content)], wishes)


def _form() -> files.Wishes:
    """What was said of the files above."""
    return files.Wishes(
        weight_unit=st.session_state.get("files_weight_unit"),
        newest=bool(st.session_state.get("files_newest")),
        shop_id=st.session_state.get("files_shop"),
        awaiting=bool(st.session_state.get("files_awaiting")),
    )


def _load_as_newest() -> None:
    """Load those of the last files again that counted as older, as the newest: a person knows better."""
    uploads, wishes = st.session_state[OLDER]
    _load_each(uploads, replace(wishes, newest=True))


def _load_each(uploads: Sequence[tuple[str, bytes]], wishes: files.Wishes) -> None:
    report, foreign, older = files.LoadReport(), None, []
    bar = st.progress(0.0)
    for place, (name, content) in enumerate(uploads):
        said = _(
            "Reading and checking {place} of {count}: {file}",
            place=place + 1,
            count=len(uploads),
            file=formats.plain(name),
        )
        bar.progress(place / len(uploads), said)
        one = files.load_upload(
            app(), name, content, by=actions.by(), wishes=wishes,
            rehearsing=partial(_rehearsing, bar, (place + 0.7) / len(uploads)),
            on_step=partial(_at_step, bar, place, len(uploads)),
        )  # fmt: skip
        if one.files[0].error_code == "unknown_layout" and foreign is None:
            foreign = (name, content)
        if one.older:
            older.append((name, content))
        report += one
    bar.empty()
    if foreign:
        mapping.begin(*foreign)
    _keep(report)
    if older:
        st.session_state[OLDER] = (older, wishes)


def _at_step(bar: DeltaGenerator, place: int, count: int, file: str, step: str, rows: int) -> None:
    """A file that takes its time is at its next step."""
    share = files.STEPS.index(step) / (len(files.STEPS) + 1)
    bar.progress((place + share) / count, loading_step(formats.plain(file), step, rows))


def _rehearsing(bar: DeltaGenerator, part: float, count: int) -> None:
    """The orders are in; what still takes its time is the sandbox."""
    bar.progress(part, sandbox_takes_in(count))


def _choose_columns(key: str) -> None:
    [upload] = st.session_state.get(key) or [None]
    if upload is not None:
        mapping.begin(upload.name, upload.getvalue())
        st.session_state.pop(REPORT, None)
        st.session_state.pop(OLDER, None)
        _empty_uploader()


def _load_sample() -> None:
    with st.spinner(_("Loading the sample…")):
        _keep(files.load_sample(app(), by=actions.by()))


def _empty_uploader() -> None:
    st.session_state["files_round"] += 1  # An uploader is emptied by being another one.


def _keep(report: files.LoadReport) -> None:
    st.session_state[REPORT] = report
    st.session_state.pop(OLDER, None)
    background.wake()


main()
