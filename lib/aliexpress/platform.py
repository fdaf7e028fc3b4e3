"""The platform as the services know it: one method a question, all of one shop."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from lib.aliexpress import (
    accounts,
    bags,
    cainiao,
    cancelling,
    creating,
    declaring,
    estimates,
    order_list,
    orders,
    plans,
    querying,
    receipts,
    tracking,
)
from lib.aliexpress.accounts import Carrier, DomesticCompany, SellerAddress
from lib.aliexpress.bags import Bag, BagContent, BaggedParcel, NewBag, Paper
from lib.aliexpress.cainiao import Resource, Solution
from lib.aliexpress.client import Client
from lib.aliexpress.creating import Created, DeclaredGoods, NewShipment
from lib.aliexpress.declaring import Declaration, SubOrderParcel
from lib.aliexpress.estimates import BuyerFreight, FreightTemplate, Region
from lib.aliexpress.journal import Exchange
from lib.aliexpress.limiter import Ban, Pace
from lib.aliexpress.order_list import OrderPage
from lib.aliexpress.orders import OrderDetail, PlatformLine, PlatformOrder
from lib.aliexpress.plans import OfferedPlan, Parcel
from lib.aliexpress.querying import LogisticsOrder
from lib.aliexpress.tokens import Token, Tokens, TokenState
from lib.aliexpress.tracking import AbnormalOrder, TrackingEvent
from lib.domain.money import Money
from lib.domain.orders import Receiver


class Platform:
    """Every method may raise PlatformError; threads may share it."""

    def __init__(self, client: Client, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._client = client
        self._now = now

    @property
    def url(self) -> str:
        """Where it is asked; the path tells which gateway."""
        return self._client.url

    @property
    def shop_id(self) -> str:
        """Whose token it speaks with."""
        return self._client.shop_id

    # -- orders ------------------------------------------------------------------------------------------

    def orders(
        self,
        statuses: Sequence[str],
        *,
        changed_since: datetime | None = None,
        created_since: datetime | None = None,
    ) -> Iterator[PlatformOrder]:
        """All orders in these states; the dates narrow them down."""
        return orders.list_orders(
            self._client, statuses, now=self._now(), changed_since=changed_since, created_since=created_since
        )

    def order_page(
        self,
        statuses: Sequence[str],
        page: int,
        *,
        modified_from: datetime | None = None,
        modified_until: datetime | None = None,
        twin: bool = False,
    ) -> OrderPage:
        """A page of the orders in these states (none: all but ended ones), by when they were modified.

        `twin` asks the other of the platform's two lists, which has the same rows.
        """
        return order_list.order_page(
            self._client,
            statuses,
            page,
            now=self._now(),
            modified_from=modified_from,
            modified_until=modified_until,
            twin=twin,
        )

    def order(self, order_id: str) -> OrderDetail:
        """One order with lines and receiver. Raises Refused for somebody else's."""
        return orders.get_order(self._client, order_id)

    def receiver(self, order_id: str) -> Receiver:
        """Where an order goes, decrypted where it came encrypted."""
        found, oaid = receipts.receiver_of(self._client, order_id)
        return receipts.decrypted(self._client, order_id, oaid) if oaid else found

    def tax_number(self, order_id: str) -> str:
        """The buyer's tax number where the country needs one, else ""."""
        return receipts.tax_number(self._client, order_id)

    def cancel_requests(self) -> Iterator[OrderDetail]:
        """Orders whose buyers ask to cancel, with the reason."""
        return orders.cancel_requests(self._client, now=self._now())

    def accept_cancel(self, order_id: str, buyer_login: str) -> None:
        """Agree to a request to cancel: the order ends."""
        cancelling.accept(self._client, order_id, buyer_login)

    def refuse_cancel(self, order_id: str, buyer_login: str) -> None:
        """Refuse a request to cancel: the order goes on."""
        cancelling.refuse(self._client, order_id, buyer_login)

    # -- before sending ----------------------------------------------------------------------------------

    def plans(
        self,
        order_id: str,
        *,
        weight_g: int | None = None,
        length_mm: int | None = None,
        width_mm: int | None = None,
        height_mm: int | None = None,
        locale: str = "zh_CN",
    ) -> list[OfferedPlan]:
        """The plans offered for an order; weight and sizes narrow them down."""
        parcel = Parcel(weight_g, length_mm, width_mm, height_mm)
        return plans.plans(self._client, order_id, parcel, locale=locale)

    def plans_with_services(
        self, order_id: str, parcel: Parcel, *, parts: Sequence[Parcel] = (), locale: str = "zh_CN"
    ) -> list[OfferedPlan]:
        """The same with what each plan can do; `parts` are the parcels of a split order."""
        return plans.plans_current(self._client, order_id, parcel, parts=parts, locale=locale)

    def solutions(self, order_id: str, parcel: Parcel, *, locale: str = "zh_CN") -> list[Solution]:
        """The plans by the carrier's own call, with the fee taken apart."""
        return cainiao.solutions(self._client, order_id, parcel, locale=locale)

    def pickup_warehouses(self, plan_id: str, sender_address_id: str) -> list[Resource]:
        """Who collects at a sender's address for a plan, best first; nobody for none."""
        return cainiao.resources(self._client, plan_id, sender_address_id)

    def seller_addresses(self) -> list[SellerAddress]:
        """The seller's addresses in their roles."""
        return accounts.seller_addresses(self._client)

    def domestic_companies(self) -> list[DomesticCompany]:
        """Couriers inside China."""
        return accounts.domestic_companies(self._client)

    def carriers(self) -> list[Carrier]:
        """Carriers a parcel can be declared with."""
        return accounts.carriers(self._client)

    def has_unpaid_freight(self) -> bool:
        """Whether freight bills are open, for which new parcels may be refused."""
        return querying.has_unpaid_freight(self._client)

    def insurance(self, order_id: str, plan_id: str, coverage: Money, *, way_back: bool = False) -> str:
        """Premium and limits of an insurance, as a text."""
        return estimates.insurance(self._client, order_id, plan_id, coverage, way_back=way_back)

    def buyer_freight(
        self, template_id: str, country: str, *, count: int, weight_g: int, price: Money
    ) -> list[BuyerFreight]:
        """What a buyer pays for shipping a product."""
        return estimates.buyer_freight(
            self._client, template_id, country, count=count, weight_g=weight_g, price=price
        )

    def freight_templates(self) -> list[FreightTemplate]:
        """The seller's freight templates."""
        return estimates.freight_templates(self._client)

    def provinces(self) -> list[Region]:
        """Provinces of China."""
        return estimates.provinces(self._client)

    def regions_of(self, area_id: str) -> list[Region]:
        """What lies in a region of China."""
        return estimates.regions_of(self._client, area_id)

    def rules(self) -> Mapping[str, Any]:
        """Which services are allowed where."""
        return estimates.rules(self._client)

    # -- logistics orders --------------------------------------------------------------------------------

    def create_shipment(self, wanted: NewShipment) -> Created:
        """Create a logistics order; never repeat it without asking `logistics_orders` first."""
        return creating.create(self._client, wanted)

    def create_shipment_current(self, wanted: NewShipment) -> Created:
        """The same by the current call, which is told how the parcel reaches the warehouse."""
        return creating.create_current(self._client, wanted)

    def create_shipment_by_carrier(
        self, wanted: NewShipment, plan_id: str, warehouse_code: str = ""
    ) -> Created:
        """The same by the carrier's own call; the numbers are asked for afterwards."""
        return cainiao.create(self._client, wanted, plan_id, warehouse_code)

    def logistics_orders(self, order_id: str) -> list[LogisticsOrder]:
        """All logistics orders of a trade order."""
        return querying.logistics_orders(self._client, order_id)

    def logistics_orders_by_number(
        self, *, tracking_number: str = "", lp_number: str = "", courier_number: str = ""
    ) -> list[LogisticsOrder]:
        """Logistics orders by a number on a parcel."""
        return querying.by_number(
            self._client, tracking_number=tracking_number, lp_number=lp_number, courier_number=courier_number
        )

    def labels(self, parcels: Sequence[tuple[str, str]]) -> bytes:
        """The labels of up to 20 parcels as one PDF, a page each, in this order."""
        return querying.labels(self._client, parcels)

    # -- bags --------------------------------------------------------------------------------------------

    def create_bag(self, wanted: NewBag) -> Bag:
        """Announce parcels that are handed over together."""
        return bags.commit(self._client, wanted)

    def update_bag(self, bag: Bag, wanted: NewBag) -> None:
        """Announce a bag anew: other parcels, weight, addresses or way."""
        bags.update(self._client, bag, wanted)

    def bag_paper(self, bag: Bag, kind: Paper = Paper.LABEL) -> bytes:
        """Label, shipping mark or list of a bag as a PDF."""
        return bags.paper(self._client, bag, kind)

    def cancel_bag(self, bag: Bag) -> None:
        """Take the announcement of a bag back."""
        bags.cancel(self._client, bag)

    def bag(self, bag: Bag) -> BagContent:
        """What the platform knows of a bag."""
        return bags.content(self._client, bag)

    def bagged_parcel(self, *, lp_number: str = "", tracking_number: str = "") -> BaggedParcel:
        """A parcel as hand-overs know it."""
        return bags.parcel(self._client, lp_number=lp_number, tracking_number=tracking_number)

    # -- declaring ---------------------------------------------------------------------------------------

    def declare(
        self,
        order_id: str,
        *,
        service_key: str,
        tracking_number: str,
        everything: bool,
        description: str = "",
        tracking_website: str = "",
        actual_carrier: str = "",
    ) -> None:
        """Declare a parcel shipped."""
        declaring.declare(
            self._client,
            order_id,
            service_key=service_key,
            tracking_number=tracking_number,
            everything=everything,
            description=description,
            tracking_website=tracking_website,
            actual_carrier=actual_carrier,
        )

    def declare_sub_orders(self, order_id: str, parcels: Sequence[SubOrderParcel]) -> None:
        """Declare parcels of single sub-orders."""
        declaring.declare_sub_orders(self._client, order_id, parcels)

    def modify_declaration(
        self,
        order_id: str,
        *,
        old_service_key: str,
        old_tracking_number: str,
        service_key: str,
        tracking_number: str,
        everything: bool,
    ) -> None:
        """Change number or carrier of a declaration."""
        declaring.modify(
            self._client,
            order_id,
            old_service_key=old_service_key,
            old_tracking_number=old_tracking_number,
            service_key=service_key,
            tracking_number=tracking_number,
            everything=everything,
        )

    def modify_sub_order_declarations(
        self,
        order_id: str,
        parcels: Sequence[SubOrderParcel],
        *,
        old_service_key: str,
        old_tracking_number: str,
    ) -> None:
        """The same for single sub-orders."""
        declaring.modify_sub_orders(
            self._client,
            order_id,
            parcels,
            old_service_key=old_service_key,
            old_tracking_number=old_tracking_number,
        )

    def declarations(self, order_id: str) -> list[Declaration]:
        """What was declared of an order."""
        return declaring.declarations(self._client, order_id)

    # -- afterwards --------------------------------------------------------------------------------------

    def tracking(
        self, order_id: str, *, tracking_number: str, service_key: str, country: str
    ) -> list[TrackingEvent]:
        """The events of a parcel, oldest first."""
        return tracking.events(
            self._client,
            order_id,
            tracking_number=tracking_number,
            service_key=service_key,
            country=country,
        )

    def abnormal_orders(
        self, *, order_id: str = "", changed_since: datetime | None = None
    ) -> Iterator[AbnormalOrder]:
        """Logistics orders something is wrong with, all or of one order."""
        return tracking.abnormal_orders(self._client, order_id=order_id, changed_since=changed_since)

    # -- the connection itself ---------------------------------------------------------------------------

    def exchanges(self) -> list[Exchange]:
        """The last calls, newest first, without personal data."""
        return self._client.exchanges()

    def bans(self) -> list[Ban]:
        """The bans in force."""
        return self._client.limiter.bans()

    def paces(self) -> list[Pace]:
        """The paces learned from bans, in force."""
        return self._client.limiter.paces()

    def lift_bans(self) -> None:
        """Ask again although a ban was told: the quota was raised, for example."""
        self._client.limiter.lift()

    def token(self) -> TokenState:
        """What may be shown of the shop's token."""
        return self._client.tokens.state()

    def refresh_token(self) -> None:
        """Refresh the shop's token now."""
        self._client.tokens.refresh()

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()


__all__ = [
    "AbnormalOrder",
    "Bag",
    "BagContent",
    "BaggedParcel",
    "Ban",
    "BuyerFreight",
    "Carrier",
    "Client",
    "Created",
    "Declaration",
    "DeclaredGoods",
    "DomesticCompany",
    "Exchange",
    "FreightTemplate",
    "LogisticsOrder",
    "NewBag",
    "NewShipment",
    "OfferedPlan",
    "OrderDetail",
    "OrderPage",
    "Pace",
    "Paper",
    "Parcel",
    "Platform",
    "PlatformLine",
    "PlatformOrder",
    "Region",
    "Resource",
    "SellerAddress",
    "Solution",
    "SubOrderParcel",
    "Token",
    "TokenState",
    "Tokens",
    "TrackingEvent",
]
