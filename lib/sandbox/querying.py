"""Asking about logistics orders: their state, their labels, their way."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from lib.sandbox import reference
from lib.sandbox.answers import Later, Rows
from lib.sandbox.creating import DECISIONS
from lib.sandbox.fields import (
    Params,
    amount,
    bounds,
    epoch_ms,
    json_rows,
    need,
    pacific,
    whole,
    wire_id,
    within,
)
from lib.sandbox.gateway import invalid
from lib.sandbox.records import LogisticsOrder
from lib.sandbox.shop import Shop

LARGEST_PAGE = 100
LABELS_AT_ONCE = 999
RETURN = DECISIONS["0"]
NO_LABEL = "label is not ready or does not exist"
#: The older generation's spelling of the states it spells differently.
OLDER_SPELLING = {
    "wait_warehouse_receive_goods": "waitWarehouseReceiveGoods",
    "warehouse_reject_goods": "warehouseRejectGoods",
    "wait_warehouse_send_goods": "waitWarehouseSendGoods",
    "send_goods_success": "warehouseSendGoodsSuccess",
    "closed": "CLOSED",
}


def query(shop: Shop, params: Params) -> dict[str, Any]:
    """aliexpress.logistics.querylogisticsorderdetail"""
    return {"result": _details(shop, params)}


def query_warehouse(shop: Shop, params: Params) -> dict[str, Any]:
    """aliexpress.logistics.warehouse.querydetail: the same, under another name."""
    if params.get("consign_type", "DOMESTIC") not in ("DOMESTIC", "EUOVERSEA"):
        raise invalid("consign_type", "DOMESTIC or EUOVERSEA")
    return {"return_result": _details(shop, params)}


def _details(shop: Shop, params: Params) -> dict[str, Any]:
    shown, page, pages, total = _page(shop, _visible(shop, need(params, "trade_order_id")), params)
    return {
        "success": True,
        "error_desc": "",
        "current_page": page,
        "total_page": pages,
        "total_count": total,
        "result_list": Rows("aeop_logistics_order_detail_dto", [_row(shop, one) for one in shown]),
    }


def query_online(shop: Shop, params: Params) -> dict[str, Any]:
    """aliexpress.logistics.redefining.getonlinelogisticsinfo: by trade order, or any of them, newest first."""
    order_id = params.get("order_id")
    found = _visible(shop, order_id) if order_id else list(reversed(_all_visible(shop)))
    wanted = [
        one
        for one in found
        if params.get("logistics_order_id", one.logistics_order_id) == one.logistics_order_id
        and params.get("logistics_order_code", one.lp_number) == one.lp_number
        and params.get("internationallogistics_id", one.tracking_number) == one.tracking_number
    ]
    shown, page, pages, total = _page(shop, wanted, params)
    rows = [_online_row(shop, one) for one in shown]
    return {
        "is_success": True,
        "error_desc": "",
        "current_page": page,
        "total_page": pages,
        "total_count": total,
        "result_list": Rows("result", rows),
    }


def print_one(shop: Shop, params: Params) -> dict[str, Any]:
    """aliexpress.logistics.redefining.getprintinfo"""
    return {"result": _labels(shop, [need(params, "international_logistics_id")])}


def print_many(shop: Shop, params: Params) -> dict[str, Any]:
    """aliexpress.logistics.redefining.getprintinfos"""
    wanted = json_rows(params, "warehouse_order_query_d_t_os")
    if not 1 <= len(wanted) <= LABELS_AT_ONCE:
        raise invalid("warehouse_order_query_d_t_os", f"1 to {LABELS_AT_ONCE} entries")
    return {"result": _labels(shop, [need(one, "international_logistics_id") for one in wanted])}


def print_fields(shop: Shop, params: Params) -> dict[str, Any]:
    """aliexpress.logistics.redefining.getfieldinfoforprint"""
    made = shop.logistics.get(params.get("id", "")) or shop.by_number.get(
        params.get("international_logistics_id", "")
    )
    if made is None or not shop.number_of(made):
        return {"result": {"success": False, "error_desc": NO_LABEL}}
    zone = made.receiver.get("country", "") + str(made.luck % 90 + 10)
    return {
        "result": {
            "success": True,
            "trade_order_id": wire_id(made.trade_order_id),
            "zoning_code": zone,
            "presorting_code": zone,
            "print_presorting": True,
        }
    }


def _visible(shop: Shop, order_id: str) -> list[LogisticsOrder]:
    now = shop.now().isoformat()
    return [made for made in shop.by_order.get(order_id, []) if made.visible_at <= now]


def _all_visible(shop: Shop) -> list[LogisticsOrder]:
    now = shop.now().isoformat()
    return [made for made in shop.logistics.values() if made.visible_at <= now]


def _page(
    shop: Shop, found: Sequence[LogisticsOrder], params: Params
) -> tuple[Sequence[LogisticsOrder], int, int, int]:
    """The page asked for, its number, how many there are, and how many rows in all."""
    page, size = whole(params, "current_page", 1), min(whole(params, "page_size", 20), LARGEST_PAGE)
    status, number = params.get("logistics_status"), params.get("international_logistics_num")
    # The zone of these two is UNCONFIRMED; here it is US Pacific. The older page has their descriptions swapped.
    created = bounds(params, "gmt_create_start_str", "gmt_create_end_str")
    kept = [
        made
        for made in found
        if (not status or _spelt(status) == _spelt(shop.status_of(made)))
        and (not number or number == shop.number_of(made))
        and params.get("warehouse_carrier_service", made.service_code) == made.service_code
        and within(made.created_at, created)
    ]
    return kept[(page - 1) * size : page * size], page, max(1, -(-len(kept) // size)), len(kept)


def _spelt(status: str) -> str:
    """Both generations' spellings are one state."""
    plain = status.replace("_", "").lower()
    return "sendgoodssuccess" if plain == "warehousesendgoodssuccess" else plain


def _row(shop: Shop, made: LogisticsOrder) -> dict[str, Any]:
    row = {
        "logistics_order_id": wire_id(made.logistics_order_id),
        "trade_order_id": wire_id(made.trade_order_id),
        "logistics_status": shop.status_of(made),
        "out_order_code": made.lp_number,
        "solution_code": made.plan_id,
        "channel_code": made.service_code,
        **_common(shop, made),
    }
    if made.closes_at:
        row["close_time"] = epoch_ms(made.closes_at)  # Its unit is UNCONFIRMED.
    return row | _number(shop, made, "international_logistics_num")


def _online_row(shop: Shop, made: LogisticsOrder) -> dict[str, Any]:
    """The older call, with the older spelling of the states."""
    status = shop.status_of(made)
    row = {
        "online_logistics_id": wire_id(made.logistics_order_id),
        "lp_number": made.lp_number,
        "order_id": wire_id(made.trade_order_id),
        "logistics_status": OLDER_SPELLING.get(status, status),
        **_common(shop, made),
    }
    return row | _number(shop, made, "internationallogistics_id")


def _common(shop: Shop, made: LogisticsOrder) -> dict[str, Any]:
    fee = _fee(made.fee_minor, made.currency)
    returned = return_fee(shop, made)
    # That the return-service fee stands here is UNCONFIRMED; no other field has room for it.
    fees = [fee, *([_fee(returned, "CNY")] if returned else [])]
    return {
        "international_logistics_type": made.service_code,
        "gmt_create": pacific(made.created_at),
        "logistics_fee": fee,
        "logistics_fee_list": Rows("money", fees),
        "logistics_service_list": Rows("logistics_service_dto", _services(made)),
    }


def _number(shop: Shop, made: LogisticsOrder, name: str) -> dict[str, str]:
    """The number once it is there; each look counts, as a number may come after so many queries."""
    number = shop.number_of(made)
    shop.asked[made.logistics_order_id] += 1
    return {name: number} if number else {}


def return_fee(shop: Shop, made: LogisticsOrder) -> int:
    """What a parcel's return has cost so far, in fen: charged once when it sets out for home, never for a destroy."""
    if not any(step.code == "RT_INBOUND" for step in shop.steps(made)):
        return 0
    return reference.return_fees().get(made.plan_id, 0)


def _fee(minor: int, currency: str) -> dict[str, Any]:
    return {"amount": amount(minor, currency), "cent": minor, "currency_code": currency}


def _services(made: LogisticsOrder) -> list[dict[str, str]]:
    codes = [made.mode or ("DOOR_PICKUP" if made.pickup else "SELF_POST")]
    codes += ["UNREACHABLE_RETURN"] * (made.undeliverable_decision == RETURN)
    return [{"code": code, "resource_code": made.service_code.rpartition("_")[2]} for code in codes]


def _labels(shop: Shop, numbers: Sequence[str]) -> str | Later:
    found = [shop.by_number.get(number) for number in numbers]
    ready = [replace(made) for made in found if made is not None and shop.number_of(made)]
    if len(ready) < len(numbers):
        return json.dumps({"StatusCode": 200, "errorDesc": NO_LABEL})
    return partial(_drawn, ready)


def _drawn(ready: Sequence[LogisticsOrder]) -> str:
    from lib.sandbox import labels  # What draws takes its time to import; most runs start without.

    body = base64.b64encode(labels.labels(ready)).decode()
    return json.dumps(
        {
            "StatusCode": 200,
            "Content-Type": "application/pdf",
            "Content-Disposition": "attachment;filename=labels.pdf",
            "body": body,
        }
    )
