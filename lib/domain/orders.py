"""Orders: their states on the platform, their receivers, and which of them are meant."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class OrderStatus(StrEnum):
    """The platform's order states, by their codes on the wire."""

    PLACED = "PLACE_ORDER_SUCCESS"
    PAYMENT_PROCESSING = "PAYMENT_PROCESSING"
    RISK_CONTROL = "RISK_CONTROL"
    RISK_CONTROL_HOLD = "RISK_CONTROL_HOLD"
    AMOUNT_TO_CONFIRM = "WAIT_SELLER_EXAMINE_MONEY"
    AWAITING_SHIPMENT = "WAIT_SELLER_SEND_GOODS"
    PARTLY_SHIPPED = "SELLER_PART_SEND_GOODS"
    AWAITING_RECEIPT = "WAIT_BUYER_ACCEPT_GOODS"
    FUND_PROCESSING = "FUND_PROCESSING"
    CANCEL_ASKED = "IN_CANCEL"
    DISPUTED = "IN_ISSUE"
    FROZEN = "IN_FROZEN"
    FINISHED = "FINISH"
    ARCHIVED = "ARCHIVE"
    UNKNOWN = "UNKNOWN"  #: A label we cannot read: shown, never shipped.


def order_status(code: str) -> OrderStatus:
    """The state of a code on the wire; UNKNOWN for one the platform added since."""
    try:
        return OrderStatus(code)
    except ValueError:
        return OrderStatus.UNKNOWN


#: States in which the seller has something to ship.
AWAITING = (OrderStatus.AWAITING_SHIPMENT, OrderStatus.PARTLY_SHIPPED)

#: The Chinese labels of the Seller Center export.
STATUS_LABELS = {
    "等待买家付款": OrderStatus.PLACED,
    "风控24小时中": OrderStatus.RISK_CONTROL,
    "资金审核": OrderStatus.RISK_CONTROL,
    "资金审核中": OrderStatus.RISK_CONTROL,
    "等待您发货": OrderStatus.AWAITING_SHIPMENT,
    "部分发货": OrderStatus.PARTLY_SHIPPED,
    "等待买家收货": OrderStatus.AWAITING_RECEIPT,
    "买家申请取消": OrderStatus.CANCEL_ASKED,
    "含纠纷的订单": OrderStatus.DISPUTED,
    "冻结中的订单": OrderStatus.FROZEN,
    "等待您确认金额": OrderStatus.AMOUNT_TO_CONFIRM,
    "资金处理中": OrderStatus.FUND_PROCESSING,
    "订单结束": OrderStatus.FINISHED,
    "订单关闭": OrderStatus.FINISHED,
    "已结束": OrderStatus.FINISHED,
}


@dataclass(frozen=True)
class Receiver:
    """Where a parcel goes. Personal data: never logged, never published."""

    name: str
    country: str  #: ISO 3166 alpha-2.
    province: str
    city: str
    address: str
    postcode: str
    phone: str
    mobile: str
    tax_number: str = ""


#: The platform's limits for receiver fields when a shipment is created, in UTF-8 bytes.
RECEIVER_BYTES = {
    "name": 90,
    "province": 48,
    "city": 48,
    "address": 90,
    "phone": 54,
    "mobile": 30,
}


@dataclass(frozen=True)
class OrderFilter:
    """Which orders awaiting shipment are meant; None lets everything through. In the URL by name."""

    shops: tuple[str, ...] | None = None
    countries: tuple[str, ...] | None = None  #: ISO alpha-2.
    services: tuple[str, ...] | None = None  #: Display names as the buyer saw them; "" is no service.
    due_within_h: int | None = None
    overdue: bool | None = None  #: The deadline has passed, or has not.
    with_note: bool | None = None
    several: bool | None = None  #: Several products in the order, or one.
    on_hold: bool | None = None
    blocked: bool | None = None  #: Kept out of batches by a finding.
    partly: bool | None = None  #: Partly shipped already.
    placed: bool | None = None  #: All of it is in a batch.
    wanted: str | None = None  #: Part of an order number.
