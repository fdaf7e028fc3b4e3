"""The client and the sandbox agree, over a real socket."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial
from io import BytesIO

import pypdf
import pytest

from lib.aliexpress.client import until_midnight_s
from lib.aliexpress.errors import DailyQuota, FieldLimit, OutcomeUnknown, Refused, Unauthorised, Unavailable
from lib.aliexpress.platform import Client, DeclaredGoods, NewShipment, Platform
from lib.aliexpress.protocol import SIGN_METHODS, Gateway, Style
from lib.app import SANDBOX_KEY, SANDBOX_SECRET, SANDBOX_TOKEN
from lib.domain.orders import AWAITING, Receiver
from lib.domain.shipments import Decision
from tests.builders import a_products_cell, an_export_row
from tests.conftest import HTTP, Desk


def a_receiver(**over: str) -> Receiver:
    plain = Receiver(
        "Vera Made-Up", "IE", "Leinster", "Dublin", "1 Sample Street", "D02 AF30", "", "353851234567"
    )
    return replace(plain, **over)


def a_new_shipment(order_id: str, **over: object) -> NewShipment:
    plain = NewShipment(
        order_id=order_id,
        service_code="YANWEN_AM_YANWENBJ",
        receiver=a_receiver(),
        sender_address_id="1001",
        refund_address_id="1201",
        pickup_address_id=None,
        undeliverable=Decision.DESTROY,
        courier_id=-1,
        courier_name="other",
        courier_number="B1",
        goods=(DeclaredGoods("样品", "sample goods", 1, 450, 120, "950300"),),
    )
    return replace(plain, **over)  # type: ignore[arg-type]


@pytest.fixture
def platform(desk: Desk) -> Platform:
    return desk.app.platform


def test_all_pages_of_the_order_list_are_read(empty_desk: Desk) -> None:
    empty_desk.load([an_export_row() for _ in range(120)])
    listed = list(empty_desk.app.platform.orders([str(status) for status in AWAITING]))
    assert sorted(one.order_id for one in listed) == sorted(empty_desk.order_ids())
    assert {one.buyer_plan_id for one in listed} == {"CAINIAO_STANDARD"}
    assert all(one.changed_at and one.lines[0].child_order_id for one in listed)


def test_an_order_has_its_lines_and_its_receiver(empty_desk: Desk) -> None:
    empty_desk.load([an_export_row(products=a_products_cell(("SKU-1", 2), ("SKU-2", 1)))])
    [order_id] = empty_desk.order_ids()
    order = empty_desk.app.platform.order(order_id)
    assert [(line.line_no, line.sku, line.quantity) for line in order.lines] == [
        (1, "SKU-1", 2),
        (2, "SKU-2", 1),
    ]
    assert (order.receiver.name, order.receiver.country) == ("Vera Made-Up", "IE")


def test_somebody_elses_order_is_refused(platform: Platform) -> None:
    with pytest.raises(Refused):
        platform.order("8199999999999999")


def test_plans_name_warehouse_price_and_days(desk: Desk, platform: Platform) -> None:
    offered = {plan.plan_id: plan for plan in platform.plans(desk.order_ids()[0], weight_g=100)}
    plan = offered["CPAM"]
    assert plan.service_code == f"CPAM_{plan.warehouse_code}"
    assert plan.price is not None
    assert plan.price.currency == "CNY"
    assert (plan.days_min, plan.days_max) == (25, 55)
    assert plan.warehouse_name


def test_addresses_come_in_their_roles(platform: Platform) -> None:
    found = platform.seller_addresses()
    assert {one.role for one in found} == {"sender", "pickup", "refund"}
    assert [one.city for one in found if one.role == "sender"] == ["杭州市", "兰州市"]


def test_couriers_have_ids(platform: Platform) -> None:
    assert {company.code: company.company_id for company in platform.domestic_companies()}["SF"] == 505


def test_a_parcel_is_created_found_labelled_and_declared(desk: Desk, platform: Platform) -> None:
    order_id = desk.order_ids()[0]
    made = platform.create_shipment(a_new_shipment(order_id))
    [found] = platform.logistics_orders(order_id)
    assert (found.logistics_order_id, found.tracking_number) == (
        made.logistics_order_id,
        made.tracking_number,
    )
    assert found.lp_number == made.lp_number
    assert not found.returns
    pdf = platform.labels([(made.tracking_number or "", made.logistics_order_id)])
    text = pypdf.PdfReader(BytesIO(pdf)).pages[0].extract_text()
    assert made.tracking_number in text
    platform.declare(
        order_id, service_key="YANWEN_AM", tracking_number=made.tracking_number or "", everything=True
    )
    [declared] = platform.declarations(order_id)
    assert (declared.tracking_number, declared.everything) == (made.tracking_number, True)
    with pytest.raises(Refused) as refusal:
        platform.declare(order_id, service_key="YANWEN_AM", tracking_number="LV123456785CN", everything=True)
    assert refusal.value.code == "already_declared"


def test_several_labels_come_in_the_order_asked(desk: Desk, platform: Platform) -> None:
    made = [platform.create_shipment(a_new_shipment(order_id)) for order_id in desk.order_ids()[:4]]
    asked = [(one.tracking_number or "", one.logistics_order_id) for one in reversed(made)]
    pages = pypdf.PdfReader(BytesIO(platform.labels(asked))).pages
    for page, (number, _) in zip(pages, asked, strict=True):
        assert number in page.extract_text()


def test_a_label_before_its_number_is_not_ready(desk: Desk, platform: Platform) -> None:
    desk.behave(faults={"late_number": 1.0}, late_s=60)
    made = platform.create_shipment(a_new_shipment(desk.order_ids()[0]))
    assert made.tracking_number is None
    with pytest.raises(Refused) as refusal:
        platform.labels([("LA200000010CN", made.logistics_order_id)])
    assert refusal.value.code == "label_not_ready"


def test_return_on_a_line_without_it_is_refused(desk: Desk, platform: Platform) -> None:
    with pytest.raises(Refused, match="不支持"):
        platform.create_shipment(a_new_shipment(desk.order_ids()[0], undeliverable=Decision.RETURN))


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"receiver": a_receiver(name="名" * 31)}, "receiver name"),
        ({"receiver": a_receiver(address="x" * 91)}, "receiver address"),
        ({"receiver": a_receiver(mobile="")}, "receiver phone"),
        ({"courier_number": "9" * 33}, "domestic tracking number"),
        ({"goods": ()}, "declared rows"),
        ({"goods": (DeclaredGoods("样", "x", 1000, 450, 120),)}, "declared quantity"),
        ({"goods": (DeclaredGoods("样", "x", 1, 0, 120),)}, "declared value"),
        ({"goods": (DeclaredGoods("样", "x", 1, 450, 2001),)}, "declared weight"),
        ({"goods": (DeclaredGoods("样" * 21, "x", 1, 450, 120),)}, "declared name (Chinese)"),
    ],
)
def test_fields_are_checked_before_the_wire(desk: Desk, platform: Platform, over: dict, field: str) -> None:
    with pytest.raises(FieldLimit) as limit:
        platform.create_shipment(a_new_shipment(desk.order_ids()[0], **over))
    assert limit.value.field == field
    assert "名" not in str(limit.value)
    assert desk.logistics_orders() == []


@pytest.mark.parametrize(
    ("key", "secret", "token"),
    [
        ("87654321", SANDBOX_SECRET, SANDBOX_TOKEN),
        (SANDBOX_KEY, "wrong", SANDBOX_TOKEN),
        (SANDBOX_KEY, SANDBOX_SECRET, "expired"),
    ],
)
def test_wrong_credentials_need_a_person(desk: Desk, key: str, secret: str, token: str) -> None:
    client = Client(desk.url, key, secret, token, now=desk.app.now)
    with pytest.raises(Unauthorised):
        Platform(client).seller_addresses()
    client.close()


@pytest.mark.parametrize("fault", ["cut_after", "cut_before", "isp_after", "html_502", "bad_json", "empty"])
def test_a_write_without_a_clear_answer_is_unknown_and_a_read_may_be_repeated(
    desk: Desk, platform: Platform, fault: str
) -> None:
    desk.behave(faults={fault: 1.0})
    with pytest.raises(OutcomeUnknown):
        platform.create_shipment(a_new_shipment(desk.order_ids()[0]))
    with pytest.raises(Unavailable):
        platform.seller_addresses()


def test_a_ban_is_not_walked_into_twice(desk: Desk, platform: Platform) -> None:
    desk.behave(faults={"ban": 1.0}, ban_s=30)
    with pytest.raises(Unavailable) as first:
        platform.seller_addresses()
    assert first.value.retry_after == 30.5
    before = HTTP.get(f"{desk.url}/sandbox/calls").json()
    with pytest.raises(Unavailable):
        platform.seller_addresses()
    assert HTTP.get(f"{desk.url}/sandbox/calls").json() == before


WAYS = [
    (gateway, signing, style, simplify)
    for gateway in (Gateway.TOP, Gateway.SYNC)
    for signing in SIGN_METHODS[gateway]
    for style, simplify in ((Style.BODY, False), (Style.SPLIT, True), (Style.QUERY, False), (Style.GET, True))
]


def test_every_way_to_call_gets_the_same_answers(desk: Desk) -> None:
    """Both gateways, every signer, parameters in query or body, GET or POST, both shapes of answers."""
    order_ids = desk.order_ids()
    usual = desk.app.platform.plans(order_ids[0], weight_g=100)
    for number, (gateway, signing, style, simplify) in enumerate(WAYS):
        client = Client(
            desk.url + gateway, SANDBOX_KEY, SANDBOX_SECRET, SANDBOX_TOKEN,
            now=desk.app.now, sign_method=signing, style=style, simplify=simplify,
        )  # fmt: skip
        platform, order_id = Platform(client), order_ids[number % 10]
        assert len(list(platform.orders([str(status) for status in AWAITING]))) == 10
        assert platform.plans(order_ids[0], weight_g=100) == usual
        made = platform.create_shipment(a_new_shipment(order_id))
        assert made.logistics_order_id in [
            one.logistics_order_id for one in platform.logistics_orders(order_id)
        ]
        client.close()
    assert len(desk.logistics_orders()) == len(WAYS) == 20


@pytest.mark.parametrize(
    ("fault", "settings", "write", "error"),
    [
        ("isp_before", {}, True, OutcomeUnknown),
        ("isp_after", {}, True, OutcomeUnknown),
        ("isp_before", {}, False, Unavailable),
        ("ban", {"ban_s": 30}, True, Unavailable),
    ],
)
def test_both_gateways_say_the_same_no(
    desk: Desk, fault: str, settings: dict[str, int], write: bool, error: type
) -> None:
    desk.behave(faults={fault: 1.0}, **settings)
    for gateway in (Gateway.TOP, Gateway.SYNC):
        client = Client(desk.url + gateway, SANDBOX_KEY, SANDBOX_SECRET, SANDBOX_TOKEN, now=desk.app.now)
        platform = Platform(client)
        ask = partial(platform.create_shipment, a_new_shipment(desk.order_ids()[0]))
        with pytest.raises(error) as caught:
            ask() if write else platform.plans(desk.order_ids()[0])
        assert type(caught.value) is error
        client.close()


@pytest.mark.parametrize("gateway", [Gateway.TOP, Gateway.SYNC])
def test_a_used_up_day_is_told_apart_on_both_gateways(desk: Desk, gateway: Gateway) -> None:
    desk.behave(daily_quota=1)
    client = Client(desk.url + gateway, SANDBOX_KEY, SANDBOX_SECRET, SANDBOX_TOKEN, now=desk.app.now)
    platform = Platform(client)
    for _ in range(5):  # Other tests may have used up some of the day before.
        with suppress(DailyQuota):
            platform.seller_addresses()
    before = HTTP.get(f"{desk.url}/sandbox/calls").json()
    with pytest.raises(DailyQuota) as caught:
        platform.create_shipment(a_new_shipment(desk.order_ids()[0]))
    assert HTTP.get(f"{desk.url}/sandbox/calls").json() == before
    midnight = until_midnight_s(desk.app.now())
    assert caught.value.retry_after == pytest.approx(midnight, abs=120)
    client.close()


def test_calls_leave_at_a_pace_the_platform_bore(desk: Desk) -> None:
    """Sixteen threads run into a limit of 40 a second once; what follows stays below it."""
    desk.behave(rate_limit=40, ban_s=1)
    client = Client(desk.url, SANDBOX_KEY, SANDBOX_SECRET, SANDBOX_TOKEN, now=desk.app.now)
    platform = Platform(client)

    def ask(_: int) -> None:
        while True:
            with suppress(Unavailable):
                platform.domestic_companies()
                return

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(ask, range(120)))
    codes = [one.code for one in reversed(client.exchanges())]
    client.close()
    assert codes.count("ok") == 120
    banned = [number for number, code in enumerate(codes) if code == "ApiCallLimit"]
    # A machine so slow that it never asks too often learns nothing.
    assert not banned or banned[-1] < banned[0] + 16, (
        "only those that were under way together were turned away"
    )


def test_exchanges_are_remembered_without_what_was_sent(desk: Desk, platform: Platform) -> None:
    platform.create_shipment(a_new_shipment(desk.order_ids()[0]))
    shown = str(platform.exchanges())
    shown += "".join(str(one.parameters()) + str(one.answer()) for one in platform.exchanges())
    assert "createwarehouseorder" in shown
    assert "YANWEN_AM_YANWENBJ" in shown
    for private in ("Vera", "Sample Street", "353851234567", SANDBOX_TOKEN, SANDBOX_SECRET):
        assert private not in shown
