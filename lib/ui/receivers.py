"""A receiver to correct: what came in is kept, and shown beside what stands now."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

import streamlit as st

from lib.domain.orders import RECEIVER_BYTES, Receiver
from lib.texts import gettext as _
from lib.ui import formats
from lib.wording import field_label

#: What a person may correct; the country is fixed, because plan and fee hang on it.
FIELDS = ("name", "province", "city", "address", "postcode", "phone", "mobile", "tax_number")


def form(
    order_id: str,
    versions: Mapping[str, Receiver],
    correct: Callable[[str, Receiver], None],
    *,
    key: str,
    first: Collection[str] = FIELDS,
) -> None:
    """Fields to correct; `versions` has 'received' and perhaps 'corrected', `correct` gets what was typed.

    The fields of `first` are open; the others fold away beneath them.
    """
    received = versions["received"]
    used = versions.get("corrected", received)
    with st.form(f"{key}_{order_id}"):
        st.text(
            _(
                "Receiver of order {order_id} in {country}",
                order_id=order_id,
                country=formats.country(used.country),
            )
        )
        _fields([one for one in FIELDS if one in first], order_id, received, used, key)
        others = [one for one in FIELDS if one not in first]
        if others:
            with st.expander(_("The other fields")):
                _fields(others, order_id, received, used, key)
        st.form_submit_button(
            _("Keep this correction"),
            key=f"{key}_keep_{order_id}",
            on_click=_correct,
            args=(order_id, used.country, correct, key),
            type="primary",
        )


def _fields(names: Sequence[str], order_id: str, received: Receiver, used: Receiver, key: str) -> None:
    columns = st.columns(2)
    for place, field in enumerate(names):
        came, now = getattr(received, field), getattr(used, field)
        with columns[place % 2]:
            st.text_input(
                field_label(field).capitalize(),
                value=now,
                key=f"{key}_{field}_{order_id}",
                help=_limit(field),
            )
            if came != now:
                st.text(_("Received: {value}", value=came or "–"))


def _limit(field: str) -> str | None:
    most = RECEIVER_BYTES.get(field)
    if most is None:
        return None
    return _("At most {count} bytes; a Chinese or Cyrillic letter counts as two or three.", count=most)


def _correct(order_id: str, country: str, correct: Callable[[str, Receiver], None], key: str) -> None:
    typed = {field: str(st.session_state[f"{key}_{field}_{order_id}"] or "") for field in FIELDS}
    correct(order_id, Receiver(country=country, **typed))
