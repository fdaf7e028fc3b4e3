"""Clients published by others talk to the sandbox over a socket, and believe it.

aliexpress-sdk speaks to TOP, py-aliexpress-affiliate to /sync (its own calls are about other things, so its transport
is used), lazop-sdk to /rest. None of them knows that this is not the platform.
"""

from __future__ import annotations

import base64
import importlib
import json
import socket
from collections.abc import Iterator
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from aliexpress import api, appinfo
from aliexpress.api.base import TopException
from aliexpress_affiliate import AliExpressClient
from aliexpress_affiliate.exceptions import AuthenticationError, RateLimitError, SignatureError

from tests.contract.wire import CREATE, DECLARE, awaiting, behave, logistics_orders, status, wanted

LIST = "aliexpress.trade.seller.orderlist.get"
PLANS = "aliexpress.logistics.redefining.getonlinelogisticsservicelistbyorderid"
QUERY = "aliexpress.logistics.querylogisticsorderdetail"
PRINT = "aliexpress.logistics.redefining.getprintinfo"
LISTED = json.dumps({"current_page": 1, "page_size": 20, "order_status": "WAIT_SELLER_SEND_GOODS"})
# aliexpress-sdk leaves its connections to the garbage collector, whenever that comes.
pytestmark = pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning"
)
KEY, SECRET, TOKEN = "12345678", "sandbox-secret", "sandbox-token"


def wire(order_id: str) -> dict[str, Any]:
    """A create call whose objects are JSON texts, as these clients want them."""
    return {
        name: json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
        for name, value in wanted(order_id).items()
    }


def declared(order_id: str, number: str) -> dict[str, str]:
    return {"out_ref": order_id, "logistics_no": number, "service_name": "CPAM", "send_type": "all"}


def is_pdf(result: str) -> bool:
    return base64.b64decode(json.loads(result)["body"]).startswith(b"%PDF")


# aliexpress-sdk, over /router/rest. It leaves its connections to the garbage collector.
unclosed = pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning"
)


def sdk(
    url: str, name: str, *, secret: str = SECRET, token: str | None = TOKEN, **fields: Any
) -> dict[str, Any]:
    """One call of aliexpress-sdk; returns what is under its root key."""
    where = urlsplit(url)
    request = getattr(api, name)(where.hostname, where.port)
    request.set_app_info(appinfo(KEY, secret))
    for field, value in fields.items():
        setattr(request, field, value)
    [answer] = request.getResponse(token).values()
    return answer


def test_aliexpress_sdk_ships_an_order(url: str) -> None:
    orders = sdk(url, "AliexpressTradeSellerOrderlistGetRequest", param_aeop_order_query=LISTED)["result"]
    order_id = str(orders["target_list"]["aeop_order_item_dto"][0]["order_id"])
    assert order_id in awaiting(url)
    plans = sdk(
        url, "AliexpressLogisticsRedefiningGetonlinelogisticsservicelistbyorderidRequest", order_id=order_id,
        goods_weight="0.12",
    )  # fmt: skip
    codes = [row["logistics_service_id"] for row in plans["result_list"]["result"]]
    fields = wire(order_id)
    assert fields["warehouse_carrier_service"] in codes
    made = sdk(url, "AliexpressLogisticsCreatewarehouseorderRequest", **fields)["result"]
    assert (made["success"], made["error_code"]) == (True, 1)
    found = sdk(url, "AliexpressLogisticsQuerylogisticsorderdetailRequest", trade_order_id=order_id)["result"]
    [row] = found["result_list"]["aeop_logistics_order_detail_dto"]
    assert row["logistics_order_id"] == made["warehouse_order_id"]
    number = row["international_logistics_num"]
    printed = sdk(url, "AliexpressLogisticsRedefiningGetprintinfoRequest", international_logistics_id=number)
    assert is_pdf(printed["result"])
    told = sdk(url, "AliexpressLogisticsSellershipmentfortopRequest", **declared(order_id, number))
    assert told["result_success"]
    assert status(url, order_id) == "WAIT_BUYER_ACCEPT_GOODS"
    assert [one["declared"] for one in logistics_orders(url)] == [True]


def test_aliexpress_sdk_uses_the_newer_family(url: str) -> None:
    order_id = awaiting(url)[0]
    order = json.dumps({"trade_order_id": int(order_id)})
    package = {"length": 150, "width": 100, "height": 20, "weight": 120}
    found = sdk(
        url, "CainiaoGlobalSolutionInquiryRequest", trade_order_param=order, package_params=json.dumps([package]),
        seller_info_param="{}", locale="en_US",
    )  # fmt: skip
    solutions = found["result"]["usable_solution_list"]["open_solution_dto"]
    assert "CAINIAO_STANDARD" in [one["code"] for one in solutions]
    places = sdk(
        url, "CainiaoGlobalSolutionServiceResourceQueryRequest", seller_param="{}",
        sender_param=json.dumps({"seller_address_id": 1001}),
        solution_service_res_param=json.dumps(
            {"solution_code": "CAINIAO_STANDARD", "service_param": {"code": "DOOR_PICKUP"}}
        ),
    )  # fmt: skip
    [place] = places["result"]["result"]["solution_service_res_list"]["solution_service_res_dto"]
    assert place["code"] == "CNHZ01"


def test_aliexpress_sdk_refreshes_a_token(url: str) -> None:
    refreshed = sdk(url, "TopAuthTokenRefreshRequest", token=None, refresh_token="sandbox-refresh")
    token = json.loads(refreshed["token_result"])["access_token"]
    assert token != TOKEN
    query = {"param_aeop_order_query": LISTED}
    assert sdk(url, "AliexpressTradeSellerOrderlistGetRequest", token=token, **query)["result"]["success"]


@pytest.mark.parametrize(
    ("over", "setting", "code"),
    [
        ({"secret": "wrong"}, {}, 25),
        ({}, {"faults": {"token_expired": 1}}, 27),
        ({}, {"faults": {"ban": 1}, "ban_s": 30}, 7),
    ],
)
def test_aliexpress_sdk_knows_its_errors(
    url: str, over: dict[str, str], setting: dict[str, Any], code: int
) -> None:
    behave(url, **setting)
    with pytest.raises(TopException) as raised:
        sdk(url, "AliexpressTradeSellerOrderlistGetRequest", param_aeop_order_query=LISTED, **over)
    assert raised.value.errorcode == code
    if code == 7:
        assert "ban will last for 30 more seconds" in raised.value.submsg


# py-aliexpress-affiliate, over /sync.


@pytest.fixture
def affiliate(url: str) -> Iterator[AliExpressClient]:
    with AliExpressClient(KEY, SECRET, session=TOKEN, base_url=url, max_retries=0) as client:
        yield client


def synced(client: AliExpressClient, method: str, fields: dict[str, Any]) -> dict[str, Any]:
    """One call of its transport, with its own unwrapping where the call has a `result`."""
    transport = importlib.import_module("aliexpress_affiliate._http")
    exceptions = importlib.import_module("aliexpress_affiliate.exceptions")
    payload = client._transport.request_raw(method, fields)
    exceptions.raise_for_top_error(payload)
    [answer] = payload.values()
    if not isinstance(answer.get("result"), dict):
        return answer
    return transport.extract_api_result(payload, method)


def test_py_aliexpress_affiliate_ships_an_order(url: str, affiliate: AliExpressClient) -> None:
    listed = synced(affiliate, LIST, {"param_aeop_order_query": LISTED})
    order_id = str(listed["target_list"]["aeop_order_item_dto"][0]["order_id"])
    plans = synced(affiliate, PLANS, {"order_id": order_id})
    fields = wire(order_id)
    assert fields["warehouse_carrier_service"] in [
        row["logistics_service_id"] for row in plans["result_list"]["result"]
    ]
    made = synced(affiliate, CREATE, fields)
    assert made["success"]
    [row] = synced(affiliate, QUERY, {"trade_order_id": order_id})["result_list"][
        "aeop_logistics_order_detail_dto"
    ]
    assert row["logistics_order_id"] == made["warehouse_order_id"]
    number = row["international_logistics_num"]
    assert is_pdf(synced(affiliate, PRINT, {"international_logistics_id": number})["result"])
    assert synced(affiliate, DECLARE, declared(order_id, number))["result_success"]
    assert status(url, order_id) == "WAIT_BUYER_ACCEPT_GOODS"


def test_py_aliexpress_affiliate_refreshes_a_token(url: str) -> None:
    with AliExpressClient(KEY, SECRET, base_url=url, max_retries=0) as nobody:
        renewed = synced(nobody, "taobao.top.auth.token.refresh", {"refresh_token": "sandbox-refresh"})
    token = json.loads(renewed["token_result"])["access_token"]
    with AliExpressClient(KEY, SECRET, session=token, base_url=url, max_retries=0) as client:
        assert synced(client, LIST, {"param_aeop_order_query": LISTED})["success"]


@pytest.mark.parametrize(
    ("secret", "setting", "error"),
    [
        ("wrong", {}, SignatureError),
        (SECRET, {"faults": {"token_expired": 1}}, AuthenticationError),
        (SECRET, {"faults": {"ban": 1}, "ban_s": 30}, RateLimitError),
        (SECRET, {"faults": {"daily_quota": 1}}, RateLimitError),
    ],
)
def test_py_aliexpress_affiliate_raises_the_right_class(
    url: str, secret: str, setting: dict[str, Any], error: type[Exception]
) -> None:
    behave(url, **setting)
    with (
        AliExpressClient(KEY, secret, session=TOKEN, base_url=url, max_retries=0) as client,
        pytest.raises(error) as raised,
    ):
        synced(client, LIST, {"param_aeop_order_query": LISTED})
    assert type(raised.value) is error


def test_py_aliexpress_affiliate_waits_a_short_ban_out(url: str) -> None:
    behave(url, rate_limit=1, ban_s=1)
    with AliExpressClient(KEY, SECRET, session=TOKEN, base_url=url, max_retries=3) as client:
        assert [synced(client, LIST, {"param_aeop_order_query": LISTED})["success"] for _ in range(2)] == [
            True,
            True,
        ]


# lazop-sdk, over /rest: every call by its path.


@pytest.fixture
def lazop(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The package; on import it opens a log file in the home folder, and on errors it looks up its own host."""
    # It keeps writing into the log that its first import began.
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.setattr(socket, "gethostname", lambda: "localhost")
    module = importlib.import_module("lazop_sdk.base")
    yield module
    for handler in list(module.logger.handlers):
        handler.close()


def by_path(
    lazop: ModuleType,
    url: str,
    path: str,
    fields: dict[str, Any],
    *,
    secret: str = SECRET,
    token: str | None = TOKEN,
) -> Any:
    """One call of lazop-sdk."""
    request = lazop.LazopRequest(path)
    for name, value in fields.items():
        request.add_api_param(name, value)
    return lazop.LazopClient(f"{url}/rest", KEY, secret).execute(request, token)


def path_of(method: str) -> str:
    return "/" + method.replace(".", "/")


def test_lazop_sdk_ships_an_order(url: str, lazop: ModuleType) -> None:
    def call(method: str, fields: dict[str, Any]) -> dict[str, Any]:
        response = by_path(lazop, url, path_of(method), fields)
        assert response.code == "0", response
        return response.body

    listed = call(LIST, {"param_aeop_order_query": LISTED})["result"]
    order_id = str(listed["target_list"][0]["order_id"])
    fields = wire(order_id)
    codes = [row["logistics_service_id"] for row in call(PLANS, {"order_id": order_id})["result_list"]]
    assert fields["warehouse_carrier_service"] in codes
    made = call(CREATE, fields)["result"]
    assert made["success"]
    [row] = call(QUERY, {"trade_order_id": order_id})["result"]["result_list"]
    assert row["logistics_order_id"] == made["warehouse_order_id"]
    number = row["international_logistics_num"]
    assert is_pdf(call(PRINT, {"international_logistics_id": number})["result"])
    assert call(DECLARE, declared(order_id, number))["result_success"]
    assert status(url, order_id) == "WAIT_BUYER_ACCEPT_GOODS"


def test_lazop_sdk_creates_and_refreshes_a_token(url: str, lazop: ModuleType) -> None:
    asked = {"response_type": "code", "client_id": KEY, "redirect_uri": "http://127.0.0.1:9/"}
    agreed = httpx.get(f"{url}/oauth/authorize", params=asked)
    code = httpx.URL(agreed.headers["location"]).params["code"]
    made = by_path(lazop, url, "/auth/token/create", {"code": code}, token=None)
    assert made.code == "0"
    renewed = by_path(
        lazop, url, "/auth/token/refresh", {"refresh_token": made.body["refresh_token"]}, token=None
    ).body
    assert renewed["access_token"] != made.body["access_token"]
    listed = by_path(
        lazop, url, path_of(LIST), {"param_aeop_order_query": LISTED}, token=renewed["access_token"]
    )
    assert listed.body["result"]["success"]


@pytest.mark.parametrize(
    ("secret", "setting", "code"),
    [
        ("wrong", {}, "IncompleteSignature"),
        (SECRET, {"faults": {"token_expired": 1}}, "IllegalAccessToken"),
        (SECRET, {"faults": {"ban": 1}, "ban_s": 30}, "ApiCallLimit"),
        (SECRET, {"faults": {"daily_quota": 1}}, "AppCallLimit"),
    ],
)
def test_lazop_sdk_reads_the_right_error(
    url: str, lazop: ModuleType, secret: str, setting: dict[str, Any], code: str
) -> None:
    behave(url, **setting)
    response = by_path(lazop, url, path_of(LIST), {"param_aeop_order_query": LISTED}, secret=secret)
    assert (response.type, response.code) == ("ISV", code)
    assert response.message
    assert response.request_id
