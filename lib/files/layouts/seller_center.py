"""Order exports of the marketplace's own back office."""

from __future__ import annotations

from lib.files.layouts.layout import Layout

#: The order export of the marketplace's Seller Center (交易 → 导出订单), 2014 to 2025, one row per order.
SELLER_CENTER = Layout(
    name="seller_center",
    kind="orders",
    columns={
        "order_id": ("订单号",),
        "status": ("订单状态",),
        "buyer_name": ("买家名称",),
        "ordered_at": ("下单时间",),
        "paid_at": ("付款时间",),
        "goods": ("产品总金额",),
        "shipping": ("物流费用",),
        "total": ("订单金额",),
        "discount": ("满立减",),
        # The rest of this header is a line break, or the `_` a database driver makes of it, and a hint.
        "products": ("产品信息*",),
        "note": ("订单备注",),
        "receiver": ("收货人名称",),
        "country": ("收货国家",),
        "province": ("州/省",),
        "city": ("城市",),
        "address": ("地址",),
        "postcode": ("邮编",),
        "phone": ("联系电话",),
        "mobile": ("手机",),
        "buyer_service": ("买家选择物流",),
        "ship_by_at": ("发货期限",),
        "waybills": ("实际发货物流:运单号", "实际发货单号"),
        "shipped_at": ("发货时间",),
        "received_at": ("确认收货时间",),
        "business_mode": ("订单业务模式",),
        "tax_number": ("收货人税号", "税号"),
    },
    required=frozenset({"order_id", "products", "country"}),
    rare=frozenset({"discount", "business_mode", "tax_number", "shipped_at", "received_at"}),
    unread=frozenset({"负责人(业务员)", "买家邮箱", "收货地址"}),
)
