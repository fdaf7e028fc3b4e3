"""Tables an operator chooses from: what is chosen is kept as ids, never as row positions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import pandas as pd
import streamlit as st

Columns = Mapping[str, Any]
Height = int | Literal["auto", "content", "stretch"]


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
        on_select="rerun",
        selection_mode="single-row" if single else "multi-row",
    )
    rows: Sequence[int] = event["selection"]["rows"]
    return [str(frame[by].iloc[row]) for row in rows if row < len(frame)]
