"""Smaller questions: insurance, freight for buyers, regions of China, rules. Their figures are made up."""

from __future__ import annotations

from typing import Any

from lib.sandbox.answers import Rows
from lib.sandbox.fields import Params, json_object, need, number, whole
from lib.sandbox.gateway import invalid
from lib.sandbox.shop import Shop

INSURED = ("CAINIAO_STANDARD", "CAINIAO_PREMIUM", "CAINIAO_STANDARD_HEAVY")
LEAST_COVERAGE = 4500
TEMPLATE = "1000"
REGIONS = {"": [("330000", "浙江省"), ("440000", "广东省")],
           "330000": [("330100", "杭州市"), ("330700", "金华市")],
           "330700": [("330782", "义乌市")],
           "440000": [("440300", "深圳市")]}  # fmt: skip


def insurance(shop: Shop, params: Params) -> dict[str, Any]:
    """aliexpress.logistics.valueadded.insurance.estimate"""
    coverage = whole(params, "insurance_coverage", 0)
    if need(params, "solution_code") not in INSURED or coverage < LEAST_COVERAGE:
        return {
            "result": {"success": False, "error_code": "NOT_INSURED", "error_msg": "not insured like this"}
        }
    if need(params, "trade_order_id") not in shop.orders:
        return {"result": {"success": False, "error_code": "ORDER", "error_msg": "no such order"}}
    rate = 2 if params.get("agree_upgrade_reverse_parcel_insure") == "true" else 1
    return {
        "result": {
            "success": True,
            "result": f"premium USD {coverage * rate / 10000:.2f}, at most USD 1000.00",
        }
    }


def freight(shop: Shop, params: Params) -> dict[str, Any]:
    """aliexpress.freight.redefining.calculatefreight"""
    asked = json_object(params, "param_aeop_freight_calculate_for_buyer_d_t_o")
    if need(asked, "freight_template_id") != TEMPLATE:
        return {"success": False, "error_desc": "no such freight template"}
    need(asked, "country")
    amount = number(need(asked, "weight")) * 10 * whole(asked, "count", 1)
    money = {"amount": f"{amount:.2f}", "cent": int(amount * 100), "currency_code": "USD"}
    row = {"service_name": "CAINIAO_STANDARD", "freight": money, "standard_freight": money}
    rows = Rows("aeop_freight_calculate_result_for_buyer_dto", [row])
    return {"success": True, "aeop_freight_calculate_result_d_t_o_list": rows}


def templates(shop: Shop, params: Params) -> dict[str, Any]:
    """aliexpress.freight.redefining.listfreighttemplate"""
    row = {"template_id": int(TEMPLATE), "template_name": "Shipping Cost Template", "is_default": True}
    rows = Rows("aeopfreighttemplatedtolist", [row])
    return {"result_success": True, "aeop_freight_template_d_t_o_list": rows}


def provinces(shop: Shop, params: Params) -> dict[str, Any]:
    """aliexpress.logistics.redefining.getallprovince"""
    return _regions("")


def next_level(shop: Shop, params: Params) -> dict[str, Any]:
    """aliexpress.logistics.redefining.getnextleveladdressdata"""
    return _regions(need(params, "area_id"))


def rules(shop: Shop, params: Params) -> dict[str, Any]:
    """aliexpress.logistics.query.rule.info"""
    if need(json_object(params, "param1"), "type") != "platformRule":
        raise invalid("param1", "type platformRule")
    return {"result": {"success": True, "type": "platformRule", "rules": "[]"}}


def _regions(area_id: str) -> dict[str, Any]:
    rows = [{"area_id": int(one), "name": name} for one, name in REGIONS.get(area_id, [])]
    return {"is_success": True, "result_list": Rows("result", rows)}
