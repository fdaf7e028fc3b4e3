"""Bills of carriers: what was charged, by whatever number the carrier calls the parcel."""

from __future__ import annotations

from lib.files.layouts.layout import Layout

#: One row per charge.
BILLS = Layout(
    name="bills",
    kind="bills",
    columns={
        "number": (
            "单号",
            "运单号",
            "物流单号",
            "国际运单号",
            "国际物流单号",
            "物流订单号",
            "LP号",
            "LP单号",
            "tracking_number",
            "logistics_order_id",
            "lp_number",
            "number",
        ),
        "charged_on": ("扣费日期", "日期", "账单日期", "计费时间", "扣费时间", "date", "charged_on"),
        "kind": ("费用类型", "费用项", "费用名称", "kind", "fee"),
        "billed_g": ("计费重(g)", "计费重量(g)", "计费重量（克）", "billed_g", "billed_weight_g"),
        "billed_kg": ("计费重(kg)", "计费重量(kg)", "billed_kg", "billed_weight_kg"),
        "amount": (
            "金额",
            "扣费金额",
            "费用金额",
            "amount",
            "金额(元)",
            "金额(CNY)",
            "金额(USD)",
            "实收金额",
        ),
        "currency": ("币种", "currency"),
        "bill_number": ("账单号", "账单编号", "bill_number", "invoice"),
        "note": ("备注", "note"),
    },
    required=frozenset({"number", "charged_on", "amount"}),
    rare=frozenset({"billed_g", "billed_kg", "currency", "bill_number", "note", "kind"}),
)
