"""Published data: where it is, how old, and publishing it now."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import pandas as pd
import streamlit as st

from lib.services import publishing
from lib.texts import gettext as _
from lib.ui import actions, formats, tables
from lib.ui.context import app


def show(facets: Mapping[str, Mapping[str, int]], stamp: str) -> None:
    """The newest publication, and a button that makes one."""
    settings = app().settings
    st.text(
        _(
            "Facts without personal data, as Parquet, for DuckDB, pandas, Spark or a BI tool; docs/data.md tells of "
            "every column."
        )
    )
    last = publishing.latest(app())
    if last is None:
        st.info(_("Nothing is published yet at {url}.", url=formats.plain(settings.published_url)))
    else:
        st.text(
            _(
                "Published {when}, at {url} in {snapshot}.",
                when=formats.moment(last.published_at),
                url=last.url,
                snapshot=last.snapshot,
            )
        )
        tables.show(
            pd.DataFrame({"name": list(last.rows), "rows": list(last.rows.values())}),
            {
                "name": st.column_config.TextColumn(_("Table")),
                "rows": st.column_config.NumberColumn(_("Rows"), format="localized"),
            },
            key="published_rows",
            height="content",
        )
    if settings.publish_minutes:
        st.caption(
            _(
                "Published by itself after each batch, and every {minutes} minutes when something changed.",
                minutes=settings.publish_minutes,
            )
        )
    else:
        st.caption(_("It is not published by itself: SHIPDESK_PUBLISH_MINUTES is 0."))
    actions.button(
        _("Publish now"), partial(publishing.publish, app()), key="published_now", done=_("Everything is published."),
        icon=":material/publish:",
    )  # fmt: skip
