"""Rate cards: a plain table in the seller's own hand, and the forms in which lists are published."""

from __future__ import annotations

from lib.files.layouts.layout import Layout

#: One row per plan, destination, cargo class and interval of weight; or, with `surcharge`, one surcharge of the card.
RATES = Layout(
    name="rates",
    kind="rates",
    columns={
        "plan": ("物流方案", "plan", "plan_key", "plan_id"),
        "country": ("国家", "country", "country_code", "目的国"),
        "cargo_class": ("货物类型", "cargo_class"),
        "min_g": ("起始重量(g)", "min_g"),
        "max_g": ("截止重量(g)", "max_g"),
        "per_kg": ("公斤价", "per_kg"),
        "item_fee": ("挂号费", "item_fee", "处理费"),
        "first_g": ("首重(g)", "first_g"),
        "first_fee": ("首重价", "first_fee"),
        "step_g": ("续重(g)", "step_g"),
        "step_fee": ("续重价", "step_fee"),
        "increment_g": ("计费单位(g)", "increment_g", "billing_increment_g"),
        "min_billable_g": ("最低计费重(g)", "min_billable_g", "起重(g)"),
        "suspended": ("暂停", "suspended"),
        "currency": ("币种", "currency"),
        "valid_from": ("生效日期", "valid_from"),
        "valid_to": ("失效日期", "valid_to"),
        "volumetric_divisor": ("体积重除数", "volumetric_divisor"),
        "volumetric_from_mm": ("计抛边长(mm)", "volumetric_from_mm"),
        "surcharge": ("附加费", "surcharge"),
        "postcode_prefix": ("邮编前缀", "postcode_prefix"),
        "surcharge_percent": ("附加费(%)", "surcharge_percent"),
        "surcharge_amount": ("附加费金额", "surcharge_amount"),
        "surcharge_per_kg": ("附加费公斤价", "surcharge_per_kg"),
        "source": ("来源", "source", "source_id"),
        "note": ("备注", "note"),
    },
    required=frozenset({"plan", "country", "min_g", "max_g", "currency"}),
    rare=frozenset(
        {
            "first_g", "first_fee", "step_g", "step_fee", "volumetric_divisor", "volumetric_from_mm", "surcharge",
            "postcode_prefix", "surcharge_percent", "surcharge_amount", "surcharge_per_kg", "source", "note",
            "valid_from", "valid_to", "suspended", "cargo_class", "increment_g", "min_billable_g",
        }
    ),
    unread=frozenset({"plan_name_zh", "plan_name_en", "country_zh", "country_en", "max_weight_g", "confidence"}),
)  # fmt: skip

#: A courier's list by bands of whole kilograms: flat to 20 kg, then per kilogram.
COURIER_BANDS = Layout(
    name="courier_bands",
    kind="rates",
    columns={
        "plan": ("plan_key",),
        "country": ("country_code",),
        "country_name": ("country_en",),
        "min_kg": ("min_kg",),
        "max_kg": ("max_kg",),
        "pricing": ("pricing",),
        "price": ("price_cny",),
        "currency": ("currency",),
        "volumetric_divisor": ("volumetric_divisor",),
        "source": ("source_id",),
    },
    required=frozenset({"plan", "country", "min_kg", "max_kg", "pricing", "price"}),
    unread=frozenset(
        {"plan_name_zh", "plan_name_en", "country_zh", "band", "fuel_surcharge_included", "confidence"}
    ),
)

#: China Post's lines to Russia: per gram and item fee, or first weight and further steps.
CHINA_POST = Layout(
    name="china_post_lines",
    kind="rates",
    columns={
        "plan": ("service_id",),
        "min_g": ("min_g",),
        "max_g": ("max_g",),
        "increment_g": ("increment_g",),
        "pricing": ("pricing_type",),
        "item_fee": ("base_or_item_fee_cny",),
        "per_gram": ("per_gram_cny",),
        "first_g": ("first_weight_g",),
        "first_fee": ("first_weight_fee_cny",),
        "step_g": ("step_g",),
        "step_fee": ("step_fee_cny",),
        "volumetric_rule": ("volumetric_rule",),
        "effective_from": ("effective_from",),
        "data_date": ("data_date",),
        "source": ("source_id",),
    },
    required=frozenset({"plan", "pricing", "per_gram", "first_fee"}),
    unread=frozenset(
        {
            "group", "name", "mode", "sum_cm_max", "longest_cm_max", "value_cap_currency", "value_cap",
            "prohibited", "confidence",
        }
    ),
)  # fmt: skip

#: A forwarder's quotes for one parcel whose weight is not stated.
SPOT_QUOTES = Layout(
    name="spot_quotes",
    kind="rates",
    columns={
        "country": ("country_code",),
        "service": ("service",),
        "price": ("price_cny",),
        "days_min": ("eta_days_min",),
        "days_max": ("eta_days_max",),
        "quoted_on": ("quote_date",),
        "source": ("source_id",),
        "confidence": ("confidence",),
    },
    required=frozenset({"country", "service", "price", "quoted_on"}),
    unread=frozenset({"country_en"}),
)

#: Partner lines priced by groups of sizes whose limits are not part of the list.
PARTNER_LINES = Layout(
    name="partner_lines",
    kind="rates",
    columns={
        "carrier": ("carrier_code",),
        "tier": ("tier",),
        "delivery": ("delivery",),
        "size_group": ("size_group",),
        "price": ("base_cny",),
        "per_gram": ("per_gram_cny",),
        "days_min": ("eta_days_min",),
        "days_max": ("eta_days_max",),
        "battery": ("battery_allowed",),
        "country": ("country_code",),
        "quoted_on": ("data_date",),
        "source": ("source_id",),
        "confidence": ("confidence",),
    },
    required=frozenset({"carrier", "size_group", "price", "per_gram"}),
    unread=frozenset({"details_url"}),
)
