"""Order exports of 领星 (Lingxing): one row per product line, the order's cells merged over its rows.

Order numbers end in -1, -2 for the parcels of an order that was split or sent again. Dates have the month first.
There is no address and no country: they come with a file of the marketplace, or with a sync. Headers as public
readers of these files have them. UNCONFIRMED: no seller's own file was at hand.
"""

from __future__ import annotations

from lib.domain.orders import OrderStatus
from lib.files.layouts.layout import Options
from lib.files.layouts.lines import by_line

LINGXING = by_line(
    "lingxing",
    {
        "order_id": ("平台单号",),
        "status": ("状态",),
        "shipped_at": ("发货时间",),
        "goods": ("商品金额",),
        "shipping": ("商品客付运费",),
        "waybill": ("运单号",),
        "sku": ("SKU", "MSKU"),
        "quantity": ("数量",),
        "title": ("品名",),
        "note": ("客服备注",),
    },
    required=frozenset({"order_id", "sku", "quantity"}),
    unread=frozenset({"系统单号", "MSKU", "发货仓库", "标签", "订单来源", "订单类型", "ASIN/商品Id"}),
    options=Options(date_order="mdy", cuts_suffix=True),
    statuses={
        "待发货": OrderStatus.AWAITING_SHIPMENT,
        "待审核": OrderStatus.AWAITING_SHIPMENT,
        "已发货": OrderStatus.AWAITING_RECEIPT,
    },
)
