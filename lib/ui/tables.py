"""Tables an operator chooses from: what is chosen is kept as ids, never as row positions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd
import streamlit as st

from lib.texts import gettext as _
from lib.texts import ngettext
from lib.ui.formats import plain, some

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


class Ticked(list[str]):
    """The ids of the rows that are ticked; `gone`: those that were ticked and stand in the table no more."""

    def __init__(self, ids: Iterable[str] = (), gone: Iterable[str] = (), widget: str = "") -> None:
        super().__init__(ids)
        self.gone = tuple(gone)
        self.widget = widget  #: The key of the widget that shows the rows.

    def or_all(self, everything: Iterable[str]) -> list[str]:
        """Those ticked, or all where nobody ticked any. Nobody who ticked one means all once that one is gone."""
        return list(self) or ([] if self.gone else [str(one) for one in everything])


@dataclass
class Held:
    """What a session knows of a table with ticks.

    A browser tells of positions. Each time other rows are shown the table is a new widget (`turn`), so that positions
    always belong to rows that are known, also those of a click that was made before the new rows were drawn.
    """

    scope: str
    turn: int = 0
    rows: dict[int, list[str]] = field(default_factory=dict)  #: Turn → the ids shown, of the last turns.
    read: dict[int, list[int]] = field(default_factory=dict)  #: Turn → the positions taken in already.
    chosen: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    #: The positions as they stand in the session under the key.
    said: list[int] = field(default_factory=list)
    wiped: bool = False  #: Nothing is to be chosen any more.


#: Of so many sets of rows a browser may still show one.
TURNS = 4


def ticked(
    frame: pd.DataFrame, *, by: str, key: str, scope: str | None = None, pages: bool = False
) -> Ticked:
    """What is ticked in the table that `choose` then shows with the same key, as ids from column `by`.

    Ticks belong to the rows that were on the screen when they were made. Where other rows are shown now they are set
    anew from the ids. `pages`: the table is a page of a longer one, and what stands on another page stays chosen.
    Another `scope` (by default what the address says) starts with nothing chosen.
    """
    if scope is None:
        scope = repr(sorted(st.query_params.to_dict().items()))
    return settle(st.session_state, [str(one) for one in frame[by]], key=key, scope=scope, pages=pages)


def settle(state: Any, ids: list[str], *, key: str, scope: str, pages: bool = False) -> Ticked:
    """As `ticked`, of a session's state and the ids that are shown now.

    Under `key` the positions stand to be read, and may be set by hand; the widget's own key has its turn behind it.
    """
    held: Held | None = state.get(f"{key}_ticks")
    asked = _positions(state.get(key))
    by_hand = asked is not None and (held is None or asked != held.said)
    if held is None or held.scope != scope or not (pages or _is_there(state, key, held)):
        held = Held(scope, held.turn + 1 if held else 0)
    before = held.rows.get(held.turn)
    moved = False
    if held.wiped:
        held.chosen, held.gone, held.wiped, moved = [], [], False, True
    elif by_hand:
        _take(held, before or ids, asked or [], pages)
        moved = True
    else:
        for turn in sorted(held.rows, reverse=True):
            found = _positions(state.get(_widget(key, turn)))
            if found is not None and found != held.read.get(turn, []):
                held.read[turn] = found
                _take(held, held.rows[turn], found, pages)
                moved = turn != held.turn
                break
    if before != ids:
        held.turn += before is not None
        held.rows[held.turn] = ids
        held.rows = {turn: held.rows[turn] for turn in sorted(held.rows)[-TURNS:]}
        moved = True
    if not pages:
        there = set(ids)
        held.gone += [one for one in held.chosen if one not in there]
        held.chosen = [one for one in held.chosen if one in there]
    widget = _widget(key, held.turn)
    if moved:
        chosen = set(held.chosen)
        positions = [place for place, one in enumerate(ids) if one in chosen]
        # What is set for nothing would undo a tick that is made before the page has been drawn.
        if positions != (_positions(state.get(widget)) or []):
            state[widget] = _selection(positions)
        held.read[held.turn] = positions
    held.said = held.read.get(held.turn, [])
    state[key], state[f"{key}_ticks"] = _selection(held.said), held
    return Ticked(held.chosen, held.gone, widget)


def _take(held: Held, shown: Sequence[str], positions: Sequence[int], pages: bool) -> None:
    """Take in what is ticked of the rows that were shown."""
    now = [shown[place] for place in positions if place < len(shown)]
    elsewhere = set(held.chosen) - set(shown) if pages else set()
    held.chosen = list(dict.fromkeys([*(one for one in held.chosen if one in elsewhere or one in now), *now]))
    held.gone = []


def _widget(key: str, turn: int) -> str:
    return f"{key}~{turn}"


def _is_there(state: Any, key: str, held: Held) -> bool:
    """Whether the table was on the screen until now: what is left is forgotten."""
    return any(state.get(_widget(key, turn)) is not None for turn in held.rows)


def _positions(value: Any) -> list[int] | None:
    return None if value is None else list(value["selection"]["rows"])


def _selection(positions: Sequence[int]) -> dict[str, Any]:
    return {"selection": {"rows": list(positions), "columns": [], "cells": []}}


def choose(
    frame: pd.DataFrame,
    columns: Columns,
    *,
    by: str,
    key: str,
    single: bool = False,
    height: Height = "auto",
    scope: str | None = None,
    already: Ticked | None = None,
) -> Ticked:
    """Show a frame whose rows can be ticked; returns the ids of the ticked rows, from column `by`.

    What was ticked and is there no more is named above it. `scope`: as of `ticked`. `already`: what `ticked` said of
    it in this run. Clear the ticks with `actions.button(clears=key)` after acting.
    """
    chosen = ticked(frame, by=by, key=key, scope=scope) if already is None else already
    if chosen.gone:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.warning(plain(gone_sentence(chosen.gone)), icon=":material/playlist_remove:")
            st.button(_("Choose anew"), key=f"{key}_anew", on_click=_forget_gone, args=(key,))
    with st.container(key=key):
        st.dataframe(
            frame,
            column_order=list(columns),
            column_config=dict(columns),
            hide_index=True,
            key=chosen.widget,
            height=height,
            placeholder="–",
            on_select="rerun",
            selection_mode="single-row" if single else "multi-row",
        )
    return chosen


def shown(key: str) -> list[str]:
    """The ids that stood in a table when it was drawn last."""
    held: Held | None = st.session_state.get(f"{key}_ticks")
    return held.rows.get(held.turn, []) if held else []


def _forget_gone(key: str) -> None:
    held: Held = st.session_state[f"{key}_ticks"]
    held.gone = []


def gone_sentence(names: Sequence[str]) -> str:
    """Said of rows that are not acted on because they stand in the table no more."""
    return ngettext(
        "{count} that was ticked stands here no more, and nothing is done with it: {names}.",
        "{count} that were ticked stand here no more, and nothing is done with them: {names}.",
        len(names),
        names=some(names),
    )
