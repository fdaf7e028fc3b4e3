"""A seller's own tables of products and of packaging."""

from __future__ import annotations

from lib.files.layouts.layout import Layout

#: A seller's table of products, one row per SKU.
PRODUCTS = Layout(
    name="products",
    kind="products",
    columns={
        "sku": ("SKU", "商家编码", "商品编码"),
        "title": ("商品名称", "title"),
        "weight_g": ("重量(g)", "重量(克)", "weight_g", "weight(g)"),
        "length_mm": ("长(mm)", "length_mm", "length(mm)"),
        "width_mm": ("宽(mm)", "width_mm", "width(mm)"),
        "height_mm": ("高(mm)", "height_mm", "height(mm)"),
        "cargo_class": ("货物类型", "cargo_class"),
        "declared_name_zh": ("中文报关名", "declared_name_zh"),
        "declared_name_en": ("英文报关名", "declared_name_en"),
        "declared_value": ("申报价值(USD)", "declared_value_usd"),
        "purchase_cost": ("采购成本(CNY)", "purchase_cost_cny"),
        "hs_code": ("海关编码", "hs_code"),
        "shelf": ("货位", "shelf"),
        "packaging_g": ("包材重(g)", "包材重量(g)", "packaging_g"),
    },
    required=frozenset({"sku", "weight_g"}),
    rare=frozenset({"packaging_g"}),
)

#: What packaging adds to a parcel, one row per band of contents weight.
PACKAGING = Layout(
    name="packaging",
    kind="packaging",
    columns={
        "min_g": ("净重从(g)", "min_g", "from(g)"),
        "max_g": ("净重到(g)", "max_g", "to(g)"),
        "packaging_g": ("包材重(g)", "包材重量(g)", "packaging_g"),
    },
    required=frozenset({"min_g", "max_g", "packaging_g"}),
)
