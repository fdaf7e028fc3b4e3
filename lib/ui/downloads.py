"""Tables to take home: one button a form, and the file is made when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

FORMS = {"csv": "CSV", "parquet": "Parquet", "xlsx": "XLSX"}


def buttons(make: Callable[[str], bytes], *, key: str, name: str) -> None:
    """`make` is given a form (csv, parquet, xlsx) and returns the file, which is called `name`."""
    with st.container(horizontal=True, key=f"{key}_files"):
        for form, label in FORMS.items():
            st.download_button(
                label,
                partial(make, form),
                file_name=f"{name}.{form}",
                key=f"{key}_{form}",
                on_click="ignore",
                icon=":material/download:",
            )
