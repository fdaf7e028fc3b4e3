"""The platform as the services know it: one method a question, all of one shop."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from lib.aliexpress import accounts, declaring, order_list, orders, shipping
from lib.aliexpress.accounts import DomesticCompany, SellerAddress
from lib.aliexpress.client import Client, Exchange
from lib.aliexpress.declaring import Declaration
from lib.aliexpress.order_list import OrderPage
from lib.aliexpress.orders import OrderDetail, PlatformLine, PlatformOrder
from lib.aliexpress.shipping import (
    Created,
    DeclaredGoods,
    LogisticsOrder,
    NewShipment,
    OfferedPlan,
)
from lib.domain.orders import Receiver


class Platform:
    """Every method may raise PlatformError; threads may share it."""

    def __init__(self, client: Client, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._client = client
        self._now = now

    @property
    def url(self) -> str:
        """Where it is asked."""
        return self._client.url

    def orders(self, statuses: Sequence[str]) -> Iterator[PlatformOrder]:
        """All orders in these states."""
        return orders.list_orders(self._client, statuses, now=self._now())

    def order_page(
        self,
        statuses: Sequence[str],
        page: int,
        *,
        modified_from: datetime | None = None,
        modified_until: datetime | None = None,
    ) -> OrderPage:
        """A page of the orders in these states (none: all but ended ones), by when they were modified."""
        return order_list.order_page(
            self._client,
            statuses,
            page,
            now=self._now(),
            modified_from=modified_from,
            modified_until=modified_until,
        )

    def order(self, order_id: str) -> OrderDetail:
        """One order with lines and receiver. Raises Refused for somebody else's."""
        return orders.get_order(self._client, order_id)

    def receiver(self, order_id: str) -> Receiver:
        """Where an order goes, with its tax number."""
        return orders.get_receiver(self._client, order_id)

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
        return shipping.plans(
            self._client,
            order_id,
            weight_g=weight_g,
            length_mm=length_mm,
            width_mm=width_mm,
            height_mm=height_mm,
            locale=locale,
        )

    def seller_addresses(self) -> list[SellerAddress]:
        """The seller's addresses in their roles."""
        return accounts.seller_addresses(self._client)

    def domestic_companies(self) -> list[DomesticCompany]:
        """Couriers inside China."""
        return accounts.domestic_companies(self._client)

    def create_shipment(self, wanted: NewShipment) -> Created:
        """Create a logistics order; never repeat it without asking `logistics_orders` first."""
        return shipping.create(self._client, wanted)

    def logistics_orders(self, order_id: str) -> list[LogisticsOrder]:
        """All logistics orders of a trade order."""
        return shipping.logistics_orders(self._client, order_id)

    def labels(self, parcels: Sequence[tuple[str, str]]) -> bytes:
        """The labels of up to 20 parcels as one PDF, a page each, in this order."""
        return shipping.labels(self._client, parcels)

    def declare(
        self,
        order_id: str,
        *,
        service_key: str,
        tracking_number: str,
        everything: bool,
        description: str = "",
    ) -> None:
        """Declare a parcel shipped."""
        declaring.declare(
            self._client,
            order_id,
            service_key=service_key,
            tracking_number=tracking_number,
            everything=everything,
            description=description,
        )

    def declarations(self, order_id: str) -> list[Declaration]:
        """What was declared of an order."""
        return declaring.declarations(self._client, order_id)

    def exchanges(self) -> list[Exchange]:
        """The last calls, newest first, without personal data."""
        return self._client.exchanges()

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()


__all__ = [
    "Client",
    "Created",
    "Declaration",
    "DeclaredGoods",
    "DomesticCompany",
    "Exchange",
    "LogisticsOrder",
    "NewShipment",
    "OfferedPlan",
    "OrderDetail",
    "OrderPage",
    "Platform",
    "PlatformLine",
    "PlatformOrder",
    "SellerAddress",
]
