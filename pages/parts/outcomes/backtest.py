"""Was it worth it: what returning all, destroying all, what was chosen, and the advice would have come to."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from lib.services import advice
from lib.texts import gettext as _
from lib.ui import charts, formats, tables
from lib.ui.context import app
from lib.wording import advice as words
from lib.wording import decision_label
from pages.parts import nothing

NET = ["net_minor", "net_low_minor", "net_high_minor"]


def show() -> None:
    """Whether the advice would have won, over time, and the numbers it is made of."""
    found = advice.backtest(app())
    if found.empty:
        nothing.sent(_("No parcel that could have been returned was sent yet."))
        return
    sums = found.groupby("way")[[one for one in found.columns if one.endswith(("_minor", "_count"))]].sum()
    sums = sums.reindex(advice.WAYS)
    nets = {
        str(way): (int(row[0]), int(row[1]), int(row[2]))
        for way, row in zip(sums.index, sums[NET].to_numpy(), strict=True)
    }
    st.text(words.backtest_sentence(nets))
    charts.lines(
        _over_time(found),
        x="month",
        series=[(way, words.way_label(way)) for way in advice.WAYS],
        value_label=_("Net so far in CNY"),
        key="outcomes_backtest_chart",
        alt=_("Recovered less fees, added up month by month, for each way to decide, with its range."),
    )
    _table(sums)
    st.caption(
        _(
            "Net is what came back less the return-service fees, of all parcels whose plan offers return. The "
            "advice knows only what was known at the start of the week in which a parcel was sent. What a "
            "destroyed parcel would have brought back was never seen: such amounts are expected, and shown as "
            "a range; so is what parcels under way may still bring. Fees nobody billed, and what goods bring, "
            "are assumed."
        )
    )
    _followed()


def _over_time(found: pd.DataFrame) -> pd.DataFrame:
    """One row per month: each way's net up to then, and its range, in CNY."""
    nets = found.pivot_table(index="month", columns="way", values=NET, aggfunc="sum", fill_value=0)
    sums = formats.whole(nets.cumsum())
    table = pd.DataFrame({"month": sums.index.strftime("%Y-%m")})
    for way in advice.WAYS:
        for suffix, name in (("", "net_minor"), ("_low", "net_low_minor"), ("_high", "net_high_minor")):
            table[f"{way}{suffix}"] = sums[name][way].to_numpy()
    return table


def _table(sums: pd.DataFrame) -> None:
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    expected = sums["recovered_assumed_minor"]
    whole = expected + sums["recovered_seen_minor"]
    tables.show(
        pd.DataFrame(
            {
                "way": [words.way_label(str(way)) for way in sums.index],
                "parcels": sums["parcel_count"],
                "returning": sums["returning_count"],
                "failed": sums["failed_count"],
                "fees": formats.whole(sums["fee_minor"]),
                "fees_assumed": [
                    _share(part, all_)
                    for part, all_ in zip(sums["fee_assumed_minor"], sums["fee_minor"], strict=True)
                ],
                "seen": formats.whole(sums["recovered_seen_minor"]),
                "expected": [
                    words.amount_range(int(mean), int(low), int(high))
                    for mean, low, high in zip(
                        expected, sums["recovered_low_minor"], sums["recovered_high_minor"], strict=True
                    )
                ],
                "share": [_share(part, all_) for part, all_ in zip(expected, whole, strict=True)],
                "net": formats.whole(sums["net_minor"]),
                "range": [
                    formats.between(low, high)
                    for low, high in zip(sums["net_low_minor"], sums["net_high_minor"], strict=True)
                ],
            }
        ),
        {
            "way": text(_("Way to decide"), width="medium"),
            "parcels": number(_("Parcels"), format="localized"),
            "returning": number(_("Return chosen"), format="localized"),
            "failed": number(_("Of these failed"), format="localized"),
            "fees": tables.amount(_("Fees in CNY")),
            "fees_assumed": text(_("of it assumed"), alignment="right"),
            "seen": tables.amount(_("Recovered in CNY, seen")),
            "expected": text(_("Recovered, expected"), alignment="right"),
            "share": text(_("Share expected"), alignment="right"),
            "net": tables.amount(_("Net in CNY")),
            "range": text(_("Its range"), alignment="right"),
        },
        key="outcomes_backtest_table",
    )


def _followed() -> None:
    """What was advised and what was chosen, as it was kept."""
    rows = advice.followed(app())
    if not rows:
        return
    st.subheader(_("What was advised and what was chosen"))
    frame = pd.DataFrame(rows)
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    tables.show(
        frame.assign(
            advised=formats.words(frame["advised"], decision_label),
            chosen=formats.words(frame["chosen"], decision_label),
            gain=formats.whole(frame["gain_minor"]),
        ),
        {
            "advised": text(_("Advised")),
            "chosen": text(_("Chosen")),
            "shipment_count": number(_("Parcels"), format="localized"),
            "followed_count": number(_("Chosen because advised"), format="localized"),
            "gain": tables.amount(_("Expected gain of what was chosen in CNY")),
        },
        key="outcomes_followed",
    )


def _share(part: float, whole: float) -> str:
    return words.percent(part / whole) if whole else "–"
