"""What of a call may be shown: everything is hidden except what is known to be neither personal nor secret.

The platform adds fields without asking, so the list says what is shown, never what is hidden.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

#: Fields shown as they are: ids, codes, states, times, amounts, flags. A field that is not here is hidden.
SHOWN = frozenset(
    """
    order_id trade_order_id out_ref id child_id child_order_id warehouse_order_id logistics_order_id
    online_logistics_id wl_warehouse_order_id out_order_id out_order_code lp_number order_code intl_tracking_no
    international_logistics_num international_logistics_id logistics_no old_logistics_no new_logistics_no
    internationallogistics_id original_international_logistics_id address_id seller_address_id product_id
    order_sort_id sub_trade_order_index batch_id channel_code solution_code solution_name
    warehouse_carrier_service logistics_service_id logistics_service_name service_name old_service_name
    new_service_name logistics_type international_logistics_type logistics_company display_name warehouse_code
    warehouse_name delivery_address resource_code service_resource_code company_id company_code
    domestic_logistics_company_id code service_code pickup_type trade_order_from origin to_area country
    country_code currency currency_code curreny amount cent cent_factor fee fee_minor total_fee fee_type
    fee_currency fee_detail_type paid_fee paid_fee_currency trial_result discount_trial_result
    logistics_timeliness other_fees display_text fast_timing slowest_timing timing_type recommend_index
    recommend_order min_process_day max_process_day tracking_no_regex order_status order_status_list
    son_order_status show_status logistics_status fund_status issue_status frozen_status loan_status end_reason
    biz_type payment_type receive_status order_status_code order_status_name cancel_status_code
    payment_status_code abnormal_code warehouse_status_list action_code status send_type package_type
    undeliverable_decision package_num product_num product_count quantity product_weight
    product_declare_amount contains_battery only_battery aneroid_markup contains_special_goods breakable
    hs_code goods_weight goods_length goods_width goods_height length width height weight weight_unit locale
    current_page page_size page total_page total_count total_item time_stamp gmt_create gmt_modified gmt_update
    gmt_pay_time gmt_pay_success gmt_trade_end gmt_send gmt_send_goods_time gmt_received gmt_status_update
    over_time_left over_time close_time event_date create_date_start create_date_end modified_date_start
    modified_date_end gmt_create_start_str gmt_create_end_str timeout_left_time left_send_good_day
    left_send_good_hour left_send_good_min print_detail seller_address_query is_default need_to_update language
    success is_success result_success error_code result_error_code code_of_error need_retry request_id
    _trace_id_ type sub_code StatusCode Content-Type official_website unreachable_insured und_express_mail_no
    expires_in refresh_expires_in expire_time refresh_token_valid_time account_platform sp ext_info_bit_flag
    everything has_not_pay_order method simplify
    """.split()  # noqa: SIM905 (a hundred names read better without quotes)
)
#: The platform's words: shown, except for what the request itself knows to be personal.
TEXTS = frozenset(
    {
        "msg", "sub_msg", "message", "error_desc", "error_msg", "error_message", "result_error_desc", "errorDesc",
        "abnormal_reason",
    }
)  # fmt: skip
HIDDEN = "…"
#: Shorter values are too common to be looked for in a text.
TELLING = 3
#: Longer texts are labels and the like.
LONG = 300


def masked(value: Any, *, name: str = "", private: frozenset[str] = frozenset()) -> Any:
    """A value with everything hidden that is not known to be harmless. Texts holding JSON are looked into."""
    if isinstance(value, Mapping):
        return {str(key): masked(one, name=str(key), private=private) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [masked(one, name=name, private=private) for one in value]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str) and (inner := _json(value)) is not None:
        return masked(inner, private=private)
    if name in TEXTS:
        return scrubbed(str(value)[:LONG], private)
    if name in SHOWN:
        return value if not isinstance(value, str) else value[:LONG]
    return f"{HIDDEN} ({len(str(value))})" if value != "" else ""


def private_values(parameters: Any, *, name: str = "") -> Iterator[str]:
    """The texts of a request that must not turn up in the platform's words."""
    if isinstance(parameters, Mapping):
        for key, one in parameters.items():
            yield from private_values(one, name=str(key))
    elif isinstance(parameters, list | tuple):
        for one in parameters:
            yield from private_values(one, name=name)
    elif isinstance(parameters, str) and name not in SHOWN and len(parameters) >= TELLING:
        yield parameters


def scrubbed(text: str, private: frozenset[str]) -> str:
    """A text without the values that must not turn up in it."""
    for value in sorted(private, key=len, reverse=True):
        text = text.replace(value, HIDDEN)
    return text


def _json(text: str) -> Any:
    if not text.startswith(("{", "[")) or len(text) > 100_000:
        return None
    try:
        return json.loads(text)
    except ValueError:
        return None
