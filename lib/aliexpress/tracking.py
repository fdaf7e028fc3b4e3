"""What became of parcels: tracking events, and logistics orders that need a decision (异常订单)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lib.aliexpress import fields
from lib.aliexpress.client import Client
from lib.aliexpress.errors import reading
from lib.aliexpress.fields import text
from lib.aliexpress.protocol import rows

ABNORMAL_PAGE_SIZE = 50
#: Events without a readable time come after all others.
LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class TrackingEvent:
    """One event of a parcel. Unknown action codes pass through: the platform's list ends with "etc."."""

    action_code: str
    at: datetime | None  #: The instant; None where no time could be read.
    text: str
    place: str
    zone: str = ""  #: The zone that came beside the time, as it came: "+3", "GMT+8".
    status: str = ""  #: The coarse word, declared obsolete: of use where there is no action code.


@dataclass(frozen=True)
class AbnormalOrder:
    """A logistics order something is wrong with. Codes as they came: their values are UNCONFIRMED."""

    logistics_order_id: str
    order_id: str
    tracking_number: str
    lp_number: str
    status_code: str
    status_name: str
    abnormal_code: str
    abnormal_reason: str
    plan_name: str
    warehouse_name: str
    returns: bool  #: The return of undeliverable parcels was bought.
    return_number: str  #: Tracking number of the way back.
    decide_by_at: datetime | None  #: When a detained parcel must be decided about.
    created_at: datetime | None
    changed_at: datetime | None


@reading()
def events(
    client: Client, order_id: str, *, tracking_number: str, service_key: str, country: str
) -> list[TrackingEvent]:
    """The events of a parcel, oldest first; those of one moment as they happened, whichever end the list begins at.

    `service_key` is the key of declaring, `country` the receiver's. Times come as milliseconds, or as text without a
    zone: US Pacific matches the public page. Source: aliexpress.logistics.redefining.querytrackingresult.
    """
    for name, value in (("tracking number", tracking_number), ("declared service", service_key)):
        fields.limit_characters(name, value, 64)
    fields.limit_characters("receiver country", country, 2, least=2)
    answer = client.call(
        "aliexpress.logistics.redefining.querytrackingresult",
        {
            "logistics_no": tracking_number,
            "origin": "ESCROW",
            "out_ref": order_id,
            "service_name": service_key,
            "to_area": country,
        },
    )
    fields.succeeded(answer, "result_success", answer, "error_desc")
    found = [_event(row) for row in rows(answer.get("details"))]
    timed = [event.at for event in found if event.at is not None]
    # Which end comes first is not stated. A list of one moment alone is taken to begin with the newest, as those seen
    # do (UNCONFIRMED).
    if timed and timed[0] >= timed[-1]:
        found.reverse()
    return sorted(found, key=lambda event: event.at or LAST)


def abnormal_orders(
    client: Client, *, order_id: str = "", changed_since: datetime | None = None
) -> Iterator[AbnormalOrder]:
    """Logistics orders something is wrong with, all or of one order. Source: …abnormalorder.query.

    The zone of the filter is UNCONFIRMED (US Pacific assumed, as elsewhere in the family).
    """
    wanted: dict[str, Any] = {"page_size": ABNORMAL_PAGE_SIZE}
    if order_id:
        wanted["trade_order_id"] = fields.number("order", order_id)
    if changed_since is not None:
        wanted["gmt_status_update_start"] = fields.to_pacific(changed_since)
    page, pages = 1, 1
    while page <= pages:
        pages, found = _abnormal_page(client, wanted | {"current_page": page})
        yield from found
        page += 1


@reading()
def _abnormal_page(client: Client, wanted: Mapping[str, Any]) -> tuple[int, list[AbnormalOrder]]:
    answer = client.call("aliexpress.logistics.abnormalorder.query", wanted)
    fields.succeeded(answer, "is_success", answer, "error_desc")
    return fields.whole(answer, "total_page", 1), [_abnormal(row) for row in rows(answer.get("result"))]


def _event(row: Mapping[str, Any]) -> TrackingEvent:
    return TrackingEvent(
        action_code=text(row, "action_code"),
        at=_moment(row.get("event_date")),
        text=text(row, "event_desc"),
        place=text(row, "address"),
        zone=text(row, "timeZone"),
        status=text(row, "status"),
    )


def _abnormal(row: Mapping[str, Any]) -> AbnormalOrder:
    return AbnormalOrder(
        logistics_order_id=text(row, "id"),
        order_id=text(row, "trade_order_id"),
        tracking_number=text(row, "intl_tracking_no"),
        lp_number=text(row, "out_order_code"),
        status_code=text(row, "order_status_code"),
        status_name=text(row, "order_status_name"),
        abnormal_code=text(row, "abnormal_code"),
        abnormal_reason=text(row, "abnormal_reason"),
        plan_name=text(row, "solution_name") or text(row, "solution_code"),
        warehouse_name=text(row, "warehouse_name"),
        returns=fields.truth(row.get("unreachable_insured")),
        return_number=text(row, "und_express_mail_no"),
        decide_by_at=_moment(row.get("over_time")),
        created_at=_moment(row.get("gmt_create")),
        changed_at=_moment(row.get("gmt_status_update")),
    )


def _moment(value: Any) -> datetime | None:
    """A date as text, or as milliseconds."""
    return fields.millis(value) if str(value or "").isdigit() else fields.pacific(value)
