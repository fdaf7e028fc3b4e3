"""Every layout that is known without being told."""

from __future__ import annotations

from lib.files.layouts.bills import BILLS
from lib.files.layouts.dianxiaomi import DIANXIAOMI
from lib.files.layouts.layout import Layout
from lib.files.layouts.lingxing import LINGXING
from lib.files.layouts.mabang import MABANG
from lib.files.layouts.products import PACKAGING, PRODUCTS
from lib.files.layouts.rates import CHINA_POST, COURIER_BANDS, PARTNER_LINES, RATES, SPOT_QUOTES
from lib.files.layouts.seller_center import SELLER_CENTER
from lib.files.layouts.tracking import AFTERSHIP, SEVENTEEN_TRACK, TRACKINGMORE

#: A new one is a module with a Layout, a row here, and a reader for its kind of rows.
LAYOUTS: tuple[Layout, ...] = (
    *(SELLER_CENTER, DIANXIAOMI, MABANG, LINGXING, PRODUCTS, PACKAGING),
    *(RATES, COURIER_BANDS, CHINA_POST, SPOT_QUOTES, PARTNER_LINES),
    BILLS,
    *(SEVENTEEN_TRACK, AFTERSHIP, TRACKINGMORE),
)
