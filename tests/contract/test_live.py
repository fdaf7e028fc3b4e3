"""What holds of the platform, asked of the sandbox always and of the real one with `pytest --live`.

Credentials come from the environment: SHIPDESK_PLATFORM_URL, SHIPDESK_APP_KEY, SHIPDESK_APP_SECRET and
SHIPDESK_TOKEN (SHIPDESK_SIGN_METHOD where it is not the usual one). Without `--live-write` everything only reads.

With it, each test that writes is run for the order its own variable names, and skipped, with the name of what is
missing, without it. They cost money, reach buyers, and most cannot be undone by a call:

- SHIPDESK_LIVE_ORDER and SHIPDESK_LIVE_PLAN (a service code): a logistics order is created by the older call
- SHIPDESK_LIVE_CURRENT: one by the present call, brought to the warehouse
- SHIPDESK_LIVE_CARRIER: one by the carrier's own call
- SHIPDESK_LIVE_BAG: its newest parcel is put into a bag, which is changed, printed and cancelled
- SHIPDESK_LIVE_DECLARE: declared shipped with its newest parcel, and the declaration changed to the same once more
- SHIPDESK_LIVE_SUB_ORDER: its first sub-order is declared
- SHIPDESK_LIVE_REFUSE_CANCEL, SHIPDESK_LIVE_ACCEPT_CANCEL: the buyer's request is answered
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest

from lib.aliexpress.errors import Refused, Unauthorised
from lib.aliexpress.platform import (
    Client,
    DeclaredGoods,
    LogisticsOrder,
    NewBag,
    NewShipment,
    Parcel,
    Platform,
    SubOrderParcel,
)
from lib.aliexpress.protocol import Gateway, locate
from lib.app import SANDBOX_KEY, SANDBOX_SECRET, SANDBOX_TOKEN
from lib.config import Settings
from lib.domain.money import Money
from lib.domain.orders import AWAITING
from lib.domain.shipments import Decision, HandoverMode
from tests.conftest import HTTP, Desk

NEEDED = ("SHIPDESK_PLATFORM_URL", "SHIPDESK_APP_KEY", "SHIPDESK_APP_SECRET", "SHIPDESK_TOKEN")
FOR_WRITING = ("SHIPDESK_LIVE_ORDER", "SHIPDESK_LIVE_PLAN")
#: Names variables; the order a test may write to, and what else they hold.
Written = Callable[..., tuple[str, ...]]


@dataclass
class Reached:
    """A platform that is there, and what it takes to reach it."""

    url: str
    key: str
    secret: str
    token: str
    sign_method: str = ""

    def client(self, **other: object) -> Client:
        told = {"key": self.key, "secret": self.secret, "token": self.token} | other
        return Client(
            str(told.pop("url", self.url)), str(told["key"]), str(told["secret"]), str(told["token"]),
            now=lambda: datetime.now(UTC), sign_method=str(other.get("sign_method", self.sign_method)),
            simplify=bool(other.get("simplify")),
        )  # fmt: skip


def why_not_live(config: pytest.Config, *, write: bool = False, named: tuple[str, ...] = ()) -> str:
    """Why the real platform is not asked; "" when it is. `named`: the variables a test that writes needs."""
    if not config.getoption("--live"):
        return "the real platform is asked with --live only"
    if write and not config.getoption("--live-write"):
        return "nothing is written to the real platform without --live-write"
    needed = (*NEEDED, *(named or FOR_WRITING if write else ()))
    missing = [name for name in needed if not os.environ.get(name)]
    return f"not in the environment: {', '.join(missing)}" if missing else ""


@pytest.fixture(params=["sandbox", pytest.param("live", marks=pytest.mark.live)])
def reached(request: pytest.FixtureRequest) -> Reached:
    if request.param == "sandbox":
        desk: Desk = request.getfixturevalue("desk")
        return Reached(desk.url, SANDBOX_KEY, SANDBOX_SECRET, SANDBOX_TOKEN)
    if why := why_not_live(request.config):
        pytest.skip(why)
    settings = Settings(_env_file=None)
    return Reached(
        settings.platform_url,
        settings.app_key,
        settings.app_secret.get_secret_value(),
        settings.token.get_secret_value(),
        settings.sign_method,
    )


@pytest.fixture
def platform(reached: Reached) -> Iterator[Platform]:
    client = reached.client()
    yield Platform(client)
    client.close()


@pytest.fixture
def order_id(platform: Platform) -> str:
    """An order awaiting shipment."""
    listed = list(platform.orders([str(status) for status in AWAITING]))
    if not listed:
        pytest.skip("no order awaits shipment there")
    return listed[0].order_id


def test_the_listed_orders_are_those_in_the_states_asked_for(platform: Platform) -> None:
    listed = list(platform.orders([str(status) for status in AWAITING]))
    assert {order.status for order in listed} <= {str(status) for status in AWAITING}
    assert len({order.order_id for order in listed}) == len(listed)
    assert all(order.order_id.isdigit() for order in listed)


def test_an_order_has_lines_and_a_country(platform: Platform, order_id: str) -> None:
    order = platform.order(order_id)
    assert order.order_id == order_id
    assert order.lines
    assert all(line.quantity > 0 for line in order.lines)
    assert len(order.receiver.country) == 2


def test_a_date_filter_is_understood(platform: Platform, reached: Reached) -> None:
    since = datetime.now(UTC) - timedelta(days=7)
    listed = platform.orders([str(status) for status in AWAITING], changed_since=since, created_since=since)
    assert all(order.ordered_at is None or order.ordered_at >= since for order in listed)


def test_an_order_of_nobody_is_refused(platform: Platform) -> None:
    with pytest.raises(Refused):
        platform.order("8199999999999999")


def test_plans_have_codes_prices_with_currency_and_days(platform: Platform, order_id: str) -> None:
    for plan in platform.plans(order_id, weight_g=100):
        assert plan.service_code.startswith(plan.plan_id)
        assert plan.price is None or plan.price.minor > 0
        assert plan.days_min is None or plan.days_max is None or plan.days_min <= plan.days_max


def test_both_plan_calls_offer_the_same_plans(platform: Platform, order_id: str) -> None:
    older = {plan.service_code for plan in platform.plans(order_id, weight_g=100)}
    current = {plan.service_code for plan in platform.plans_with_services(order_id, Parcel(100))}
    assert older == current


def test_there_is_a_sender_address(platform: Platform) -> None:
    assert any(address.role == "sender" and address.address_id for address in platform.seller_addresses())


def test_couriers_and_carriers_have_keys(platform: Platform) -> None:
    assert all(company.company_id and company.name for company in platform.domestic_companies())
    carriers = platform.carriers()
    assert carriers
    assert len({carrier.service_key for carrier in carriers}) == len(carriers)


def test_logistics_orders_and_declarations_of_an_order_can_be_read(platform: Platform, order_id: str) -> None:
    for found in platform.logistics_orders(order_id):
        assert found.logistics_order_id
        assert found.order_id == order_id
    platform.declarations(order_id)


@pytest.mark.parametrize("wrong", [{"secret": "wrong"}, {"token": "wrong"}, {"key": "87654321"}])
def test_wrong_credentials_are_told_from_everything_else(reached: Reached, wrong: dict[str, str]) -> None:
    client = reached.client(**wrong)
    with pytest.raises(Unauthorised):
        Platform(client).seller_addresses()
    client.close()


@pytest.mark.parametrize("simplify", [False, True])
def test_both_shapes_of_answers_are_read(reached: Reached, simplify: bool) -> None:
    client = reached.client(simplify=simplify)
    assert Platform(client).seller_addresses()
    client.close()


def test_the_present_gateway_answers_as_the_one_in_the_settings(reached: Reached) -> None:
    base = locate(reached.url).base
    client = reached.client(url=f"{base}{Gateway.SYNC}", sign_method="")
    assert Platform(client).seller_addresses()
    client.close()


def test_both_order_lists_have_the_same_rows(platform: Platform) -> None:
    statuses = [str(status) for status in AWAITING]
    one, other = (platform.order_page(statuses, 1, twin=twin) for twin in (False, True))
    assert [row.order_id for row in one.orders] == [row.order_id for row in other.orders]
    assert one.order_count == other.order_count


def test_the_receiver_by_itself_goes_where_the_order_says(platform: Platform, order_id: str) -> None:
    found = platform.receiver(order_id)
    assert found.country == platform.order(order_id).receiver.country
    assert found.name
    assert isinstance(platform.tax_number(order_id), str)


def test_who_asks_to_cancel_is_listed_with_the_login_to_answer(platform: Platform) -> None:
    for asking in islice(platform.cancel_requests(), 3):
        assert asking.status == "IN_CANCEL"
        assert asking.buyer_login


def test_solutions_have_codes_and_fees(platform: Platform, order_id: str) -> None:
    found = platform.solutions(order_id, Parcel(100, 200, 150, 20))
    assert found
    assert all(one.plan_id for one in found)
    assert all(one.fee is None or one.fee.minor > 0 for one in found)


def test_who_collects_is_told_by_plan_and_sender(platform: Platform, order_id: str) -> None:
    sender = next(one.address_id for one in platform.seller_addresses() if one.role == "sender")
    plan = platform.solutions(order_id, Parcel(100, 200, 150, 20))[0]
    assert all(one.code for one in platform.pickup_warehouses(plan.plan_id, sender))


def test_open_freight_bills_are_a_yes_or_a_no(platform: Platform) -> None:
    assert platform.has_unpaid_freight() in (True, False)


def test_an_insurance_is_quoted_as_a_text(platform: Platform, order_id: str) -> None:
    assert platform.insurance(order_id, "CAINIAO_STANDARD", Money(4500, "USD"))


def test_freight_for_buyers_is_told_by_template(platform: Platform) -> None:
    templates = platform.freight_templates()
    assert all(one.template_id for one in templates)
    for one in templates[:1]:
        rows = platform.buyer_freight(one.template_id, "DE", count=1, weight_g=250, price=Money(999, "USD"))
        assert all(row.service_key for row in rows)


def test_regions_of_china_have_regions_in_them(platform: Platform) -> None:
    province = platform.provinces()[0]
    assert province.name
    assert all(one.area_id for one in platform.regions_of(province.area_id))


def test_the_platforms_rules_are_an_object(platform: Platform) -> None:
    assert platform.rules()


def test_abnormal_orders_are_listed(platform: Platform) -> None:
    since = datetime.now(UTC) - timedelta(days=30)
    for one in islice(platform.abnormal_orders(changed_since=since), 3):
        assert one.order_id


def test_a_shipped_order_has_declarations_and_its_parcel_events(platform: Platform, shipped: str) -> None:
    order = platform.order(shipped)
    [first, *_] = platform.declarations(shipped)
    assert first.tracking_number
    events = platform.tracking(
        shipped, tracking_number=first.tracking_number, service_key=first.service_key, country=order.receiver.country
    )  # fmt: skip
    assert all(one.action_code for one in events)
    moments = [one.at for one in events if one.at]
    assert moments == sorted(moments)


def test_a_parcels_number_finds_its_logistics_order(platform: Platform, shipped: str) -> None:
    made = next((one for one in platform.logistics_orders(shipped) if one.tracking_number), None)
    if made is None:
        pytest.skip("the shipped order has no logistics order there")
    found = platform.logistics_orders_by_number(tracking_number=made.tracking_number or "")
    assert made.logistics_order_id in {one.logistics_order_id for one in found}


def test_a_parcel_of_nobody_is_in_no_bag(platform: Platform) -> None:
    with pytest.raises(Refused):
        platform.bagged_parcel(lp_number="LP00000000000000")


# Writes.


@pytest.fixture
def shipped(platform: Platform, request: pytest.FixtureRequest) -> str:
    """An order that was declared: on the sandbox one that is made so, on the platform the newest there is."""
    if "sandbox" in request.node.callspec.id:
        order_id = next(iter(platform.orders(["WAIT_SELLER_SEND_GOODS"]))).order_id
        made = platform.create_shipment(a_parcel(platform, order_id, "YANWEN_AM_YANWENBJ"))
        platform.declare(
            order_id, service_key="CPAM", tracking_number=made.tracking_number or "", everything=True
        )
        return order_id
    found = next(iter(platform.order_page(["WAIT_BUYER_ACCEPT_GOODS"], 1).orders), None)
    if found is None:
        pytest.skip("no order there is on its way")
    return found.order_id


@pytest.fixture
def written(request: pytest.FixtureRequest, platform: Platform) -> Written:
    """The order a test may write to: any on the sandbox; on the platform the one its variable names."""

    def named(variable: str, *more: str) -> tuple[str, ...]:
        if "sandbox" in request.node.callspec.id:
            order_id = next(iter(platform.orders(["WAIT_SELLER_SEND_GOODS"]))).order_id
            return (order_id, *("YANWEN_AM_YANWENBJ" for _ in more))
        if why := why_not_live(request.config, write=True, named=(variable, *more)):
            pytest.skip(why)
        return tuple(os.environ[name] for name in (variable, *more))

    return named


def a_parcel(platform: Platform, order_id: str, service_code: str, **over: Any) -> NewShipment:
    addresses = {address.role: address.address_id for address in reversed(platform.seller_addresses())}
    parcel = NewShipment(
        order_id=order_id,
        service_code=service_code,
        receiver=platform.order(order_id).receiver,
        sender_address_id=addresses["sender"],
        refund_address_id=addresses.get("refund"),
        pickup_address_id=None,
        undeliverable=Decision.DESTROY,
        courier_id=-1,
        courier_name="other",
        courier_number="B1",
        goods=(DeclaredGoods("样品", "sample goods", 1, 450, 120, "950300"),),
    )
    return replace(parcel, **over)


def newest(platform: Platform, order_id: str, reached: Reached) -> LogisticsOrder:
    """The newest logistics order of an order; on the sandbox it is made first."""
    if reached.key == SANDBOX_KEY:
        platform.create_shipment(a_parcel(platform, order_id, "YANWEN_AM_YANWENBJ"))
    made = [one for one in platform.logistics_orders(order_id) if one.tracking_number]
    if not made:
        pytest.skip(f"order {order_id} has no parcel with a number there")
    return max(made, key=lambda one: int(one.logistics_order_id))


def test_a_parcel_that_is_created_can_be_found(platform: Platform, written: Written) -> None:
    order_id, service_code = written(*FOR_WRITING)
    made = platform.create_shipment(a_parcel(platform, order_id, service_code))
    found = {one.logistics_order_id: one for one in platform.logistics_orders(order_id)}
    assert made.logistics_order_id in found
    if made.tracking_number:
        assert platform.labels([(made.tracking_number, made.logistics_order_id)]).startswith(b"%PDF")


def test_the_present_call_creates_a_parcel_that_is_brought(platform: Platform, written: Written) -> None:
    order_id, service_code = written("SHIPDESK_LIVE_CURRENT", "SHIPDESK_LIVE_PLAN")
    wanted = a_parcel(platform, order_id, service_code, handover=HandoverMode.SELF_SEND, courier_number="")
    made = platform.create_shipment_current(wanted)
    found = {one.logistics_order_id: one for one in platform.logistics_orders(order_id)}
    assert "SELF_SEND" in found[made.logistics_order_id].services


def test_the_carriers_call_creates_a_parcel_too(platform: Platform, written: Written) -> None:
    order_id, service_code = written("SHIPDESK_LIVE_CARRIER", "SHIPDESK_LIVE_PLAN")
    wanted = a_parcel(platform, order_id, service_code, handover=HandoverMode.SELF_SEND)
    made = platform.create_shipment_by_carrier(wanted, service_code.rpartition("_")[0])
    found = {one.logistics_order_id for one in platform.logistics_orders(order_id)}
    assert made.logistics_order_id in found


def test_a_bag_is_announced_changed_printed_and_cancelled(
    platform: Platform, written: Written, reached: Reached
) -> None:
    (order_id,) = written("SHIPDESK_LIVE_BAG")
    parcel = newest(platform, order_id, reached)
    address = {one.role: one.address_id for one in reversed(platform.seller_addresses())}
    way = address.get("pickup", address["sender"]), address.get("refund", address["sender"])
    wanted = NewBag((parcel.lp_number or "",), HandoverMode.PICKUP, 500, *way)
    bag = platform.create_bag(wanted)
    try:
        platform.update_bag(bag, replace(wanted, weight_g=600))
        assert platform.bag_paper(bag).startswith(b"%PDF")
        assert platform.bagged_parcel(lp_number=parcel.lp_number or "").content_code == bag.content_code
    finally:
        platform.cancel_bag(bag)


def test_an_order_is_declared_once_and_its_declaration_changed(
    platform: Platform, written: Written, reached: Reached
) -> None:
    (order_id,) = written("SHIPDESK_LIVE_DECLARE")
    number = newest(platform, order_id, reached).tracking_number or ""
    key = {carrier.service_key for carrier in platform.carriers() if carrier.takes(number)} & {
        "CPAM",
        "CAINIAO_STANDARD",
    }
    service_key = min(key, default="CPAM")
    platform.declare(order_id, service_key=service_key, tracking_number=number, everything=True)
    assert number in {one.tracking_number for one in platform.declarations(order_id)}
    with pytest.raises(Refused):
        platform.declare(order_id, service_key=service_key, tracking_number=number, everything=True)
    platform.modify_declaration(
        order_id, old_service_key=service_key, old_tracking_number=number, service_key=service_key,
        tracking_number=number, everything=True,
    )  # fmt: skip
    assert [one.tracking_number for one in platform.declarations(order_id)] == [number]


def test_a_sub_order_is_declared_by_its_number(
    platform: Platform, written: Written, reached: Reached
) -> None:
    (order_id,) = written("SHIPDESK_LIVE_SUB_ORDER")
    number = newest(platform, order_id, reached).tracking_number or ""
    platform.declare_sub_orders(order_id, [SubOrderParcel(1, "CPAM", number, True)])
    assert (1, number) in {
        (one.sub_order_index, one.tracking_number) for one in platform.declarations(order_id)
    }


@pytest.mark.parametrize("answer", ["REFUSE", "ACCEPT"])
def test_a_request_to_cancel_is_answered(
    platform: Platform, written: Written, reached: Reached, answer: str
) -> None:
    (order_id,) = written(f"SHIPDESK_LIVE_{answer}_CANCEL")
    if reached.key == SANDBOX_KEY:
        change = {"order_id": order_id, "status": "IN_CANCEL"}
        HTTP.post(f"{locate(reached.url).base}/sandbox/change", json=change).raise_for_status()
    login = platform.order(order_id).buyer_login
    {"REFUSE": platform.refuse_cancel, "ACCEPT": platform.accept_cancel}[answer](order_id, login)
    assert platform.order(order_id).status != "IN_CANCEL"


def test_without_the_option_the_real_platform_is_left_alone_and_says_why(
    pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    if pytestconfig.getoption("--live"):
        pytest.skip("it was asked for")
    assert "--live" in why_not_live(pytestconfig)
    monkeypatch.setattr(pytestconfig.option, "live", True)
    for name in NEEDED:
        monkeypatch.delenv(name, raising=False)
    assert "SHIPDESK_TOKEN" in why_not_live(pytestconfig)
    for name in NEEDED:
        monkeypatch.setenv(name, "x")
    assert why_not_live(pytestconfig) == ""
    assert "--live-write" in why_not_live(pytestconfig, write=True)
    monkeypatch.setattr(pytestconfig.option, "live_write", True)
    assert "SHIPDESK_LIVE_ORDER" in why_not_live(pytestconfig, write=True)
    monkeypatch.setenv("SHIPDESK_LIVE_BAG", "8183456712340001")
    assert why_not_live(pytestconfig, write=True, named=("SHIPDESK_LIVE_BAG",)) == ""
