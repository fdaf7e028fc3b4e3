"""What a sheet of orders may hold whose rows are product lines: the columns that `sql/lines.sql` reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lib.files.layouts.layout import Layout

#: Our names; a layout says which headers they have, those it does not name are never there.
LINES = (
    "order_id", "status", "buyer_name", "ordered_at", "paid_at", "shipped_at", "received_at", "ship_by_at",
    "goods", "shipping", "total", "currency", "note", "receiver", "country_code", "country", "country_zh",
    "province", "city", "address", "address_both", "address_1", "address_2", "house_number", "postcode", "phone",
    "mobile", "tax_number", "buyer_service", "carrier", "waybill", "waybills", "business_mode", "sku", "quantity",
    "sku_quantities", "products", "title", "attributes", "unit", "weighed", "is_split", "is_merged", "is_resent",
)  # fmt: skip

#: Ways to tell what is in an order; one of them has to be there.
GOODS = frozenset({"sku", "sku_quantities", "products"})


def by_line(name: str, columns: Mapping[str, tuple[str, ...]], **more: Any) -> Layout:
    """A layout of orders by product line."""
    absent = {column: () for column in LINES if column not in columns}
    return Layout(name, "orders", {**columns, **absent}, by_line=True, **more)
