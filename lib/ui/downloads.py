"""Files to take home: one button a form, and the file is made when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from lib import texts

FORMS = {"csv": "CSV", "parquet": "Parquet", "xlsx": "XLSX"}


def spoken(make: Callable[[], bytes]) -> Callable[[], bytes]:
    """What makes a file, in the language of the page that offers it: it is made in a thread that knows no session."""
    return partial(_made, make, texts.language())


def _made(make: Callable[[], bytes], language: str) -> bytes:
    with texts.speak(language):
        return make()


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
