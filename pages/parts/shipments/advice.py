"""Advice on a draft's undeliverable parcels: what is advised, what it saves, on what it rests."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from lib.services.advice import Advice
from lib.texts import gettext as _
from lib.ui import formats, tables
from lib.wording import advice as words
from lib.wording import decision_label


def caption(found: Advice) -> str:
    """What stands under the choice "as advised"."""
    destroy, return_ = found.against_destroy, found.against_return
    said = words.advice_sentences(
        (found.return_count, len(found.parcels)),
        (destroy.expected, destroy.low, destroy.high),
        (return_.expected, return_.low, return_.high),
    )
    return formats.plain(" ".join(said))


def rests_on(found: Advice) -> str:
    """What the chances rest on."""
    return words.basis_sentence(
        found.sent_count, found.failed_count, found.returned_count, leans=found.leans_on_prior,
        fail_share=found.assumptions.failing.share, back_share=found.assumptions.returning.share,
    )  # fmt: skip


def show(found: Advice, rows: pd.DataFrame) -> None:
    """Each parcel's advice with every number it rests on; `rows`: the drafts of `shipments.listing`."""
    with st.expander(_("The advice, parcel by parcel"), icon=":material/balance:", key="shipments_advice"):
        st.text(rests_on(found))
        st.caption(
            _(
                "Return pays where chance of failing × chance of arriving back × what the goods then bring is more "
                "than the fee. Chances are pooled: a country leans on its plan, a plan on the shop, the shop on what "
                "is assumed. Ranges hold the truth with 90 %. Fees and what goods bring are assumptions, set on the "
                "page Outcomes."
            )
        )
        orders = rows.set_index("shipment_id")["order_id"]
        text = st.column_config.TextColumn
        parcels = found.parcels
        tables.show(
            pd.DataFrame(
                {
                    "order_id": parcels["shipment_id"].map(orders),
                    "plan_id": parcels["plan_id"],
                    "country": formats.words(parcels["country"], formats.country),
                    "advised": formats.words(parcels["advised"], decision_label),
                    "fails": _ranges(parcels, "fail"),
                    "back": _ranges(parcels, "back"),
                    "value": formats.whole(parcels["value_minor"]),
                    "fee": formats.whole(parcels["fee_minor"]),
                    "gain": formats.whole(parcels["gain_minor"]),
                    "gain_range": _gains(parcels),
                    "pays_from": [words.percent(_float(one)) for one in parcels["break_even"]],
                    "basis": formats.words(parcels["basis"], words.basis_label),
                }
            ),
            {
                "order_id": text(_("Order")),
                "plan_id": text(_("Plan")),
                "country": text(_("Country")),
                "advised": text(_("Advised")),
                "gain": tables.amount(_("Expected gain of return in CNY")),
                "gain_range": text(_("Its range")),
                "fails": text(_("Chance of failing")),
                "pays_from": text(_("Return pays from")),
                "back": text(_("Chance of arriving back")),
                "value": tables.amount(_("Brings, in CNY, assumed")),
                "fee": tables.amount(_("Fee in CNY, assumed")),
                "basis": text(_("Rests on")),
            },
            key="shipments_advice_table",
        )


def _ranges(parcels: pd.DataFrame, name: str) -> list[str]:
    columns = (parcels[f"{name}_{part}"] for part in ("mean", "low", "high"))
    return [
        words.percents(_float(mean), _float(low), _float(high))
        for mean, low, high in zip(*columns, strict=True)
    ]


def _gains(parcels: pd.DataFrame) -> list[str]:
    pairs = zip(parcels["gain_low_minor"], parcels["gain_high_minor"], strict=True)
    return [formats.between(low, high) for low, high in pairs]


def _float(value: float) -> float | None:
    return None if pd.isna(value) else float(value)
