"""A submitted batch: watch it, mend what was refused, print it, hand it over, declare it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from lib.domain.shipments import ON_PLATFORM, State
from lib.services import background, plans, presets, shipments
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.ui import actions, formats, tables
from lib.ui.context import app
from lib.wording import decision_label, state_label
from pages.parts.shipments import happened, leaving, printing, refused, watching
from pages.parts.shipments import stop_list as stop_list_part

#: How often a running batch is looked at.
PULSE = "2s"


def show(batch: Mapping[str, Any], rows: pd.DataFrame) -> None:
    """`rows`: `shipments.listing` without what was taken out.

    What is ready is printed, handed over and declared while others are on their way: one number that comes hours
    late must not hold up a morning. Only the progress is looked at again by itself; the lists below stand still
    under the person's hands until the person's next click, or until the batch is done.
    """
    batch_id = str(batch["batch_id"])
    head(batch, rows)
    progress = shipments.progress(app(), batch_id)
    running, counts = progress.running, rows["state"].value_counts().to_dict()
    drawn = watching.Drawn(
        running, counts, watching.only_late(progress, shipments.late(app(), batch_id)), background.trouble()
    )
    st.fragment(watching.watch, run_every=PULSE if running else None)(batch_id, drawn)
    names = {row["plan_id"]: formats.plan(row) for row in plans.all_plans(app())}
    rows = rows.assign(plan=rows["plan_id"].map(names), land=formats.words(rows["country"], formats.country))
    refused.show(batch, rows[rows["state"] == State.REFUSED])
    if watching.labelled(counts) or not running:
        ticked = show_created(rows[rows["state"].isin(ON_PLATFORM)])
        stop_list_part.of_batch(batch_id)
        if rows["state"].isin(ON_PLATFORM).any():
            st.subheader(_("Labels"))
            printing.show(batch_id, str(batch["shop_id"]), ticked)
        leaving.show_handover(batch, rows)
        leaving.show_declaration(batch_id, rows)
    happened.show(batch_id, len(rows))


def head(batch: Mapping[str, Any], rows: pd.DataFrame) -> None:
    """Who submitted what when, and what it costs."""
    fees = rows.dropna(subset="fee_minor").groupby("currency")["fee_minor"].sum()
    paid = rows.dropna(subset="return_fee_minor").groupby("return_fee_currency")["return_fee_minor"].sum()
    said = [
        _("submitted by {who}", who=batch["submitted_by"]),
        formats.moment(batch["submitted_at"]),
        _("undeliverable: {decision}", decision=decision_label(batch["undeliverable"] or "–")),
        _(
            "freight {fee}, estimated",
            fee=formats.totals({str(code): int(fee) for code, fee in fees.items()}),
        ),
    ]
    if not paid.empty:
        fee = formats.totals({str(code): int(fee) for code, fee in paid.items()})
        said.append(_("return service {fee}, assumed", fee=fee))
    st.text(" · ".join(said))
    for one in shipments.agreements(app(), str(batch["batch_id"])):
        st.caption(
            _(
                "{agreement} (wording of {version}) accepted by {who} on {when}",
                agreement=one["title"],
                version=one["version"],
                who=formats.plain(one["agreed_by"]),
                when=formats.moment(one["agreed_at"]),
            )
        )
    _save_as_preset(batch)


def _save_as_preset(batch: Mapping[str, Any]) -> None:
    with (
        st.popover(_("Save as a preset"), icon=":material/bookmark_add:"),
        st.form("shipments_preset", border=False),
    ):
        st.text_input(_("Name of the preset"), key="shipments_preset_name", max_chars=60)
        st.form_submit_button(_("Save"), on_click=_keep_preset, args=(str(batch["batch_id"]),))


def _keep_preset(batch_id: str) -> None:
    name = str(st.session_state.get("shipments_preset_name") or "")
    actions.run(
        presets.save_batch,
        (app(), batch_id, name),
        {"by": actions.by()},
        _("The preset “{name}” is saved.", name=formats.plain(name)),
    )


def show_created(created: pd.DataFrame) -> tables.Ticked:
    """The logistics orders, each with the link to its own page; returns those that are ticked."""
    if created.empty:
        return tables.Ticked()
    st.success(ngettext("{count} logistics order created", "{count} logistics orders created", len(created)))
    _say_otherwise(created)
    text = st.column_config.TextColumn
    return tables.choose(
        created.assign(
            detail="/shipment?shipment=" + created["shipment_id"],
            state_word=formats.words(created["state"], state_label),
            fee=formats.amounts(created["fee_minor"], created["currency"]),
            return_fee=formats.amounts(created["return_fee_minor"], created["return_fee_currency"]),
        ),
        {
            "position": st.column_config.NumberColumn(_("No."), width="small", pinned=True),
            "detail": st.column_config.LinkColumn(_("Detail"), display_text=_("Open"), width="small"),
            "order_id": text(_("Order")),
            "lp_number": text(_("LP number")),
            "tracking_number": text(_("International tracking number")),
            "state_word": text(_("State")),
            "plan": text(_("Plan")),
            "land": text(_("Country")),
            "weight_g": tables.grams(_("Weight")),
            "fee": text(_("Fee, estimated"), alignment="right"),
            "return_fee": text(_("Return service, assumed"), alignment="right"),
        },
        by="shipment_id",
        key="shipments_created",
    )


def _say_otherwise(created: pd.DataFrame) -> None:
    """Orders found on the platform after an answer was lost, with another decision or plan than was asked for."""
    decided, planned = created["found_undeliverable"].notna(), created["found_service_code"].notna()
    other = created[decided | planned]
    if other.empty:
        return
    st.warning(
        ngettext(
            "{count} parcel stands on the platform with another decision or plan than was asked for; its page says "
            "which: {shipments}",
            "{count} parcels stand on the platform with another decision or plan than was asked for; their pages say "
            "which: {shipments}",
            len(other),
            shipments=formats.plain(formats.some(other["shipment_id"].tolist())),
        ),
        icon=":material/compare_arrows:",
    )
