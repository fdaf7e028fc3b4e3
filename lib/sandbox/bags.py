"""Hand-over bags: parcels announced together. Field names as in github.com/bububa/opentaobao (cainiaohandover)."""

from __future__ import annotations

import base64
import json
from typing import Any

from lib.sandbox.answers import Rows
from lib.sandbox.fields import Params, json_object, need, number, wire_id
from lib.sandbox.gateway import invalid
from lib.sandbox.offers import ADDRESSES
from lib.sandbox.records import LogisticsOrder
from lib.sandbox.shop import NOT_TAKEN_IN, Shop

TYPES = ("cainiao_pickup", "self_post", "self_send")
PAPERS = {"1": "LABEL", "4": "SHIPPING MARK", "512": "HAND-OVER LIST"}
#: Parcels in a bag, and in one call that changes it.
MOST, MOST_UPDATED = 1000, 200
#: Codes and texts of these refusals are not published.
NO_BAG = ("HANDOVER_NOT_FOUND", "no such hand-over")
CANCELLED = ("HANDOVER_CANCELLED", "the hand-over is cancelled already")
NO_PARCEL = ("ORDER_NOT_FOUND", "no such parcel")


def commit(shop: Shop, params: Params) -> dict[str, Any]:
    """cainiao.global.handover.commit"""
    if params.get("type") == "self_post":
        need(params, "domestic_tracking_no")
    read = _read(shop, params, MOST)
    if isinstance(read, tuple):
        return _no(*read)
    place = len(shop.bags) + 1
    bag = read | {
        "handover_id": str(600_000_000 + place),
        "content_id": str(700_000_000 + place),
        "code": f"BG{place:014d}",
        "cancelled": False,
    }
    shop.record(("bag", bag))
    return _yes(
        {
            "handover_order_id": wire_id(str(bag["handover_id"])),
            "handover_content_id": wire_id(str(bag["content_id"])),
            "handover_content_code": bag["code"],
        }
    )


def update(shop: Shop, params: Params) -> dict[str, Any]:
    """cainiao.global.handover.update: what is said replaces what was (assumed)."""
    asked = need(params, "handover_order_id")
    bag = next((one for one in shop.bags.values() if one["handover_id"] == asked), None)
    if bag is None:
        return _no(*NO_BAG)
    if bag["cancelled"]:
        return _no(*CANCELLED)
    read = _read(shop, params, MOST_UPDATED, bag["content_id"])
    if isinstance(read, tuple):
        return _no(*read)
    shop.record(("bag", bag | read))
    return _yes({"handover_order_id": wire_id(str(bag["handover_id"]))})


def _read(shop: Shop, params: Params, most: int, content_id: str = "") -> dict[str, Any] | tuple[str, str]:
    """What a bag holds as it is announced; or code and text of why not. Raises GatewayError."""
    codes = list(dict.fromkeys(code for code in need(params, "order_code_list").split(",") if code))
    if not 0 < len(codes) <= most:
        raise invalid("order_code_list", f"1 to {most} codes")
    if need(params, "type") not in TYPES:
        raise invalid("type", " or ".join(TYPES))
    weight = int(number(need(params, "weight")))
    for role in ("pickup_info", "return_info"):
        if need(json_object(params, role), "address_id") not in _address_ids():
            return "ADDRESS_NOT_FOUND", f"no address of {role}"
    if not need(params, "client").startswith(("ISV-", "SELLER-")):
        raise invalid("client", "ISV-name or SELLER-name")
    parcels = [_parcel(shop, code) for code in codes]
    if any(one is None or shop.status_of(one) not in NOT_TAKEN_IN for one in parcels):
        return "ORDER_STATUS_ERROR", "an order code is unknown, closed, or on its way"
    others = [bag for bag in shop.bags.values() if not bag["cancelled"] and bag["content_id"] != content_id]
    if {code for bag in others for code in bag["codes"]}.intersection(codes):
        return "ORDER_ALREADY_HANDOVER", "an order code is in a bag already"
    return {"codes": codes, "weight_g": weight * 1000 if params.get("weight_unit") == "kg" else weight}


def pdf(shop: Shop, params: Params) -> dict[str, Any]:
    """cainiao.global.handover.pdf.get: JSON in a text, as for the labels of parcels."""
    bag, kind = shop.bags.get(need(params, "handover_content_id")), need(params, "type")
    if kind not in PAPERS:
        raise invalid("type", " or ".join(PAPERS))
    if bag is None:
        return _no(*NO_BAG)
    from lib.sandbox.labels import paper  # What draws takes its time to import; most runs start without.

    printed = {
        "StatusCode": 200,
        "Content-Type": "application/pdf",
        "body": base64.b64encode(paper(bag["code"], PAPERS[kind], bag["codes"])).decode(),
    }
    return _yes(json.dumps(printed))


def cancel(shop: Shop, params: Params) -> dict[str, Any]:
    """cainiao.global.handover.cancel"""
    bag = shop.bags.get(need(params, "handover_content_id"))
    if bag is None or bag["handover_id"] != params.get("handover_order_id", bag["handover_id"]):
        return _no(*NO_BAG)
    if bag["cancelled"]:
        return _no(*CANCELLED)
    shop.record(("bag", bag | {"cancelled": True}))
    return {"result": {"success": True}}


def content(shop: Shop, params: Params) -> dict[str, Any]:
    """cainiao.global.handover.content.query"""
    code = need(params, "order_code")
    bag = next((one for one in shop.bags.values() if one["code"] == code), None)
    if bag is None:
        return _no(*NO_BAG)
    return _yes(
        {
            "handover_content_id": wire_id(bag["content_id"]),
            "order_code": bag["code"],
            "status": "CANCELLED" if bag["cancelled"] else "WAIT_HANDOVER",
            "weight": bag["weight_g"],
            "weight_unit": "g",
            "parcel_order_list": Rows("open_parcel_order_dto", [{"order_code": one} for one in bag["codes"]]),
        }
    )


def parcel(shop: Shop, params: Params) -> dict[str, Any]:
    """cainiao.global.handover.parcel.query"""
    found = _parcel(shop, params.get("order_code", "")) or shop.by_number.get(
        params.get("tracking_number", "")
    )
    if found is None:
        return _no(*NO_PARCEL)
    bag = next(
        (one for one in shop.bags.values() if found.lp_number in one["codes"] and not one["cancelled"]), None
    )
    return _yes(
        {
            "order_code": found.lp_number,
            "tracking_number": shop.number_of(found) or "",
            "status": shop.status_of(found),
            "handover_content_code": bag["code"] if bag else "",
        }
    )


def _parcel(shop: Shop, code: str) -> LogisticsOrder | None:
    return next((one for one in shop.logistics.values() if one.lp_number == code), None)


def _address_ids() -> set[str]:
    return {str(row[0]) for rows in ADDRESSES.values() for row in rows}


def _yes(data: Any) -> dict[str, Any]:
    return {"result": {"success": True, "data": data}}


def _no(code: str, said: str) -> dict[str, Any]:
    return {"result": {"success": False, "error_code": code, "error_msg": said}}
