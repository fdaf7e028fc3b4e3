"""Trade orders as the platform writes them: rows of lists, details, receivers."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from lib.sandbox import journey
from lib.sandbox.answers import Rows
from lib.sandbox.declaring import everything
from lib.sandbox.fields import amount, known, money, pacific, wire_id
from lib.sandbox.records import TradeLine, TradeOrder
from lib.sandbox.shop import Shop

ENDED = "FINISH"


def row(shop: Shop, order: TradeOrder, product: str) -> dict[str, Any]:
    """A row of a list; `product`: what an element of its product list is called."""
    left = _left(shop, order)
    minutes = max(left, 0) // 60_000 if left is not None else 0
    declared = shop.declarations.get(order.order_id)
    found = {
        "order_id": wire_id(order.order_id),
        "order_status": order.status,
        "logistics_status": _logistics_status(shop, order),
        "fund_status": _fund_status(order.status),
        "issue_status": "IN_ISSUE" if order.status == "IN_ISSUE" else "NO_ISSUE",
        "frozen_status": "IN_FROZEN" if order.status == "IN_FROZEN" else "NO_FROZEN",
        "end_reason": order.end_reason,
        "biz_type": "AE_COMMON",
        "gmt_create": pacific(order.ordered_at),
        "gmt_pay_time": pacific(order.paid_at),
        "gmt_update": pacific(order.changed_at),
        "gmt_send_goods_time": pacific(declared[-1].at) if declared and order.status != ENDED else None,
        "left_send_good_day": str(minutes // 1440),
        "left_send_good_hour": str(minutes // 60 % 24),
        "left_send_good_min": str(minutes % 60),
        "timeout_left_time": left,
        "pay_amount": _pay(order, order.total_minor),
        "payment_type": "migs",
        "escrow_fee_rate": 0.08,
        "logisitcs_escrow_fee_rate": "0.05",
        "buyer_login_id": login(order),
        "buyer_signer_fullname": order.receiver.get("name", ""),
        "seller_login_id": f"cn-{shop.name}",
        "seller_signer_fullname": shop.name,
        "phone": False,
        "has_request_loan": False,
        "product_list": Rows(product, [_product(order, line) for line in order.lines]),
    }
    return known(found)


def _product(order: TradeOrder, line: TradeLine) -> dict[str, Any]:
    pieces = sum(one.quantity for one in order.lines) or 1
    each = order.goods_minor // pieces  # An export has the total of the order only.
    found = {
        "child_id": wire_id(line.child_order_id),
        "order_id": wire_id(order.order_id),
        "son_order_status": order.status,
        "show_status": order.status,
        "product_id": int(line.product_id),
        "product_name": line.title,
        "product_count": line.quantity,
        "product_unit": line.unit,
        "product_unit_price": money(each, order.currency),
        "total_product_amount": money(each * line.quantity, order.currency),
        "sku_code": line.sku,
        "logistics_type": order.service_key,
        "logistics_service_name": order.buyer_service,
        "goods_prepare_time": 7,
        "send_goods_operator": "SELLER_SEND_GOODS",
        "issue_status": "NO_ISSUE",
        "fund_status": _fund_status(order.status),
        "can_submit_issue": False,
        "money_back3x": False,
        "memo": order.note,
    }
    return known(found)


def child(order: TradeOrder, line: TradeLine) -> dict[str, Any]:
    """A sub-order of the details."""
    return {
        "id": line.child_order_id,
        "child_order_id": line.child_order_id,
        "order_sort_id": line.index,
        "product_id": int(line.product_id),
        "product_name": line.title,
        "product_count": line.quantity,
        "product_unit": line.unit,
        "lot_num": 1,
        "sku_code": line.sku,
        "product_attributes": line.attributes,
        "logistics_type": order.service_key,
        "logistics_service_name": order.buyer_service,
        "order_status": order.status,
        "send_goods_operator": "SELLER_SEND_GOODS",
        "goods_prepare_time": 7,
        "frozen_status": "IN_FROZEN" if order.status == "IN_FROZEN" else "NO_FROZEN",
        "issue_status": "IN_ISSUE" if order.status == "IN_ISSUE" else "NO_ISSUE",
        "fund_status": _fund_status(order.status),
        "buyer_memo": order.note,
    }


def detail(shop: Shop, order: TradeOrder) -> dict[str, Any]:
    """What both calls about one order say alike."""
    found = {
        "order_status": order.status,
        "logistics_status": _logistics_status(shop, order),
        "fund_status": _fund_status(order.status),
        "frozen_status": "IN_FROZEN" if order.status == "IN_FROZEN" else "NO_FROZEN",
        "issue_status": "IN_ISSUE" if order.status == "IN_ISSUE" else "NO_ISSUE",
        "gmt_create": pacific(order.ordered_at),
        "gmt_modified": pacific(order.changed_at),
        "gmt_pay_success": pacific(order.paid_at),
        "gmt_trade_end": pacific(order.modified_at) if order.status == ENDED else None,
        "order_end_reason": order.end_reason,
        "order_amount": money(order.total_minor, order.currency),
        "init_oder_amount": money(order.total_minor, order.currency),
        "logistics_amount": money(order.shipping_minor, order.currency),
        "new_order_amount": _pay(order, order.total_minor),
        "seller_order_amount": _pay(order, order.total_minor),
        "settlement_currency": order.currency,
        "payment_type": "migs",
        "buyer_info": _buyer(order),
        "buyerloginid": login(order),
        "buyer_signer_fullname": order.receiver.get("name", ""),
        "receipt_address": receipt_address(order),
        "logistic_info_list": Rows("global_aeop_tp_logistic_info_dto", _declared(shop, order)),
        "opr_log_dto_list": Rows("global_aeop_tp_operation_log_dto", _log(shop, order)),
        "oaid": oaid(order),
        "cod": False,
        "is_phone": False,
        "memo": order.note,
    }
    return known(found)


def _declared(shop: Shop, order: TradeOrder) -> list[dict[str, Any]]:
    """The declared shipments, and what the platform thinks has become of them."""
    rows = []
    for one in shop.declarations.get(order.order_id, []):
        made = shop.by_number.get(one.logistics_no)
        arrived = made is not None and shop.outcome_of(made) == journey.DELIVERED
        one_row = {
            "logistics_no": one.logistics_no,
            "logistics_type_code": one.service_name,
            "logistics_service_name": one.service_name,
            "gmt_send": pacific(one.at),
            "receive_status": "received" if arrived else "default",
            "have_tracking_info": made is not None,
            "ship_order_id": wire_id(made.logistics_order_id) if made else None,
        }
        rows.append(known(one_row))
    return rows


def _log(shop: Shop, order: TradeOrder) -> list[dict[str, Any]]:
    """What was done to an order, as far as it is kept."""
    done: list[tuple[str, str | None]] = [("risk_control_pass", order.paid_at)] if order.paid_at else []
    for one in shop.declarations.get(order.order_id, []):
        whole_order = one.index == 0 and one.send_type == "all"
        done.append((f"front_seller_send_{'all' if whole_order else 'part'}_goods", one.at))
    if order.status == ENDED:
        done.append(("trade_close", order.modified_at))
    return [{"action_type": action, "gmt_create": pacific(at)} for action, at in done]


def _pay(order: TradeOrder, minor: int) -> dict[str, str]:
    return {"amount": amount(minor, order.currency), "currency_code": order.currency}


def _buyer(order: TradeOrder) -> dict[str, Any]:
    first, _, last = order.receiver.get("name", "").partition(" ")
    country = order.receiver.get("country", "")
    return {"country": country, "first_name": first, "last_name": last, "login_id": login(order)}


def login(order: TradeOrder) -> str:
    """A buyer's name on the platform; exports carry none, so it is made of the order's number."""
    return f"buyer{order.order_id[-8:]}"


def oaid(order: TradeOrder) -> str:
    """What stands for the receiver; the newer create call and the decrypting call take it."""
    return hashlib.sha256(f"oaid {order.order_id}".encode()).hexdigest()[:32]


def receipt_address(order: TradeOrder) -> dict[str, Any]:
    """The receiver."""
    one = order.receiver
    country, _, rest = one.get("phone", "").partition("-")
    address = {
        "contact_person": one.get("name"),
        "country": one.get("country"),
        "country_name": one.get("country_label"),
        "province": one.get("province"),
        "city": one.get("city"),
        "address": one.get("address"),
        "detail_address": one.get("address"),
        "zip": one.get("postcode"),
        "mobile_no": one.get("mobile"),
        "phone_country": country,
        "phone_number": rest,
        "cpf_no": one.get("tax_number"),
    }
    return known(address)


def _logistics_status(shop: Shop, order: TradeOrder) -> str:
    """Not the parcel's way but the order's: what of it was declared. Note the other word order of the second."""
    if order.status in ("PLACE_ORDER_SUCCESS", "RISK_CONTROL", "RISK_CONTROL_HOLD"):
        return "NO_LOGISTICS"
    if order.end_reason == "buyer_accept_goods":
        return "BUYER_ACCEPT_GOODS"
    told = shop.declarations.get(order.order_id, [])
    if not told:
        return "WAIT_SELLER_SEND_GOODS" if order.status != ENDED else "NO_LOGISTICS"
    return "SELLER_SEND_GOODS" if everything(told, order) else "SELLER_SEND_PART_GOODS"


def _fund_status(status: str) -> str:
    if status in ("PLACE_ORDER_SUCCESS", "PAYMENT_PROCESSING"):
        return "NOT_PAY"
    return "WAIT_SELLER_CHECK" if status == "WAIT_SELLER_EXAMINE_MONEY" else "PAY_SUCCESS"


def _left(shop: Shop, order: TradeOrder) -> int | None:
    if order.ship_by_at is None:
        return None
    return int((datetime.fromisoformat(order.ship_by_at) - shop.now()).total_seconds() * 1000)
