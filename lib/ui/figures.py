"""Figures side by side: a number with what it is, small enough for amounts of several currencies."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lib.ui import formats


def row(figures: Sequence[tuple[str, str]], *, key: str) -> None:
    """Pairs of what it is and what it reads; they wrap where there is no room."""
    with st.container(horizontal=True, key=key):
        for label, value in figures:
            with st.container(border=True, width="content", gap=None):
                st.caption(label)
                st.markdown(f"##### {formats.plain(value)}", width="content")
