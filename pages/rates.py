"""Rate cards: which prices quotes are made by, what a new version would change, and from when it holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from lib.domain.plans import Channel
from lib.services import background, files, rates
from lib.texts import gettext as _
from lib.texts import later, ngettext
from lib.ui import actions, formats, tables
from lib.ui.context import app
from lib.wording import card_note, card_state_label, lack_label, row_mending, row_problem, unreadable_sentence
from pages.parts.rates import card as one_card

#: What the list can show, and how that is called.
VIEWS = {
    Channel.ONLINE: later("Online shipping"),
    Channel.ELSEWHERE: later("Other marketplaces, to compare"),
    "spot": later("Prices without weight or size"),
}
REPORT = "rates_report"
#: So many wrong rows of a file are on the screen.
SHOWN = 500
#: From here on a weight in a published table means that it has no limit.
UNLIMITED_G = 9_000_000


def show_list() -> None:
    """Every card by plan, the newest first; a tick opens one."""
    known = rates.cards(app())
    drafts = [card for card in known if card["state"] == "draft"]
    if drafts:
        with st.container(border=True, key="rates_drafts"):
            st.write(
                ngettext(
                    "{count} rate card is loaded and not active: look at what it changes, then activate it.",
                    "{count} rate cards are loaded and not active: look at what they change, then activate them.",
                    len(drafts),
                )
            )
            for card in drafts:
                st.page_link(
                    "pages/rates.py",
                    label=_("Look at {card}", card=formats.plain(card["card_id"])),
                    query_params={"card": card["card_id"]},
                    icon=":material/arrow_forward:",
                )
    load()
    view = st.segmented_control(
        _("Rate cards"),
        list(VIEWS),
        default=Channel.ONLINE,
        required=True,
        format_func=lambda one: _(VIEWS[one]),
        key="rates_view",
        label_visibility="collapsed",
    )
    if view == "spot":
        show_spot_prices()
        return
    shown = [card for card in known if card["channel"] == view]
    if view == Channel.ELSEWHERE:
        st.caption(
            _("Published for other marketplaces: quoted only to compare with, never offered for a batch.")
        )
    st.caption(
        _(
            "Lists of unlike age are not alike in price: look at the first day of each. Tick a card to open it."
        )
    )
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    ticked = tables.choose(
        pd.DataFrame([_card_row(card) for card in shown]),
        {
            "plan": text(_("Plan")),
            "state": text(_("State"), width="small"),
            "since": text(_("From"), width="small"),
            "until": text(_("To"), width="small"),
            "currency": text(_("Currency"), width="small"),
            "country_count": number(_("Countries"), width="small"),
            "weights": text(_("Weights")),
            "surcharges": text(_("Surcharges")),
            "source": text(_("Source"), width="small"),
            "note": text(_("What to know"), width="large"),
        },
        by="card_id",
        key="rates_cards",
        single=True,
        height="content",
        scope=str(view),
    )
    if ticked:
        st.query_params["card"] = ticked[0]
        actions.clear("rates_cards")
        st.rerun()


def load() -> None:
    """A new version of a card, from a file."""
    with st.expander(_("Load a new version"), icon=":material/upload_file:"):
        st.write(
            _(
                "A table with one row per plan, destination, kind of goods and interval of weight. The easiest way: "
                "open a card, download it, change prices and first day in a spreadsheet, and load it here. It is "
                "refused whole when one row is wrong, and nothing is quoted by it before somebody activates it."
            )
        )
        round_ = st.session_state.setdefault("rates_round", 0)
        upload = st.file_uploader(
            _("File with rate cards"), type=["xlsx", "xls", "csv", "tsv", "txt"], key=f"rates_upload_{round_}",
            label_visibility="collapsed",
        )  # fmt: skip
        actions.button(
            _("Load the file"), load_upload, f"rates_upload_{round_}", key="rates_load", disabled=upload is None,
            primary=upload is not None,
        )  # fmt: skip
    report: files.LoadReport | None = st.session_state.get(REPORT)
    if report is not None:
        show_report(report)


def load_upload(key: str) -> None:
    """Keep what became of the file for the next run."""
    upload = st.session_state.get(key)
    if upload is None:
        return
    with st.spinner(_("Reading and checking…")):
        st.session_state[REPORT] = files.load_upload(
            app(), upload.name, upload.getvalue(), kind="rates", by=actions.by()
        )
    background.wake()
    st.session_state["rates_round"] += 1  # An uploader is emptied by being another one.


def show_report(report: files.LoadReport) -> None:
    """What became of the file; the rows that are wrong, each with what to do."""
    [file] = report.files
    name = formats.plain(file.file)
    if file.error_code is not None:
        st.error(f"{name}: {formats.plain(unreadable_sentence(file.error_code, **file.error_args))}")
        return
    wrong = [row for row in report.problems if row.code != "rates_refused_whole"]
    if wrong:
        st.error(
            ngettext(
                "{file} is refused: {count} row is wrong. The cards stay as they were.",
                "{file} is refused: {count} rows are wrong. The cards stay as they were.",
                len(wrong),
                file=name,
            )
        )
        show_rows(wrong, "rates_wrong")
    elif file.loaded + file.updated:
        st.success(
            ngettext(
                "{file}: {count} row is loaded, and not active yet.",
                "{file}: {count} rows are loaded, and not active yet.",
                file.loaded + file.updated,
                file=name,
            )
        )
    else:
        st.info(_("{file} says what is here already; nothing changed.", file=name))
    if report.warnings:
        with st.expander(_("Loaded, but look at ({count})", count=len(report.warnings))):
            show_rows(report.warnings, "rates_doubts")


def show_rows(rows: Sequence[files.RowProblem], key: str) -> None:
    """Rows of a file with what is wrong in them."""
    said = [
        {
            "row": row.row,
            "column": row.column,
            "value": row.value,
            "problem": row_problem(row.code),
            "mending": row_mending(row.code),
        }
        for row in rows[:SHOWN]
    ]
    text = st.column_config.TextColumn
    tables.show(
        pd.DataFrame(said),
        {
            "row": st.column_config.NumberColumn(_("Row"), width="small"),
            "column": text(_("Column"), width="small"),
            "value": text(_("What stands there"), width="small"),
            "problem": text(_("What is wrong"), width="large"),
            "mending": text(_("What to do"), width="large"),
        },
        key=key,
    )


def show_spot_prices() -> None:
    """Prices no parcel can be quoted by."""
    prices = rates.spot_prices(app())
    st.caption(
        _(
            "Published prices that lack what a parcel could be quoted by. They are in no quote; use them to see how "
            "carriers compare with each other in price and days."
        )
    )
    countries = sorted(prices["country"].unique(), key=formats.country)
    country = st.selectbox(_("Country"), countries, format_func=formats.country, key="rates_spot_country")
    shown = prices[prices["country"] == country]
    text = st.column_config.TextColumn
    tables.show(
        shown.assign(
            price=formats.amounts(shown["price_minor"], shown["currency"]),
            per_kg=shown["per_kg_e4"] / 10_000,
            days=[formats.days(*days) for days in zip(shown["days_min"], shown["days_max"], strict=True)],
            lack=formats.words(shown["lacks"], lack_label),
            of=shown["quoted_on"].dt.strftime("%Y-%m-%d"),
        ),
        {
            "service": text(_("Service"), width="medium"),
            "detail": text(_("Size group and delivery"), width="medium"),
            "price": text(_("Price"), alignment="right"),
            "per_kg": tables.amount(_("and per kg")),
            "days": text(_("Days")),
            "of": text(_("Of")),
            "source": text(_("Source")),
            "lack": text(_("What it lacks"), width="large"),
        },
        key="rates_spot",
    )


def _weights(least_g: int, most_g: int) -> str:
    """The weights a card has prices for; published tables write `no limit` as a weight nothing has."""
    if most_g >= UNLIMITED_G:
        return _("from {weight}", weight=formats.weight(least_g))
    return f"{formats.weight(least_g)} – {formats.weight(most_g)}"


def _card_row(card: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "card_id": card["card_id"],
        "plan": formats.plan(card),
        "state": card_state_label(card["state"]),
        "since": formats.day(card["active_from"] or card["valid_from"]),
        "until": formats.day(card["active_to"] or card["valid_to"]),
        "currency": card["currency"],
        "country_count": card["country_count"],
        "weights": _weights(card["min_g"], card["max_g"]),
        "surcharges": f"{card['surcharge_count']:,}" if card["surcharge_count"] else _("none"),
        "source": card["source"] or card["file"] or "–",
        "note": card_note(card["note"]),
    }


st.title(_("Rate cards"))
wanted = st.query_params.get("card")
if wanted:
    one_card.show(wanted)
else:
    show_list()
