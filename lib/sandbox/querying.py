"""Asking about logistics orders: their state, their labels, their way."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

from lib.sandbox import labels
from lib.sandbox.creating import DECISIONS
from lib.sandbox.fields import Params, amount, epoch_ms, json_rows, need, pacific, whole, wire_id
from lib.sandbox.gateway import Rows, invalid
from lib.sandbox.world import LogisticsOrder, World

LARGEST_PAGE = 100
LABELS_AT_ONCE = 999
RETURN = DECISIONS["0"]


def query(world: World, params: Params) -> dict[str, Any]:
    """aliexpress.logistics.querylogisticsorderdetail"""
    shown, page, pages, total = _page(world, _visible(world, need(params, "trade_order_id")), params)
    return {
        "result": {
            "success": True,
            "error_desc": "",
            "current_page": page,
            "total_page": pages,
            "total_count": total,
            "result_list": Rows("aeop_logistics_order_detail_dto", [_row(world, one) for one in shown]),
        }
    }


def query_online(world: World, params: Params) -> dict[str, Any]:
    """aliexpress.logistics.redefining.getonlinelogisticsinfo: by trade order, or any of them, newest first."""
    order_id = params.get("order_id")
    found = _visible(world, order_id) if order_id else list(reversed(_all_visible(world)))
    wanted = [
        one
        for one in found
        if params.get("logistics_order_id", one.logistics_order_id) == one.logistics_order_id
        and params.get("logistics_order_code", one.lp_number) == one.lp_number
        and params.get("internationallogistics_id", one.tracking_number) == one.tracking_number
    ]
    shown, page, pages, total = _page(world, wanted, params)
    rows = [_online_row(world, one) for one in shown]
    return {
        "is_success": True,
        "error_desc": "",
        "current_page": page,
        "total_page": pages,
        "total_count": total,
        "result_list": Rows("result", rows),
    }


def print_one(world: World, params: Params) -> dict[str, Any]:
    """aliexpress.logistics.redefining.getprintinfo"""
    return {"result": _labels(world, [need(params, "international_logistics_id")])}


def print_many(world: World, params: Params) -> dict[str, Any]:
    """aliexpress.logistics.redefining.getprintinfos"""
    wanted = json_rows(params, "warehouse_order_query_d_t_os")
    if not 1 <= len(wanted) <= LABELS_AT_ONCE:
        raise invalid("warehouse_order_query_d_t_os", f"1 to {LABELS_AT_ONCE} entries")
    return {"result": _labels(world, [need(one, "international_logistics_id") for one in wanted])}


def tracking(world: World, params: Params) -> dict[str, Any]:
    """aliexpress.logistics.redefining.querytrackingresult: only that the parcel was declared."""
    number = need(params, "logistics_no")
    declared = [
        one for one in world.declarations.get(need(params, "out_ref"), []) if one.logistics_no == number
    ]
    details = [
        {"event_desc": "CONSIGN", "event_date": pacific(one.at), "action_code": "CONSIGN"}
        for one in declared[:1]
    ]
    return {"result_success": True, "details": Rows("details", details)}


def abnormal(world: World, params: Params) -> dict[str, Any]:
    """aliexpress.logistics.abnormalorder.query: none ever."""
    empty = Rows("aeop_warehouse_abnormal_order_result", [])
    return {"is_success": True, "total_count": 0, "total_page": 0, "current_page": 1, "result": empty}


def _visible(world: World, order_id: str) -> list[LogisticsOrder]:
    now = world.now().isoformat()
    return [made for made in world.by_order.get(order_id, []) if made.visible_at <= now]


def _all_visible(world: World) -> list[LogisticsOrder]:
    now = world.now().isoformat()
    return [made for made in world.logistics.values() if made.visible_at <= now]


def _page(
    world: World, found: Sequence[LogisticsOrder], params: Params
) -> tuple[Sequence[LogisticsOrder], int, int, int]:
    """The page asked for, its number, how many there are, and how many rows in all."""
    page, size = whole(params, "current_page", 1), min(whole(params, "page_size", 20), LARGEST_PAGE)
    status, number = params.get("logistics_status"), params.get("international_logistics_num")
    kept = [
        made
        for made in found
        if (not status or _spelt(status) == _spelt(world.status_of(made)))
        and (not number or number == world.number_of(made))
        and params.get("warehouse_carrier_service", made.service_code) == made.service_code
    ]
    return kept[(page - 1) * size : page * size], page, max(1, -(-len(kept) // size)), len(kept)


def _spelt(status: str) -> str:
    """Both generations' spellings are one state."""
    return status.replace("_", "").lower()


def _row(world: World, made: LogisticsOrder) -> dict[str, Any]:
    fee = _fee(made)
    row = {
        "logistics_order_id": wire_id(made.logistics_order_id),
        "trade_order_id": wire_id(made.trade_order_id),
        "logistics_status": world.status_of(made),
        "international_logistics_type": made.service_code,
        "out_order_code": made.lp_number,
        "solution_code": made.plan_id,
        "gmt_create": pacific(made.created_at),
        "logistics_fee": fee,
        "logistics_fee_list": Rows("money", [fee]),
        "logistics_service_list": Rows("logistics_service_dto", _services(made)),
    }
    if made.closes_at:
        row["close_time"] = epoch_ms(made.closes_at)
    return row | _number(world, made, "international_logistics_num")


def _online_row(world: World, made: LogisticsOrder) -> dict[str, Any]:
    fee = _fee(made)
    row = {
        "online_logistics_id": wire_id(made.logistics_order_id),
        "lp_number": made.lp_number,
        "order_id": wire_id(made.trade_order_id),
        "logistics_status": world.status_of(made),
        "international_logistics_type": made.service_code,
        "gmt_create": pacific(made.created_at),
        "logistics_fee": fee,
        "logistics_fee_list": Rows("money", [fee]),
        "logistics_service_list": Rows("logistics_service_dto", _services(made)),
    }
    return row | _number(world, made, "internationallogistics_id")


def _number(world: World, made: LogisticsOrder, name: str) -> dict[str, str]:
    """The number once it is there; each look counts, as a number may come after so many queries."""
    number = world.number_of(made)
    world.asked[made.logistics_order_id] += 1
    return {name: number} if number else {}


def _fee(made: LogisticsOrder) -> dict[str, Any]:
    return {
        "amount": amount(made.fee_minor, made.currency),
        "cent": made.fee_minor,
        "currency_code": made.currency,
    }


def _services(made: LogisticsOrder) -> list[dict[str, str]]:
    codes = ["DOOR_PICKUP" if made.pickup else "SELF_POST"]
    codes += ["UNREACHABLE_RETURN"] * (made.undeliverable_decision == RETURN)
    return [{"code": code} for code in codes]


def _labels(world: World, numbers: Sequence[str]) -> str:
    found = [world.by_number.get(number) for number in numbers]
    ready = [made for made in found if made is not None and world.number_of(made)]
    if len(ready) < len(numbers):
        return json.dumps({"StatusCode": 200, "errorDesc": "label is not ready or does not exist"})
    body = base64.b64encode(labels.labels(ready)).decode()
    return json.dumps(
        {
            "StatusCode": 200,
            "Content-Type": "application/pdf",
            "Content-Disposition": "attachment;filename=labels.pdf",
            "body": body,
        }
    )
