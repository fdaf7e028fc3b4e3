"""Files to take home: one button a form, and the file is made when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from lib import texts
from lib.texts import gettext as _

#: How often what is being made is looked at, while a page offers a file that takes over a second.
PULSE = "1s"
#: Told while a file is made: how many of how many.
Tell = Callable[[int, int], None]
#: Files that are being made just now, by their session and key → how many of how many.
_making: dict[tuple[str, str], tuple[int, int]] = {}

FORMS = {"csv": "CSV", "parquet": "Parquet", "xlsx": "XLSX"}


def spoken(make: Callable[[], bytes]) -> Callable[[], bytes]:
    """What makes a file, in the language of the page that offers it: it is made in a thread that knows no session."""
    return partial(_made, make, texts.language())


def _made(make: Callable[[], bytes], language: str) -> bytes:
    with texts.speak(language):
        return make()


def counted(make: Callable[[Tell], bytes], *, key: str) -> Callable[[], bytes]:
    """As `spoken`, of a file that takes a while: `make` tells how far it is, and `progress` of that key shows it."""
    return spoken(partial(_counted, make, _place(key)))


def _counted(make: Callable[[Tell], bytes], place: tuple[str, str]) -> bytes:
    def tell(done: int, total: int) -> None:
        _making[place] = done, total

    try:
        return make(tell)
    finally:
        _making.pop(place, None)


def progress(key: str) -> None:
    """How far the file of that key is, looked at each second; nothing while none is made."""
    st.fragment(_show, run_every=PULSE)(_place(key))


def _show(place: tuple[str, str]) -> None:
    done, total = _making.get(place, (0, 0))
    if total:
        text = _("{done} of {total} put into the file", done=f"{done:,}", total=f"{total:,}")
        st.progress(min(done / total, 1.0), text=text)


def _place(key: str) -> tuple[str, str]:
    context = get_script_run_ctx()
    return context.session_id if context is not None else "", key


def buttons(make: Callable[[str], bytes], *, key: str, name: str) -> None:
    """`make` is given a form (csv, parquet, xlsx) and returns the file, which is called `name`."""
    with st.container(horizontal=True, key=f"{key}_files"):
        for form, label in FORMS.items():
            st.download_button(
                label,
                spoken(partial(make, form)),
                file_name=f"{name}.{form}",
                key=f"{key}_{form}",
                on_click="ignore",
                icon=":material/download:",
            )
