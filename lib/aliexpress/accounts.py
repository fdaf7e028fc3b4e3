"""What the platform knows of the seller: addresses, couriers inside China, and carriers for declaring."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lib.aliexpress.client import Client
from lib.aliexpress.errors import Refused, reading
from lib.aliexpress.fields import text, truth, whole
from lib.aliexpress.protocol import rows

ROLES = ("sender", "pickup", "refund")


@dataclass(frozen=True)
class SellerAddress:
    """One of the seller's own addresses, in the role it plays."""

    role: str  #: sender, pickup or refund.
    address_id: str
    name: str
    country: str
    province: str
    city: str
    county: str
    street: str
    is_default: bool
    #: As the platform says it; of senders English, of refunds Chinese is assumed (UNCONFIRMED).
    language: str = ""
    outdated: bool = False  #: The platform wants it looked at before it is used.


@dataclass(frozen=True)
class DomesticCompany:
    """A courier inside China; one that is not listed is company -1 with a name."""

    company_id: int
    code: str
    name: str


@dataclass(frozen=True)
class Carrier:
    """A carrier as declaring knows it. Its key is not a plan: never create a logistics order with it."""

    service_key: str
    name: str
    company: str
    number_pattern: str  #: A regular expression for its tracking numbers; "" for any.
    days_min: int
    days_max: int

    def takes(self, tracking_number: str) -> bool:
        """Whether a tracking number looks like one of this carrier's. A pattern nobody can read takes any."""
        try:
            return not self.number_pattern or bool(re.fullmatch(self.number_pattern, tracking_number))
        except re.error:
            return True


@reading()
def seller_addresses(client: Client) -> list[SellerAddress]:
    """The seller's addresses. Source: aliexpress.logistics.redefining.getlogisticsselleraddresses."""
    answer = client.call(
        "aliexpress.logistics.redefining.getlogisticsselleraddresses", {"seller_address_query": ROLES}
    )
    if not truth(answer.get("result_success", True)):
        raise Refused(
            text(answer, "result_error_code") or "refused",
            text=text(answer, "error_desc"),
            request_id=text(answer, "request_id"),
        )
    return [_address(role, row) for role in ROLES for row in rows(answer.get(f"{role}_seller_address_list"))]


@reading()
def domestic_companies(client: Client) -> list[DomesticCompany]:
    """Couriers inside China. Source: aliexpress.logistics.redefining.qureywlbdomesticlogisticscompany (sic)."""
    answer = client.call("aliexpress.logistics.redefining.qureywlbdomesticlogisticscompany", {})
    if not truth(answer.get("result_success", True)):
        raise Refused("refused", text=text(answer, "error_desc"), request_id=text(answer, "request_id"))
    return [
        DomesticCompany(whole(row, "company_id", -1), text(row, "company_code"), text(row, "name"))
        for row in rows(answer.get("result_list"))
    ]


@reading()
def carriers(client: Client) -> list[Carrier]:
    """Carriers a parcel can be declared with. Source: aliexpress.logistics.redefining.listlogisticsservice."""
    answer = client.call("aliexpress.logistics.redefining.listlogisticsservice", {})
    if not truth(answer.get("result_success", True)):
        raise Refused("refused", text=text(answer, "error_desc"), request_id=text(answer, "request_id"))
    return [
        Carrier(
            service_key=text(row, "service_name"),
            name=text(row, "display_name"),
            company=text(row, "logistics_company"),
            number_pattern=text(row, "tracking_no_regex"),
            days_min=whole(row, "min_process_day", 0),
            days_max=whole(row, "max_process_day", 0),
        )
        for row in rows(answer.get("result_list"))
    ]


def _address(role: str, row: Mapping[str, Any]) -> SellerAddress:
    return SellerAddress(
        role=role,
        address_id=text(row, "address_id"),
        name=text(row, "name"),
        country=text(row, "country"),
        province=text(row, "province"),
        city=text(row, "city"),
        county=text(row, "county"),
        street=text(row, "street_address") or text(row, "street"),
        is_default=text(row, "is_default") == "1",
        language=text(row, "language"),
        outdated=truth(row.get("need_to_update")),
    )
