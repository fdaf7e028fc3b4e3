"""Presets (常用方案): a morning's decisions under a name."""

from __future__ import annotations

from urllib.parse import parse_qs

import streamlit as st

from lib.domain.orders import OrderFilter
from lib.domain.plans import Policy
from lib.domain.printing import RUN_SIZE, PrintOrder
from lib.domain.shipments import Choice, HandoverMode
from lib.services import orders, presets
from lib.texts import gettext as _
from lib.ui import actions, filters, formats
from lib.ui.context import app
from lib.wording import decision_label, handover_label, policy_label, print_order_label
from pages.parts.presets import presets as parts


def main() -> None:
    st.title(_("Presets"))
    st.caption(
        _("Running one makes a draft and opens its review. Nothing is agreed to or sent before you do.")
    )
    known = presets.all_presets(app())
    for place, preset in enumerate(known):
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            with st.container(gap=None):
                st.text(preset.name)
                st.caption(parts.said(preset))
            actions.button(
                _("Run"),
                parts.run,
                preset,
                key=f"presets_run_{place}",
                primary=True,
                icon=":material/play_arrow:",
            )
            actions.button(
                _("Forget"), presets.forget, app(), preset.name, by=actions.by(), key=f"presets_forget_{place}",
                quiet=True, icon=":material/delete:",
            )  # fmt: skip
    last = presets.last(app())
    if last is not None:
        actions.button(
            _("Same as last batch"), parts.run, last, key="presets_last", icon=":material/replay:",
            help=parts.said(last),
        )  # fmt: skip
    if not known:
        st.info(_("There is no preset yet. Save one here, or save how a batch was sent on its own page."))
    form()


def form() -> None:
    """Save another one, or one of the same name anew."""
    saved = orders.saved_filters(app())
    with st.form("presets_form"):
        st.subheader(_("Save a preset"))
        st.text_input(_("Name of the preset"), key="presets_name", max_chars=60)
        columns = st.columns(2)
        columns[0].selectbox(
            _("Orders: a saved filter"), list(saved), index=None, key="presets_filter",
            placeholder=_("All that can be shipped"),
        )  # fmt: skip
        columns[1].selectbox(_("Plans"), list(Policy), format_func=policy_label, key="presets_policy")
        modes = [mode for mode in HandoverMode if mode is not HandoverMode.APPLY_PICKUP]
        columns[0].selectbox(
            _("Hand-over"), modes, index=None, format_func=handover_label, key="presets_mode",
            placeholder=_("As the sender's city allows"),
        )  # fmt: skip
        columns[1].selectbox(
            _("Parcels that cannot be delivered"), list(Choice), index=None, format_func=decision_label,
            key="presets_undeliverable", placeholder=_("Ask each time"),
        )  # fmt: skip
        columns[0].selectbox(
            _("Order of the pages"), list(PrintOrder), format_func=print_order_label, key="presets_order"
        )
        columns[1].selectbox(
            _("Paper"), list(parts.PAPERS), format_func=parts.PAPERS.__getitem__, key="presets_paper"
        )
        columns[0].number_input(_("Labels a run"), 0, 10_000, RUN_SIZE, step=50, key="presets_run_size")
        st.form_submit_button(_("Save"), on_click=_save, args=(saved,), type="primary")


def _save(saved: dict[str, str]) -> None:
    state = st.session_state
    chosen = saved.get(state["presets_filter"] or "")
    preset = presets.Preset(
        name=str(state["presets_name"] or ""),
        filter=filters.chosen(parse_qs(chosen, keep_blank_values=True)) if chosen else OrderFilter(),
        policy=Policy(state["presets_policy"]),
        mode=HandoverMode(state["presets_mode"]) if state["presets_mode"] else None,
        undeliverable=Choice(state["presets_undeliverable"]) if state["presets_undeliverable"] else None,
        paper=state["presets_paper"],
        print_order=PrintOrder(state["presets_order"]),
        run_size=int(state["presets_run_size"]) or None,
    )
    actions.run(
        presets.save,
        (app(), preset),
        {"by": actions.by()},
        _("The preset “{name}” is saved.", name=formats.plain(preset.name)),
    )


main()
