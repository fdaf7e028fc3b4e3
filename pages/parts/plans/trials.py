"""The platform's own trial prices beside what the rate cards say."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from lib.services import background, plans, trials
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.ui import actions, formats, tables
from lib.ui.context import app
from lib.wording.trials import standing_label, trial_sentence

#: So many parcels are named; what they come to in all stands above.
SHOWN = 200
#: How often prices that are on their way are looked for.
PULSE = "2s"


def show(batch_id: str) -> None:
    """Estimate and trial price of every parcel's plan; asked for on request, in the background."""
    with st.expander(_("Trial prices of the platform"), icon=":material/price_check:", key="plans_trials"):
        waiting = trials.next_at(app(), batch_id) is not None
        st.fragment(_body, run_every=PULSE if waiting else None)(batch_id, waiting)


def _body(batch_id: str, was_waiting: bool) -> None:
    found = trials.counted(app(), batch_id)
    counts = found.standings
    if was_waiting and not counts.get("waiting", 0):
        st.rerun()
    st.text(_(", ").join(f"{count:,} × {standing_label(one)}" for one, count in counts.items()) or "–")
    for currency, sums in found.sums.items():
        st.text(
            ngettext(
                "{count} parcel: estimated {estimate}, by the platform {trial}, difference {difference}.",
                "{count} parcels: estimated {estimate}, by the platform {trial}, difference {difference}.",
                sums.shipment_count,
                estimate=formats.money(sums.fee_minor, currency),
                trial=formats.money(sums.trial_minor, currency),
                difference=formats.money(sums.trial_minor - sums.fee_minor, currency),
            )
        )
    askable = sum(counts.get(one, 0) for one in ("missing", "stale", "troubled"))
    actions.button(
        ngettext(
            "Ask for the trial price of {count} parcel",
            "Ask for the trial prices of {count} parcels",
            askable,
        ),
        _want,
        batch_id,
        by=actions.by(),
        key="plans_trials_ask",
        disabled=not askable,
        done=asked_sentence,
        help=_("One question a parcel, as fast as the platform allows. You may go on meanwhile."),
    )
    asked = sum(counts.values()) - counts.get("missing", 0)
    if asked:
        _table(trials.of_batch(app(), batch_id, asked=True, page_size=SHOWN))
    if asked > SHOWN:
        st.caption(
            _("The {count} with the largest differences, of {total}.", count=SHOWN, total=f"{asked:,}")
        )


def _table(found: pd.DataFrame) -> None:
    text = st.column_config.TextColumn
    tables.show(
        pd.DataFrame(
            {
                "order_id": found["order_id"],
                "plan": [formats.plan(row) if row["plan_id"] else "–" for row in found.to_dict("records")],
                "fee": formats.amounts(found["fee_minor"], found["currency"]),
                "trial": formats.amounts(found["trial_minor"], found["trial_currency"]),
                "difference": formats.amounts(found["difference_minor"], found["currency"]),
                "asked": [formats.moment(None if pd.isna(one) else one) for one in found["fetched_at"]],
                "standing": [
                    trial_sentence(standing, why)
                    for standing, why in zip(found["standing"], found["trouble"], strict=True)
                ],
            }
        ),
        {
            "order_id": text(_("Order"), pinned=True),
            "difference": text(_("Difference"), alignment="right"),
            "plan": text(_("Plan"), width="medium"),
            "fee": text(_("Fee, estimated"), alignment="right"),
            "trial": text(_("Trial price"), alignment="right"),
            "asked": text(_("Asked")),
            "standing": text(_("Trial"), width="large"),
        },
        key="plans_trials_table",
    )


def columns(quotes: list[plans.Quote], standing: trials.Standing) -> dict[str, list[str]]:
    """Trial price and difference of every plan of one parcel, for the table of its quotes."""
    found = [standing.trials.get(one.plan_id) for one in quotes]
    return {
        "trial": [
            "–" if one is None else _aged(formats.money(one.price_minor, one.currency), one) for one in found
        ],
        "difference": [
            formats.money(one.price_minor - quote.fee_minor, one.currency)
            if one
            and quote.eligible
            and one.price_minor is not None
            and quote.fee_minor is not None
            and one.currency == quote.currency
            else "–"
            for quote, one in zip(quotes, found, strict=True)
        ],
    }


def column_config() -> dict[str, Any]:
    """How those columns are headed."""
    text = st.column_config.TextColumn
    return {
        "trial": text(
            _("Trial price"), alignment="right", help=_("What the platform itself would charge, when asked.")
        ),
        "difference": text(_("Difference"), alignment="right", help=_("Trial price less our estimate.")),
    }


def ask_one(batch_id: str, shipment_id: str, standing: trials.Standing) -> None:
    """Of when one parcel's trial prices are, and the button that asks for them."""
    with st.container(horizontal=True, vertical_alignment="center"):
        actions.button(
            _("Ask for its trial prices"),
            _want,
            batch_id,
            by=actions.by(),
            shipment_ids=[shipment_id],
            key="plans_trial_ask",
            done=asked_sentence,
            disabled=standing.waiting,
            icon=":material/price_check:",
        )
        stale = any(one.stale for one in standing.trials.values())
        if standing.waiting:
            said = trial_sentence("waiting", standing.trouble)
        elif not standing.asked:
            said = trial_sentence("missing", "")
        elif standing.trouble:
            said = trial_sentence("troubled", standing.trouble)
        else:
            said = _("Trial prices of {when}.", when=formats.moment(standing.answered_at))
            if stale:
                said += " " + trial_sentence("stale", "")
        st.text(said)


def asked_sentence(count: int) -> str:
    """What was asked for."""
    return ngettext(
        "The platform is asked for the price of {count} parcel.",
        "The platform is asked for the prices of {count} parcels.",
        count,
    )


def _want(batch_id: str, *, by: str, shipment_ids: list[str] | None = None) -> int:
    count = trials.want(app(), batch_id, by=by, shipment_ids=shipment_ids)
    background.fetch_trials()
    return count


def _aged(price: str, trial: trials.Trial) -> str:
    return _("{price} (stale)", price=price) if trial.stale else price
