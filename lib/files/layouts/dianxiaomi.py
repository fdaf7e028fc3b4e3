"""Order exports of 店小秘 (Dianxiaomi): one row per product line, the order's cells repeated on each.

The person who exports chooses the columns, so any may be missing and their order varies. Amounts are the order's,
not the line's. Headers as several public readers of these files have them (2017 to 2025); the words for states are
those of the program's own tabs. UNCONFIRMED: no seller's own file was at hand.
"""

from __future__ import annotations

from lib.domain.orders import OrderStatus
from lib.files.layouts.lines import by_line

DIANXIAOMI = by_line(
    "dianxiaomi",
    {
        "order_id": ("订单号",),
        "status": ("订单状态",),
        "buyer_name": ("买家姓名",),
        "ordered_at": ("下单时间",),
        "paid_at": ("付款时间",),
        "shipped_at": ("发货时间",),
        "shipping": ("买家支付运费",),
        "total": ("订单金额",),
        "currency": ("币种缩写",),
        "note": ("订单备注",),
        "receiver": ("收货人姓名",),
        "country_code": ("国家二字码",),
        "country": ("收货人国家",),
        "country_zh": ("中文国家名",),
        "province": ("收货人州/省",),
        "city": ("收货人城市",),
        "address_both": ("地址1+地址2", "地址1 地址2"),
        "address_1": ("地址1",),
        "address_2": ("地址2",),
        "address": ("详细地址",),
        "house_number": ("收货人门牌号",),
        "postcode": ("邮编",),
        "phone": ("收货人电话",),
        "mobile": ("收货人手机",),
        "tax_number": ("收货人税号",),
        "buyer_service": ("买家指定物流",),
        "carrier": ("物流方式",),
        "waybill": ("运单号",),
        "sku": ("SKU", "商品SKU"),
        "title": ("产品名称", "商品名称"),
        "attributes": ("产品规格",),
        "quantity": ("产品数量",),
        "weighed": ("称重重量",),
    },
    required=frozenset({"order_id", "sku", "quantity"}),
    one_of=frozenset({"country_code", "country", "country_zh", "receiver", "buyer_service"}),
    rare=frozenset({"house_number", "address_1", "address_2", "address", "country", "country_zh", "weighed"}),
    unread=frozenset({
        "提交时间", "退款时间", "面单打印时间", "拣货单打印时间", "买家账号", "买家Email", "收货人公司", "产品ID",
        "产品售价", "图片网址", "来源URL", "销售链接", "多品名", "付款方式", "退款金额", "预估利润", "成本利润率",
        "销售利润率", "预估运费", "包裹号", "交易号", "平台渠道", "店铺账号", "拣货备注", "客服备注", "退款理由",
        "订单标识", "订单标记", "物流订单号", "中文报关名", "英文报关名", "申报单价", "报关重量", "海关编码",
        "商品编码", "库存量", "商品采购价", "库存价格", "危险运输品", "发货仓库", "货架位",
    }),
    statuses={
        "未付款": OrderStatus.PLACED,
        "风控中": OrderStatus.RISK_CONTROL,
        "待审核": OrderStatus.AWAITING_SHIPMENT,
        "待处理": OrderStatus.AWAITING_SHIPMENT,
        "待打单": OrderStatus.AWAITING_SHIPMENT,
        "待发货": OrderStatus.AWAITING_SHIPMENT,
        "已发货": OrderStatus.AWAITING_RECEIPT,
        "已完成": OrderStatus.FINISHED,
        "已退款": OrderStatus.FINISHED,
    },
)  # fmt: skip
