"""The best choice under limits that hold for the draft as a whole."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from lib.domain.limits import Goal, Limits, Quota
from lib.domain.money import Money
from lib.services import limits as service
from lib.services.optimise import Clash
from lib.texts import gettext as _
from lib.ui import actions
from lib.ui.context import app
from lib.wording.limits import chosen_sentence, clash_sentence, goal_label


def show(batch_id: str, names: Mapping[str, str], clears: tuple[str, ...]) -> None:
    """Goal and limits, and the button that finds the best choice."""
    with st.popover(_("Under limits…"), icon=":material/tune:"):
        goal = st.radio(_("Make least"), list(Goal), format_func=goal_label, key="plans_limits_goal")
        budget = st.number_input(
            _("Budget in all, CNY"), min_value=0.0, value=None, step=100.0, key="plans_limits_budget"
        )
        days = st.number_input(
            _("Latest promised day"), min_value=1, value=None, step=1, key="plans_limits_days"
        )
        differing = st.number_input(
            _("At most so many percent on another plan than the buyers'"),
            min_value=0.0,
            max_value=100.0,
            value=None,
            key="plans_limits_differing",
        )
        plan_ids = st.multiselect(
            _("Plans with a quota, counted together"),
            list(names),
            format_func=names.__getitem__,
            placeholder=_("Choose a plan"),
            key="plans_limits_plans",
            help=_("One plan, or all that are collected for one warehouse."),
        )
        least = st.number_input(
            _("At least so many parcels on them"), min_value=0, value=None, key="plans_limits_least"
        )
        most = st.number_input(
            _("At most so many parcels on them"), min_value=0, value=None, key="plans_limits_most"
        )
        quotas = (Quota(tuple(plan_ids), least=least, most=most),) if plan_ids else ()
        given = Limits(
            budget_minor=None if budget is None else Money.parse(f"{budget:.2f}", "CNY").minor,
            quotas=quotas,
            differing_e4=None if differing is None else round(differing * 100),
            days_max=days,
        )
        actions.button(
            _("Find the best choice"),
            _choose,
            batch_id,
            given,
            goal or Goal.CHEAPEST,
            key="plans_limits_choose",
            primary=True,
            clears=clears,
        )


def _choose(batch_id: str, given: Limits, goal: Goal) -> None:
    try:
        found = service.choose(app(), batch_id, given, by=actions.by(), goal=goal)
    except Clash as clash:
        actions.notice("error", clash_sentence(clash.limits))
    except TimeoutError:
        actions.notice("error", _("No choice was found in time. Loosen a limit; nothing was changed."))
    else:
        binding = [one.limit for one in found.binding]
        actions.notice(
            "success", chosen_sentence(found.shipment_count, found.fee_cny_minor, found.gap, binding, goal)
        )
