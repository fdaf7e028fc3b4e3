"""Buttons that act: in their callback, before the page loads again, on the ids that were on the screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import RerunException

from lib.texts import gettext as _
from lib.ui import context
from lib.wording import SAYABLE, error_sentence

_NOTICES = "notices"
_SHOWN = "notices_shown"
_GO = "go_to"


def button(
    label: str,
    act: Callable[..., Any],
    *details: Any,
    key: str,
    done: Callable[[Any], str] | str = "",
    clears: str | Sequence[str] | None = None,
    disabled: bool = False,
    primary: bool = False,
    help: str | None = None,
    icon: str | None = None,
    quiet: bool = False,
    **named: Any,
) -> None:
    """A button that calls `act(*details, **named)` once, says what came of it, and clears a selection.

    `done` is the notice, or makes it from what `act` returned; no notice for an empty text. A Problem or a
    PlatformError becomes a sentence. Put personal data through formats.plain before it enters a notice.
    """
    st.button(
        label,
        key=key,
        disabled=disabled,
        help=help,
        icon=icon,
        type="primary" if primary else "tertiary" if quiet else "secondary",
        on_click=run,
        args=(act, details, named, done, clears),
    )


def run(
    act: Callable[..., Any],
    details: tuple[Any, ...],
    named: dict[str, Any],
    done: Callable[[Any], str] | str = "",
    clears: str | Sequence[str] | None = None,
) -> Any:
    """Act as a button does; for forms and dialogs. Returns what `act` returned, None when it could not."""
    try:
        result = act(*details, **named)
    except SAYABLE as error:
        notice("error", error_sentence(error))
        return None
    text = done(result) if callable(done) else done
    if text:
        notice("success", text)
    for name in [clears] if isinstance(clears, str) else clears or ():
        clear(name)
    return result


def clear(key: str) -> None:
    """Untick every row of a table of `tables.choose`; forget any other value.

    A table's ticks are set, not dropped: a browser is not told of a key that is gone, and sends its ticks again
    with the next click.
    """
    held = st.session_state.get(f"{key}_ticks")
    if held is not None:
        held.wiped = True
        return
    value = st.session_state.get(key)
    if isinstance(value, Mapping) and "selection" in value:
        st.session_state[key] = {"selection": {"rows": [], "columns": [], "cells": []}}
    else:
        st.session_state.pop(key, None)


def notice(kind: str, text: str) -> None:
    """Say something with the next run, at the upper edge of the window: kind is success, info, warning or error."""
    st.session_state.setdefault(_NOTICES, []).append((kind, text))


def show_notices() -> None:
    """Show what was said since the last run, once, over the page: nothing below it moves when it comes or goes."""
    said = st.session_state.pop(_NOTICES, [])
    if not said:
        return
    with st.container(key="frame_notices", gap="xsmall"):
        for kind, text in said:
            getattr(st, kind)(text)
        st.button("", key="frame_put_away", icon=":material/close:", type="tertiary", help=_("Put away"))
    st.session_state[_SHOWN] = [*st.session_state.get(_SHOWN, []), *said]


@contextmanager
def read_out() -> Iterator[None]:
    """Around a run: what it showed and was cut short over, the next run shows again, for nobody could read it."""
    try:
        yield
    except RerunException:
        unread = [*st.session_state.get(_SHOWN, []), *st.session_state.get(_NOTICES, [])]
        st.session_state[_NOTICES] = unread
        raise
    finally:
        st.session_state.pop(_SHOWN, None)


def by() -> str:
    """Who acts."""
    return context.operator()


def go(page: str, **query: str) -> None:
    """Open another page with the next run; for callbacks, in which no page can be switched."""
    st.session_state[_GO] = (page, query)


def arrive() -> None:
    """At the start of a run: open the page an action named, or show what was said since the last run.

    The frame does it for every page; a page that also runs without its frame does it itself.
    """
    target = st.session_state.pop(_GO, None)
    if target is not None:
        page, query = target
        st.switch_page(page, query_params=query)
    show_notices()
