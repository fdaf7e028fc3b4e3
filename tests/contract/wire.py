"""Requests made by hand, for tests that look at the wire itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from lib.aliexpress.protocol import encode, request, sign
from lib.sandbox.launch import Running

CREATE = "aliexpress.logistics.createwarehouseorder"
DECLARE = "aliexpress.logistics.sellershipmentfortop"
COMPANIES = "aliexpress.logistics.redefining.qureywlbdomesticlogisticscompany"
SECRET = "sandbox-secret"
ADDRESSES = {
    "sender": {"address_id": 1001},
    "refund": {"address_id": 1201},
    "receiver": {
        "name": "Vera Made-Up",
        "country": "IE",
        "city": "Dublin",
        "street_address": "1 Sample Street",
        "mobile": "353851234567",
    },
}
GOODS = [
    {
        "product_id": 0,
        "category_cn_desc": "样品",
        "category_en_desc": "sample",
        "product_num": 1,
        "product_declare_amount": "4.50",
        "product_weight": "0.120",
        "contains_battery": False,
    }
]


def signed(method: str, parameters: Mapping[str, Any], /, **over: str) -> dict[str, str]:
    sent = request(
        method,
        parameters,
        app_key="12345678",
        secret="sandbox-secret",
        session="sandbox-token",
        at=datetime.now(UTC),
    )
    sent |= over
    if over.get("sign") == "RESIGN":
        sent["sign"] = sign(sent, SECRET)
    return sent


def ask(url: str, method: str, parameters: Mapping[str, Any], /, **over: str) -> dict[str, Any]:
    return httpx.post(f"{url}/router/rest", data=signed(method, parameters, **over), timeout=30).json()


def wanted(order_id: str) -> dict[str, Any]:
    """A create call that is good in every field."""
    return {
        "trade_order_id": order_id,
        "trade_order_from": "ESCROW",
        "warehouse_carrier_service": "YANWEN_AM_YANWENBJ",
        "undeliverable_decision": 1,
        "domestic_logistics_company_id": -1,
        "domestic_logistics_company": "other",
        "domestic_tracking_no": "B1",
        "declare_product_d_t_os": json.dumps(GOODS),
        "address_d_t_os": ADDRESSES,
    }


def create(url: str, order_id: str, **over: Any) -> dict[str, Any]:
    return fields(ask(url, CREATE, wanted(order_id) | over), CREATE)["result"]


def awaiting(url: str) -> list[str]:
    orders = httpx.get(f"{url}/sandbox/state").json()["trade_orders"]
    return [one["trade_order_id"] for one in orders if one["status"] == "WAIT_SELLER_SEND_GOODS"]


def behave(url: str, **settings: Any) -> None:
    httpx.post(f"{url}/sandbox/settings", json=settings).raise_for_status()


def fields(answer: dict[str, Any], method: str) -> dict[str, Any]:
    return answer[method.replace(".", "_") + "_response"]


def listed(url: str, **query: Any) -> dict[str, Any]:
    method = "aliexpress.trade.seller.orderlist.get"
    return fields(ask(url, method, {"param_aeop_order_query": {"current_page": 1} | query}), method)["result"]


def queried(url: str, order_id: str) -> list[dict[str, Any]]:
    method = "aliexpress.logistics.querylogisticsorderdetail"
    result = fields(ask(url, method, {"trade_order_id": order_id}), method)["result"]
    return result["result_list"]["aeop_logistics_order_detail_dto"]


def printed(url: str, numbers: list[str]) -> dict[str, Any]:
    method = "aliexpress.logistics.redefining.getprintinfos"
    wanted_labels = json.dumps([{"international_logistics_id": number} for number in numbers])
    return json.loads(
        fields(ask(url, method, {"warehouse_order_query_d_t_os": wanted_labels}), method)["result"]
    )


def declare(url: str, order_id: str, number: str, send_type: str) -> dict[str, Any]:
    asked = {"out_ref": order_id, "logistics_no": number, "service_name": "CPAM", "send_type": send_type}
    return fields(ask(url, DECLARE, asked), DECLARE)


def logistics_orders(url: str) -> list[dict[str, Any]]:
    return httpx.get(f"{url}/sandbox/state").json()["logistics_orders"]


def status(url: str, order_id: str) -> str:
    orders = httpx.get(f"{url}/sandbox/state").json()["trade_orders"]
    return next(one["status"] for one in orders if one["trade_order_id"] == order_id)


def close_streams(running: Running) -> None:
    process = running.process
    for stream in (process.stdin, process.stdout) if process else ():
        if stream:
            stream.close()


def stamp(**ago: float) -> str:
    """Epoch milliseconds as text, so long ago."""
    return str(int((datetime.now(UTC) - timedelta(**ago)).timestamp() * 1000))


def synced(method: str, parameters: Mapping[str, Any], /, **over: str) -> dict[str, str]:
    """The parameters of a call to /sync, signed as its official client does."""
    sent = {name: encode(value) for name, value in parameters.items()} | {
        "app_key": "12345678",
        "method": method,
        "session": "sandbox-token",
        "sign_method": "sha256",
        "timestamp": stamp(),
        **over,
    }
    return sent | {"sign": over.get("sign") or sign(sent, SECRET, "sha256")}


def sync(url: str, method: str, parameters: Mapping[str, Any], /, **over: str) -> dict[str, Any]:
    """A call to /sync."""
    return httpx.post(f"{url}/sync", data=synced(method, parameters, **over), timeout=30).json()


def rest(url: str, path: str, parameters: Mapping[str, Any], /, **over: str) -> dict[str, Any]:
    """A call by path, which is signed in front. Without `access_token` it speaks for nobody."""
    sent = {name: encode(value) for name, value in parameters.items()} | {
        "app_key": "12345678",
        "sign_method": "sha256",
        "timestamp": stamp(),
        **over,
    }
    signature = over.get("sign") or sign(sent, SECRET, "sha256", path)
    return httpx.post(f"{url}/rest{path}", data=sent | {"sign": signature}, timeout=30).json()


def state(url: str) -> dict[str, Any]:
    """Everything the sandbox holds."""
    return httpx.get(f"{url}/sandbox/state").raise_for_status().json()


def advance(url: str, days: float) -> dict[str, Any]:
    """Let days pass."""
    return (
        httpx.post(f"{url}/sandbox/advance", json={"hours": days * 24}, timeout=60).raise_for_status().json()
    )


def result(url: str, method: str, parameters: Mapping[str, Any], /, **over: str) -> dict[str, Any]:
    """The fields of a call to TOP that is expected to be let in."""
    return fields(ask(url, method, parameters, **over), method)
