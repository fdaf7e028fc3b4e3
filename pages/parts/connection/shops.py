"""The shops this desk speaks for: until when each lets us in, and letting another one in."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import streamlit as st

from lib.domain.shipments import CreateCall
from lib.services import connection
from lib.texts import gettext as _
from lib.ui import actions, formats, tables
from lib.ui.context import app
from lib.wording import create_call_label, shop_label, trouble_sentence

#: A token that ends sooner than this is pointed at.
SOON_DAYS = 14
CREATE_CALLS = list(CreateCall)


def show(*, sandbox: bool) -> connection.Shop:
    """The table of shops, what can be done with the chosen one, and adding one. Returns the chosen one."""
    st.subheader(_("Shops"))
    found = connection.shops(app())
    _table(found)
    names = {shop.shop_id: shop_label(shop.shop_id, shop.name) for shop in found}
    chosen = found[0]
    if len(found) > 1:
        picked = st.segmented_control(
            _("Shop"), list(names), default=found[0].shop_id, required=True,
            format_func=lambda shop_id: formats.plain(names[shop_id]), key="connection_shop",
        )  # fmt: skip
        chosen = next((shop for shop in found if shop.shop_id == picked), found[0])
    _trouble(chosen)
    _manage(chosen, sandbox=sandbox)
    _add(sandbox=sandbox)
    return chosen


def _table(found: list[connection.Shop]) -> None:
    now = app().now()
    frame = pd.DataFrame(
        {
            "name": [shop_label(shop.shop_id, shop.name) for shop in found],
            "token": [_token(shop, now) for shop in found],
            "refresh": [_refresh(shop) for shop in found],
            "gateway": [shop.gateway for shop in found],
            "account": [shop.account for shop in found],
        }
    )
    text = st.column_config.TextColumn
    tables.show(
        frame,
        {
            "name": text(_("Shop"), width=130),
            "token": text(_("Token valid until"), width=230),
            "refresh": text(_("Refreshed by itself until"), width=170),
            "gateway": text(_("Gateway"), width="small"),
            "account": text(_("Account"), width="small"),
        },
        key="connection_shops",
    )


def _token(shop: connection.Shop, now: datetime) -> str:
    if not shop.let_in:
        return _("not authorised")
    if shop.expires_at is None:
        return _("not known: it came from the settings") if shop.from_settings else _("not known")
    left = formats.countdown(shop.expires_at, now)
    return _("{moment} ({left})", moment=formats.moment(shop.expires_at), left=left)


def _refresh(shop: connection.Shop) -> str:
    if not shop.refreshable:
        return _("never") if shop.let_in else "–"
    return formats.moment(shop.refresh_until) if shop.refresh_until else _("not known")


def _trouble(shop: connection.Shop) -> None:
    """What keeps this shop from working, or soon will."""
    now = app().now()
    if not shop.let_in:
        st.error(trouble_sentence("no_token"))
    elif shop.trouble:
        st.warning(_("The last refresh failed. {why}", why=trouble_sentence(shop.trouble)))
    elif shop.expires_at and not shop.refreshable and (shop.expires_at - now).days < SOON_DAYS:
        st.warning(_("This shop's token ends soon and cannot be refreshed. Authorise the shop again."))


def _manage(shop: connection.Shop, *, sandbox: bool) -> None:
    name = formats.plain(shop_label(shop.shop_id, shop.name))
    with st.expander(_("Authorise, refresh or forget {shop}", shop=name), icon=":material/key:"):
        with st.container(horizontal=True):
            actions.button(
                _("Refresh the token now"), connection.refresh, app(), shop.shop_id, by=actions.by(),
                key="connection_token_refresh", done=_("The token is a new one."), icon=":material/autorenew:",
                disabled=not shop.refreshable,
            )  # fmt: skip
            actions.button(
                _("Forget this shop's token"), connection.forget, app(), shop.shop_id, by=actions.by(),
                key="connection_forget", clears="connection_shop",
                done=_("The shop is forgotten. Its orders and shipments stay."), icon=":material/key_off:",
                disabled=shop.from_settings,
                help=_("Shipdesk asks and sends nothing for this shop any more. Its orders and shipments stay."),
            )  # fmt: skip
        with st.form("connection_let_in", border=False, clear_on_submit=True):
            _steps(shop.shop_id, sandbox=sandbox)
            st.text_input(_("Address or code"), key="connection_code", type="password", autocomplete="off")
            st.form_submit_button(_("Authorise again"), on_click=_let_in, args=(shop.shop_id,))
        with st.form("connection_change", border=False):
            st.text_input(
                _("Name"),
                placeholder=shop_label(shop.shop_id, shop.name),
                max_chars=40,
                key=f"connection_name_{shop.shop_id}",
            )
            st.text_input(
                _("Gateway of its own"), value=shop.own_url, placeholder=shop.url,
                key=f"connection_gateway_{shop.shop_id}",
                help=_("Empty: the one of the settings. The path tells which: /sync, /router/rest or /rest."),
            )  # fmt: skip
            st.selectbox(
                _("Logistics orders are created by"), CREATE_CALLS, index=CREATE_CALLS.index(shop.create_call),
                format_func=create_call_label, key=f"connection_create_{shop.shop_id}",
                help=_(
                    "Both make the same logistics order. The older call knows a pickup and a post only; the present "
                    "one is also told of parcels you bring, and wants no courier's number. It holds for parcels that "
                    "are created from now on."
                ),
            )  # fmt: skip
            st.form_submit_button(_("Save"), on_click=_change, args=(shop.shop_id,))


def _add(*, sandbox: bool) -> None:
    with (
        st.expander(_("Add a shop"), icon=":material/add_business:"),
        st.form("connection_add", border=False, clear_on_submit=True),
    ):
        st.text_input(_("Name of the shop"), max_chars=40, key="connection_add_name")
        _steps("", sandbox=sandbox)
        st.text_input(_("Address or code"), key="connection_add_code", type="password", autocomplete="off")
        st.form_submit_button(_("Let it in"), type="primary", on_click=_add_shop)


def _steps(shop_id: str, *, sandbox: bool) -> None:
    if sandbox:
        st.caption(
            _(
                "The page behind the link plays the platform's and asks which of its shops agrees. Any other text "
                "lets a shop of its own in, with the orders of the files you load for it."
            )
        )
    st.link_button(
        _("Open the platform's authorisation"),
        connection.authorise_url(app(), shop_id),
        icon=":material/open_in_new:",
    )
    st.caption(
        _(
            "The seller signs in there and agrees. The browser then lands on the app's callback address: paste that "
            "whole address here within 30 minutes. The code in it works once; it is not kept."
        )
    )


def _let_in(shop_id: str) -> None:
    pasted = str(st.session_state["connection_code"])
    actions.run(
        connection.let_in, (app(), shop_id, pasted), {"by": actions.by()}, _("The shop is authorised.")
    )


def _change(shop_id: str) -> None:
    named = {
        "name": str(st.session_state[f"connection_name_{shop_id}"]),
        "url": str(st.session_state[f"connection_gateway_{shop_id}"]),
        "create_call": CreateCall(st.session_state[f"connection_create_{shop_id}"]),
        "by": actions.by(),
    }
    actions.run(connection.change_shop, (app(), shop_id), named, _("Saved."))


def _add_shop() -> None:
    pasted = (str(st.session_state["connection_add_name"]), str(st.session_state["connection_add_code"]))
    actions.run(connection.add_shop, (app(), *pasted), {"by": actions.by()}, _("The shop is let in."))
