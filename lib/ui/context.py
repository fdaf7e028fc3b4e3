"""What a page stands on: the App, the person at this browser, the language of this session."""

from __future__ import annotations

import json
import os
from urllib.parse import quote, unquote

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from lib import app as wiring
from lib import texts
from lib.app import App
from lib.config import Settings
from lib.store.database import DatabaseHeld
from lib.texts import gettext as _

#: Cookies, so that a browser is asked only once.
OPERATOR_COOKIE, LANGUAGE_COOKIE = "shipdesk_operator", "shipdesk_language"


def app() -> App:
    """The App of this process; when another process holds the database, the page says so and ends."""
    try:
        return wiring.current()
    except DatabaseHeld as error:
        st.error(held_sentence(error))
        st.stop()


def held_sentence(error: DatabaseHeld) -> str:
    """One line: by whom the database may be held, and what to do."""
    return _(
        "The database {path} is in use by {holder}. Close that program, or set SHIPDESK_DATA to another folder.",
        path=error.path,
        holder=error.holder,
    )


def operator() -> str:
    """Who works at this browser; recorded with every action."""
    if st.user.get("is_logged_in"):
        return str(st.user.get("name") or st.user.get("email"))
    return str(st.session_state.get("operator") or _cookie(OPERATOR_COOKIE) or Settings().operator)


def operator_known() -> bool:
    """False until somebody said who works at this browser."""
    return bool(st.user.get("is_logged_in") or st.session_state.get("operator") or _cookie(OPERATOR_COOKIE))


def remember(cookie: str, value: str) -> None:
    """Keep a value in this browser for a year."""
    text = json.dumps(f"{cookie}={quote(value)}; path=/; max-age=31536000; samesite=strict")
    st.html(f"<script>document.cookie = {text};</script>", unsafe_allow_javascript=True)


def chosen_language() -> str | None:
    """The language this session reads, or None outside a session."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return None
    chosen = st.session_state.get("language") or _cookie(LANGUAGE_COOKIE)
    if chosen:
        return str(chosen)
    default = Settings().language
    return default if "SHIPDESK_LANGUAGE" in os.environ else (st.context.locale or default)


def _cookie(name: str) -> str:
    return unquote(st.context.cookies.get(name, ""))


texts.resolve_with(chosen_language)
