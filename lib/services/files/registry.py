"""Every kind of file that can be loaded. A new kind is a module with a KIND, and a row here."""

from __future__ import annotations

from lib.services.files import bills, orders, packaging, products, rates, tracking
from lib.services.files.kinds import Kind

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (orders.KIND, products.KIND, packaging.KIND, rates.KIND, bills.KIND, tracking.KIND)
}
