"""Tokens: they run out, they are renewed, and each speaks for its own shop."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from lib.sandbox.launch import Running, ensure
from tests.builders import an_export_row, write_export
from tests.contract.wire import (
    COMPANIES,
    CREATE,
    ask,
    awaiting,
    behave,
    create,
    rest,
    result,
    state,
    sync,
    wanted,
)

PLANS = "aliexpress.logistics.redefining.getonlinelogisticsservicelistbyorderid"
REFRESH, SECURITY_REFRESH = "/auth/token/refresh", "/auth/token/security/refresh"


@pytest.fixture
def two_shops(url: str, tmp_path: Path) -> str:
    """The seeded shop, and another one with two orders."""
    export = write_export(tmp_path / "other.csv", [an_export_row(), an_export_row()])
    asked = {"path": str(export), "shop": "other"}
    httpx.post(f"{url}/sandbox/seed", json=asked, timeout=60).raise_for_status()
    return url


def test_a_renewed_token_is_a_new_one_and_is_let_in(url: str) -> None:
    pair = rest(url, REFRESH, {"refresh_token": "sandbox-refresh"})
    assert pair["code"] == "0"
    assert pair["access_token"] != "sandbox-token"
    assert "error_response" not in ask(url, COMPANIES, {}, session=pair["access_token"], sign="RESIGN")
    again = rest(url, REFRESH, {"refresh_token": pair["refresh_token"]})
    assert again["access_token"] not in (pair["access_token"], "sandbox-token")


def test_a_refresh_token_is_used_up_by_using_it(url: str) -> None:
    pair = rest(url, REFRESH, {"refresh_token": "sandbox-refresh"})
    assert rest(url, REFRESH, {"refresh_token": pair["refresh_token"]})["code"] == "0"
    assert rest(url, REFRESH, {"refresh_token": pair["refresh_token"]})["code"] == "IllegalAccessToken"


def test_a_token_runs_out_after_its_lifetime_in_the_middle_of_the_work(url: str) -> None:
    behave(url, token_s=3600, refresh_s=7200)
    pair = rest(url, REFRESH, {"refresh_token": "sandbox-refresh"})
    assert (pair["expires_in"], pair["refresh_expires_in"]) == (3600, 7200)
    first, second, _ = awaiting(url)
    session = {"session": pair["access_token"], "sign": "RESIGN"}
    assert "error_response" not in ask(url, CREATE, wanted(first), **session)
    httpx.post(f"{url}/sandbox/advance", json={"hours": 1.5})
    assert ask(url, CREATE, wanted(second), **session)["error_response"]["code"] == 27
    renewed = rest(url, REFRESH, {"refresh_token": pair["refresh_token"]})["access_token"]
    assert "error_response" not in ask(url, CREATE, wanted(second), session=renewed, sign="RESIGN")
    assert len(state(url)["logistics_orders"]) == 2
    httpx.post(f"{url}/sandbox/advance", json={"hours": 3})
    assert rest(url, REFRESH, {"refresh_token": pair["refresh_token"]})["code"] == "IllegalAccessToken"
    assert "error_response" not in ask(url, COMPANIES, {}), "the token everybody knows stays good"


def test_the_tokens_of_a_shop_can_be_let_run_out_at_once(url: str) -> None:
    httpx.post(f"{url}/sandbox/tokens/expire", json={}).raise_for_status()
    assert ask(url, COMPANIES, {})["error_response"]["code"] == 27
    assert sync(url, COMPANIES, {})["error_response"]["code"] == "IllegalAccessToken"
    renewed = rest(url, REFRESH, {"refresh_token": "sandbox-refresh"})["access_token"]
    assert "error_response" not in ask(url, COMPANIES, {}, session=renewed, sign="RESIGN")


def test_a_seller_agrees_in_the_browser_and_the_code_works_once(two_shops: str) -> None:
    back = "http://127.0.0.1:9/callback"
    asked = {"response_type": "code", "client_id": "12345678", "redirect_uri": back, "state": "s1"}
    choice = httpx.get(f"{two_shops}/oauth/authorize", params=asked)
    assert "shop=other" in choice.text
    agreed = httpx.get(f"{two_shops}/oauth/authorize", params=asked | {"shop": "other"})
    answer = parse_qs(urlsplit(agreed.headers["location"]).query)
    assert (agreed.status_code, answer["state"]) == (302, ["s1"])
    pair = rest(two_shops, "/auth/token/create", {"code": answer["code"][0]})
    assert (pair["account"], pair["sp"]) == ("other", "ae")
    assert rest(two_shops, "/auth/token/create", {"code": answer["code"][0]})["code"] == "InvalidCode"


def test_each_token_sees_the_orders_of_its_own_shop_only(two_shops: str) -> None:
    listing = "aliexpress.trade.seller.orderlist.get"
    query = {"param_aeop_order_query": {"current_page": 1, "page_size": 50}}
    theirs = result(two_shops, listing, query, session="sandbox-token-other", sign="RESIGN")["result"]
    ours = result(two_shops, listing, query)["result"]
    assert (ours["total_count"], theirs["total_count"]) == (5, 2)
    order_id = str(theirs["target_list"]["aeop_order_item_dto"][0]["order_id"])
    assert create(two_shops, order_id)["error_desc"] == "您填写的交易订单号有误或不属于当前账号"
    assert not result(two_shops, PLANS, {"order_id": order_id})["is_success"]
    made = result(two_shops, CREATE, wanted(order_id), session="sandbox-token-other", sign="RESIGN")["result"]
    assert made["success"]
    [seen] = state(two_shops)["logistics_orders"]
    assert (seen["shop"], seen["trade_order_id"]) == ("other", order_id)


def test_a_shop_nobody_seeded_has_no_token(url: str) -> None:
    assert (
        ask(url, COMPANIES, {}, session="sandbox-token-nobody", sign="RESIGN")["error_response"]["code"] == 27
    )


def test_the_short_token_calls_and_those_of_older_clients_renew_too(url: str) -> None:
    short = rest(url, SECURITY_REFRESH, {"refresh_token": "sandbox-refresh"})
    assert set(short) == {
        "code",
        "request_id",
        "access_token",
        "refresh_token",
        "expires_in",
        "refresh_expires_in",
    }
    older = ask(
        url,
        "taobao.top.auth.token.refresh",
        {"refresh_token": short["refresh_token"]},
        session="",
        sign="RESIGN",
    )
    renewed = json.loads(older["top_auth_token_refresh_response"]["token_result"])["access_token"]
    assert "error_response" not in ask(url, COMPANIES, {}, session=renewed, sign="RESIGN")


def test_shops_and_renewed_tokens_survive_a_kill(tmp_path: Path, two_exports: tuple[Path, Path]) -> None:
    first = ensure(tmp_path / "sandbox", [two_exports[0]])
    assert first.process is not None
    asked = {"path": str(two_exports[1]), "shop": "other"}
    httpx.post(f"{first.url}/sandbox/seed", json=asked, timeout=60).raise_for_status()
    pair = rest(first.url, REFRESH, {"refresh_token": "sandbox-refresh-other"})
    first.process.kill()
    first.process.wait()
    second = _again(tmp_path / "sandbox", first)
    assert second.url != first.url
    assert "error_response" not in ask(second.url, COMPANIES, {}, session=pair["access_token"], sign="RESIGN")
    assert [one["shop"] for one in state(second.url)["trade_orders"]] == ["default", "other"]
    second.stop()


@pytest.fixture
def two_exports(tmp_path: Path) -> tuple[Path, Path]:
    return (
        write_export(tmp_path / "one.csv", [an_export_row()]),
        write_export(tmp_path / "two.csv", [an_export_row()]),
    )


def _again(folder: Path, killed: Running) -> Running:
    for stream in (killed.process.stdin, killed.process.stdout) if killed.process else ():
        if stream:
            stream.close()
    return ensure(folder, [])
