"""Every layout that is known without being told."""

from __future__ import annotations

from lib.files.layouts.layout import Layout
from lib.files.layouts.products import PRODUCTS
from lib.files.layouts.seller_center import SELLER_CENTER

#: A new one is a module with a Layout, a row here, and a reader for its kind of rows.
LAYOUTS: tuple[Layout, ...] = (SELLER_CENTER, PRODUCTS)
