"""Tables an operator chooses from: what is chosen is kept as ids, never as row positions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import pandas as pd
import streamlit as st

from lib.texts import gettext as _

Columns = Mapping[str, Any]
#: A row of a table, its head included.
ROW_PX = 35
Height = int | Literal["auto", "content", "stretch"]


def fitting(frame: pd.DataFrame, most: int) -> Height:
    """As high as its rows, `most` pixels at most: no empty rows below the last one."""
    return "content" if (len(frame) + 1) * ROW_PX <= most else most


def amount(label: str, **more: Any) -> Any:
    """A column of amounts in whole units of the currency its label names: `1,234.50`, `-3.00`."""
    return st.column_config.NumberColumn(label, format="localized", step=0.01, **more)


def grams(label: str, **more: Any) -> Any:
    """A column of weights in grams: `1,310`, under a label that says so."""
    return st.column_config.NumberColumn(_("{what} (g)", what=label), format="localized", **more)


def show(
    frame: pd.DataFrame,
    columns: Columns,
    *,
    key: str | None = None,
    height: Height = "auto",
) -> None:
    """Show a frame: only `columns` (name → label or column config), in that order. Cells are never markdown."""
    st.dataframe(
        frame,
        column_order=list(columns),
        column_config=dict(columns),
        hide_index=True,
        key=key,
        height=height,
        placeholder="–",
    )


def choose(
    frame: pd.DataFrame,
    columns: Columns,
    *,
    by: str,
    key: str,
    single: bool = False,
    height: Height = "auto",
) -> list[str]:
    """Show a frame whose rows can be ticked; returns the ids of the ticked rows, from column `by`.

    Clear the ticks with `actions.button(clears=key)` after acting: otherwise the next run, whose rows may have
    moved, ticks a neighbour that nobody chose.
    """
    event = st.dataframe(
        frame,
        column_order=list(columns),
        column_config=dict(columns),
        hide_index=True,
        key=key,
        height=height,
        placeholder="–",
        on_select="rerun",
        selection_mode="single-row" if single else "multi-row",
    )
    rows: Sequence[int] = event["selection"]["rows"]
    return [str(frame[by].iloc[row]) for row in rows if row < len(frame)]


def choose_across(frame: pd.DataFrame, *, by: str, key: str, scope: str = "") -> list[str]:
    """What is chosen over several pages of the table that `choose` then shows with the same key, as ids.

    The ticks that came in belong to the rows that were on the screen then, so they are read against the ids shown
    last; where other rows are shown now, the ticks are set anew from the ids. Another `scope` (the filter) starts
    with nothing chosen. To clear it after an action: `clears=(key, f"{key}_chosen")`.
    """
    shown = [str(one) for one in frame[by]]
    before: list[str] = st.session_state.get(f"{key}_shown", shown)
    chosen: list[str] = st.session_state.get(f"{key}_chosen", [])
    ticks = st.session_state.get(key)
    if st.session_state.get(f"{key}_scope", scope) != scope:
        chosen, ticks = [], None
    if ticks is not None:
        ticked = [before[row] for row in ticks["selection"]["rows"] if row < len(before)]
        gone = set(before) - set(ticked)
        chosen = list(dict.fromkeys([*(one for one in chosen if one not in gone), *ticked]))
    if ticks is None or before != shown:
        rows = {one: row for row, one in enumerate(shown)}
        ticked_rows = [rows[one] for one in chosen if one in rows]
        held = st.session_state.get(key)
        # What is set for nothing would undo a tick that is made before the page has been drawn.
        if ticked_rows != (held["selection"]["rows"] if held else []):
            st.session_state[key] = {"selection": {"rows": ticked_rows, "columns": [], "cells": []}}
    st.session_state[f"{key}_shown"], st.session_state[f"{key}_chosen"] = shown, chosen
    st.session_state[f"{key}_scope"] = scope
    return chosen
