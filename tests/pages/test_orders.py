"""The Orders page: finding, choosing, holding, correcting, and a batch made of what was chosen."""

from __future__ import annotations

from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from lib.domain.orders import OrderFilter
from lib.services import batches, orders
from lib.ui import filters
from tests.builders import a_products_cell, an_export_row
from tests.conftest import Desk
from tests.pages.conftest import Open, text_of


def test_without_orders_it_says_where_they_come_from(open_page: Open, empty_desk: Desk) -> None:
    with empty_desk.app.database.write() as work:
        work.run("audit_add", **_AUDIT) if False else None
    page = open_page(empty_desk.app, "orders")
    assert not page.exception
    assert "Load a newer export" in text_of(page)


_AUDIT: dict[str, object] = {}
