"""The order list page by page, by when its orders were modified: what a sync reads.

That the platform pushes news of orders is UNCONFIRMED, so they are asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lib.aliexpress.client import Client
from lib.aliexpress.errors import Refused, reading
from lib.aliexpress.fields import inner, pacific, pacific_from, pacific_until, text, truth, whole
from lib.aliexpress.orders import PAGE_SIZE, PlatformOrder, listed_order
from lib.aliexpress.protocol import rows

#: The two calls that list orders, with the name of their only parameter.
LIST = ("aliexpress.trade.seller.orderlist.get", "param_aeop_order_query")
TWIN = ("aliexpress.solution.order.get", "param0")


@dataclass(frozen=True)
class OrderPage:
    """One page of the order list."""

    orders: tuple[PlatformOrder, ...]
    page_count: int
    order_count: int  #: Of the whole list, as of this page.
    platform_at: datetime | None  #: The platform's clock, which on a sandbox may be days ahead.


@reading()
def order_page(
    client: Client,
    statuses: Sequence[str],
    page: int,
    *,
    now: datetime,
    modified_from: datetime | None = None,
    modified_until: datetime | None = None,
    twin: bool = False,
) -> OrderPage:
    """One page, counted from 1, of the orders in these states that were modified between two moments.

    No state stands for all but FINISH, which is listed only by itself. In which order they are listed is UNCONFIRMED.
    Source: aliexpress.trade.seller.orderlist.get; `twin` asks aliexpress.solution.order.get, which has the same rows.
    """
    query: dict[str, Any] = {"current_page": page, "page_size": PAGE_SIZE}
    if statuses:
        query["order_status_list"] = list(statuses)
    if modified_from is not None:
        query["modified_date_start"] = pacific_from(modified_from)
    if modified_until is not None:
        query["modified_date_end"] = pacific_until(modified_until)
    method, name = TWIN if twin else LIST
    answer = client.call(method, {name: query})
    result = inner(answer, "result")
    if not truth(result.get("success", True)):
        raise Refused(
            text(result, "error_code") or "refused",
            text=text(result, "error_message"),
            request_id=text(answer, "request_id"),
        )
    return OrderPage(
        orders=tuple(listed_order(row, now) for row in rows(result.get("target_list"))),
        page_count=whole(result, "total_page", 1),
        order_count=whole(result, "total_count", 0),
        platform_at=pacific(result.get("time_stamp")),
    )
