"""A page that takes its time, for clicks to meet its runs: `streamlit run slow_page.py -- steady`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import streamlit as st

from lib.ui import steady

if "steady" in sys.argv:
    steady.hold()


def act() -> None:
    """Take its time over something, then write down that it is done."""
    time.sleep(0.7)
    st.session_state.done = st.session_state.get("done", 0) + 1


st.button("Act", key="act", on_click=act)
st.text(f"done {st.session_state.get('done', 0)} times")
slow = st.checkbox("Slow", key="slow")
if slow:
    time.sleep(0.7)
st.checkbox("Other", key="other")
if slow:
    time.sleep(2)
st.download_button("File", lambda: b"made", file_name="file.txt", key="file", on_click="ignore")
paper = st.text_input("Paper", "A6", key="paper")
if paper != "A6":
    time.sleep(2)
st.download_button("Print", paper.encode, file_name=f"{paper}.txt", key="print", on_click="ignore")
st.text("all of it")
