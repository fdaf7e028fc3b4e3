"""The list of rules that choose plans: seen, added to, tried on past orders."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from lib.domain.money import Money
from lib.domain.plans import Cargo
from lib.services import plans, rules
from lib.texts import gettext as _
from lib.ui import actions, formats, tables
from lib.ui.context import app
from lib.wording import cargo_label
from lib.wording.rules import rule_sentence

#: What values are compared in; by the day's exchange rates.
CURRENCIES = ("USD", "CNY", "EUR")


def show(names: Mapping[str, str]) -> None:
    """Rules in their order, and what can be done with them."""
    with st.expander(_("Rules that choose plans"), icon=":material/rule:"):
        found = rules.every(app())
        said = {one["rule_id"]: rule_sentence(one) for one in found}
        if found:
            text = st.column_config.TextColumn
            frame = pd.DataFrame(
                {
                    "rule_id": [str(one["rule_id"]) for one in found],
                    "if": list(said.values()),
                    "plan": [names.get(one["plan_id"], one["plan_id"]) for one in found],
                    "by": [one["made_by"] for one in found],
                }
            )
            columns = {
                "rule_id": text(_("Rule")),
                "if": text(_("If"), width="large"),
                "plan": text(_("Plan"), width="medium"),
                "by": text(_("By")),
            }
            ticked = tables.choose(frame, columns, by="rule_id", key="plans_rules", single=True)
            st.caption(_("The first rule that matches decides. Plans fixed for one order stay."))
            _change(int(ticked[0]) if ticked else None)
        else:
            st.text(_("There is no rule yet. Parcels are chosen for by the buttons above."))
        _new(names)
        if found and st.toggle(
            _("Try on the orders of the last {days} days", days=rules.DAYS), key="plans_rules_try"
        ):
            _try(said, names)


def _change(rule_id: int | None) -> None:
    with st.container(horizontal=True):
        for label, act, key in (
            (_("Try it first"), rules.put_first, "plans_rule_first"),
            (_("Remove the rule"), rules.remove, "plans_rule_remove"),
        ):
            actions.button(
                label,
                act,
                app(),
                rule_id,
                by=actions.by(),
                key=key,
                disabled=rule_id is None,
                clears="plans_rules",
            )


def _new(names: Mapping[str, str]) -> None:
    with st.form("plans_rule_new"), st.container(horizontal=True, vertical_alignment="bottom"):
        state = "plans_rule_"
        st.multiselect(
            _("Countries"),
            plans.destinations(app()),
            format_func=formats.country,
            key=f"{state}countries",
            width=260,
            placeholder=_("Any"),
        )
        st.number_input(_("From g"), min_value=1, value=None, step=1, key=f"{state}min_g", width=120)
        st.number_input(_("Up to g"), min_value=1, value=None, step=1, key=f"{state}max_g", width=120)
        st.number_input(_("Worth at least"), min_value=0.01, value=None, key=f"{state}min_value", width=130)
        st.number_input(_("Worth at most"), min_value=0.01, value=None, key=f"{state}max_value", width=130)
        st.selectbox(_("Of"), CURRENCIES, key=f"{state}currency", width=100)
        st.selectbox(
            _("Goods"),
            list(Cargo),
            index=None,
            format_func=cargo_label,
            key=f"{state}cargo",
            width=160,
            placeholder=_("Any"),
        )
        st.text_input("SKU", key=f"{state}sku", width=140)
        st.text_input(_("The buyer's service"), key=f"{state}service", width=200)
        st.selectbox(
            _("Plan"),
            list(names),
            index=None,
            format_func=names.__getitem__,
            key=f"{state}plan",
            width=260,
            placeholder=_("Choose a plan"),
        )
        st.form_submit_button(_("Add the rule"), key=f"{state}add", on_click=_add)


def _add() -> None:
    given = {name: st.session_state.get(f"plans_rule_{name}") for name in ("min_g", "max_g", "plan")}
    if given["plan"] is None:
        actions.notice("warning", _("Choose the plan of the rule, then add it."))
        return
    currency = str(st.session_state.get("plans_rule_currency") or CURRENCIES[0])
    least, most = (st.session_state.get(f"plans_rule_{name}_value") for name in ("min", "max"))
    actions.run(
        rules.add,
        (app(), given["plan"]),
        {
            "by": actions.by(),
            "countries": tuple(st.session_state.get("plans_rule_countries") or ()),
            "least": Money.parse(f"{least:.2f}", currency) if least else None,
            "most": Money.parse(f"{most:.2f}", currency) if most else None,
            "min_g": given["min_g"],
            "max_g": given["max_g"],
            "cargo_class": str(st.session_state.get("plans_rule_cargo") or ""),
            "sku": str(st.session_state.get("plans_rule_sku") or ""),
            "buyer_service": str(st.session_state.get("plans_rule_service") or ""),
        },
        lambda rule_id: _("Rule {rule_id} is kept.", rule_id=rule_id),
    )


def _try(said: Mapping[int, str], names: Mapping[str, str]) -> None:
    found = rules.dry_run(app())
    text = st.column_config.TextColumn
    tables.show(
        pd.DataFrame(
            {
                "order_id": found["order_id"],
                "country": formats.words(found["country"], formats.country),
                "rule": [
                    _("none") if pd.isna(one) else f"{int(one)}: {said[int(one)]}" for one in found["rule_id"]
                ],
                "plan": found["plan_id"].map(names),
                "carried": found["is_carried"],
                "fee": formats.amounts(found["fee_cny_minor"], ["CNY"] * len(found)),
                "was": found["was_plan_id"].map(names),
            }
        ),
        {
            "order_id": text(_("Order"), pinned=True),
            "country": text(_("Country")),
            "rule": text(_("Rule"), width="large"),
            "plan": text(_("Plan")),
            "carried": st.column_config.CheckboxColumn(_("Can carry it")),
            "fee": text(_("Fee, estimated"), alignment="right"),
            "was": text(_("Went on")),
        },
        key="plans_rules_tried",
    )
