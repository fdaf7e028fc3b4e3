"""A view without anything to show yet: why, and the way on."""

from __future__ import annotations

import streamlit as st

from lib.texts import gettext as _


def sent(said: str) -> None:
    """What has to be sent before there is something to see, and where that is done."""
    st.info(said)
    st.page_link("pages/shipments.py", label=_("Open shipments"), icon=":material/local_shipping:")
