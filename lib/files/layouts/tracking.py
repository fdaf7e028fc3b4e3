"""Tracking exports of 17TRACK, AfterShip and TrackingMore: an event a row, or a parcel with its latest event.

The programs let a person choose columns and language, and none publishes its headers (assumed from the field names of
their interfaces and help pages): whose file it is shows in a header or two, the rest is shared.
"""

from __future__ import annotations

from lib.files.layouts.layout import Layout

_NUMBER = (
    "tracking number",
    "tracking_number",
    "tracking no.",
    "tracking no",
    "tracking#",
    "运单号",
    "物流单号",
    "快递单号",
    "单号",
    "number",
)
_TIME = (
    "latest event time",
    "event time",
    "latest checkpoint time",
    "latest_checkpoint_time",
    "last_checkpoint_time",
    "checkpoint_time",
    "checkpoint time",
    "checkpoint_date",
    "lastUpdateTime",
    "last_update_time",
    "time_utc",
    "time_iso",
    "最新事件时间",
    "最新更新时间",
    "最新轨迹时间",
    "事件时间",
    "轨迹时间",
    "更新时间",
    "时间",
)
_TEXT = (
    "latest event",
    "latest_event",
    "lastEvent",
    "last_event",
    "event description",
    "event",
    "description",
    "latest checkpoint",
    "checkpoint_message",
    "checkpoint message",
    "checkpoint_delivery_substatus_message",
    "message",
    "tracking_detail",
    "StatusDescription",
    "最新事件",
    "最新轨迹",
    "轨迹内容",
    "事件描述",
    "事件",
)
_PLACE = (
    "event location",
    "checkpoint_location",
    "checkpoint location",
    "location",
    "Details",
    "轨迹地点",
    "事件地点",
    "地点",
)
_ZONE = ("timezone", "time zone", "时区", "zone")
_RARE = frozenset({"happened", "zone", "text", "place", "status", "code"})


def _layout(name: str, code: tuple[str, ...], status: tuple[str, ...], own: tuple[str, ...]) -> Layout:
    return Layout(
        name=name,
        kind="tracking",
        columns={
            "number": _NUMBER,
            "happened": _TIME,
            "zone": _ZONE,
            "code": code,
            "status": status,
            "text": _TEXT,
            "place": _PLACE,
            "own": own,
        },
        required=frozenset({"number", "happened"}),
        one_of=frozenset({"code", "status", "text"}),
        rare=_RARE | {"own"},
    )


#: Sub-status such as `InTransit_Departure`; main status such as `InTransit`.
SEVENTEEN_TRACK = _layout(
    "17track",
    (
        "sub status",
        "sub-status",
        "sub_status",
        "substatus",
        "latest_sub_status",
        "stage",
        "子状态",
        "包裹子状态",
    ),
    ("package status", "main status", "latest_status", "status", "包裹状态", "主状态", "查询状态", "状态"),
    ("运输商", "17TRACK*", "carrier_code", "days of transit", "运输天数", "发件国家", "目的国家"),
)
#: Subtag such as `InTransit_007`; tag such as `InTransit`.
AFTERSHIP = _layout(
    "aftership",
    ("subtag", "sub-status code", "substatus code", "delivery_substatus", "checkpoint_subtag", "sub-status"),
    ("tag", "delivery_status", "delivery status", "shipment status", "checkpoint_tag", "status"),
    ("slug", "courier_slug", "aftership*", "tracking_id", "shipment_tags", "subtag_message"),
)
#: Sub-status such as `transit005`; status such as `transit`.
TRACKINGMORE = _layout(
    "trackingmore",
    ("substatus", "sub_status", "sub-status", "subStatus"),
    ("delivery_status", "status", "包裹状态", "运单状态"),
    ("courier_code", "trackingmore*", "stayTimeLength", "itemTimeLength", "stay_time", "transit_time"),
)
