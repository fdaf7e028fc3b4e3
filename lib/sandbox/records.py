"""What the sandbox remembers, one dataclass a kind of thing. Times are ISO texts in UTC, amounts minor units."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class TradeLine:
    """A sub-order; index counts from 1 within the order."""

    index: int
    child_order_id: str
    product_id: str
    sku: str
    title: str
    attributes: str
    quantity: int
    unit: str


@dataclass
class TradeOrder:
    """A buyer's order. `status_before`: what it goes back to when a cancel request is refused."""

    order_id: str
    status: str
    ordered_at: str | None
    paid_at: str | None
    ship_by_at: str | None
    currency: str
    goods_minor: int
    shipping_minor: int
    total_minor: int
    buyer_service: str
    service_key: str
    note: str
    receiver: dict[str, str]
    lines: list[TradeLine] = field(default_factory=list)
    modified_at: str | None = None
    status_before: str = ""
    end_reason: str = ""

    @property
    def changed_at(self) -> str | None:
        """When it last changed."""
        return self.modified_at or self.paid_at or self.ordered_at


@dataclass
class LogisticsOrder:
    """A parcel on the platform. `number_at`, `visible_at`: when its number, and it itself, can be seen.

    `luck` is what its journey's dice are thrown with; `handed_at` is when the seller let go of it, `fate` how it
    ends, drawn at that moment from the rates in force.
    """

    logistics_order_id: str
    lp_number: str
    trade_order_id: str
    plan_id: str
    service_code: str
    tracking_number: str
    undeliverable_decision: str
    pickup: bool
    status: str
    created_at: str
    number_at: str
    visible_at: str
    fee_minor: int
    currency: str
    receiver: dict[str, str]
    goods: list[dict[str, Any]]
    number_after: int = 0  #: Queries that do not see the number yet.
    closes_at: str | None = None  #: When it closes by itself if nothing came of it.
    mode: str = ""  #: DOOR_PICKUP, SELF_POST or SELF_SEND.
    weight_g: int = 0
    luck: int = 0
    handed_at: str | None = None
    fate: str = ""


@dataclass
class Declaration:
    """A declared parcel of a sub-order; index 0 stands for the whole order."""

    order_id: str
    index: int
    service_name: str
    logistics_no: str
    send_type: str
    at: str
    website: str = ""


@dataclass
class Token:
    """A pair of tokens of one shop. Without a time they never run out; `lasting` refresh tokens work again."""

    shop: str
    access_token: str
    refresh_token: str
    expires_at: str | None = None
    refresh_expires_at: str | None = None
    lasting: bool = False
