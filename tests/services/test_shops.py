"""Several shops: whatever is asked or sent for one goes with that shop's token, and stops no other."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from lib.aliexpress.errors import DailyQuota, PlatformError, Refused, Unauthorised
from lib.aliexpress.journal import Journal
from lib.aliexpress.platform import Client, Platform
from lib.aliexpress.protocol import locate
from lib.aliexpress.shops import DEFAULT_SHOP
from lib.aliexpress.tokens import Authority, Token, TokenFolder, Tokens
from lib.aliexpress.wire import Wire
from lib.app import SANDBOX_KEY, SANDBOX_REFRESH, SANDBOX_SECRET, SANDBOX_TOKEN, App
from lib.config import Settings
from lib.domain.orders import OrderFilter
from lib.domain.problems import Problem
from lib.domain.shipments import CreateCall, HandoverMode, Shipment, State
from lib.sandbox import launch
from lib.services import asking, batches, connection, files, handover
from lib.services import orders as order_services
from lib.services.dispatch import Dispatcher, _lots
from lib.store import shipments as shipment_store
from lib.store import shops
from lib.store.database import Database
from tests.builders import a_products_cell, an_export_row, write_export, write_products
from tests.conftest import HTTP, Desk
from tests.contract.test_shipping import PARCEL
from tests.gateways import Gateway

ORDER = PARCEL.order_id
SECRETS = ("t-first", "t-second", "t-new", "secret", "r-new", "0_code")


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    gateway = Gateway(answer)
    yield gateway
    gateway.stop()
    assert gateway.objections == []


def answer(path: str, params: dict[str, str]) -> Any:
    """A little of everything; whoever calls with the token `t-bad` is turned away."""
    if path.startswith("/rest/auth/"):
        if params.get("code") == "0_used":
            return {"type": "ISV", "code": "InvalidParameter", "message": "0_used is used", "request_id": "1"}
        return {"code": "0", "access_token": "t-new", "refresh_token": "r-new", "expires_in": 86400 * 30}
    if params["session"] == "t-bad":
        return {
            "error_response": {"type": "ISV", "code": "IllegalAccessToken", "msg": "t-bad", "request_id": "1"}
        }
    created = {"success": True, "warehouse_order_id": 1, "result_list": [], "total_page": 1}
    return {"result_success": True, "is_success": True, "result": created, "target": {"id": 1}}


@pytest.fixture
def app(gateway: Gateway, store: Database, tmp_path: Path) -> Iterator[App]:
    """Live, with a token in the settings for the first shop and a file for the second."""
    settings = Settings(
        _env_file=None, data=tmp_path, platform_url=gateway.url, app_key="1234567", app_secret="secret",
        token="t-first",
    )  # fmt: skip
    TokenFolder(settings.tokens_folder, "1234567").save("second", Token("t-second"))
    app = App(settings, store)
    with store.write() as work:
        shops.keep(work, "second", "Second shop")
    yield app
    app.connected().close()


def a_shipment(state: State, shop_id: str) -> Shipment:
    return Shipment("s-1", "b-1", shop_id, ORDER, "CAINIAO_STANDARD", state, 0, "5043788595", "LP1")


def a_parcel() -> dict[str, Any]:
    goods = {"declared_name_zh": "围巾", "declared_name_en": "scarf", "quantity": 1, "declared_minor": 100,
             "weight_g": 100, "cargo_class": "general", "hs_code": "", "child_order_id": None}  # fmt: skip
    return {"handover_mode": "self_post", "undeliverable": "destroy", "order_id": ORDER, "service_code": "A_B",
            "create_call": "older", "receiver": PARCEL.receiver, "sender_address_id": "1001",
            "refund_address_id": "1201",
            "pickup_address_id": None, "courier": None, "courier_number": None, "batch_id": "b-1",
            "goods": [goods]}  # fmt: skip


def a_row(app: App) -> dict[str, Any]:
    now = app.now()
    return {
        "attempted_at": now,
        "doubted_at": now,
        "absent_at": None,
        "attempts": 0,
        "undeliverable": "destroy",
    }


ASKED: dict[str, Callable[[App, str], Any]] = {
    "create": lambda app, shop: asking.create(app, a_shipment(State.SENDING, shop), a_parcel()),
    "find": lambda app, shop: asking.find(app, a_shipment(State.UNCONFIRMED, shop), a_row(app)),
    "number": lambda app, shop: asking.number(app, a_shipment(State.ACCEPTED, shop), a_row(app)),
    "labels": lambda app, shop: asking.labels(app, [a_shipment(State.ACCEPTED, shop)]),
    "declare": lambda app, shop: asking.declare(app, a_shipment(State.DECLARING, shop), True),
    "declared": lambda app, shop: asking.declared(
        app, a_shipment(State.DECLARE_UNCONFIRMED, shop), a_row(app)
    ),
    "addresses": lambda app, shop: handover.addresses(app, shop, refresh=True),
}  # fmt: skip


@pytest.mark.parametrize(("shop_id", "token"), [("default", "t-first"), ("second", "t-second")])
@pytest.mark.parametrize("what", ASKED)
def test_everything_goes_with_the_token_of_its_shop(
    app: App, gateway: Gateway, what: str, shop_id: str, token: str
) -> None:
    ASKED[what](app, shop_id)
    assert gateway.asked
    assert {params["session"] for _, params in gateway.asked} == {token}


def test_labels_are_asked_shop_by_shop() -> None:
    shipments = [replace(a_shipment(State.ACCEPTED, f"shop-{n % 2}"), shipment_id=str(n)) for n in range(50)]
    lots = _lots(shipments)
    assert sorted(len(lot) for lot in lots) == [5, 5, 20, 20]
    assert all(len({one.shop_id for one in lot}) == 1 for lot in lots)


def test_a_shop_that_is_not_let_in_stops_no_other(app: App, gateway: Gateway) -> None:
    TokenFolder(app.settings.tokens_folder, "1234567").save("second", Token("t-bad"))
    turned_away = ASKED["create"](app, "second")
    assert turned_away.trouble == "IllegalAccessToken"
    assert turned_away.wait_until is None
    assert turned_away.steps[0].state is State.QUEUED
    assert ASKED["create"](app, "default").steps[0].state is State.ACCEPTED


def test_the_only_shop_stops_everything(app: App) -> None:
    connection.forget(app, "second", by="tester")
    TokenFolder(app.settings.tokens_folder, "1234567").save("default", Token("t-bad"), Token("t-first"))
    assert ASKED["create"](app, "default").wait_until is not None


def test_shops_are_those_that_let_us_in(app: App) -> None:
    assert app.shops() == ("default", "second")
    connection.forget(app, "second", by="tester")
    assert app.shops() == ("default",)
    with pytest.raises(Unauthorised):
        app.platform_of("second").seller_addresses()


def test_a_shop_may_have_a_gateway_of_its_own(app: App, gateway: Gateway) -> None:
    url = f"{gateway.url}/router/rest"
    connection.change_shop(app, "second", name="Second", url=url, by="tester")
    app.platform_of("second").seller_addresses()
    app.platform_of("default").seller_addresses()
    assert [path for path, _ in gateway.asked] == ["/router/rest", "/sync"]
    assert {shop.shop_id: shop.gateway for shop in connection.shops(app)}["second"] == "/router/rest"


def test_a_shop_is_let_in_by_the_address_its_authorisation_ended_on(app: App, gateway: Gateway) -> None:
    shop_id = connection.add_shop(
        app, "Łódź 店", "https://localhost/callback?code=0_code&state=", by="tester"
    )
    assert shop_id == "d"
    app.platform_of(shop_id).seller_addresses()
    assert gateway.asked[-1][1]["session"] == "t-new"
    [shop] = [one for one in connection.shops(app) if one.shop_id == shop_id]
    assert shop.expires_at is not None
    assert shop.expires_at - app.now() > timedelta(days=29)
    file = app.settings.tokens_folder / f"{shop_id}.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert connection.add_shop(app, "二店", "0_code", by="tester") == "shop"
    assert connection.add_shop(app, "三店", "0_code", by="tester") == "shop-2"


@pytest.mark.parametrize(
    ("name", "pasted", "code"),
    [
        ("", "0_code", "shop_needs_name"),
        ("second SHOP", "0_code", "shop_name_taken"),
        ("New", "", "code_missing"),
        ("New", "https://localhost/callback?error=denied", "code_missing"),
        ("New", "https://localhost/callback?code=", "code_missing"),
        ("New", "https://localhost/callback?code=0_code&state=second", "code_of_another"),
    ],
)
def test_what_cannot_let_a_shop_in_says_why(
    app: App, gateway: Gateway, name: str, pasted: str, code: str
) -> None:
    with pytest.raises(Problem) as problem:
        connection.add_shop(app, name, pasted, by="tester")
    assert problem.value.code == code
    assert gateway.asked == []


def test_a_code_that_is_used_up_adds_no_shop(app: App) -> None:
    with pytest.raises(PlatformError) as refusal:
        connection.add_shop(app, "New", "0_used", by="tester")
    assert "0_used" not in str(refusal.value)
    assert [shop.shop_id for shop in connection.shops(app)] == ["default", "second"]


def test_a_shop_is_authorised_again(app: App, gateway: Gateway) -> None:
    connection.let_in(app, "second", "0_code", by="tester")
    app.platform_of("second").seller_addresses()
    assert gateway.asked[-1][1]["session"] == "t-new"


def test_a_token_in_the_settings_is_not_ours_to_forget(app: App) -> None:
    with pytest.raises(Problem) as problem:
        connection.forget(app, "default", by="tester")
    assert problem.value.code == "shop_in_settings"
    assert app.shops() == ("default", "second")


def test_the_authorisation_of_a_shop_names_it(app: App) -> None:
    url = connection.authorise_url(app, "second")
    assert url.startswith(f"{app.platform.url.removesuffix('/sync')}/oauth/authorize?")
    assert "client_id=1234567" in url
    assert "state=second" in url


def test_no_secret_reaches_the_database(app: App, tmp_path: Path) -> None:
    connection.add_shop(app, "New", "0_code", by="tester")
    ASKED["create"](app, "second")
    with app.database.read() as work:
        tables = work._cursor.execute("show tables").df()["name"]
        content = "".join(work._cursor.execute(f"from {name}").df().to_csv() for name in tables)
    assert "shop_added" in content
    for secret in SECRETS:
        assert secret not in content


def test_a_token_that_ends_in_the_middle_of_a_batch_is_refreshed_and_nothing_is_sent_twice(
    queued: Desk,
) -> None:
    """The sandbox lets it run out while sixteen threads send; the sandbox's own list is what is counted."""
    wire = Wire(queued.url)
    authority = Authority(
        locate(queued.url), SANDBOX_KEY, SANDBOX_SECRET, wire=wire, journal=Journal(), now=queued.app.now
    )
    tokens = Tokens(Token(SANDBOX_TOKEN, SANDBOX_REFRESH), authority=authority)
    client = Client(queued.url, SANDBOX_KEY, SANDBOX_SECRET, tokens, now=queued.app.now)
    app = App(queued.app.settings, queued.app.database, platform=Platform(client))
    batch_id = queued.batch_id
    HTTP.post(f"{queued.url}/sandbox/tokens/expire", json={}).raise_for_status()
    dispatcher = Dispatcher(app)
    dispatcher.run_until_idle(batch_id, give_up=timedelta(seconds=60))
    dispatcher.stop()
    client.close()
    wire.close()
    assert queued.states(batch_id) == {"ready": 10}
    assert len(queued.logistics_orders()) == 10
    assert HTTP.get(f"{queued.url}/sandbox/calls").json()["/auth/token/refresh"] == 1


def test_a_file_is_loaded_for_the_shop_that_was_chosen(app: App, tmp_path: Path) -> None:
    app.rehearse_with = lambda *_, **__: None  # type: ignore[method-assign]
    export = write_export(tmp_path / "second.csv", [an_export_row(), an_export_row()])
    assert list(files.shops(app)) == ["default", "second"]
    report = files.load(app, [export], by="tester", wishes=files.Wishes(shop_id="second"))
    assert report.orders == 2
    listed = order_services.pending(app, OrderFilter()).orders
    assert set(listed["shop_id"]) == {"second"}
    with pytest.raises(Problem) as caught:
        files.load(app, [export], by="tester", wishes=files.Wishes(shop_id="third"))
    assert caught.value.code == "shop_unknown"


def test_a_draft_is_of_the_shop_whose_orders_were_chosen(app: App, tmp_path: Path) -> None:
    app.rehearse_with = lambda *_, **__: None  # type: ignore[method-assign]
    rows = [an_export_row(products=a_products_cell(("SKU-1", 1))) for _ in range(5)]
    files.load(app, [write_products(tmp_path / "products.csv")], by="tester")
    files.load(app, [write_export(tmp_path / "a.csv", rows[:2])], by="tester")
    second = files.Wishes(shop_id="second")
    files.load(app, [write_export(tmp_path / "b.csv", rows[2:])], by="tester", wishes=second)
    everything = [row["订单号"] for row in rows]
    made = batches.create(app, everything, by="tester")
    assert sorted(made.order_ids) == sorted(everything[2:])
    assert {(one.order_id, one.code) for one in made.excluded} == {
        (one, "other_shop") for one in everything[:2]
    }
    with app.database.read() as work:
        drafts = shipment_store.in_states(work, made.batch_id or "", {State.DRAFT})
        shops_of = [one.shop_id for one in drafts]
    assert shops_of == ["second"] * 3


def test_orders_loaded_for_another_shop_are_that_shops_on_the_sandbox(
    store: Database, tmp_path: Path
) -> None:
    """A sandbox of its own: each shop's token sees the orders of its own files, also after the next start."""
    app = App(Settings(_env_file=None, data=tmp_path / "data"), store)
    first, second = an_export_row(), an_export_row()
    app.on_taking_in = (at_first := []).append
    shop_id = connection.add_shop(app, "Second", "anything", by="tester")
    assert at_first == [0], "there is nothing to take in yet"
    files.load(app, [write_export(tmp_path / "a.csv", [first])], by="tester")
    wishes = files.Wishes(shop_id=shop_id)
    told: list[int] = []
    export = write_export(tmp_path / "b.csv", [second])
    files.load(app, [export], by="tester", wishes=wishes, rehearsing=told.append)
    assert told == [1], "whoever loads is told what the sandbox takes in"
    app._sandbox.stop()
    app.connected().close()
    again, at_start = App(app.settings, store), []
    again.on_taking_in = at_start.append
    for shop, mine, other in ((DEFAULT_SHOP, first, second), (shop_id, second, first)):
        listed = again.platform_of(shop).orders(["WAIT_SELLER_SEND_GOODS"])
        assert [order.order_id for order in listed] == [mine["订单号"]]
        with pytest.raises(Refused):
            again.platform_of(shop).order(other["订单号"])
    assert (at_start, again.taking_in) == ([0], None), "it has them already"
    again.close()


def test_a_sandbox_that_has_yet_to_take_in_orders_says_how_many_and_one_that_ended_starts_again(
    store: Database, tmp_path: Path
) -> None:
    app = App(Settings(_env_file=None, data=tmp_path / "data"), store)
    order = an_export_row()
    files.load(app, [write_export(tmp_path / "a.csv", [order, an_export_row()])], by="tester")
    app.on_taking_in = (told := []).append
    app.platform.order(order["订单号"])
    assert (told, app.taking_in) == ([2], None), "who waits for its start is told why"
    app._sandbox.process.kill()
    app._sandbox.process.wait()
    assert app.platform.order(order["订单号"]).order_id == order["订单号"]
    assert told == [2, 0], "it has them already"
    app.close()


def test_on_the_sandbox_a_shop_may_be_one_that_is_there_already(store: Database, tmp_path: Path) -> None:
    """The page asks which of its shops agrees; files loaded for a shop go to the one its token speaks for."""
    app = App(Settings(_env_file=None, data=tmp_path / "data"), store)
    url = connection.authorise_url(app)
    page = HTTP.get(url)
    assert "Agree for which shop?" in page.text
    landed = HTTP.get(url, params=dict(parse_qsl(urlsplit(url).query)) | {"shop": "berlin"})
    shop_id = connection.add_shop(app, "My second", landed.headers["location"], by="tester")
    row = an_export_row()
    wishes = files.Wishes(shop_id=shop_id)
    files.load(app, [write_export(tmp_path / "b.csv", [row])], by="tester", wishes=wishes)
    state = HTTP.get(f"{app._sandbox.url}/sandbox/state").json()
    assert [(one["trade_order_id"], one["shop"]) for one in state["trade_orders"]] == [
        (row["订单号"], "berlin")
    ]
    assert app.platform_of(shop_id).order(row["订单号"]).order_id == row["订单号"]

    # A seller who is let in already is no second shop, whose orders would be the same ones.
    for again, name in (("berlin", "My second"), (launch.DEFAULT, "Default shop")):
        landed = HTTP.get(url, params=dict(parse_qsl(urlsplit(url).query)) | {"shop": again})
        with pytest.raises(Problem) as problem:
            connection.add_shop(app, f"Another {again}", landed.headers["location"], by="tester")
        assert (problem.value.code, problem.value.details["name"]) == ("seller_has_shop", name)
    assert app.shops() == (DEFAULT_SHOP, shop_id)
    app._sandbox.stop()
    app.connected().close()


def test_a_restart_does_not_ask_on_a_day_that_is_used_up(desk: Desk, tmp_path: Path) -> None:
    """What the first program was told, the second knows: the sandbox counts no further call."""

    def started() -> App:
        settings = Settings(_env_file=None, data=tmp_path / "own", platform_url=desk.url, app_key=SANDBOX_KEY,
                            app_secret=SANDBOX_SECRET, token=SANDBOX_TOKEN)  # fmt: skip
        return App(settings, desk.app.database)

    desk.behave(daily_quota=1)
    first = started()
    for _ in range(3):
        with suppress(DailyQuota):
            first.platform.seller_addresses()
    first.connected().close()
    asked = sum(HTTP.get(f"{desk.url}/sandbox/calls").json().values())
    again = started()
    with pytest.raises(DailyQuota):
        again.platform.domestic_companies()
    assert sum(HTTP.get(f"{desk.url}/sandbox/calls").json().values()) == asked
    assert [ban.daily for ban in connection.limits(again).bans] == [True]
    desk.behave(daily_quota=0)
    connection.lift(again, by="tester")
    assert again.platform.domestic_companies()
    again.connected().close()


CREATES = {
    CreateCall.OLDER: "aliexpress.logistics.createwarehouseorder",
    CreateCall.CURRENT: "aliexpress.logistics.order.createorder",
}


@pytest.mark.parametrize(
    ("call", "mode", "arrives"),
    [
        (CreateCall.OLDER, HandoverMode.SELF_POST, "SELF_POST"),
        (CreateCall.OLDER, HandoverMode.APPLY_PICKUP, "DOOR_PICKUP"),
        (CreateCall.OLDER, HandoverMode.SELF_SEND, "SELF_POST"),
        (CreateCall.CURRENT, HandoverMode.SELF_POST, "SELF_POST"),
        (CreateCall.CURRENT, HandoverMode.APPLY_PICKUP, "DOOR_PICKUP"),
        (CreateCall.CURRENT, HandoverMode.SELF_SEND, "SELF_SEND"),
    ],
)
def test_a_shops_parcels_are_created_by_the_call_it_chose(
    desk: Desk, call: CreateCall, mode: HandoverMode, arrives: str
) -> None:
    """Of the older call the sandbox cannot learn that a parcel is brought."""
    connection.change_shop(desk.app, DEFAULT_SHOP, name="", url="", create_call=call, by="tester")
    batch_id = desk.draft(desk.order_ids()[:2])
    handover.prepare(desk.app, batch_id)
    whom = {"contact": "Li", "phone": "13800138000"}
    handover.choose_mode(desk.app, batch_id, mode, agreed_with_warehouse=True, by="tester", **whom)
    desk.submit(batch_id)
    desk.work(batch_id)
    assert desk.states(batch_id) == {"ready": 2}
    calls = HTTP.get(f"{desk.url}/sandbox/calls").json()
    assert {one: calls.get(name, 0) for one, name in CREATES.items()} == {
        one: 2 * (one is call) for one in CREATES
    }
    assert {one["pickup_type"] for one in desk.logistics_orders()} == {arrives}


def test_the_create_call_of_a_shop_is_kept_when_something_else_changes(desk: Desk) -> None:
    change = {"name": "", "url": "", "by": "tester"}
    connection.change_shop(desk.app, DEFAULT_SHOP, create_call=CreateCall.CURRENT, **change)
    connection.change_shop(desk.app, DEFAULT_SHOP, **change | {"name": "Shoes"})
    [shop] = connection.shops(desk.app)
    assert (shop.name, shop.create_call) == ("Shoes", CreateCall.CURRENT)
