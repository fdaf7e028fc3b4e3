"""Plans the platform offers for an order, with price, days, and what each can do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lib.aliexpress import fields
from lib.aliexpress.client import Client
from lib.aliexpress.errors import reading
from lib.aliexpress.fields import text
from lib.aliexpress.protocol import rows
from lib.domain.money import Money

BY_ORDER = "aliexpress.logistics.redefining.getonlinelogisticsservicelistbyorderid"
CURRENT = "aliexpress.logistics.service.query"
#: What the older call takes: kg, cm, and cm of the three sides together. The current one states no limits.
MOST_G, MOST_CM, MOST_SUM_CM = 2000, 60, 90
#: The service of a plan, or of a logistics order, whose undeliverable parcels come back (reading UNCONFIRMED).
RETURN_SERVICE = "UNREACHABLE_RETURN"


@dataclass(frozen=True)
class OfferedPlan:
    """A plan the platform offers for an order. service_code = plan + warehouse; it is what create wants."""

    service_code: str
    plan_id: str
    warehouse_code: str
    name: str
    warehouse_name: str
    delivery_address: str
    price: Money | None
    days_min: int | None
    days_max: int | None
    discounted: Money | None = None  #: Named by the current call only.
    other_fees: tuple[tuple[str, Money], ...] = ()  #: What they are for, and how much.
    services: tuple[str, ...] | None = None  #: None: this call does not say.
    express: bool = False

    @property
    def returns(self) -> bool | None:
        """Whether undeliverable parcels can come back; None when the call does not say."""
        return None if self.services is None else RETURN_SERVICE in self.services


@dataclass(frozen=True)
class Parcel:
    """A parcel to ask plans for. Without weight or sizes the platform reckons with what it knows."""

    weight_g: int | None = None
    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None
    child_order_id: str | None = None  #: For one of several parcels of an order: its sub-order.

    @property
    def sides(self) -> list[int]:
        """Whole centimetres, rounded up: a plan must not be offered for a parcel that is a little too long."""
        found = (self.length_mm, self.width_mm, self.height_mm)
        return [-(-side // 10) for side in found if side]


def plans(client: Client, order_id: str, parcel: Parcel, *, locale: str = "zh_CN") -> list[OfferedPlan]:
    """The plans offered for an order; none when it is too big or heavy, or shipped already.

    Asks the older call within its limits and the current one beyond them.
    """
    if _within(parcel):
        return plans_by_order(client, order_id, parcel, locale=locale)
    return plans_current(client, order_id, parcel, locale=locale)


@reading()
def plans_by_order(
    client: Client, order_id: str, parcel: Parcel, *, locale: str = "zh_CN"
) -> list[OfferedPlan]:
    """Raises FieldLimit for a parcel outside the call's limits.

    Source: aliexpress.logistics.redefining.getonlinelogisticsservicelistbyorderid.
    """
    fields.number("order", order_id)
    if parcel.weight_g:
        fields.limit_range("parcel weight", parcel.weight_g, 1, MOST_G, "g")
    for side in parcel.sides:
        fields.limit_range("parcel side", side, 1, MOST_CM, "cm")
    fields.limit_range("parcel sides together", sum(parcel.sides), 0, MOST_SUM_CM, "cm")
    answer = client.call(BY_ORDER, {"order_id": order_id, "locale": locale, **_goods(parcel)})
    fields.succeeded(answer, "is_success", answer, "error_desc")
    return [_offered(row) for row in rows(answer.get("result_list"))]


@reading()
def plans_current(
    client: Client, order_id: str, parcel: Parcel, *, parts: Sequence[Parcel] = (), locale: str = "zh_CN"
) -> list[OfferedPlan]:
    """The same with each plan's services and discounted price; `parts` are the parcels of a split order.

    Each part needs sub-order, weight and sizes. Source: aliexpress.logistics.service.query.
    """
    wanted: dict[str, Any] = {"order_id": fields.number("order", order_id), "locale": locale} | _goods(parcel)
    if parts:
        wanted["sub_order_list"] = [_part(part, locale) for part in parts]
    answer = client.call(CURRENT, {"interface_request": wanted})
    result = fields.inner(answer, "result_response")
    fields.succeeded(result, "is_success", answer, "error_desc")
    return [_offered(row) for row in rows(result.get("result_list"))]


def _within(parcel: Parcel) -> bool:
    sides = parcel.sides
    fits = max(sides, default=0) <= MOST_CM and sum(sides) <= MOST_SUM_CM
    return fits and (parcel.weight_g or 0) <= MOST_G


def _goods(parcel: Parcel) -> dict[str, Any]:
    named = {
        "goods_length": parcel.length_mm,
        "goods_width": parcel.width_mm,
        "goods_height": parcel.height_mm,
    }
    sides = {name: -(-side // 10) for name, side in named.items() if side}
    return sides | ({"goods_weight": fields.decimal(parcel.weight_g, 3)} if parcel.weight_g else {})


def _part(part: Parcel, locale: str) -> dict[str, Any]:
    fields.limit_range("parcel weight", part.weight_g or 0, 1, 1_000_000, "g")
    fields.limit_count("parcel sides", len(part.sides), 3, least=3)
    child = fields.number("sub-order", part.child_order_id or "")
    return {"order_id": child, "locale": locale} | _goods(part)


def _offered(row: Mapping[str, Any]) -> OfferedPlan:
    code = text(row, "logistics_service_id")
    # The code is the solution's and the warehouse's, joined by the last underscore (UNCONFIRMED for codes
    # whose warehouse part has an underscore of its own; none is known).
    plan_id, _, warehouse_code = code.rpartition("_")
    days_min, days_max = fields.days(row.get("logistics_timeliness"))
    express = row.get("is_express_logistics_service", row.get("express_logistics_service"))
    return OfferedPlan(
        service_code=code,
        plan_id=plan_id or code,
        warehouse_code=warehouse_code,
        name=text(row, "logistics_service_name"),
        warehouse_name=text(row, "warehouse_name"),
        delivery_address=text(row, "delivery_address"),
        price=fields.price(row.get("trial_result")),
        days_min=days_min,
        days_max=days_max,
        discounted=fields.price(row.get("discount_trial_result")),
        other_fees=_other_fees(row.get("other_fees")),
        services=_services(row),
        express=fields.truth(express),
    )


def _services(row: Mapping[str, Any]) -> tuple[str, ...] | None:
    if "available_logistic_service_list" not in row:
        return None
    return tuple(text(one, "code") for one in rows(row["available_logistic_service_list"]))


def _other_fees(value: Any) -> tuple[tuple[str, Money], ...]:
    """A list on the current call (`curreny` is how it is spelt there); on the older one a text, left out."""
    if isinstance(value, str):
        return ()
    found = []
    for row in rows(value):
        currency = text(row, "curreny") or text(row, "currency") or "CNY"
        money = fields.amount({"amount": row.get("amount"), "currency_code": currency})
        if money is not None:
            found.append((text(row, "name") or text(row, "code"), money))
    return tuple(found)
