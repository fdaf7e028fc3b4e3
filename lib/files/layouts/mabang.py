"""Order exports of 马帮 (Mabang): one row per parcel of an order, its products as SKU*QTY in one cell.

An order that was split, merged or sent again has several rows, or one row the goods of several orders; three flags
say so, and the order number is then not unique. Amounts are there twice, in the original currency and in RMB; the
original is read. There is no address: it comes with a file of the marketplace, or with a sync. Headers as public
readers of these files have them (2019 to 2025). UNCONFIRMED: no seller's own file was at hand, and what parts the
SKU*QTY of one cell is taken to be a line break, a semicolon, a comma, a bar or a blank.
"""

from __future__ import annotations

from lib.domain.orders import OrderStatus
from lib.files.layouts.lines import by_line

MABANG = by_line(
    "mabang",
    {
        "order_id": ("订单编号",),
        "status": ("平台订单状态",),
        "ordered_at": ("创建时间",),
        "paid_at": ("付款日期",),
        "shipped_at": ("发货日期",),
        "total": ("应收货款(原始货币)",),
        "currency": ("原始币种",),
        "note": ("订单备注",),
        "country": ("国家",),
        "business_mode": ("订单业务模式",),
        "buyer_service": ("买家自选物流",),
        "carrier": ("物流渠道",),
        "waybill": ("货运单号",),
        "sku_quantities": ("库存sku*数量", "平台sku*数量"),
        "title": ("商品名称",),
        "weighed": ("订单重量",),
        "is_split": ("是否拆分订单",),
        "is_merged": ("是否合并订单",),
        "is_resent": ("是否重发订单",),
    },
    required=frozenset({"order_id", "sku_quantities"}),
    rare=frozenset({"business_mode", "weighed"}),
    unread=frozenset({
        "交易号", "店铺名称", "站点", "平台sku*数量", "库存sku", "组合sku", "itemId", "计量重量", "仓库", "物流公司",
        "内部单号", "平台", "汇率", "店长", "业务员", "收入-应收货款", "收入-应收邮资", "预估运费", "实际运费",
        "退款金额", "销量", "支出-*",
    }),
    statuses={
        "待发货": OrderStatus.AWAITING_SHIPMENT,
        "未发货": OrderStatus.AWAITING_SHIPMENT,
        "已发货": OrderStatus.AWAITING_RECEIPT,
        "已完成": OrderStatus.FINISHED,
    },
)  # fmt: skip
