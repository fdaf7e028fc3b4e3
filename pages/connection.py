"""What this desk talks to: the sandbox or the live platform, and what was said last."""

from __future__ import annotations

import json

import pandas as pd
import streamlit as st

from lib.services import connection
from lib.texts import gettext as _
from lib.ui import actions, formats, tables
from lib.ui.context import app
from lib.wording import SAYABLE, answer_label, error_sentence, gateway_label, shop_label
from pages.parts.connection import shops

#: Rows of a table, and lines of an exchange, beyond which it scrolls.
MOST_IN_SIGHT, LONG = 7, 12
ENVIRONMENT = """\
SHIPDESK_PLATFORM_URL=https://api-sg.aliexpress.com/sync
SHIPDESK_APP_KEY=…
SHIPDESK_APP_SECRET=…
SHIPDESK_CALLBACK_URL=https://…"""


def main() -> None:
    actions.arrive()
    st.title(_("Connection"))
    try:
        with st.spinner(_("Connecting…")):
            status = connection.status(app())
    except SAYABLE as error:
        st.error(error_sentence(error))
        _go_live()
        return
    _what(status)
    shop = shops.show(sandbox=status.sandbox)
    _limits()
    _addresses(shop)
    _exchanges()
    _go_live()


def _what(status: connection.Connection) -> None:
    if status.sandbox:
        st.info(
            _(
                "This is the sandbox: a platform of our own on this machine. It answers as the platform does, also "
                "when things go wrong, and remembers what was sent. Nothing here reaches real buyers, and nothing "
                "costs money. Exports you load are known to it too, so a real batch can be rehearsed."
            ),
            icon=":material/science:",
        )
    else:
        st.warning(
            _("This is the live platform: logistics orders are real, cost money, and reach your buyers."),
            icon=":material/public:",
        )
    rows = {
        _("Address of the platform"): status.url,
        _("Gateway"): gateway_label(status.gateway),
        _("App key"): status.app_key or _("the sandbox's own"),
        _("Data folder"): status.folder,
        _("An order that was not answered counts as missing after"): _(
            "{seconds} s", seconds=status.settle_seconds
        ),
    }
    st.text("\n".join(_("{name}: {value}", name=name, value=value) for name, value in rows.items()))


def _limits() -> None:
    st.subheader(_("Limits in force"))
    found = connection.limits(app())
    if not found.bans and not found.paces:
        st.caption(_("None: the platform takes calls as fast as they come."))
        return
    for ban in found.bans:
        until = formats.plain(formats.moment(ban.until_at))
        if ban.daily:
            st.error(
                _(
                    "The calls of today are used up. Nothing is asked until midnight in Beijing ({until}); then "
                    "everything goes on by itself.",
                    until=until,
                ),
                icon=":material/hourglass_top:",
            )
        else:
            what = formats.plain(ban.method) or _("every call")
            st.warning(_("{what}: a pause until {until}.", what=what, until=until), icon=":material/timer:")
    for pace in found.paces:
        st.text(
            _(
                "{method}: at most {pace} a second, learned from a ban.",
                method=pace.method or _("every call"),
                pace=f"{pace.per_second:.1f}",
            )
        )
    actions.button(
        _("Ask again now"), connection.lift, app(), by=actions.by(), key="connection_lift",
        help=_("When the quota was raised in the platform's console. A call that is turned away counts too."),
        icon=":material/restart_alt:",
    )  # fmt: skip


def _addresses(shop: connection.Shop) -> None:
    st.subheader(
        _("Addresses of {shop} on the platform", shop=formats.plain(shop_label(shop.shop_id, shop.name)))
    )
    try:
        with st.spinner(_("Asking the platform…")):
            found = connection.addresses(app(), shop_id=shop.shop_id)
    except SAYABLE as error:
        st.error(error_sentence(error))
        found = []
    actions.button(
        _("Refresh the addresses"), connection.addresses, app(), shop_id=shop.shop_id, refresh=True,
        key="connection_refresh", done=_("The addresses are as the platform has them now."), icon=":material/sync:",
    )  # fmt: skip
    if not found:
        return
    roles = {"sender": _("Sender"), "pickup": _("Pickup"), "refund": _("Refund")}
    frame = pd.DataFrame(found)
    frame = frame.assign(
        role=[roles.get(role, role) for role in frame["role"]],
        place=[
            " ".join(part) for part in zip(frame["province"], frame["city"], frame["street"], strict=True)
        ],
        default=frame["is_default"].map({True: _("Yes"), False: ""}),
    )
    text = st.column_config.TextColumn
    tables.show(
        frame,
        {
            "role": text(_("Role"), width="small"),
            "name": text(_("Name"), width=130),
            "place": text(_("Address"), width="large"),
            "default": text(_("Default"), width="small"),
            "address_id": text(_("Number"), width="small"),
        },
        key="connection_addresses",
    )
    st.caption(_("Fetched {at}", at=formats.plain(formats.moment(found[0]["fetched_at"]))))


def _exchanges() -> None:
    st.subheader(_("Last calls"))
    found = connection.exchanges(app())
    names = {shop.shop_id: shop_label(shop.shop_id, shop.name) for shop in connection.shops(app())}
    if not found:
        st.caption(_("Nothing was asked since the program started."))
        return
    frame = pd.DataFrame(
        {
            "call": [_name(one) for one in found],
            "at": [formats.second(one.at) for one in found],
            "shop": [names.get(one.shop_id, one.shop_id) for one in found],
            "method": [one.method for one in found],
            "seconds": [one.seconds for one in found],
            "code": [answer_label(one.code) for one in found],
            "request_id": [one.request_id for one in found],
        }
    )
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    chosen = tables.choose(
        frame,
        {
            "at": text(_("When"), width=170),
            "code": text(_("Answer"), width=110),
            "seconds": number(_("Seconds"), format="%.3f", width="small"),
            "method": text(_("Method"), width="large"),
            "shop": text(_("Shop"), width=120),
            "request_id": text(_("Request"), width="medium"),
        },
        by="call",
        key="connection_exchanges",
        single=True,
        height=300 if len(found) > MOST_IN_SIGHT else "auto",
    )
    st.caption(
        _(
            "The last {count} calls since the program started. Tick one to see what was asked and what came, "
            "with names, addresses, phones and secrets hidden. The request number is what the platform's service "
            "asks for.",
            count=len(found),
        )
    )
    if chosen:
        _exchange(next(one for one in found if _name(one) == chosen[0]))


def _name(one: connection.Exchange) -> str:
    """What tells a call from all others: the newest stand first, and more come while somebody reads."""
    return f"{one.at.isoformat()} {one.method} {one.request_id}"


def _exchange(one: connection.Exchange) -> None:
    """What was asked and what came. As code: nothing in it is read as markdown."""
    for name, value in ((_("Asked"), one.parameters()), (_("Answered"), one.answer())):
        written = json.dumps(value, ensure_ascii=False, indent=1)
        st.caption(name)
        st.code(written, language="json", height=300 if written.count("\n") > LONG else "content")


def _go_live() -> None:
    with st.expander(_("Going live"), icon=":material/rocket_launch:"):
        st.write(
            _(
                "Set these in the environment, or in a file named .env beside dashboard.py, and start again. The "
                "values are those of your application on the open platform; they are never shown here."
            )
        )
        st.code(ENVIRONMENT, language=None)
        st.write(
            _(
                "The path of the platform's URL tells the gateway: /sync is the present one, /router/rest the older "
                "one. Then authorise each shop above; or set SHIPDESK_TOKEN and SHIPDESK_REFRESH_TOKEN for one shop."
            )
        )
        st.write(
            _("Use another data folder (SHIPDESK_DATA) than the sandbox's, so that rehearsals stay apart.")
        )


main()
