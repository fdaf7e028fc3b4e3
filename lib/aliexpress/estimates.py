"""Smaller questions around shipping: insurance, what buyers pay for freight, regions of China, platform rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lib.aliexpress import fields
from lib.aliexpress.client import Client
from lib.aliexpress.errors import BadAnswer, reading
from lib.aliexpress.fields import inner, text
from lib.aliexpress.protocol import listed, rows
from lib.domain.money import Money

REDEFINING = "aliexpress.logistics.redefining."
#: The least a parcel can be insured for, in US cents.
LEAST_COVERAGE = 4500


@dataclass(frozen=True)
class BuyerFreight:
    """What a buyer would pay for a service. Not what the seller pays."""

    service_key: str
    freight: Money | None
    standard_freight: Money | None  #: Before what the seller takes on.
    error_code: str  #: "" where the service goes there.


@dataclass(frozen=True)
class FreightTemplate:
    """A set of services and prices that products refer to."""

    template_id: str
    name: str
    is_default: bool


@dataclass(frozen=True)
class Region:
    """A province, city or county of China."""

    area_id: str
    name: str


@reading()
def insurance(client: Client, order_id: str, plan_id: str, coverage: Money, *, way_back: bool = False) -> str:
    """Premium and limits as a text of the platform. Source: aliexpress.logistics.valueadded.insurance.estimate."""
    if coverage.currency != "USD":
        raise fields.FieldLimit("coverage", "US dollars", coverage.currency)
    fields.limit_range("coverage", coverage.minor, LEAST_COVERAGE, 10**9, "US cents")
    answer = client.call(
        "aliexpress.logistics.valueadded.insurance.estimate",
        {
            "trade_order_id": fields.number("order", order_id),
            "solution_code": plan_id,
            "insurance_coverage": coverage.minor,
            "agree_upgrade_reverse_parcel_insure": way_back,
        },
    )
    result = inner(answer, "result")
    if "success" in result:
        fields.succeeded(result, "success", answer, "error_msg", code="error_code")
    if not text(result, "result"):
        raise BadAnswer("bad_fields", text="no estimate", request_id=text(answer, "request_id"))
    return text(result, "result")


@reading()
def buyer_freight(
    client: Client, template_id: str, country: str, *, count: int, weight_g: int, price: Money
) -> list[BuyerFreight]:
    """Freight by template, as a product page tells it. Source: aliexpress.freight.redefining.calculatefreight.

    That its parameter is called so is UNCONFIRMED.
    """
    fields.limit_range("count", count, 1, 10_000)
    asked = {
        "freight_template_id": fields.number("freight template", template_id),
        "country": country,
        "count": count,
        "weight": fields.decimal(weight_g, 3),
        "product_price": fields.decimal(price.minor, 2),
    }
    answer = client.call(
        "aliexpress.freight.redefining.calculatefreight",
        {"param_aeop_freight_calculate_for_buyer_d_t_o": asked},
    )
    fields.succeeded(answer, "success", answer, "error_desc")
    return [
        BuyerFreight(
            text(row, "service_name"),
            fields.amount(row.get("freight")),
            fields.amount(row.get("standard_freight")),
            text(row, "error_code"),
        )
        for row in rows(answer.get("aeop_freight_calculate_result_d_t_o_list"))
    ]


@reading()
def freight_templates(client: Client) -> list[FreightTemplate]:
    """The seller's templates. Source: aliexpress.freight.redefining.listfreighttemplate."""
    answer = client.call("aliexpress.freight.redefining.listfreighttemplate", {})
    fields.succeeded(answer, "result_success", answer, "error_desc")
    return [
        FreightTemplate(
            text(row, "template_id"), text(row, "template_name"), fields.truth(row.get("is_default"))
        )
        for row in rows(answer.get("aeop_freight_template_d_t_o_list"))
    ]


@reading()
def provinces(client: Client) -> list[Region]:
    """Provinces of China. Source: aliexpress.logistics.redefining.getallprovince."""
    return _regions(client.call(REDEFINING + "getallprovince", {}))


@reading()
def regions_of(client: Client, area_id: str) -> list[Region]:
    """What lies in a region. Source: aliexpress.logistics.redefining.getnextleveladdressdata."""
    return _regions(
        client.call(REDEFINING + "getnextleveladdressdata", {"area_id": fields.number("region", area_id)})
    )


@reading()
def rules(client: Client) -> Mapping[str, Any]:
    """Which services are allowed where, as the platform says it. Source: aliexpress.logistics.query.rule.info."""
    answer = client.call("aliexpress.logistics.query.rule.info", {"param1": {"type": "platformRule"}})
    return inner(answer, "result")


def _regions(answer: Mapping[str, Any]) -> list[Region]:
    """Rows are objects, or texts `id:name`; which is UNCONFIRMED."""
    fields.succeeded(answer, "is_success", answer, "error_desc")
    return [_region(one) for one in listed(answer.get("result_list"))]


def _region(one: Any) -> Region:
    if isinstance(one, Mapping):
        return Region(text(one, "area_id"), text(one, "name"))
    area_id, _, name = str(one).partition(":")
    return Region(area_id, name)
