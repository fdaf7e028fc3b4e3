"""What holds of the platform, asked of the sandbox always and of the real one with `pytest --live`.

Credentials come from the environment: SHIPDESK_PLATFORM_URL, SHIPDESK_APP_KEY, SHIPDESK_APP_SECRET and
SHIPDESK_TOKEN (SHIPDESK_SIGN_METHOD where it is not the usual one). Everything here only reads. With
`--live-write` a logistics order is created for the order named by SHIPDESK_LIVE_ORDER, on the plan named by
SHIPDESK_LIVE_PLAN (a service code): it costs money and cannot be cancelled by a call.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from lib.aliexpress.errors import Refused, Unauthorised
from lib.aliexpress.platform import Client, DeclaredGoods, NewShipment, Parcel, Platform
from lib.aliexpress.protocol import Gateway, locate
from lib.app import SANDBOX_KEY, SANDBOX_SECRET, SANDBOX_TOKEN
from lib.config import Settings
from lib.domain.orders import AWAITING
from lib.domain.shipments import Decision
from tests.conftest import Desk

NEEDED = ("SHIPDESK_PLATFORM_URL", "SHIPDESK_APP_KEY", "SHIPDESK_APP_SECRET", "SHIPDESK_TOKEN")
FOR_WRITING = ("SHIPDESK_LIVE_ORDER", "SHIPDESK_LIVE_PLAN")


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


def why_not_live(config: pytest.Config, *, write: bool = False) -> str:
    """Why the real platform is not asked; "" when it is."""
    if not config.getoption("--live"):
        return "the real platform is asked with --live only"
    if write and not config.getoption("--live-write"):
        return "nothing is written to the real platform without --live-write"
    missing = [name for name in (*NEEDED, *(FOR_WRITING if write else ())) if not os.environ.get(name)]
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


def test_a_parcel_that_is_created_can_be_found(
    platform: Platform, order_id: str, reached: Reached, request: pytest.FixtureRequest
) -> None:
    service_code = "YANWEN_AM_YANWENBJ"
    if "live" in request.node.callspec.id:
        if why := why_not_live(request.config, write=True):
            pytest.skip(why)
        order_id, service_code = (os.environ[name] for name in FOR_WRITING)
    addresses = {address.role: address.address_id for address in reversed(platform.seller_addresses())}
    made = platform.create_shipment(
        NewShipment(
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
    )
    found = {one.logistics_order_id: one for one in platform.logistics_orders(order_id)}
    assert made.logistics_order_id in found
    if made.tracking_number:
        assert platform.labels([(made.tracking_number, made.logistics_order_id)]).startswith(b"%PDF")


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
