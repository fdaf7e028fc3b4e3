"""Presets as buttons: run one into a draft and open its review."""

from __future__ import annotations

import streamlit as st

from lib.services import batches, presets
from lib.texts import gettext as _
from lib.ui import actions, formats
from lib.ui.context import app
from lib.wording import decision_label, handover_label, policy_label, print_order_label

PAPERS = {"100x150": "100 × 150 mm", "a6": "A6", "a4": "A4 × 4"}


def buttons(*, key: str) -> None:
    """One button a preset, and the same as last time; nothing when there is neither."""
    known, last = presets.all_presets(app()), presets.last(app())
    if not known and last is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key=f"{key}_presets"):
        for place, preset in enumerate(known):
            actions.button(
                formats.plain(preset.name), run, preset, key=f"{key}_preset_{place}", icon=":material/play_arrow:",
                help=said(preset), primary=place == 0,
            )  # fmt: skip
        if last is not None:
            actions.button(
                _("Same as last batch"),
                run,
                last,
                key=f"{key}_preset_last",
                icon=":material/replay:",
                help=said(last),
            )


def run(preset: presets.Preset) -> None:
    """Make the draft and go to its review; what could not go in is named there."""
    made: batches.Created = presets.run(app(), preset, by=actions.by())
    if made.batch_id is None:
        actions.notice("warning", _("No order matches this preset that could go into a batch now."))
        return
    actions.go("pages/review.py", batch=made.batch_id)


def said(preset: presets.Preset) -> str:
    """What a preset decides, and who saved it when."""
    parts = [
        policy_label(preset.policy),
        handover_label(preset.mode) if preset.mode else _("hand-over as the sender's city allows"),
        decision_label(preset.undeliverable) if preset.undeliverable else _("return or destroy is asked"),
        PAPERS.get(preset.paper, preset.paper),
        print_order_label(preset.print_order),
    ]
    if preset.filter.countries:
        parts.insert(0, _(", ").join(preset.filter.countries))
    saved = _("saved by {who}, {when}", who=preset.saved_by, when=formats.moment(preset.saved_at))
    return formats.plain(" · ".join([*parts, saved]))
