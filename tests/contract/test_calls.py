"""Each call of the platform by lines of data: what goes on the wire, and how its answer is read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lib.aliexpress.accounts import Carrier
from lib.aliexpress.errors import BadAnswer, FieldLimit, OutcomeUnknown, Refused, Unavailable
from lib.aliexpress.platform import Client, Parcel, Platform, SubOrderParcel
from lib.domain.money import Money
from lib.domain.shipments import Decision, HandoverMode
from tests.contract.test_shipping import CREATED, ORDER, PARCEL
from tests.gateways import Gateway

NOW = datetime(2026, 1, 15, 2, 30, tzinfo=UTC)
Asking = Callable[..., tuple[Platform, Gateway]]


@pytest.fixture
def asking() -> Iterator[Asking]:
    """Make a platform before a gateway that gives these answers, one a call, and checks every signature."""
    ends: list[Callable[[], None]] = []
    made: list[Gateway] = []

    def make(*answers: Any) -> tuple[Platform, Gateway]:
        waiting = list(answers)
        gateway = Gateway(lambda path, params: waiting.pop(0))
        client = Client(gateway.url, "1", "secret", "token", now=lambda: datetime.now(UTC))
        made.append(gateway)
        ends.extend((client.close, gateway.stop))
        return Platform(client, now=lambda: NOW), gateway

    yield make
    for end in ends:
        end()
    assert [gateway.objections for gateway in made] == [[] for _ in made]


def sent(gateway: Gateway) -> dict[str, Any]:
    """The parameters of the only call that are ours, with JSON texts opened."""
    [(_, params)] = gateway.asked
    system = {"app_key", "format", "session", "sign", "sign_method", "timestamp", "v"}
    return {name: _opened(value) for name, value in params.items() if name not in system}


def _opened(value: str) -> Any:
    return json.loads(value) if value.startswith(("{", "[")) else value


# Orders.

ROW = {
    "order_id": int(ORDER),
    "order_status": "WAIT_SELLER_SEND_GOODS",
    "gmt_create": "2026-01-14 10:00:00",
    "gmt_pay_time": "2026-01-14 10:05:00",
    "gmt_update": "2026-01-14 11:00:00",
    "pay_amount": {"amount": "25.00", "currency_code": "USD"},
    "buyer_signer_fullname": "Vera Made-Up",
    "product_list": {
        "aeop_order_product_dto": [
            {
                "child_id": 8183456712350001,
                "sku_code": "SKU-1",
                "product_name": "Scarf",
                "product_count": 2,
                "product_unit": "piece",
                "product_unit_price": {"amount": "12.50", "currency_code": "USD"},
                "logistics_type": "CAINIAO_STANDARD",
                "son_order_status": "WAIT_SELLER_SEND_GOODS",
                "memo": "red please",
                "extend_map": '{"orderBusinessModel":"SEMI_CHOICE_SELF"}',
            },
            {"child_id": 8183456712360001, "send_goods_operator": "WAREHOUSE_SEND_GOODS", "memo": "red please"},
        ]
    },
}  # fmt: skip


def a_list(*rows: dict[str, Any]) -> dict[str, Any]:
    listed = {"success": True, "total_page": 1, "total_count": len(rows)}
    return {"result": listed | {"target_list": {"aeop_order_item_dto": list(rows)}}}


def test_a_listed_order_is_read_with_its_lines_money_and_times(asking: Asking) -> None:
    platform, _ = asking(a_list(ROW))
    [order] = platform.orders(["WAIT_SELLER_SEND_GOODS"])
    assert (order.ordered_at, order.paid_at) == (
        datetime(2026, 1, 14, 18, tzinfo=UTC),
        datetime(2026, 1, 14, 18, 5, tzinfo=UTC),
    )
    assert (order.paid, order.buyer_name, order.note) == (Money(2500, "USD"), "Vera Made-Up", "red please")
    assert order.semi_managed
    first, second = order.lines
    assert (first.child_order_id, first.sku, first.quantity, first.unit_price) == (
        "8183456712350001", "SKU-1", 2, Money(1250, "USD"),
    )  # fmt: skip
    assert [line.shipped_by_platform for line in order.lines] == [False, True]
    assert second.line_no == 2


def test_dates_are_asked_in_us_pacific_with_their_time(asking: Asking) -> None:
    platform, gateway = asking(a_list())
    since = datetime(2026, 3, 8, 12, tzinfo=UTC)  # Summer time began two hours before, there.
    assert (
        list(platform.orders(["FINISH"], changed_since=since, created_since=since - timedelta(days=1))) == []
    )
    query = sent(gateway)["param_aeop_order_query"]
    assert (query["modified_date_start"], query["create_date_start"]) == (
        "2026-03-08 05:00:00",
        "2026-03-07 04:00:00",
    )
    assert query["modified_date_end"] == query["create_date_end"] == "2026-01-15 18:30:00"


def test_no_more_states_than_the_platform_takes_are_asked(asking: Asking) -> None:
    platform, gateway = asking()
    for statuses in ([], ["FINISH"] * 21):
        with pytest.raises(FieldLimit):
            list(platform.orders(statuses))
    assert gateway.asked == []


def test_a_request_to_cancel_is_read_with_its_reason(asking: Asking) -> None:
    detail = {
        "target": {"id": int(ORDER), "order_status": "IN_CANCEL", "cancel_request_reason": "ordered twice"}
    }
    platform, gateway = asking(a_list(ROW | {"order_status": "IN_CANCEL"}), detail)
    [order] = platform.cancel_requests()
    assert (order.order_id, order.cancel_reason) == (ORDER, "ordered twice")
    assert json.loads(gateway.asked[0][1]["param_aeop_order_query"])["order_status_list"] == ["IN_CANCEL"]


RECEIPT = {"contact_person": "Vera", "country": "CL", "detail_address": "1 Sample Street", "phone_country": "56",
           "phone_number": "123", "cpf_no": "11"}  # fmt: skip


def test_a_receiver_is_read_and_an_encrypted_one_is_decrypted(asking: Asking) -> None:
    platform, gateway = asking({"result": RECEIPT})
    receiver = platform.receiver(ORDER)
    assert (receiver.name, receiver.phone, receiver.tax_number) == ("Vera", "56-123", "11")
    hidden = {"result": RECEIPT | {"contact_person": "V**a", "oaid": "x1"}}
    platform, gateway = asking(hidden, {"result_obj": RECEIPT, "result_code": 200})
    assert platform.receiver(ORDER).name == "Vera"
    assert gateway.asked[1][1]["oaid"] == "x1"
    platform, gateway = asking(hidden, {"result_code": "403", "result_info": "no"})
    with pytest.raises(Refused):
        platform.receiver(ORDER)


@pytest.mark.parametrize(
    ("answer", "number"),
    [
        ({"result": {"rut_no": "7"}}, "7"),
        ({"cpf": "9"}, "9"),
        ({"result": {"cpf": None}, "request_id": "1"}, ""),
    ],
)
def test_a_tax_number_is_found_wherever_it_stands(asking: Asking, answer: Any, number: str) -> None:
    platform, _ = asking(answer)
    assert platform.tax_number(ORDER) == number


# Plans.

PLAN = {
    "logistics_service_id": "CAINIAO_STANDARD_YANWENBJ",
    "logistics_service_name": "无忧标准",
    "warehouse_name": "燕文北京仓",
    "logistics_timeliness": "15-45天",
    "trial_result": "CN¥74.55",
    "discount_trial_result": "CN¥70.00",
    "other_fees": {"fee": [{"code": "x", "name": "fuel", "amount": "1.20", "curreny": "CNY"}]},
    "available_logistic_service_list": {"dto": [{"code": "SELF_SEND"}, {"code": "UNREACHABLE_RETURN"}]},
    "is_express_logistics_service": False,
}


def test_the_current_plans_say_what_each_can_do(asking: Asking) -> None:
    answer = {"result_response": {"is_success": True, "result_list": {"result": [PLAN]}}}
    platform, gateway = asking(answer)
    parts = [Parcel(100, 101, 50, 9, "8183456712350001"), Parcel(200, 200, 50, 9, "8183456712360001")]
    [plan] = platform.plans_with_services(ORDER, Parcel(350), parts=parts)
    assert (plan.plan_id, plan.warehouse_code) == ("CAINIAO_STANDARD", "YANWENBJ")
    assert (plan.price, plan.discounted) == (Money(7455, "CNY"), Money(7000, "CNY"))
    assert (plan.days_min, plan.days_max, plan.returns) == (15, 45, True)
    assert plan.other_fees == (("fuel", Money(120, "CNY")),)
    wanted = sent(gateway)["interface_request"]
    assert (wanted["order_id"], wanted["goods_weight"]) == (int(ORDER), "0.350")
    assert wanted["sub_order_list"][0] == {
        "order_id": 8183456712350001, "locale": "zh_CN", "goods_length": 11, "goods_width": 5, "goods_height": 1,
        "goods_weight": "0.100",
    }  # fmt: skip


def test_a_plan_without_the_return_service_offers_no_return_and_the_older_call_does_not_say(
    asking: Asking,
) -> None:
    without = PLAN | {"available_logistic_service_list": [{"code": "SELF_SEND"}]}
    platform, _ = asking(
        {"result_response": {"is_success": True, "result_list": [without]}},
        {"is_success": True, "result_list": [{"logistics_service_id": "A_B", "other_fees": "none"}]},
    )
    assert [plan.returns for plan in platform.plans_with_services(ORDER, Parcel())] == [False]
    assert [plan.returns for plan in platform.plans(ORDER)] == [None]


@pytest.mark.parametrize(
    "parcel",
    [{"weight_g": 2001}, {"length_mm": 601}, {"length_mm": 400, "width_mm": 400, "height_mm": 101}],
)
def test_parcels_beyond_the_older_call_are_asked_for_by_the_current_one(
    asking: Asking, parcel: dict[str, int]
) -> None:
    platform, gateway = asking({"result_response": {"is_success": True}})
    assert platform.plans(ORDER, **parcel) == []
    assert gateway.asked[0][1]["method"] == "aliexpress.logistics.service.query"


@pytest.mark.parametrize("part", [Parcel(), Parcel(100), Parcel(100, 1, 1, 1), Parcel(None, 1, 1, 1, "1")])
def test_a_part_of_an_order_needs_its_sub_order_weight_and_sizes(asking: Asking, part: Parcel) -> None:
    platform, gateway = asking()
    with pytest.raises(FieldLimit):
        platform.plans_with_services(ORDER, Parcel(), parts=[part])
    assert gateway.asked == []


def test_carriers_know_the_numbers_they_take(asking: Asking) -> None:
    row = {"service_name": "CAINIAO_STANDARD", "display_name": "Standard", "logistics_company": "CAINIAO",
           "tracking_no_regex": "^LP[0-9]{14}$", "min_process_day": "1", "max_process_day": 7}  # fmt: skip
    platform, _ = asking({"result_success": True, "result_list": {"aeop_logistics_service_result": [row]}})
    [carrier] = platform.carriers()
    assert carrier == Carrier("CAINIAO_STANDARD", "Standard", "CAINIAO", "^LP[0-9]{14}$", 1, 7)
    assert carrier.takes("LP00143017183663")
    assert not carrier.takes("RA200014005TR")
    assert replace(carrier, number_pattern="(").takes("anything")


# Creating.


@pytest.mark.parametrize(
    ("mode", "said", "courier"),
    [
        (HandoverMode.PICKUP, "DOOR_PICKUP", False),
        (HandoverMode.APPLY_PICKUP, "DOOR_PICKUP", False),
        (HandoverMode.SELF_POST, "SELF_POST", True),
        (HandoverMode.SELF_SEND, "SELF_SEND", False),
    ],
)
def test_the_current_create_call_says_how_the_parcel_comes(
    asking: Asking, mode: HandoverMode, said: str, courier: bool
) -> None:
    platform, gateway = asking(CREATED)
    door = "1101" if said == "DOOR_PICKUP" else None
    wanted = replace(PARCEL, handover=mode, pickup_address_id=door, oaid="x1", top_user_key="k",
                     insured=Money(4500, "USD"), insure_return=True)  # fmt: skip
    platform.create_shipment_current(wanted)
    asked = sent(gateway)
    assert asked["method"] == "aliexpress.logistics.order.createorder"
    assert (asked["pickup_type"], asked["oaid"], asked["top_user_key"]) == (said, "x1", "k")
    assert ("domestic_tracking_no" in asked) is courier
    # -1 would say that the seller brings it: a courier that is not listed has no company here.
    assert "domestic_logistics_company_id" not in asked
    assert asked["insurance_coverage"] == {"cent": 4500, "currency_code": "USD"}
    assert asked["is_agree_upgrade_reverse_parcel_insure"] == "true"
    assert asked["undeliverable_decision"] == "0"


def test_the_current_create_call_names_a_listed_courier_and_needs_no_number(asking: Asking) -> None:
    platform, gateway = asking(CREATED, CREATED)
    wanted = replace(PARCEL, handover=HandoverMode.SELF_POST, pickup_address_id=None)
    platform.create_shipment_current(replace(wanted, courier_id=505, courier_name="SF"))
    asked = sent(gateway)
    assert (asked["domestic_logistics_company_id"], asked["domestic_logistics_company"]) == ("505", "SF")
    platform.create_shipment_current(replace(wanted, courier_number=""))
    assert "domestic_tracking_no" not in gateway.asked[-1][1]
    with pytest.raises(FieldLimit):
        platform.create_shipment(replace(wanted, courier_number=""))


@pytest.mark.parametrize(
    "wrong",
    [{}, {"handover": HandoverMode.PICKUP}, {"handover": HandoverMode.SELF_SEND, "pickup_address_id": "1"}],
)
def test_the_current_create_call_is_not_made_without_knowing_how(
    asking: Asking, wrong: dict[str, Any]
) -> None:
    platform, gateway = asking()
    with pytest.raises(FieldLimit):
        platform.create_shipment_current(replace(PARCEL, **wrong))
    assert gateway.asked == []


@pytest.mark.parametrize(
    ("decision", "services"),
    [(Decision.RETURN, ["SELF_POST", "UNREACHABLE_RETURN"]), (Decision.DESTROY, ["SELF_POST"])],
)
def test_the_carriers_create_call_buys_the_return_or_does_not(
    asking: Asking, decision: Decision, services: list[str]
) -> None:
    platform, gateway = asking({"is_success": "", "result": {"logistics_order_id": 5043788595}})
    wanted = replace(PARCEL, handover=HandoverMode.SELF_POST, undeliverable=decision)
    made = platform.create_shipment_by_carrier(wanted, "CAINIAO_STANDARD", "YANWENBJ")
    assert made.logistics_order_id == "5043788595"
    asked = sent(gateway)["order_param"]
    assert [one["code"] for one in asked["solution_param"]["service_params"]] == services
    assert asked["solution_param"]["service_params"][0]["features"]["warehouse_code"] == "YANWENBJ"
    [item] = asked["package_params"][0]["item_params"]
    assert (item["unit_price"], item["total_price"], item["weight"]) == (1250, 2500, 350)
    assert asked["receiver_param"]["address_param"]["country_code"] == "IE"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"is_success": False, "error_info": {"error_code": "E1", "error_msg": "no"}}, Refused),
        ({"is_success": False, "need_retry": True, "error_info": {"error_code": "E1"}}, OutcomeUnknown),
        ({"is_success": True, "request_id": "1"}, BadAnswer),
        ({"request_id": "1"}, BadAnswer),
    ],
)
def test_only_a_plain_no_of_the_carrier_is_a_refusal(asking: Asking, answer: Any, error: type) -> None:
    platform, _ = asking(answer)
    with pytest.raises(error):
        platform.create_shipment_by_carrier(
            replace(PARCEL, handover=HandoverMode.SELF_SEND), "CAINIAO_STANDARD"
        )


def test_pickup_warehouses_come_from_the_carrier(asking: Asking) -> None:
    row = {
        "code": "R1",
        "name": "杭州揽收仓",
        "address": "余杭区",
        "work_time_tips": "9-18",
        "contact_telephone": "0571",
    }
    answer = {"result": {"success": True, "solution_service_res_list": {"solution_service_res_dto": [row]}}}
    platform, gateway = asking(answer, {"result": {"success": True}})
    [warehouse] = platform.pickup_warehouses("CAINIAO_STANDARD", "1001")
    assert (warehouse.code, warehouse.name, warehouse.open_hours) == ("R1", "杭州揽收仓", "9-18")
    asked = sent(gateway)
    assert asked["sender_param"] == {"seller_address_id": 1001}
    assert asked["solution_service_res_param"] == {
        "solution_code": "CAINIAO_STANDARD",
        "service_param": {"code": "DOOR_PICKUP"},
    }
    assert platform.pickup_warehouses("CAINIAO_STANDARD", "1001") == []


def test_solutions_come_with_their_fee_taken_apart(asking: Asking) -> None:
    part = {"fee_detail_type": "normal_delivery_fee", "fee": 2249, "fee_currency": "CNY"}
    fee = {"fee_type": "POST_ESTIMATED_COST", "total_fee": 2249, "currency": "CNY"}
    fee |= {"fee_detail_list": {"open_fee_detail_dto": [part]}}
    timing = [
        {"display_text": "20-40 days", "timing_type": "ESTIMATE"},
        {"display_text": "15-30 days", "timing_type": "PROMISE"},
    ]
    row = {
        "code": "CAINIAO_STANDARD",
        "name": "Standard",
        "fee_list": {"open_fee_dto": [fee]},
        "timing_list": timing,
    }
    platform, gateway = asking(
        {"is_success": True, "result": {"usable_solution_list": {"open_solution_dto": [row]}}}
    )
    [solution] = platform.solutions(ORDER, Parcel(350, 200, 100, 50))
    assert (solution.fee, solution.days_min, solution.days_max) == (Money(2249, "CNY"), 15, 30)
    assert solution.fee_parts == (("normal_delivery_fee", Money(2249, "CNY")),)
    assert sent(gateway)["package_params"] == [{"length": 200, "width": 100, "height": 50, "weight": 350}]


def test_a_carrier_that_says_no_to_a_question_is_a_refusal(asking: Asking) -> None:
    platform, _ = asking({"is_success": False, "error_info": {"error_code": "E2", "error_msg": "no"}})
    with pytest.raises(Refused) as caught:
        platform.solutions(ORDER, Parcel())
    assert (caught.value.code, caught.value.text) == ("E2", "no")


# Logistics orders.

OLD_ROW = {
    "online_logistics_id": 5043788595,
    "order_id": int(ORDER),
    "lp_number": "LP00143017183663",
    "internationallogistics_id": "RA200014005TR",
    "logistics_status": "waitWarehouseReceiveGoods",
    "close_time": 1768530600000,
}


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ({"tracking_number": "RA200014005TR"}, "international_logistics_id"),
        ({"lp_number": "LP00143017183663"}, "logistics_order_code"),
        ({"courier_number": "SF1"}, "china_logistics_id"),
    ],
)
def test_a_number_on_a_parcel_finds_its_logistics_order(
    asking: Asking, asked: dict[str, str], name: str
) -> None:
    platform, gateway = asking({"is_success": True, "result_list": {"result": [OLD_ROW]}})
    [found] = platform.logistics_orders_by_number(**asked)
    assert (found.logistics_order_id, found.order_id) == ("5043788595", ORDER)
    assert (found.lp_number, found.tracking_number) == ("LP00143017183663", "RA200014005TR")
    assert found.closes_at == datetime(2026, 1, 16, 2, 30, tzinfo=UTC)
    assert sent(gateway)[name] == next(iter(asked.values()))


def test_no_number_finds_nothing(asking: Asking) -> None:
    platform, gateway = asking()
    with pytest.raises(FieldLimit):
        platform.logistics_orders_by_number()
    assert gateway.asked == []


@pytest.mark.parametrize(
    "spelt",
    [
        "wait_warehouse_send_goods",
        "waitWarehouseSendGoods",
        "wait_Warehouse_sendGoods",
        "WAIT_WAREHOUSE_SEND_GOODS",
    ],
)
def test_states_of_every_generation_compare_alike(asking: Asking, spelt: str) -> None:
    platform, _ = asking({"is_success": True, "result_list": [OLD_ROW | {"logistics_status": spelt}]})
    [found] = platform.logistics_orders_by_number(lp_number="LP1")
    assert (found.status, found.status_code) == (spelt, "waitwarehousesendgoods")


@pytest.mark.parametrize(
    ("answer", "unpaid"),
    [({"has_not_pay_order": True}, True), ({"result": {"has_not_pay_order": "false"}}, False)],
)
def test_open_freight_bills_are_seen(asking: Asking, answer: Any, unpaid: bool) -> None:
    platform, _ = asking(answer)
    assert platform.has_unpaid_freight() is unpaid


# Declaring.

NO_INFORMATION, FAILED, ODD_NUMBER = (
    {"error_code": "-999", "error_msg": said}
    for said in ("该交易订单缺少履约信息", "系统异常", "该货运跟踪号未通过物流风控审核")
)
SUB = SubOrderParcel(1, "CAINIAO_STANDARD", "LP00143017183663", True)


def test_sub_orders_are_declared_by_their_number(asking: Asking) -> None:
    other = SubOrderParcel(2, "OTHER_DE_LOCAL", "X1", False, "https://track.example", "DHL")
    platform, gateway = asking({"result": {"success": True, "sub_trade_order_list": {"dto": []}}})
    platform.declare_sub_orders(ORDER, [SUB, other])
    asked = sent(gateway)["param_aeop_seller_shipment_sub_trade_order_request"]
    assert asked["trade_order_id"] == int(ORDER)
    first, second = asked["sub_trade_order_list"]
    assert first == {
        "sub_trade_order_index": 1,
        "send_type": "all",
        "shipment_list": [{"logistics_no": "LP00143017183663", "service_name": "CAINIAO_STANDARD"}],
    }
    assert (second["send_type"], second["shipment_list"][0]["actual_carrier"]) == ("part", "DHL")


@pytest.mark.parametrize(
    "parcels",
    [
        [],
        [SUB] * 21,
        [replace(SUB, index=0)],
        [replace(SUB, tracking_number="")],
        [replace(SUB, service_key="OTHER")],
    ],
)
def test_sub_orders_are_checked_before_the_wire(asking: Asking, parcels: list[SubOrderParcel]) -> None:
    platform, gateway = asking()
    with pytest.raises(FieldLimit):
        platform.declare_sub_orders(ORDER, parcels)
    assert gateway.asked == []


@pytest.mark.parametrize(
    ("answer", "error", "code"),
    [
        ({"result": {"success": False, **NO_INFORMATION}}, Refused, "wrong_status"),
        ({"result": {"success": False, **FAILED}}, OutcomeUnknown, "-999"),
        ({"result": {"success": True, "sub_trade_order_list": [ODD_NUMBER]}}, Refused, "bad_tracking_number"),
        ({"result": {}}, BadAnswer, "bad_fields"),
        ({"request_id": "1"}, BadAnswer, "bad_fields"),
    ],
)  # fmt: skip
def test_a_declared_sub_order_may_be_refused_by_itself(
    asking: Asking, answer: Any, error: type, code: str
) -> None:
    platform, _ = asking(answer)
    with pytest.raises(error) as caught:
        platform.declare_sub_orders(ORDER, [SUB])
    assert caught.value.code == code


def test_a_declaration_is_changed_from_one_number_to_another(asking: Asking) -> None:
    platform, gateway = asking({"result_success": True})
    platform.modify_declaration(
        ORDER,
        old_service_key="CPAM",
        old_tracking_number="A1",
        service_key="EMS",
        tracking_number="B1",
        everything=True,
    )
    asked = sent(gateway)
    assert asked.pop("method") == "aliexpress.logistics.sellermodifiedshipmentfortop"
    assert asked == {
        "out_ref": ORDER, "send_type": "all", "old_service_name": "CPAM", "old_logistics_no": "A1",
        "new_service_name": "EMS", "new_logistics_no": "B1",
    }  # fmt: skip


def test_declarations_of_sub_orders_are_changed_too(asking: Asking) -> None:
    platform, gateway = asking(
        {"is_success": True}, {"is_success": False, "code_of_error": "-1", "error_msg": "no"}
    )
    old = {"old_service_key": "CPAM", "old_tracking_number": "A1"}
    platform.modify_sub_order_declarations(ORDER, [SUB], **old)
    assert sent(gateway)["sub_trade_order_list"][0]["sub_trade_order_index"] == 1
    with pytest.raises(Refused):
        platform.modify_sub_order_declarations(ORDER, [SUB], **old)


def test_a_carrier_that_is_not_listed_needs_a_website(asking: Asking) -> None:
    platform, gateway = asking({"result_success": True})
    told = {"service_key": "OTHER_DE_LOCAL", "tracking_number": "X1", "everything": True}
    with pytest.raises(FieldLimit):
        platform.declare(ORDER, **told)
    platform.declare(ORDER, **told, tracking_website="https://track.example", actual_carrier="DHL")
    assert sent(gateway)["actual_carrier"] == "DHL"


# Afterwards.


def test_events_come_oldest_first_and_unknown_codes_pass_through(asking: Asking) -> None:
    rows = [
        {
            "action_code": "GTMS_SIGNED",
            "event_date": "2026-07-03 10:00:00",
            "event_desc": "Delivered",
            "address": "DE",
        },
        {"action_code": "NEW_CODE", "event_date": ""},
        {"action_code": "GTMS_ACCEPT", "event_date": "2026-07-01 10:00:00", "status": "old"},
        {"action_code": "SC_INBOUND_SUCCESS", "event_date": 1767261600000},
    ]
    platform, gateway = asking({"result_success": True, "details": {"details": rows}})
    found = platform.tracking(ORDER, tracking_number="X1", service_key="EMS", country="DE")
    assert [one.action_code for one in found] == [
        "SC_INBOUND_SUCCESS",
        "GTMS_ACCEPT",
        "GTMS_SIGNED",
        "NEW_CODE",
    ]
    assert found[2].at == datetime(2026, 7, 3, 17, tzinfo=UTC)
    assert sent(gateway) == {
        "method": "aliexpress.logistics.redefining.querytrackingresult",
        "logistics_no": "X1", "origin": "ESCROW", "out_ref": ORDER, "service_name": "EMS", "to_area": "DE",
    }  # fmt: skip


@pytest.mark.parametrize("newest_first", [True, False])
def test_events_of_one_moment_stand_as_they_happened_whichever_end_the_list_begins_at(
    asking: Asking, newest_first: bool
) -> None:
    rows = [
        {"action_code": code, "event_date": at, "timeZone": "GMT+8", "status": "DELIVERING"}
        for code, at in (
            ("GTMS_ACCEPT", 1767261600000),
            ("GTMS_DELIVERING", 1767265200000),
            ("GTMS_SIGNED", 1767265200000),
        )
    ]
    details = rows[::-1] if newest_first else rows
    platform, _ = asking({"result_success": True, "details": {"details": details}})
    found = platform.tracking(ORDER, tracking_number="X1", service_key="EMS", country="DE")
    assert [one.action_code for one in found] == ["GTMS_ACCEPT", "GTMS_DELIVERING", "GTMS_SIGNED"]
    assert {(one.zone, one.status) for one in found} == {("GMT+8", "DELIVERING")}


def test_tracking_that_failed_is_not_a_parcel_without_events(asking: Asking) -> None:
    platform, _ = asking({"result_success": False, "error_desc": "no"}, {"request_id": "1"})
    told = {"tracking_number": "X1", "service_key": "EMS", "country": "DE"}
    with pytest.raises(Refused):
        platform.tracking(ORDER, **told)
    with pytest.raises(Unavailable):
        platform.tracking(ORDER, **told)


def test_abnormal_orders_are_read_page_by_page(asking: Asking) -> None:
    row = {"id": 5043788595, "trade_order_id": int(ORDER), "intl_tracking_no": "X1", "abnormal_code": 5242,
           "abnormal_reason": "内置电池", "unreachable_insured": True, "und_express_mail_no": "SF1",
           "over_time": "2026-01-20 00:00:00"}  # fmt: skip
    first = {"is_success": True, "total_page": 2, "result": {"aeop_warehouse_abnormal_order_result": [row]}}
    platform, gateway = asking(first, {"is_success": True, "total_page": 2, "result": {}})
    [found] = platform.abnormal_orders(changed_since=datetime(2026, 1, 14, 8, tzinfo=UTC))
    assert (found.returns, found.return_number, found.abnormal_code) == (True, "SF1", "5242")
    assert found.decide_by_at == datetime(2026, 1, 20, 8, tzinfo=UTC)
    assert [params["current_page"] for _, params in gateway.asked] == ["1", "2"]
    assert gateway.asked[0][1]["gmt_status_update_start"] == "2026-01-14 00:00:00"
