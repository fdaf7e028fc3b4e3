"""What this desk talks to: the sandbox or the live platform, and what was said last."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from lib.services import connection
from lib.texts import gettext as _
from lib.ui import actions, formats, tables
from lib.ui.context import app
from lib.wording import SAYABLE, error_sentence

ENVIRONMENT = """\
SHIPDESK_PLATFORM_URL=https://…
SHIPDESK_APP_KEY=…
SHIPDESK_APP_SECRET=…
SHIPDESK_TOKEN=…"""


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
    _addresses()
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
        _("App key"): status.app_key or _("the sandbox's own"),
        _("Data folder"): status.folder,
        _("An order that was not answered counts as missing after"): _(
            "{seconds} s", seconds=status.settle_seconds
        ),
    }
    for name, value in rows.items():
        st.text(_("{name}: {value}", name=name, value=value))


def _addresses() -> None:
    st.subheader(_("Your addresses on the platform"))
    try:
        with st.spinner(_("Asking the platform…")):
            found = connection.addresses(app())
    except SAYABLE as error:
        st.error(error_sentence(error))
        found = []
    actions.button(
        _("Refresh the addresses"), connection.addresses, app(), refresh=True, key="connection_refresh",
        done=_("The addresses are as the platform has them now."), icon=":material/sync:",
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
            "name": text(_("Name"), width="small"),
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
    if not found:
        st.caption(_("Nothing was asked since the program started."))
        return
    frame = pd.DataFrame(
        {
            "at": [formats.moment(one.at) for one in found],
            "method": [one.method for one in found],
            "seconds": [one.seconds for one in found],
            "code": [one.code for one in found],
            "request_id": [one.request_id for one in found],
        }
    )
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    tables.show(
        frame,
        {
            "at": text(_("When"), width="medium"),
            "method": text(_("Method"), width="large"),
            "seconds": number(_("Seconds"), format="%.3f", width="small"),
            "code": text(_("Answer"), width="small"),
            "request_id": text(_("Request"), width="medium"),
        },
        key="connection_exchanges",
        height=300,
    )
    st.caption(
        _("Neither parameters nor personal data are kept; the request number is what the platform asks for.")
    )


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
            _("Use another data folder (SHIPDESK_DATA) than the sandbox's, so that rehearsals stay apart.")
        )


main()
