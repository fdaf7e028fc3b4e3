"""Plans for a draft batch: what each costs, which one every parcel takes, and what differs from the buyers'."""

from __future__ import annotations

import streamlit as st

from lib.services import batches, plans
from lib.texts import gettext as _
from lib.texts import ngettext
from lib.ui import actions, formats
from lib.ui import batches as batch_lists
from lib.ui.context import app
from lib.wording import SAYABLE, error_sentence
from pages.parts.plans import choice, edges, mismatch, parcel_plans, rules, splits, stopped, trials


def show_drafts() -> None:
    """Without a batch in the URL: those that wait for a decision."""
    known = batches.all_batches(app())
    drafts = known[(known["draft_count"] > 0) | (known["refused_count"] > 0)]
    if drafts.empty:
        st.info(_("No batch waits for plans. Choose orders and make a new batch of them."))
        st.page_link("pages/orders.py", label=_("Choose orders"), icon=":material/receipt_long:")
        return
    st.text(_("Batches with parcels to be decided. Choose one."))
    batch_lists.links(drafts, "pages/plans.py", key="plans_drafts")


def show_batch(batch_id: str) -> None:
    """Compare, choose, confirm, go on."""
    try:
        batch = batches.get(app(), batch_id)
        with st.spinner(_("Every plan is quoted for every parcel…"), show_time=True):
            found = parcel_plans.compare(batch_id)
    except SAYABLE as error:
        st.error(formats.plain(error_sentence(error)))
        show_drafts()
        return
    parcel_count = found.tally.parcel_count
    head(batch_id, parcel_count)
    if not parcel_count:
        st.info(_("Nothing of this batch is left to decide."))
        st.page_link(
            "pages/shipments.py",
            label=_("See its shipments"),
            icon=":material/local_shipping:",
            query_params={"batch": batch_id},
        )
        return
    choice.choose(batch_id, found.plans, parcel_count, found.places)
    choice.chosen_total(found.tally)
    show_uncarried(batch_id, found.uncarried)
    names = {row["plan_id"]: formats.plan(row) for row in found.plans.to_dict("records")}
    trials.show(batch_id)
    edges.show(batch_id, names)
    splits.show(batch_id, names)
    rules.show(names)
    differing = mismatch.confirm(batch_id, batch)
    go_on(batch_id, found.tally, differing, confirmed=batch["confirmed_at"] is not None)
    parcel_plans.show_orders(batch_id, found, names)


def head(batch_id: str, parcel_count: int) -> None:
    """Which batch this is; another one, or giving it up, is a click away."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(
            ngettext(
                "Batch {batch_id}: {count} parcel to decide",
                "Batch {batch_id}: {count} parcels to decide",
                parcel_count,
                batch_id=batch_id,
            )
        )
        st.page_link("pages/plans.py", label=_("Other drafts"), icon=":material/list:")
        if parcel_count:
            give_up(batch_id)


def give_up(batch_id: str) -> None:
    """A draft nobody wants: its orders are free again."""
    if batches.get(app(), batch_id)["submitted_at"] is not None:
        return
    with st.popover(_("Give up this draft"), icon=":material/delete:"):
        st.text(_("Every order of batch {batch_id} becomes free for another batch.", batch_id=batch_id))
        actions.button(
            _("Give up batch {batch_id}", batch_id=batch_id),
            batches.discard,
            app(),
            batch_id,
            by=actions.by(),
            key="plans_discard",
            done=lambda n: ngettext("{count} order is free again.", "{count} orders are free again.", n),
            clears=choice.TABLES,
        )


def show_uncarried(batch_id: str, uncarried: list[str]) -> None:
    """Parcels no plan can carry would stop the batch: take them out, all at once."""
    if not uncarried:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.warning(
            ngettext(
                "{count} parcel can be carried by no plan: it stands first among the orders below.",
                "{count} parcels can be carried by no plan: they stand first among the orders below.",
                len(uncarried),
            ),
            width=420,
        )
        actions.button(
            _("Take out of the batch: {count} that no plan can carry", count=f"{len(uncarried):,}"),
            batches.take_out,
            app(),
            batch_id,
            uncarried,
            by=actions.by(),
            key="plans_take_out",
            done=lambda n: ngettext(
                "{count} parcel taken out; its order is free again.",
                "{count} parcels taken out; their orders are free again.",
                n,
            ),
            clears=choice.TABLES,
        )


def go_on(batch_id: str, tally: plans.Tally, differing: int, *, confirmed: bool) -> None:
    """To the shipments, once every parcel has its plan and the differing ones are confirmed."""
    missing = []
    planless = tally.parcel_count - tally.planned_count
    if planless:
        missing.append(
            ngettext("{count} parcel has no plan yet", "{count} parcels have no plan yet", planless)
        )
    if differing and not confirmed:
        missing.append(_("the plans that differ are not confirmed yet"))
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            _("Continue to shipments"),
            key="plans_continue",
            type="primary" if confirmed or not differing else "secondary",
            disabled=bool(missing),
            icon=":material/arrow_forward:",
        ):
            st.switch_page("pages/shipments.py", query_params={"batch": batch_id})
        if missing:
            st.text(_("Before that: {what}.", what=_("; ").join(missing)))


st.title(_("Plans"))
stopped.show()
if "batch" in st.query_params:
    show_batch(st.query_params["batch"])
else:
    show_drafts()
