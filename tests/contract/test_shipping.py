"""Shipping calls over a real socket: to the sandbox, and to a gateway that says exactly what a test wants."""

from __future__ import annotations

import json
import logging
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

from lib.aliexpress.client import REMEMBERED
from lib.aliexpress.errors import (
    BadAnswer,
    DailyQuota,
    FieldLimit,
    OutcomeUnknown,
    PlatformError,
    Refused,
    Unavailable,
)
from lib.aliexpress.platform import Client, DeclaredGoods, NewShipment, Platform
from lib.domain.money import Money
from lib.domain.orders import Receiver
from lib.domain.shipments import Decision
from tests.builders import a_products_cell, an_export_row
from tests.conftest import Desk

NOW = datetime(2026, 1, 15, 2, 30, tzinfo=UTC)
ORDER = "8183456712340001"
PARCEL = NewShipment(
    order_id=ORDER,
    service_code="CAINIAO_STANDARD_YANWENBJ",
    receiver=Receiver("Vera Made-Up", "IE", "", "Dublin", "1 Sample Street", "D02 AF30", "", "353851234567"),
    sender_address_id="1001",
    refund_address_id="1201",
    pickup_address_id=None,
    undeliverable=Decision.RETURN,
    courier_id=-1,
    courier_name="顺丰速运",
    courier_number="SF1234567890",
    goods=(DeclaredGoods("围巾", "scarf", 2, 1250, 350, "6117100000", child_order_id="8183456712350001"),),
)
CREATED = {
    "result": {"success": True, "error_code": 1, "error_desc": "OK", "warehouse_order_id": 5043788595},
    "result_success": True,
}


class Scripted:
    """A gateway that gives these answers, one a request, and keeps what it was asked.

    An answer is an object for the body, bytes for the body, a pair of status and body, or None to cut the
    connection after the request came in whole.
    """

    def __init__(self, answers: Sequence[Any]) -> None:
        self.asked: list[dict[str, str]] = []
        self._answers = list(answers)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def stop(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listening.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as stream:
                while (body := self._request(stream)) is not None:
                    self.asked.append(dict(parse_qsl(body.decode())))
                    answer = self._answers.pop(0)
                    if answer is None:
                        break
                    connection.sendall(self._response(answer))

    @staticmethod
    def _request(stream: Any) -> bytes | None:
        length = None
        while (line := stream.readline()) not in (b"", b"\r\n"):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        return None if length is None else stream.read(length)

    @staticmethod
    def _response(answer: Any) -> bytes:
        status, body = answer if isinstance(answer, tuple) else (200, answer)
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        head = f"HTTP/1.1 {status} Said\r\nContent-Length: {len(content)}\r\nRetry-After: 7\r\n\r\n"
        return head.encode() + content


Gateway = Callable[..., tuple[Platform, Scripted]]


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    """Make a platform before a gateway with these answers."""
    ends: list[Callable[[], None]] = []

    def make(*answers: Any, timeout: float = 10.0) -> tuple[Platform, Scripted]:
        scripted = Scripted(answers)
        client = Client(scripted.url, "1", "secret", "token", now=lambda: NOW, timeout=httpx.Timeout(timeout))
        ends.extend((client.close, scripted.stop))
        return Platform(client, now=lambda: NOW), scripted

    yield make
    for end in ends:
        end()


def an_error(code: int | str, **over: str) -> dict[str, Any]:
    return {"error_response": {"code": code, "msg": "said", "request_id": "r1", **over}}


# What goes on the wire.


def test_a_create_call_says_all_the_platform_needs(gateway: Gateway) -> None:
    platform, scripted = gateway(CREATED)
    platform.create_shipment(PARCEL)
    [asked] = scripted.asked
    assert asked["method"] == "aliexpress.logistics.createwarehouseorder"
    assert asked["undeliverable_decision"] == "0"
    assert asked["domestic_logistics_company_id"] == "-1"
    assert asked["domestic_logistics_company"] == "顺丰速运"
    assert json.loads(asked["address_d_t_os"]) == {
        "sender": {"address_id": 1001},
        "refund": {"address_id": 1201},
        "receiver": {
            "name": "Vera Made-Up",
            "country": "IE",
            "city": "Dublin",
            "street_address": "1 Sample Street",
            "post_code": "D02 AF30",
            "mobile": "353851234567",
        },
    }
    [goods] = json.loads(asked["declare_product_d_t_os"])
    assert goods == {
        "product_id": 0,
        "category_cn_desc": "围巾",
        "category_en_desc": "scarf",
        "product_num": 2,
        "product_declare_amount": "12.50",
        "product_weight": "0.350",
        "contains_battery": False,
        "only_battery": False,
        "aneroid_markup": False,
        "contains_special_goods": False,
        "hs_code": "6117100000",
        "child_order_id": 8183456712350001,
    }


def test_destroy_and_collection_at_the_door_are_said_too(gateway: Gateway) -> None:
    platform, scripted = gateway(CREATED)
    platform.create_shipment(replace(PARCEL, undeliverable=Decision.DESTROY, pickup_address_id="1101"))
    assert scripted.asked[0]["undeliverable_decision"] == "1"
    assert json.loads(scripted.asked[0]["address_d_t_os"])["pickup"] == {"address_id": 1101}


def test_weights_and_sizes_are_asked_in_the_platforms_units(gateway: Gateway) -> None:
    platform, scripted = gateway({"is_success": True})
    assert platform.plans(ORDER, weight_g=350, length_mm=201, width_mm=200, height_mm=9, locale="en_US") == []
    sent = {name: scripted.asked[0][f"goods_{name}"] for name in ("weight", "length", "width", "height")}
    assert sent == {"weight": "0.350", "length": "21", "width": "20", "height": "1"}
    assert scripted.asked[0]["locale"] == "en_US"


@pytest.mark.parametrize(
    "wrong",
    [{"sender_address_id": ""}, {"sender_address_id": "x"}, {"refund_address_id": None}, {"goods": ()}],
)
def test_what_the_platform_would_refuse_never_leaves(gateway: Gateway, wrong: dict[str, Any]) -> None:
    platform, scripted = gateway()
    with pytest.raises(FieldLimit):
        platform.create_shipment(replace(PARCEL, **wrong))
    assert scripted.asked == []


@pytest.mark.parametrize(
    "wrong",
    [{"tracking_number": ""}, {"service_key": ""}, {"description": "x" * 513}, {"description": "您好"}],
)
def test_a_declaration_is_checked_before_the_wire(gateway: Gateway, wrong: dict[str, str]) -> None:
    platform, scripted = gateway()
    told = {"service_key": "CAINIAO_STANDARD", "tracking_number": "LV123456785CN", "description": ""}
    with pytest.raises(FieldLimit):
        platform.declare(ORDER, everything=True, **(told | wrong))
    assert scripted.asked == []


# What a create call may answer. Only a plain no may be taken for a refusal.


@pytest.mark.parametrize(
    "answer",
    [
        {"aliexpress_logistics_createwarehouseorder_response": CREATED},
        CREATED,
        {"result": {"success": "true", "warehouse_order_id": "5043788595"}},
    ],
    ids=["root key", "plain", "texts"],
)
def test_success_is_read_in_every_shape(gateway: Gateway, answer: dict[str, Any]) -> None:
    platform, _ = gateway(answer)
    made = platform.create_shipment(PARCEL)
    assert (made.logistics_order_id, made.tracking_number, made.lp_number) == ("5043788595", None, None)


@pytest.mark.parametrize("lp", [{"out_order_id": 143017183663}, {"out_order_code": "LP00143017183663"}])
def test_both_create_calls_bring_the_same_lp_number(gateway: Gateway, lp: dict[str, Any]) -> None:
    result = CREATED["result"] | lp | {"intl_tracking_no": "RA200014005TR"}  # type: ignore[operator]
    platform, _ = gateway({"result": result})
    made = platform.create_shipment(PARCEL)
    assert (made.lp_number, made.tracking_number) == ("LP00143017183663", "RA200014005TR")


UNREACHABLE = {"success": False, "error_code": 1001, "error_desc": "地址不可达"}


@pytest.mark.parametrize(
    "answer",
    [
        {"result": UNREACHABLE, "request_id": "r1"},
        {"result": UNREACHABLE, "request_id": "r1", "result_success": True},
        {"result": UNREACHABLE, "request_id": "r1", "result_success": False},
        an_error(15, sub_code="isv.invalid-parameter"),
        an_error(40),
    ],
)  # fmt: skip
def test_a_plain_no_is_a_refusal(gateway: Gateway, answer: dict[str, Any]) -> None:
    platform, _ = gateway(answer)
    with pytest.raises(Refused) as refusal:
        platform.create_shipment(PARCEL)
    assert refusal.value.code
    assert refusal.value.text
    assert refusal.value.request_id == "r1"


#: Answers that say nothing about whether any call was carried out.
UNCLEAR: list[Any] = [
    b"",
    b"{}",
    b"<html>busy</html>",
    (502, b"<html>502</html>"),
    (403, b"<html>blocked</html>"),
    (302, b""),
    {"request_id": "r1"},
    {"result": {}},
    {"error_response": "busy"},
    an_error(10),
    an_error(15),
    an_error(15, sub_code="isp.top-remote-connection-timeout"),
    an_error(4711),
    an_error("ServiceTimeout", type="ISP"),
    None,
]


@pytest.mark.parametrize(
    "answer",
    [
        *UNCLEAR,
        {"aliexpress_logistics_createwarehouseorder_response": None},
        {"result": {"warehouse_order_id": 1}},
        {"result": {"success": True}},
        {"result": {"success": False, "warehouse_order_id": 1}},
        {"result": {"success": False, "error_desc": "系统异常，请稍后再试"}},
        {"result_success": False, "result": {"success": True, "warehouse_order_id": 1}},
    ],
    ids=str,
)
def test_an_unclear_answer_to_a_create_call_is_never_a_refusal(gateway: Gateway, answer: Any) -> None:
    platform, scripted = gateway(answer)
    with pytest.raises(OutcomeUnknown):
        platform.create_shipment(PARCEL)
    assert len(scripted.asked) == 1


@pytest.mark.parametrize(
    "answer",
    [
        an_error(7, sub_code="accesscontrol.limited-by-api-access-count"),
        an_error("ApiCallLimit", type="ISV", msg="this ban will last 5 seconds"),
        an_error(27),
        (429, b""),
    ],
    ids=str,
)
def test_a_create_call_that_was_turned_away_may_be_repeated(gateway: Gateway, answer: Any) -> None:
    platform, _ = gateway(answer)
    with pytest.raises(Unavailable):
        platform.create_shipment(PARCEL)


def test_no_connection_means_not_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    for unusable in (url, "ftp://127.0.0.1", "http://127.0.0.1:notaport"):
        client = Client(unusable, "1", "secret", "token", now=lambda: NOW)
        with pytest.raises(Unavailable) as caught:
            Platform(client).create_shipment(PARCEL)
        client.close()
        assert caught.value.code == "unreachable"


def test_a_silent_gateway_leaves_the_outcome_unknown() -> None:
    """It listens and takes the request in, but never answers."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        client = Client(url, "1", "secret", "token", now=lambda: NOW, timeout=httpx.Timeout(5.0, read=0.2))
        with pytest.raises(OutcomeUnknown) as caught:
            Platform(client).create_shipment(PARCEL)
        with pytest.raises(Unavailable):
            Platform(client).seller_addresses()
        client.close()
    assert (caught.value.code, caught.value.text) == ("no_answer", "ReadTimeout")


def test_a_kept_alive_connection_cut_before_the_answer_is_not_sent_again(gateway: Gateway) -> None:
    """The request came in whole on a connection that had worked before; another one would be a second parcel."""
    platform, scripted = gateway({"is_success": True}, None, CREATED)
    platform.plans(ORDER)
    with pytest.raises(OutcomeUnknown):
        platform.create_shipment(PARCEL)
    assert [asked["method"].rpartition(".")[2] for asked in scripted.asked] == [
        "getonlinelogisticsservicelistbyorderid",
        "createwarehouseorder",
    ]


# What questions may answer. "There is none" must never be a misunderstanding.


@pytest.mark.parametrize(
    "answer",
    [
        *UNCLEAR,
        {"result": {"total_page": 0}},
        {"result": {"result_list": []}},
        {"result": {"success": True, "result_list": "none"}},
        {"result": {"success": True, "result_list": {"a": [], "b": []}}},
        {"result": {"success": True, "result_list": [1]}},
        {"result": {"success": True, "total_page": "many"}},
    ],
    ids=str,
)
def test_an_unreadable_list_of_logistics_orders_is_not_an_empty_one(gateway: Gateway, answer: Any) -> None:
    platform, _ = gateway(answer)
    with pytest.raises(Unavailable):
        platform.logistics_orders(ORDER)


@pytest.mark.parametrize(
    "answer",
    [
        b"{}",
        {"request_id": "r1"},
        {"sub_trade_order_list": []},
        {"result_success": True, "sub_trade_order_list": "none"},
        {"result_success": True, "sub_trade_order_list": [{"sub_trade_order_index": "first", "shipment_list": [{}]}]},
    ],
    ids=str,
)  # fmt: skip
def test_unreadable_declarations_are_not_missing_ones(gateway: Gateway, answer: Any) -> None:
    platform, _ = gateway(answer)
    with pytest.raises(Unavailable):
        platform.declarations(ORDER)


@pytest.mark.parametrize(
    "empty", [{}, {"result_list": None}, {"result_list": {}}, {"result_list": {"dto": []}}]
)
def test_none_is_none_when_the_platform_says_so(gateway: Gateway, empty: dict[str, Any]) -> None:
    platform, _ = gateway({"result": {"success": True} | empty})
    assert platform.logistics_orders(ORDER) == []


def test_a_logistics_order_is_read_whole(gateway: Gateway) -> None:
    row = {
        "logistics_order_id": 5043788595,
        "trade_order_id": int(ORDER),
        "logistics_status": "wait_warehouse_receive_goods",
        "international_logistics_num": "RA200014005TR",
        "international_logistics_type": "CAINIAO_STANDARD_YANWENBJ",
        "out_order_code": "LP00143017183663",
        "solution_code": "CAINIAO_STANDARD",
        "gmt_create": "2026-01-14 18:30:00",
        "logistics_fee": {"amount": "3.21", "currency_code": "USD"},
        "logistics_fee_list": {"money": [{"amount": "22.49", "cent": 2249, "currency_code": "CNY"}]},
        "logistics_service_list": {"logistics_service_dto": [{"code": "SELF_POST"}, {"code": "UNREACHABLE_RETURN"}]},
    }  # fmt: skip
    wrapped = {"aeop_logistics_order_detail_dto": [row]}
    platform, _ = gateway({"result": {"success": True, "total_page": 1, "result_list": wrapped}})
    [found] = platform.logistics_orders(ORDER)
    assert (found.logistics_order_id, found.order_id) == ("5043788595", ORDER)
    assert (found.service_code, found.plan_id) == ("CAINIAO_STANDARD_YANWENBJ", "CAINIAO_STANDARD")
    assert (found.tracking_number, found.lp_number) == ("RA200014005TR", "LP00143017183663")
    assert found.created_at == NOW
    assert found.fee == Money(2249, "CNY")
    assert found.returns


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("该交易订单已填写发货通知，不能重复填写", "already_declared"),
        ("该交易订单缺少履约信息", "wrong_status"),
        ("该货运跟踪号未通过物流风控审核，请更换", "bad_tracking_number"),
        ("您填写的交易订单号有误或不属于当前账号", "wrong_order"),
        ("别的原因", "-999"),
    ],
)
def test_why_a_declaration_was_refused_is_told_by_its_text(gateway: Gateway, said: str, code: str) -> None:
    answer = {
        "result_success": False,
        "result_error_code": "-999",
        "result_error_desc": said,
        "request_id": "r1",
    }
    platform, _ = gateway(answer)
    with pytest.raises(Refused) as refusal:
        platform.declare(ORDER, service_key="S", tracking_number="LV123456785CN", everything=True)
    assert (refusal.value.code, refusal.value.text, refusal.value.request_id) == (code, said, "r1")


@pytest.mark.parametrize(
    "answer",
    [
        {"result_success": False, "result_error_code": "-999", "result_error_desc": "系统异常"},
        {"request_id": "r1"},
        b"{}",
        an_error(15, sub_code="isp.unknown-error"),
        None,
    ],
    ids=str,
)
def test_an_unclear_answer_to_a_declaration_is_never_a_refusal(gateway: Gateway, answer: Any) -> None:
    platform, _ = gateway(answer)
    with pytest.raises(OutcomeUnknown):
        platform.declare(ORDER, service_key="S", tracking_number="LV123456785CN", everything=False)


@pytest.mark.parametrize(
    ("result", "error", "code"),
    [
        ('{"StatusCode": 200, "errorDesc": "no number yet"}', Refused, "label_not_ready"),
        ('{"StatusCode": 200}', Unavailable, "bad_label"),
        ('{"body": "UEsDBA=="}', Unavailable, "bad_label"),
        ('{"body": "not base64!"}', Unavailable, "bad_label"),
        ('{"body": ', Unavailable, "bad_label"),
        ("[]", Unavailable, "bad_label"),
        ("", Unavailable, "bad_label"),
        (None, Unavailable, "bad_label"),
    ],
)
def test_what_is_not_a_label_is_not_taken_for_one(
    gateway: Gateway, result: str | None, error: type[PlatformError], code: str
) -> None:
    platform, _ = gateway({"result": result})
    with pytest.raises(error) as caught:
        platform.labels([("RA200014005TR", "5043788595")])
    assert caught.value.code == code


def test_a_label_may_come_as_text_or_as_an_object(gateway: Gateway) -> None:
    label = {"StatusCode": 200, "Content-Type": "application/pdf", "body": "JVBERi0xLjQK"}
    platform, _ = gateway({"result": json.dumps(label)}, {"result": label})
    for _ in range(2):
        assert platform.labels([("RA200014005TR", "5043788595")]) == b"%PDF-1.4\n"


@pytest.mark.parametrize("count", [0, 21])
def test_labels_are_asked_in_safe_numbers(gateway: Gateway, count: int) -> None:
    platform, scripted = gateway()
    with pytest.raises(FieldLimit):
        platform.labels([("RA200014005TR", "5043788595")] * count)
    assert scripted.asked == []


# The order list.


def a_page(page: int, order_ids: Sequence[int], total: int) -> dict[str, Any]:
    rows = [{"order_id": one, "order_status": "WAIT_SELLER_SEND_GOODS"} for one in order_ids]
    listed = {"success": True, "current_page": page, "total_page": 2, "total_count": total}
    return {"result": listed | {"target_list": {"aeop_order_item_dto": rows}}}


def test_an_order_that_slips_to_an_earlier_page_is_not_missed(gateway: Gateway) -> None:
    """While page 1 was read, one of its orders was shipped, and 3 took the place of the last one on it."""
    platform, scripted = gateway(
        a_page(1, [1, 2], 4), a_page(2, [4], 3), a_page(1, [2, 3], 3), a_page(2, [4], 3)
    )
    assert [order.order_id for order in platform.orders(["WAIT_SELLER_SEND_GOODS"])] == ["1", "2", "4", "3"]
    assert len(scripted.asked) == 4


def test_a_list_that_stays_still_is_read_once(gateway: Gateway) -> None:
    platform, scripted = gateway(a_page(1, [1, 2], 3), a_page(2, [3], 3))
    assert [order.order_id for order in platform.orders(["WAIT_SELLER_SEND_GOODS"])] == ["1", "2", "3"]
    queries = [json.loads(asked["param_aeop_order_query"]) for asked in scripted.asked]
    assert [query["current_page"] for query in queries] == [1, 2]
    assert queries[0]["order_status_list"] == ["WAIT_SELLER_SEND_GOODS"]


def test_a_page_of_the_list_is_asked_by_states_and_times_of_the_platforms_zone(gateway: Gateway) -> None:
    platform, scripted = gateway(a_page(2, [1, 2], 3))
    page = platform.order_page(
        ["WAIT_SELLER_SEND_GOODS"], 2, modified_from=NOW - timedelta(days=1), modified_until=NOW
    )
    assert [order.order_id for order in page.orders] == ["1", "2"]
    assert (page.page_count, page.order_count) == (2, 3)
    query = json.loads(scripted.asked[0]["param_aeop_order_query"])
    assert (query["current_page"], query["page_size"]) == (2, 50)
    assert query["order_status_list"] == ["WAIT_SELLER_SEND_GOODS"]
    assert (query["modified_date_start"], query["modified_date_end"]) == (
        "2026-01-13 18:30:00",
        "2026-01-14 18:30:00",
    )


@pytest.mark.parametrize(
    ("left", "ship_by_at"),
    [
        ({"timeout_left_time": 3_600_000}, NOW + timedelta(hours=1)),
        ({"timeout_left_time": "-60000"}, NOW - timedelta(minutes=1)),
        ({"timeout_left_time": 3_600_000 - 400}, NOW + timedelta(hours=1)),
        ({"left_send_good_day": "2", "left_send_good_hour": "3", "left_send_good_min": "4"},
         NOW + timedelta(days=2, hours=3, minutes=4)),
        ({"left_send_good_day": "2", "timeout_left_time": 2 * 86_400_000 + 5_000}, NOW + timedelta(days=2)),
        ({"left_send_good_day": "2", "timeout_left_time": 2 * 86_400}, NOW + timedelta(days=2)),
        ({"left_send_good_day": "0", "timeout_left_time": -7_200_000}, NOW - timedelta(hours=2)),
        ({}, None),
    ],
)  # fmt: skip
def test_the_deadline_follows_from_the_time_left(
    gateway: Gateway, left: dict[str, Any], ship_by_at: datetime | None
) -> None:
    answer = a_page(1, [1], 1)
    answer["result"]["total_page"] = 1
    answer["result"]["target_list"]["aeop_order_item_dto"][0] |= left
    platform, _ = gateway(answer)
    [order] = platform.orders(["WAIT_SELLER_SEND_GOODS"])
    assert order.ship_by_at == ship_by_at


@pytest.mark.parametrize(
    "answer", [{"request_id": "r1"}, {"result": {}}, {"result": {"success": True, "target_list": "x"}}]
)
def test_an_unreadable_order_list_is_not_an_empty_one(gateway: Gateway, answer: dict[str, Any]) -> None:
    """Otherwise every order here would look as if it were gone there."""
    platform, _ = gateway(answer)
    with pytest.raises(Unavailable):
        list(platform.orders(["WAIT_SELLER_SEND_GOODS"]))


@pytest.mark.parametrize("answer", [{"target": None}, {"target": {}}, {"request_id": "r1"}])
def test_an_order_without_details_is_not_somebody_elses(gateway: Gateway, answer: dict[str, Any]) -> None:
    platform, _ = gateway(answer)
    with pytest.raises(Unavailable):
        platform.order(ORDER)


@pytest.mark.parametrize(
    ("address", "street"),
    [
        ({"address": "1 Sample Street", "detail_address": "1 Sample Street"}, "1 Sample Street"),
        ({"detail_address": "1 Sample Street", "address2": "Flat 3"}, "1 Sample Street Flat 3"),
        ({"detail_address": "1 Sample Street Flat 3", "address2": "Flat 3"}, "1 Sample Street Flat 3"),
        ({"address2": "Flat 3"}, "Flat 3"),
    ],
)
def test_the_flat_is_part_of_the_address(gateway: Gateway, address: dict[str, str], street: str) -> None:
    platform, _ = gateway({"target": {"id": int(ORDER), "receipt_address": address}})
    assert platform.order(ORDER).receiver.address == street


# Bans.


def test_a_short_ban_is_waited_out(gateway: Gateway) -> None:
    banned = an_error(7, sub_code="accesscontrol.limited-by-app-api-access-count",
                      sub_msg="This ban will last for 0 more seconds")  # fmt: skip
    platform, scripted = gateway(banned, {"is_success": True})
    with pytest.raises(Unavailable):
        platform.plans(ORDER)
    assert platform.plans(ORDER) == []
    assert len(scripted.asked) == 2


def test_a_ban_of_one_method_leaves_the_others(gateway: Gateway) -> None:
    banned = an_error("ApiCallLimit", msg="this ban will last 60 seconds")
    platform, scripted = gateway(banned, {"result_success": True})
    for _ in range(2):
        with pytest.raises(Unavailable):
            platform.plans(ORDER)
    assert platform.declarations(ORDER) == []
    assert len(scripted.asked) == 2


def test_a_used_up_quota_stops_every_method_until_midnight_in_beijing(gateway: Gateway) -> None:
    """NOW is half past ten in the morning there: thirteen and a half hours are left, and a margin."""
    used_up = an_error(7, sub_code="accesscontrol.limited-by-app-access-count")
    platform, scripted = gateway(used_up)
    with pytest.raises(DailyQuota) as first:
        platform.plans(ORDER)
    with pytest.raises(DailyQuota):
        platform.create_shipment(PARCEL)
    assert first.value.retry_after == 13.5 * 3600 + 30
    [ban] = platform.bans()
    assert (ban.daily, ban.method, ban.until_at) == (True, "", NOW + timedelta(hours=13.5, seconds=30))
    assert len(scripted.asked) == 1


# What is remembered and logged.


def test_nothing_personal_and_nothing_secret_is_logged(
    gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    platform, _ = gateway(CREATED | {"request_id": "16pvqkp3h9qtb"}, b'{"name": "Vera Made-Up"', an_error(40))
    platform.create_shipment(PARCEL)
    for _ in range(2):
        with pytest.raises(PlatformError):
            platform.create_shipment(PARCEL)
    shown = caplog.text + str(platform.exchanges())
    assert "aliexpress.logistics.createwarehouseorder ok 16pvqkp3h9qtb" in shown
    for private in ("Vera", "Made-Up", "Sample Street", "353851234567", "secret", "token=", "sign="):
        assert private not in shown


def test_an_answer_outside_the_protocol_is_told_to_the_developers(
    gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    platform, _ = gateway(b"<html>")
    with pytest.raises(BadAnswer):
        platform.create_shipment(PARCEL)
    told = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert ["createwarehouseorder" in record.message for record in told] == [True]


def test_the_newest_exchange_comes_first(gateway: Gateway) -> None:
    platform, _ = gateway({"is_success": True, "request_id": "r1"}, an_error(27))
    platform.plans(ORDER)
    with pytest.raises(Unavailable):
        platform.declarations(ORDER)
    newest, oldest = platform.exchanges()
    assert (newest.code, newest.method) == ("27", "aliexpress.logistics.querysellershipmentinfo")
    assert (oldest.code, oldest.request_id, oldest.at) == ("ok", "r1", NOW)


def test_threads_may_share_a_client_while_somebody_watches(desk: Desk) -> None:
    platform = desk.app.platform
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(platform.domestic_companies) for _ in range(REMEMBERED + 50)]
        while not all(one.done() for one in asked):
            assert len(platform.exchanges()) <= REMEMBERED
    assert {len(one.result()) for one in asked} == {4}
    assert len(platform.exchanges()) == REMEMBERED


# The sandbox plays along.


def a_light_parcel(desk: Desk, order_id: str) -> NewShipment:
    """On a plan that offers returns; its published prices end at 150 g."""
    offered = desk.app.platform.plans(order_id, weight_g=100)
    [code] = [plan.service_code for plan in offered if plan.plan_id == "CAINIAO_STANDARD"]
    light = (replace(PARCEL.goods[0], quantity=1, weight_g=100, child_order_id=None),)
    return replace(PARCEL, order_id=order_id, service_code=code, goods=light)


@pytest.mark.parametrize("decision", list(Decision))
def test_the_decision_made_is_the_decision_kept(desk: Desk, decision: Decision) -> None:
    order_id = desk.order_ids()[0]
    wanted = replace(a_light_parcel(desk, order_id), undeliverable=decision)
    made = desk.app.platform.create_shipment(wanted)
    [found] = desk.app.platform.logistics_orders(order_id)
    assert found.logistics_order_id == made.logistics_order_id
    assert found.returns == (decision is Decision.RETURN)
    [kept] = desk.logistics_orders()
    assert kept["undeliverable_decision"] == decision


def test_every_page_of_an_orders_logistics_orders_is_read(desk: Desk) -> None:
    order_id = desk.order_ids()[0]
    wanted = a_light_parcel(desk, order_id)
    made = {desk.app.platform.create_shipment(wanted).logistics_order_id for _ in range(21)}
    found = desk.app.platform.logistics_orders(order_id)
    assert {one.logistics_order_id for one in found} == made
    assert len(found) == 21


def test_an_order_is_shipped_in_parts_and_closed_by_the_last(empty_desk: Desk) -> None:
    empty_desk.load([an_export_row(products=a_products_cell(("SKU-1", 1), ("SKU-2", 1)))])
    [order_id] = empty_desk.order_ids()
    platform = empty_desk.app.platform
    for number, everything, status in (
        ("LV123456785CN", False, "SELLER_PART_SEND_GOODS"),
        ("LV123456799CN", True, "WAIT_BUYER_ACCEPT_GOODS"),
    ):
        platform.declare(
            order_id, service_key="CAINIAO_STANDARD", tracking_number=number, everything=everything
        )
        assert platform.order(order_id).status == status
    told = {one.tracking_number: one.everything for one in platform.declarations(order_id)}
    assert told == {"LV123456785CN": False, "LV123456799CN": True}


def test_a_brazilian_order_brings_its_tax_number(empty_desk: Desk) -> None:
    empty_desk.load([an_export_row(收货国家="Brazil")])
    [order_id] = empty_desk.order_ids()
    receiver = empty_desk.app.platform.order(order_id).receiver
    assert receiver.country == "BR"
    assert len(receiver.tax_number) == 11


def test_an_error_after_the_write_leaves_a_parcel_to_be_found(desk: Desk) -> None:
    order_id = desk.order_ids()[0]
    wanted = a_light_parcel(desk, order_id)
    desk.behave(faults={"create:isp_after": 1.0})
    with pytest.raises(OutcomeUnknown):
        desk.app.platform.create_shipment(wanted)
    assert len(desk.app.platform.logistics_orders(order_id)) == 1
